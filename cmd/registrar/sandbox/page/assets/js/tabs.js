// The tabs beside Slack, and the dock that takes their place on a narrow screen.

import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { change, channelsOf, here, onChange, unread, world } from "./state.js";
import { unreadMail } from "./mail.js";

const panes = { learnupon: document.getElementById("learnupon"), mail: document.getElementById("mail") };
const tabs = { learnupon: tab("learnupon", "LearnUpon", "book"), mail: tab("mail", "Mailbox", "mail") };
const dock = {
  chat: dockButton("chat", "Slack", "chat"), story: dockButton("story", "Try this", "star"),
  learnupon: dockButton("learnupon", "LearnUpon", "book"), mail: dockButton("mail", "Mailbox", "mail"),
};
fill(document.getElementById("tabs"), Object.values(tabs));
fill(document.getElementById("dock"), Object.values(dock));

function draw() {
  document.body.dataset.pane = here.pane;
  dock.story.hidden = !world.story.length;
  for (const [name, button] of Object.entries(tabs)) {
    const on = here.tab === name;
    panes[name].hidden = !on;
    button.setAttribute("aria-selected", String(on));
    button.tabIndex = on ? 0 : -1;
  }
  for (const [name, button] of Object.entries(dock)) {
    if (here.pane === name) button.setAttribute("aria-current", "page");
    else button.removeAttribute("aria-current");
  }
  const mails = unreadMail();
  count(tabs.mail, mails);
  count(dock.mail, mails);
  count(dock.chat, channelsOf(here.me).reduce((sum, each) => sum + unread(here.me, each.id), 0));
}

function count(button, n) {
  const badge = button.lastElementChild;
  badge.hidden = !n;
  badge.textContent = String(n);
}

function badge() {
  return h("span", { class: "count", hidden: true });
}

function tab(name, label, sign) {
  return h("button", {
    class: "tab", role: "tab", type: "button", id: `tab-${name}`, "aria-controls": name, "data-testid": `tab-${name === "mail" ? name : "records"}`,
    onclick: () => change({ tab: name }),
    onkeydown: (event) => {
      if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
      const other = name === "mail" ? "learnupon" : "mail";
      change({ tab: other });
      tabs[other].focus();
    },
  }, icon(sign), label, badge());
}

function dockButton(name, label, sign) {
  return h("button", {
    type: "button", "data-testid": `dock-${name}`, onclick: () => change(panes[name] ? { pane: name, tab: name } : { pane: name }),
  }, icon(sign), h("span", null, label), badge());
}

onChange(draw);
