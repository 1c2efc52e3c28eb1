// Short notices at the foot of the page, spoken by screen readers, gone after a while.

import { h } from "./dom.js";
import { here, onChange } from "./state.js";

const place = document.getElementById("notices");

/** notify shows one sentence for some seconds. */
export function notify(text) {
  const note = h("p", { class: "notice", "data-testid": "notice" }, text);
  place.append(note);
  setTimeout(() => note.remove(), 7000);
}

const lost = h("p", { class: "notice" }, "The demo has stopped answering. This page goes on when it is back.");

onChange(() => (here.connected ? lost.remove() : place.append(lost)));
