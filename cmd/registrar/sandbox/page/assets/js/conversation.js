// The open conversation: its head, its messages or one thread, the App Home.

import { fill, focusWithin, h, keyed } from "./dom.js";
import { icon } from "./icons.js";
import { message, avatar } from "./message.js";
import { drawBlocks } from "./blocks.js";
import { report, surface } from "./surface.js";
import { act, change, channel, channelsOf, here, homeOf, markRead, messagesIn, onChange, repliesTo, unread, world } from "./state.js";
import { dayName, ofTS } from "./clock.js";
import { toggleChannels } from "./sidebar.js";

const head = document.getElementById("talk-head");
const log = document.getElementById("log");
const compose = document.getElementById("compose");
const latest = h("button", { class: "latest", type: "button", hidden: true, onclick: () => toEnd() }, icon("down"), "Latest");
log.after(latest);

let shown = "";

/** draw draws the conversation that is open for the person who plays. */
function draw() {
  const open = channel();
  if (!open) return;
  const home = open.direct && world.bot.home && here.home[here.me] ? homeOf(here.me) || { id: "" } : null;
  const place = `${here.me} ${open.id} ${home ? "home" : here.thread}`;
  const moved = place !== shown;
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
  const count = log.childElementCount;
  shown = place;

  drawHead(open, home);
  compose.hidden = !!home;
  if (moved) log.replaceChildren();
  if (home) {
    keyed(log, [home], () => "home", (item) => drawHome(item));
    if (moved) log.scrollTop = 0;
    latest.hidden = true;
    return;
  }
  keyed(log, items(open), (item) => item.key, (item, before) => kinds[item.kind](item, before));
  if (document.visibilityState === "visible") markRead(here.me, open.id);
  if (moved || atEnd) toEnd();
  else if (log.childElementCount > count) latest.hidden = false;
}

const kinds = {
  message,
  day: (item) => h("div", { class: "day", role: "separator" }, h("span", null, item.name)),
  start: (item) => h("div", { class: "start" }, h("h3", null, item.title), h("p", null, item.about)),
  replies: (item) => h("div", { class: "day", role: "separator" }, h("span", null, item.name)),
};

/** items lists what the log holds, from the top: a start, days, messages. */
function items(open) {
  if (here.thread) return threadItems(open);
  const name = open.direct ? world.bot.name : "#" + open.name;
  const list = [{ kind: "start", key: "start", title: name, about: open.about || (open.direct ? `What ${world.bot.name} tells only you.` : `This is the start of ${name}.`) }];
  let before = null;
  for (const m of messagesIn(open.id)) {
    const day = dayName(ofTS(m.ts));
    if (!before || dayName(ofTS(before.ts)) !== day) {
      list.push({ kind: "day", key: "day " + day, name: day });
      before = null;
    }
    const replies = repliesTo(open.id, m.ts);
    list.push({ ...item(m, before), replies: replies.length, last: replies.at(-1)?.ts });
    before = m;
  }
  return list;
}

function threadItems(open) {
  const root = messagesIn(open.id).find((m) => m.ts === here.thread);
  const replies = repliesTo(open.id, here.thread);
  const list = root ? [item(root, null)] : [];
  list.push({ kind: "replies", key: "replies", name: `${replies.length} ${replies.length === 1 ? "reply" : "replies"}` });
  replies.forEach((m, i) => list.push(item(m, replies[i - 1])));
  return list;
}

/** item is a message that leads (shows its author) unless it follows one of the same author within five minutes. */
function item(m, before) {
  const lead = !before || before.user !== m.user || before.only !== m.only || m.ts - before.ts > 300;
  return { kind: "message", key: m.ts, message: m, lead, replies: 0 };
}

function toEnd() {
  log.scrollTop = log.scrollHeight;
  latest.hidden = true;
}

log.addEventListener("scroll", () => {
  if (log.scrollHeight - log.scrollTop - log.clientHeight < 60) latest.hidden = true;
}, { passive: true });

let headShape = "";

function drawHead(open, home) {
  const shape = JSON.stringify([here.me, open, here.thread, !!home, world.bot.home, elsewhere(open)]);
  if (shape === headShape) return;
  headShape = shape;
  const restore = focusWithin(head);
  fillHead(open, home);
  restore?.(head);
}

function fillHead(open, home) {
  const name = open.direct ? world.bot.name : open.name;
  if (here.thread) {
    fill(head,
      h("button", { class: "button quiet", type: "button", "aria-label": "Back to the conversation", "data-testid": "close-thread", onclick: () => change({ thread: "" }) }, icon("back")),
      h("div", { class: "talk-name" }, h("h2", null, "Thread"), h("p", null, open.direct ? name : "#" + name)));
    return;
  }
  fill(head,
    h("button", { class: "talk-name", type: "button", "data-testid": "channel-menu", "data-field": "channels", "aria-label": `${name}: choose a channel`, onclick: toggleChannels },
      h("h2", null, open.direct ? avatar(world.bot.id) : icon("hash"), h("span", null, name), icon("down"), elsewhere(open) && h("span", { class: "dot", title: "New messages elsewhere" })), h("p", null, open.about)),
    open.direct && world.bot.home && h("div", { class: "switch", role: "group", "aria-label": world.bot.name },
      tab("Home", !!home, true), tab("Messages", !home, false)));
}

/** elsewhere reports whether something was said in another channel of the person who plays. */
const elsewhere = (open) => channelsOf(here.me).some((each) => each.id !== open.id && unread(here.me, each.id) > 0);

function tab(label, on, home) {
  return h("button", {
    type: "button", "aria-pressed": String(on), "data-testid": "app-" + label.toLowerCase(), "data-field": "app " + label,
    onclick: () => (home ? openHome(here.me) : change({ home: { ...here.home, [here.me]: false } })),
  }, label);
}

/** openHome opens the app's Home of a person, and tells the app, which draws it. */
export async function openHome(who) {
  const direct = channelsOf(who).find((each) => each.direct);
  change({ me: who, open: { ...here.open, [who]: direct.id }, home: { ...here.home, [who]: true }, thread: "", pane: "chat" });
  report(await act({ do: "home" }));
}

function drawHome(home) {
  if (!home.id) return h("p", { class: "home muted", "data-testid": "home-opening" }, `Opening ${world.bot.name}…`);
  const blocks = (home.view.blocks || []).map((block, i) => ({ block_id: `b${i}`, ...block }));
  return h("div", { class: "blocks home", "data-testid": "home", "data-view": home.id }, drawBlocks(blocks, surface(home.id, blocks, { view: home.id })));
}

document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && world && draw());
onChange(draw);
