// Asks every two seconds whether the phone has agreed, and goes on when it has.
"use strict";
const waiting = document.getElementById("waiting");
const over = document.getElementById("over");
const EVERY_MS = 2000;

function end(reason) {
  waiting.hidden = true;
  over.hidden = false;
  over.querySelector(reason === "refused" ? "[data-refused]" : "[data-late]").hidden = false;
}

async function look() {
  let state = "waiting";
  try {
    const answer = await fetch(waiting.dataset.state, { cache: "no-store" });
    if (answer.ok) state = (await answer.json()).state;
  } catch {
    // No network for a moment: the next look will tell.
  }
  if (state === "approved" || state === "used") location.replace(waiting.dataset.done);
  else if (state === "waiting") setTimeout(look, EVERY_MS);
  else end(state);
}

setTimeout(look, EVERY_MS);
