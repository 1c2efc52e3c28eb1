// Where blocks stand (a message, a modal, a home) and how a press there is sent.

import { act, world } from "./state.js";
import { prune, valuesOf } from "./values.js";
import { notify } from "./notices.js";

/**
 * surface makes what drawBlocks needs. key names it, blocks are what it holds, where
 * is what the server must know: {channel, ts} or {view}.
 */
export function surface(key, blocks, where, more = {}) {
  prune(key, blocks || []);
  return {
    key,
    async press(action, control) {
      control?.setAttribute("aria-busy", "true");
      const answer = await act({ do: "click", ...where, action, values: valuesOf(key) });
      control?.removeAttribute("aria-busy");
      report(answer);
    },
    ...more,
  };
}

/** report says what Slack's client would say about an answer that was no success. */
export function report(answer) {
  if (answer.late) notify(`${world.bot.name} did not respond in time. Please try again.`);
  else if (answer.problem) notify(answer.problem);
}
