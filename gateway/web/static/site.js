// What every page does beyond its HTML: the airport's clock, the age of the news, rows that open on a click.
const site = (() => {
  document.documentElement.classList.add("js");
  const begun = performance.now();
  const rate = Number(document.body.dataset.rate) || 1;
  const clocks = [...document.querySelectorAll("[data-clock]")];
  const news = document.getElementById("news");
  const asOf = news?.querySelector("[data-as-of]");
  const age = news?.querySelector("[data-age]");
  const words = news && new Intl.RelativeTimeFormat(news.dataset.locale, { style: "short" });
  const firstClock = news?.dataset.now ?? "00:00";
  const phaseS = rate === 1 ? new Date().getSeconds() : 0; // pages carry whole minutes so that they can be 304
  let live = false;

  const passedS = () => (performance.now() - begun) / 1000;

  const clock = () => {
    const [hours, minutes] = firstClock.split(":").map(Number);
    const now = (hours * 60 + minutes + Math.floor((passedS() * rate + phaseS) / 60)) % 1440;
    return `${String(Math.floor(now / 60)).padStart(2, "0")}:${String(now % 60).padStart(2, "0")}`;
  };

  const tick = () => {
    const now = clock();
    for (const element of clocks) element.textContent = now;
    if (!news) return;
    if (live) {
      asOf.textContent = now;
      age.hidden = true;
      return;
    }
    age.hidden = false;
    const minutes = Math.floor((Number(news.dataset.ageS) + passedS()) / 60);
    if (minutes > 0) age.textContent = "· " + (minutes < 60 ? words.format(-minutes, "minute") : words.format(-Math.floor(minutes / 60), "hour"));
  };

  const setLive = (now) => {
    if (live && !now && news) news.dataset.ageS = String(-passedS());
    live = now;
    news?.classList.toggle("is-live", now);
    news?.querySelector("[data-live-word]")?.toggleAttribute("hidden", !now);
    tick();
  };

  // A screen reader must be able to finish: one announcement in four seconds, and of those that wait the last.
  const SAY_MS = 4000;
  let waiting = "", saying = 0;
  const say = (text) => {
    if (!text) return;
    if (saying) { waiting = text; return; }
    document.getElementById("said").textContent = text;
    saying = setTimeout(() => { const next = waiting; saying = 0; waiting = ""; say(next); }, SAY_MS);
  };

  document.addEventListener("click", (event) => {
    const row = event.target.closest?.("tr[data-flight]");
    if (row && !event.target.closest("a") && !getSelection().toString()) row.querySelector("a").click();
  });
  setInterval(tick, 5000);
  return { say, setLive };
})();
