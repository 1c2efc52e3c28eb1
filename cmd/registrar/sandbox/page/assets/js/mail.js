// The mailbox: every mail the demo sent, none of which left the machine.

import { fill, h, keyed } from "./dom.js";
import { icon } from "./icons.js";
import { autolink } from "./mrkdwn.js";
import { ago, fullTime } from "./clock.js";
import { change, here, onChange, world } from "./state.js";

const place = document.getElementById("mail");
const list = h("div", { class: "rows mails" });
const drawer = h("div", { class: "drawer" });
const none = h("p", { class: "empty" }, "No mail yet. What Registrar mails to a learner is caught here; nothing leaves this computer.");
fill(place, list, none, drawer);

/** unreadMail counts the mails that were not opened. */
export const unreadMail = () => world.mail.filter((mail) => !here.readMail.includes(mail.id)).length;

function draw() {
  const open = world.mail.find((mail) => mail.id === here.mail);
  place.classList.toggle("drawn", !!open);
  list.inert = !!open;
  none.hidden = world.mail.length > 0;
  keyed(list, [...world.mail].reverse().map((mail) => ({ mail, fresh: !here.readMail.includes(mail.id) })), ({ mail }) => mail.id, row);
  keyed(drawer, open ? [open] : [], (mail) => mail.id, letter);
}

function row({ mail, fresh }) {
  return h("button", {
    class: `row mail${fresh ? " news" : ""}`, type: "button", "data-testid": "mail", "data-to": mail.to, "data-field": `mail ${mail.id}`,
    onclick: () => {
      change({ mail: mail.id, readMail: [...new Set([...here.readMail, mail.id])] });
      queueMicrotask(() => queueMicrotask(() => drawer.querySelector("button")?.focus({ preventScroll: true })));
    },
  },
  h("span", { class: "who" },
    h("span", { class: "subject" }, fresh && h("span", { class: "dot", "aria-label": "Unread" }), h("strong", null, h("bdi", null, mail.subject))),
    h("span", { class: "muted" }, "To ", h("bdi", null, mail.to))),
  h("span", { class: "cell last" }, ago(mail.at)));
}

function letter(mail) {
  return h("article", { class: "record", "data-testid": "mail-page", "aria-label": mail.subject },
    h("header", null,
      h("button", { class: "button quiet", type: "button", "aria-label": "Back to the mailbox", "data-testid": "mail-close", "data-field": "mail back", onclick: () => change({ mail: "" }) }, icon("back")),
      h("p", { class: "trail" }, "Mailbox")),
    h("div", { class: "record-body" },
      h("h3", null, h("bdi", null, mail.subject)),
      h("dl", { class: "facts slim" }, [["From", mail.from], ["To", mail.to], ["Sent", fullTime(mail.at)]].map(([name, value]) =>
        h("div", null, h("dt", null, name), h("dd", null, h("bdi", null, value))))),
      h("div", { class: "letter", "data-testid": "mail-text" }, mail.text.trim().split(/\n{2,}/).map((paragraph) =>
        h("p", null, paragraph.split("\n").flatMap((line, i) => [i ? h("br") : null, ...autolink(line)]))))));
}

onChange(draw);
