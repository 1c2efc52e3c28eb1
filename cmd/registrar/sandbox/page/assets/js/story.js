// The opening: things to try, ticked by what has happened. One chapter is open at a time;
// one that is done folds, and the next opens.

import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { change, channelsOf, here, onChange, personByKey, world } from "./state.js";
import { write } from "./composer.js";
import { openHome } from "./conversation.js";
import { showPerson } from "./records.js";
import { showSalesforce } from "./salesforce.js";
import { notify } from "./notices.js";

const place = document.getElementById("story");
const chosen = { chapter: -1, step: -1 }; // what someone opened by hand; -1: the first that is not done
let folded = false;
let drawn = "";
let before = [];

function draw() {
  const story = world.story;
  place.hidden = !story.length;
  const shape = JSON.stringify([story, folded, chosen]);
  if (shape === drawn) return;
  letGo(story);
  before = story;
  drawn = JSON.stringify([story, folded, chosen]);
  const focused = place.contains(document.activeElement) && document.activeElement.dataset.field;
  const open = openOf(story, chosen.chapter);
  fill(place,
    h("button", { class: "button quiet fold", type: "button", "aria-expanded": String(!folded), "aria-label": folded ? "Show the story" : "Fold the story", "data-field": "fold", "data-testid": "story-fold",
      onclick: () => {
        folded = !folded;
        draw();
      } }, icon("down")),
    story.map((chapter, i) => drawChapter(chapter, i, i === open)));
  place.classList.toggle("folded", folded);
  if (focused) place.querySelector(`[data-field="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

/** letGo closes what someone opened by hand once it becomes done, so that the next thing shows. */
function letGo(story) {
  const finished = (now, then) => now?.done && then && !then.done;
  const at = openOf(before, chosen.chapter);
  if (finished(story[at]?.steps[chosen.step], before[at]?.steps[chosen.step])) chosen.step = -1;
  if (finished(story[at], before[at])) Object.assign(chosen, { chapter: -1, step: -1 });
}

/** openOf is which of a list shows: the chosen one, else the first that is not done. */
const openOf = (list, picked) => (picked >= 0 ? picked : list.findIndex((each) => !each.done));

function drawChapter({ title, steps, done }, i, open) {
  const count = steps.filter((step) => step.done).length;
  const at = openOf(steps, open ? chosen.step : -1);
  return h("section", { class: `chapter${open ? " open" : ""}`, "data-testid": "story-chapter", "data-done": String(!!done) },
    h("button", { class: "chapter-title", type: "button", "aria-expanded": String(open && !folded), "data-testid": `story-chapter-${i + 1}`, "data-field": `chapter ${i}`, onclick: () => {
      Object.assign(chosen, { chapter: open && !folded ? world.story.length : i, step: -1 });
      folded = false;
      draw();
    } }, h("h2", null, title), h("span", { class: "progress", role: "img", "aria-label": `${count} of ${steps.length} done` }, steps.map((step) => h("i", { class: step.done ? "on" : "" })))),
    h("ol", { class: "steps", hidden: folded || !open }, steps.map((step, j) => drawStep(step, `${i} ${j}`, j === at, () => {
      Object.assign(chosen, { chapter: i, step: j === at ? steps.length : j });
      draw();
    }))));
}

function drawStep(step, name, open, toggle) {
  return h("li", { class: `step${open ? " open" : ""}`, "data-testid": "story-step", "data-done": String(!!step.done) },
    h("button", { class: "step-title", type: "button", "aria-expanded": String(open), "data-field": `step ${name}`, onclick: toggle },
      tick(step.done, String(Number(name.split(" ")[1]) + 1)), h("span", null, step.title)),
    open && h("div", { class: "step-body" },
      h("p", { class: "muted" }, step.about),
      h("ul", null, (step.parts || []).map((part, i) => drawPart(part, `${name} ${i}`, i === step.parts.findIndex((each) => !each.done))))));
}

function drawPart(part, name, next) {
  const leads = part.command || part.record || part.salesforce || part.mailbox || part.home || part.channel || part.as;
  return h("li", { class: `part${next ? " next" : ""}`, "data-testid": "story-part", "data-done": String(!!part.done) },
    tick(part.done, ""), h("span", null, part.text),
    next && leads && h("button", { class: "button small", type: "button", "data-testid": "show-me", "data-field": `show ${name}`, onclick: () => show(part) }, "Show me"));
}

const tick = (done, text) => h("span", { class: `tick${done ? " on" : ""}`, role: "img", "aria-label": done ? "Done" : "Not done yet" }, done ? icon("check") : text);

/** show leads to where a part is done: the person, the channel, the command, the record. */
function show(part) {
  const who = (part.as && personByKey(part.as)?.id) || here.me;
  const target = channelsOf(who).find((each) => (part.channel === "direct" ? each.direct : each.name === part.channel));
  const update = { me: who, thread: "" };
  if (part.as || target || part.command) update.pane = "chat";
  if (target) Object.assign(update, { open: { ...here.open, [who]: target.id }, home: { ...here.home, [who]: false } });
  if (part.mailbox) Object.assign(update, { tab: "mail", pane: "mail", mail: "" });
  if (who !== here.me) notify(`You are ${personByKey(part.as).name} now.`);
  change(update);
  if (part.home) openHome(who);
  // The composer belongs to the person and channel just opened, so it is filled after that is drawn.
  if (part.command) queueMicrotask(() => queueMicrotask(() => write(part.command)));
  if (part.salesforce) showSalesforce(part.salesforce);
  if (part.record) showPerson(part.record);
}

onChange(draw);
