// Who plays, and which channels they have.

import { fill, h, keyed } from "./dom.js";
import { icon } from "./icons.js";
import { avatar } from "./message.js";
import { change, channel, channelsOf, here, onChange, openChannel, unread, world } from "./state.js";

const people = document.getElementById("people");
const side = document.getElementById("side");
const team = h("p", { class: "team" });
const channels = h("ul");
const directs = h("ul");
fill(side, team, channels, h("p", { class: "side-title" }, "Direct messages"), directs);

function draw() {
  team.textContent = world.team;
  keyed(people, world.people.map((who, i) => ({ who, i, on: who.id === here.me, waiting: waiting(who.id) })), ({ who }) => who.id, switcher);
  const mine = channelsOf(here.me).map((each) => ({ each, news: unread(here.me, each.id), open: each.id === channel()?.id }));
  keyed(channels, mine.filter(({ each }) => !each.direct), ({ each }) => each.id, entry);
  keyed(directs, mine.filter(({ each }) => each.direct), ({ each }) => each.id, entry);
}

/** waiting reports whether something was said to a person who is not playing. */
const waiting = (id) => id !== here.me && channelsOf(id).some((each) => each.direct && unread(id, each.id) > 0);

function switcher({ who, i, on, waiting: news }) {
  return h("button", {
    class: "person", type: "button", "aria-pressed": String(on), "aria-keyshortcuts": `Alt+${i + 1}`,
    title: `Play ${who.name} (Alt+${i + 1})`, "data-testid": `person-${who.key}`, "data-field": `person ${who.id}`,
    onclick: () => play(who.id),
  }, avatar(who.id), h("span", { class: "person-name" }, h("strong", null, who.name.split(" ")[0]), h("span", null, who.role)),
  news && h("span", { class: "dot", title: "New direct messages" }));
}

function entry({ each, news, open }) {
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
