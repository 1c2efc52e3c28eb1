// The tabs beside Slack, and the dock that takes their place on a narrow screen.

import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { change, channelsOf, here, onChange, unread, world } from "./state.js";
import { unreadMail } from "./mail.js";

const tabs = document.getElementById("tabs");
const dock = document.getElementById("dock");
const panes = { learnupon: document.getElementById("learnupon"), mail: document.getElementById("mail") };
let drawn = "";

function draw() {
  document.body.dataset.pane = here.pane;
  for (const [name, pane] of Object.entries(panes)) pane.hidden = name !== here.tab;
  const mails = unreadMail();
  const chat = channelsOf(here.me).reduce((sum, each) => sum + unread(here.me, each.id), 0);
  const shape = JSON.stringify([here.tab, here.pane, mails, chat]);
  if (shape === drawn) return;
  drawn = shape;
  const focused = document.activeElement?.dataset?.field;
  const portal = world.portals[0]?.name;
  fill(tabs, tab("learnupon", "LearnUpon", "book", 0, portal), tab("mail", "Mailbox", "mail", mails));
  fill(dock, ...[["chat", "Slack", "chat", chat], ["story", "Try this", "star", 0], ["learnupon", "LearnUpon", "book", 0], ["mail", "Mailbox", "mail", mails]].map(dockButton));
  if (focused?.startsWith("tab ")) tabs.querySelector(`[data-field="${CSS.escape(focused)}"]`)?.focus();
}

function tab(name, label, sign, count) {
  const on = here.tab === name;
  return h("button", {
    class: "tab", role: "tab", type: "button", id: `tab-${name}`, "aria-controls": name, "aria-selected": String(on), tabindex: on ? "0" : "-1",
    "data-testid": `tab-${name}`, "data-field": `tab ${name}`, onclick: () => change({ tab: name }),
    onkeydown: (event) => {
      if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
      const other = name === "mail" ? "learnupon" : "mail";
      tabs.querySelector(`#tab-${other}`).focus();
      change({ tab: other });
    },
  }, icon(sign), label, count > 0 && h("span", { class: "count" }, String(count)));
}

function dockButton([name, label, sign, count]) {
  return h("button", {
    type: "button", "aria-current": here.pane === name ? "page" : undefined, "data-testid": `dock-${name}`,
    onclick: () => change(panes[name] ? { pane: name, tab: name } : { pane: name }),
  }, icon(sign), h("span", null, label), count > 0 && h("span", { class: "count", "aria-label": `${count} new` }, String(count)));
}

onChange(draw);
