// What a cancellation would do is shown for the choice that is made: never for the one before.
"use strict";
document.querySelector(".choices")?.addEventListener("change", (event) => event.currentTarget.requestSubmit());
