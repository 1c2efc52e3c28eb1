// Who plays, and which channels they have.

import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { avatar } from "./message.js";
import { change, channel, channelsOf, here, onChange, openChannel, unread, viewsOf, world } from "./state.js";

const people = document.getElementById("people");
const side = document.getElementById("side");

let drawn = "";

function draw() {
  const shape = JSON.stringify([here.me, channel()?.id, world.people, world.channels, world.people.map((who) => channelsOf(who.id).map((each) => unread(who.id, each.id))), world.people.map((who) => viewsOf(who.id).length)]);
  if (shape === drawn) return;
  drawn = shape;
  const focused = document.activeElement?.dataset?.field;
  fill(people, world.people.map(switcher));
  fill(side,
    h("p", { class: "team" }, world.team),
    h("ul", null, channelsOf(here.me).filter((each) => !each.direct).map(entry)),
    h("p", { class: "side-title" }, "Direct messages"),
    h("ul", null, channelsOf(here.me).filter((each) => each.direct).map(entry)));
  if (focused) document.querySelector(`.top [data-field="${CSS.escape(focused)}"], .side [data-field="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

function switcher(who, i) {
  const waiting = who.id !== here.me && channelsOf(who.id).some((each) => each.direct && unread(who.id, each.id));
  return h("button", {
    class: "person", type: "button", "aria-pressed": String(who.id === here.me), "aria-keyshortcuts": `Alt+${i + 1}`,
    title: `Play ${who.name} (Alt+${i + 1})`, "data-testid": `person-${who.key}`, "data-field": `person ${who.id}`,
    onclick: () => play(who.id),
  }, avatar(who.id), h("span", { class: "person-name" }, h("strong", null, who.name.split(" ")[0]), h("span", null, who.role)),
  waiting && h("span", { class: "dot", title: "New direct messages" }));
}

function entry(each) {
  const news = unread(here.me, each.id);
  const open = each.id === channel()?.id;
  return h("li", null, h("button", {
    class: `entry${news ? " news" : ""}`, type: "button", "aria-current": open ? "page" : undefined,
    "data-testid": each.direct ? "channel-direct" : `channel-${each.name}`, "data-field": `channel ${each.id}`,
    onclick: () => {
      side.classList.remove("open");
      openChannel(each.id);
    },
  }, each.direct ? avatar(world.bot.id) : icon("hash"), h("span", { class: "entry-name" }, each.direct ? world.bot.name : each.name),
  news > 0 && h("span", { class: each.direct ? "count" : "dot", "aria-label": `${news} unread` }, each.direct ? String(news) : "")));
}

/** play makes another person the one who plays. */
export const play = (id) => change({ me: id, thread: "" });

/** toggleChannels shows or hides the list of channels where it has no room of its own. */
export function toggleChannels() {
  if (side.classList.toggle("open")) side.querySelector("[aria-current]")?.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.altKey && !event.ctrlKey && !event.metaKey && /^Digit[1-9]$/.test(event.code)) {
    const who = world?.people[Number(event.code.slice(5)) - 1];
    if (!who || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    play(who.id);
  }
  if (event.key === "Escape") side.classList.remove("open");
});

onChange(draw);
