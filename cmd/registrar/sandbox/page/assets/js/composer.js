// The message box: commands with completion, plain messages, drafts, history.

import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { act, channel, here, onChange, world } from "./state.js";
import { report } from "./surface.js";
import { notify } from "./notices.js";

const place = document.getElementById("compose");
const drafts = new Map();
const history = [];
let recalled = 0;
let at = 0; // which completion is marked
let dismissed = false;

const list = h("ul", { class: "completions", role: "listbox", id: "completions", "aria-label": "Commands", hidden: true });
const usage = h("p", { class: "usage", id: "usage", "aria-live": "polite", hidden: true });
const box = h("textarea", {
  id: "composer", rows: "1", autocomplete: "off", spellcheck: "false", role: "combobox", "data-testid": "composer",
  "aria-autocomplete": "list", "aria-controls": "completions", "aria-expanded": "false", "aria-describedby": "usage",
  oninput: typed, onkeydown: key, onbeforeinput: breakLine, onblur: () => setTimeout(() => document.activeElement !== box && hide(), 120),
});
const send = h("button", { class: "send", type: "button", "aria-label": "Send", "data-testid": "send", onclick: submit }, icon("send"));
fill(place, list, usage, h("div", { class: "box" }, box, send));

const draftKey = () => `${here.me} ${channel()?.id} ${here.thread}`;
let current = "";

function draw() {
  const open = channel();
  if (!open) return;
  if (draftKey() !== current) {
    current = draftKey();
    box.value = drafts.get(current) || "";
    grow();
    complete();
  }
  const where = here.thread ? "Reply…" : `Message ${open.direct ? world.bot.name : "#" + open.name}`;
  box.placeholder = here.thread ? where : `${where}  ·  / for commands`;
  box.setAttribute("aria-label", where);
}

/** write puts text into the message box and gives it the focus. */
export function write(text) {
  drafts.set(draftKey(), text);
  current = draftKey();
  box.value = text;
  dismissed = false;
  grow();
  complete();
  box.focus();
  box.setSelectionRange(text.length, text.length);
}

function typed() {
  drafts.set(draftKey(), box.value);
  dismissed = false;
  at = 0;
  grow();
  complete();
}

/** grow fits the box to its text; the style sheet bounds it. */
function grow() {
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight}px`;
  send.disabled = !box.value.trim();
}

const commandOf = (text) => world.commands.find(({ command }) => text === command || text.startsWith(command + " "));

function matches() {
  const typedText = box.value;
  if (dismissed || !/^\/\S*$/.test(typedText)) return [];
  return world.commands.filter(({ command }) => command.startsWith(typedText.toLowerCase()));
}

function complete() {
  const found = matches();
  at = Math.min(at, Math.max(found.length - 1, 0));
  list.hidden = !found.length;
  box.setAttribute("aria-expanded", String(!list.hidden));
  fill(list, found.map((each, i) => h("li", {
    id: `completion-${i}`, role: "option", "aria-selected": String(i === at), "data-testid": "completion",
    onmousedown: (event) => {
      event.preventDefault();
      take(each);
    },
  }, h("span", null, h("code", null, each.command), " ", h("span", { class: "muted" }, each.hint)), h("span", { class: "about" }, each.about))));
  if (found.length) {
    box.setAttribute("aria-activedescendant", `completion-${at}`);
    list.children[at]?.scrollIntoView({ block: "nearest" });
  } else {
    box.removeAttribute("aria-activedescendant");
  }
  const known = !found.length && !dismissed && commandOf(box.value);
  usage.hidden = !known;
  if (known) fill(usage, h("code", null, known.command), " ", h("span", { class: "hint" }, known.hint), h("span", { class: "about" }, known.about));
}

function hide() {
  list.hidden = true;
  box.setAttribute("aria-expanded", "false");
}

const take = (command) => write(command.command + " ");

function key(event) {
  shifted = event.shiftKey;
  const found = list.hidden ? [] : matches();
  const plain = !event.shiftKey && !event.altKey && !event.ctrlKey && !event.metaKey && !event.isComposing;
  if (found.length && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    at = (at + (event.key === "ArrowDown" ? 1 : found.length - 1)) % found.length;
    complete();
  } else if (found.length && plain && (event.key === "Tab" || (event.key === "Enter" && box.value !== found[at].command))) {
    event.preventDefault();
    take(found[at]);
  } else if (found.length && event.key === "Escape") {
    event.stopPropagation();
    dismissed = true;
    complete();
  } else if (plain && event.key === "Enter") {
    event.preventDefault();
    submit();
  } else if (plain && event.key === "ArrowUp" && (!box.value || box.value === history.at(-recalled)) && recalled < history.length) {
    event.preventDefault();
    write(history.at(-++recalled));
  }
}

let shifted = false;

/** breakLine lets only Shift+Enter break a line: some keyboards send a break of their own behind an Enter. */
function breakLine(event) {
  if (event.inputType === "insertLineBreak" && !shifted) event.preventDefault();
}

async function submit() {
  const text = box.value.trim();
  if (!text) return;
  const open = channel();
  const command = text.startsWith("/");
  if (command && here.thread) {
    notify(`${text.split(/\s/)[0]} is not supported in threads. Sorry!`);
    return;
  }
  if (command && !commandOf(text)) {
    notify(`${text.split(/\s/)[0]} is not a command of this workspace. Type / to see them.`);
    return;
  }
  history.push(text);
  recalled = 0;
  write("");
  report(await act(command ? { do: "command", channel: open.id, text } : { do: "say", channel: open.id, text, thread: here.thread || undefined }));
}

onChange(draw);
