// The tabs beside Slack, and the dock that takes their place on a narrow screen.

import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { change, channelsOf, here, onChange, unread, world } from "./state.js";
import { unreadMail } from "./mail.js";

// pane: [label, icon, test id of its tab]
const panes = { learnupon: ["LearnUpon", "book", "records"], salesforce: ["Salesforce", "cloud", "salesforce"], mail: ["Mailbox", "mail", "mail"] };
const tabs = Object.fromEntries(Object.entries(panes).map(([name, [label, sign, id]]) => [name, tab(name, label, sign, id)]));
const dock = { chat: dockButton("chat", "Slack", "chat"), story: dockButton("story", "Try this", "star") };
for (const [name, [label, sign]] of Object.entries(panes)) dock[name] = dockButton(name, label, sign);
fill(document.getElementById("tabs"), Object.values(tabs));
fill(document.getElementById("dock"), Object.values(dock));

function draw() {
  document.body.dataset.pane = here.pane;
  dock.story.hidden = !world.story.length;
  dock.salesforce.hidden = tabs.salesforce.hidden = !world.salesforce;
  for (const [name, button] of Object.entries(tabs)) {
    const on = here.tab === name;
    document.getElementById(name).hidden = !on;
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

function tab(name, label, sign, id) {
  return h("button", {
    class: "tab", role: "tab", type: "button", id: `tab-${name}`, "aria-controls": name, "data-testid": `tab-${id}`,
    onclick: () => change({ tab: name }),
    onkeydown: (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!step) return;
      const shown = Object.keys(tabs).filter((each) => !tabs[each].hidden);
      const next = shown.at((shown.indexOf(name) + step) % shown.length);
      change({ tab: next });
      tabs[next].focus();
    },
  }, icon(sign), label, badge());
}

function dockButton(name, label, sign) {
  return h("button", {
    type: "button", "data-testid": `dock-${name}`, onclick: () => change(panes[name] ? { pane: name, tab: name } : { pane: name }),
  }, icon(sign), h("span", null, label), badge());
}

onChange(draw);
