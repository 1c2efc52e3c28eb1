// Slack's confirmation dialog, which a button or a choice may ask for.

import { fill, h } from "./dom.js";
import { textObject, plain } from "./mrkdwn.js";

/** confirmed asks and resolves to whether the person agreed; without a question, they did. */
export function confirmed(question, control) {
  if (!question) return Promise.resolve(true);
  return new Promise((resolve) => {
    const dialog = h("dialog", { class: "confirm", "aria-labelledby": "confirm-title", "aria-describedby": "confirm-text", "data-testid": "confirm" });
    const answer = (agreed) => {
      dialog.close();
      dialog.remove();
      control?.focus({ preventScroll: true });
      resolve(agreed);
    };
    const deny = h("button", { class: "button", type: "button", "data-testid": "confirm-deny", onclick: () => answer(false) }, plain(question.deny?.text || "Cancel"));
    const agree = h("button", { class: `button ${question.style === "danger" ? "danger" : "primary"} solid`, type: "button", "data-testid": "confirm-agree", onclick: () => answer(true) }, plain(question.confirm?.text || "Yes"));
    fill(dialog,
      h("h3", { id: "confirm-title" }, plain(question.title?.text)),
      h("div", { class: "text", id: "confirm-text" }, textObject(question.text)),
      h("div", { class: "dialog-foot" }, deny, agree));
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      answer(false);
    });
    document.body.append(dialog);
    dialog.showModal();
    agree.focus();
  });
}
