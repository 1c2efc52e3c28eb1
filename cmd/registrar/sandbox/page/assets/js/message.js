// One message.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { menu } from "./menu.js";
import { mrkdwn } from "./mrkdwn.js";
import { drawBlocks } from "./blocks.js";
import { report, surface } from "./surface.js";
import { clockTime, fullTime, ofTS } from "./clock.js";
import { act, change, here, nameOf, person, world } from "./state.js";

/** message draws an item {message, lead, replies, last}; before is the element it replaces. */
export function message(item, before) {
  const { message: m, lead, replies } = item;
  const at = ofTS(m.ts);
  const el = h("article", {
    class: `message${lead ? " lead" : ""}${m.only ? " private" : ""}${before ? " changed" : ""}`,
    "data-testid": "message", "data-ts": m.ts, "data-user": m.user, "data-only": m.only,
    "aria-label": `${nameOf(m.user) || "Slack"}, ${clockTime(at)}`,
  },
  lead ? avatar(m.user) : h("time", { class: "when side-time", datetime: at.toISOString() }, clockTime(at)),
  h("div", { class: "body" },
    m.only && h("p", { class: "only" }, icon("eye"), "Only visible to you"),
    lead && h("p", { class: "by" },
      h("strong", null, h("bdi", null, nameOf(m.user) || "Slackbot")),
      m.user === world.bot.id && h("span", { class: "badge" }, "App"),
      h("time", { class: "when", datetime: at.toISOString(), title: fullTime(at) }, clockTime(at))),
    content(m),
    (m.attached || []).map(attachment),
    replies > 0 && h("button", {
      class: "thread-link", type: "button", "data-testid": "open-thread",
      onclick: () => change({ thread: m.ts }),
    }, icon("reply"), `${replies} ${replies === 1 ? "reply" : "replies"}`, h("span", { class: "muted" }, `Last at ${clockTime(ofTS(item.last))}`))),
  shortcuts(m));
  return el;
}

/** shortcuts is the menu of what the app does with a message. Slack has none on what one person sees. */
function shortcuts(m) {
  if (m.only || !world.shortcuts.length) return null;
  return menu("More actions for this message", { "data-field": `menu ${m.ts}`, "data-testid": "message-menu" }, world.shortcuts.map((each) => ({
    label: [h("span", null, each.name), h("span", { class: "muted small" }, world.bot.name)],
    attributes: { title: each.about, "data-testid": `shortcut-${each.id}` },
    choose: async () => report(await act({ do: "shortcut", channel: m.channel, ts: m.ts, shortcut: each.id })),
  })));
}

function content(m) {
  if (m.blocks?.length) {
    const blocks = m.blocks.map((block, i) => ({ block_id: `b${i}`, ...block }));
    return h("div", { class: "blocks" }, drawBlocks(blocks, surface(`${here.me} ${m.channel} ${m.ts}`, blocks, { channel: m.channel, ts: m.ts })));
  }
  return h("div", { class: "text" }, mrkdwn(m.text), m.edited && h("span", { class: "muted small" }, " (edited)"));
}

function attachment(file) {
  return h("a", { class: "file", href: `files/${encodeURIComponent(file.id)}`, download: file.name, "data-testid": "file" },
    icon("file"), h("span", null, h("strong", null, h("bdi", null, file.name)), h("span", { class: "muted small" }, size(file.bytes))));
}

const size = (bytes) => (bytes < 1024 ? `${bytes} bytes` : `${(bytes / 1024).toFixed(bytes < 10240 ? 1 : 0)} KB`);

/** avatar draws a person's initials, or the app's mark. */
export function avatar(id) {
  if (id === world.bot.id) return h("img", { class: "avatar", src: "mark.svg", alt: "" });
  const who = person(id);
  const hue = who ? world.people.indexOf(who) % 6 : 5;
  const initials = (who?.name || "S").split(/\s+/).map((part) => [...part][0]).slice(0, 2).join("");
  return h("span", { class: `avatar hue-${hue}`, "aria-hidden": "true" }, initials);
}
