// The camera: frames in, texts of QR codes out. The browser's own detector where it has one, else a worker of ours.
"use strict";
window.boarding ??= {};
(() => {
  const EVERY_MS = 110, WIDEST = 960, READER_MS = 10000;
  const pause = (ms) => new Promise((go) => setTimeout(go, ms));

  const ownDetector = async () => {
    if (!("BarcodeDetector" in window)) return null;
    const formats = await BarcodeDetector.getSupportedFormats().catch(() => []);
    return formats.includes("qr_code") ? new BarcodeDetector({ formats: ["qr_code"] }) : null;
  };

  const reader = ({ script, library, wasm }) => new Promise((started, failed) => {
    if (!library) { failed(new Error("no reader was fetched")); return; }
    const worker = new Worker(script), canvas = document.createElement("canvas");
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    let answer = null;
    const late = setTimeout(() => failed(new Error("the reader doesn't start")), READER_MS);
    const read = (video) => new Promise((told) => {
      const scale = Math.min(1, WIDEST / video.videoWidth);
      canvas.width = Math.round(video.videoWidth * scale);
      canvas.height = Math.round(video.videoHeight * scale);
      pen.drawImage(video, 0, 0, canvas.width, canvas.height);
      const { data, width, height } = pen.getImageData(0, 0, canvas.width, canvas.height);
      answer = told;
      worker.postMessage({ pixels: data.buffer, width, height }, [data.buffer]);
    });
    worker.addEventListener("message", ({ data }) => {
      clearTimeout(late);
      if (data.ready) started({ detect: async (video) => [{ rawValue: await read(video) }] });
      else if (data.failed && !answer) failed(new Error(data.failed));
      else answer?.(data.text ?? "");
    });
    worker.addEventListener("error", (event) => { clearTimeout(late); failed(new Error(event.message)); });
    worker.postMessage({ library, wasm });
  });

  boarding.Scanner = class {
    #stream = null;
    #detector = null;
    #running = 0;

    // files: addresses of the worker and of what it loads. found: is given each text that is read.
    constructor(video, files, found) {
      this.video = video;
      this.files = files;
      this.found = found;
    }

    get on() { return this.#stream !== null; }

    // Throws what getUserMedia throws, or that nothing can read codes.
    async start() {
      const wish = { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } };
      this.#stream = await navigator.mediaDevices.getUserMedia({ video: wish, audio: false });
      try {
        this.#detector ??= (await ownDetector()) ?? (await reader(this.files));
        this.video.srcObject = this.#stream;
        await this.video.play();
      } catch (error) {
        this.stop();
        throw error;
      }
      this.#look(++this.#running);
    }

    stop() {
      this.#running++;
      for (const track of this.#stream?.getTracks() ?? []) track.stop();
      this.#stream = this.video.srcObject = null;
    }

    get #track() { return this.#stream?.getVideoTracks()[0]; }
    get hasLight() { return Boolean(this.#track?.getCapabilities?.().torch); }
    async light(on) { await this.#track?.applyConstraints({ advanced: [{ torch: on }] }); }

    async #look(turn) {
      while (turn === this.#running) {
        if (this.video.readyState >= 2 && this.video.videoWidth && !document.hidden) {
          const [code] = await this.#detector.detect(this.video).catch(() => []);
          if (code?.rawValue && turn === this.#running) this.found(code.rawValue);
        }
        await pause(EVERY_MS);
      }
    }
  };
})();
