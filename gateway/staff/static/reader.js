// Reads QR codes off the page's thread, with zxing-cpp as WebAssembly: for browsers without a BarcodeDetector.
// It runs under a policy of its own, which lets this worker alone compile WebAssembly.
"use strict";
const OPTIONS = { formats: ["QRCode"], tryHarder: true, tryRotate: true, tryInvert: true, maxNumberOfSymbols: 1 };
let ready;

const load = async ({ library, wasm }) => {
  importScripts(library);
  const wasmBinary = await (await fetch(wasm)).arrayBuffer();
  return ZXingWASM.prepareZXingModule({ overrides: { wasmBinary }, fireImmediately: true });
};

const read = async ({ pixels, width, height }) => {
  await ready;
  const [found] = await ZXingWASM.readBarcodes({ data: new Uint8ClampedArray(pixels), width, height, colorSpace: "srgb" }, OPTIONS);
  return found?.isValid ? found.text : "";
};

addEventListener("message", ({ data }) => {
  if (data.library) {
    ready = load(data);
    ready.then(() => postMessage({ ready: true }), (error) => postMessage({ failed: String(error) }));
  } else {
    read(data).then((text) => postMessage({ text }), (error) => postMessage({ failed: String(error) }));
  }
});
