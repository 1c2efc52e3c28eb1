// The opening: things to try, ticked by what has happened.

import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { change, channelsOf, here, onChange, personByKey, world } from "./state.js";
import { write } from "./composer.js";
import { showRecord } from "./records.js";
import { notify } from "./notices.js";

const place = document.getElementById("story");
let folded = false;
let chosen = -1; // the step someone opened by hand; -1: the first that is not done
let drawn = "";

function draw() {
  const steps = world.story || [];
  place.hidden = !steps.length;
  const shape = JSON.stringify([steps, folded, chosen]);
  if (shape === drawn) return;
  const finished = drawn && chosen >= 0 && steps[chosen]?.done && !JSON.parse(drawn)[0][chosen]?.done;
  if (finished) chosen = -1;
  drawn = JSON.stringify([steps, folded, chosen]);
  const focused = place.contains(document.activeElement) && document.activeElement.dataset.field;
  const open = chosen >= 0 ? chosen : steps.findIndex((step) => !step.done);
  const done = steps.filter((step) => step.done).length;
  fill(place,
    h("header", null,
      h("h2", null, done === steps.length ? "All done" : steps.length === 3 ? "Three things to try" : "Things to try"),
      h("span", { class: "progress", role: "img", "aria-label": `${done} of ${steps.length} done` }, steps.map((step) => h("i", { class: step.done ? "on" : "" }))),
      h("button", { class: "button quiet", type: "button", "aria-expanded": String(!folded), "aria-label": folded ? "Show the story" : "Fold the story", "data-field": "fold", "data-testid": "story-fold",
        onclick: () => {
          folded = !folded;
          draw();
        } }, icon("down"))),
    !folded && h("ol", { class: "steps" }, steps.map((step, i) => drawStep(step, i, i === open))));
  place.classList.toggle("folded", folded);
  if (focused) place.querySelector(`[data-field="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

function drawStep(step, i, open) {
  return h("li", { class: `step${open ? " open" : ""}`, "data-testid": "story-step", "data-done": String(!!step.done) },
    h("button", { class: "step-title", type: "button", "aria-expanded": String(open), "data-field": `step ${i}`, onclick: () => {
      chosen = open ? steps().length : i;
      draw();
    } }, tick(step.done, String(i + 1)), h("span", null, step.title)),
    open && h("div", { class: "step-body" },
      h("p", { class: "muted" }, step.about),
      h("ul", null, (step.parts || []).map((part, j) => drawPart(part, `${i} ${j}`, j === step.parts.findIndex((each) => !each.done))))));
}

const steps = () => world.story || [];

function drawPart(part, name, next) {
  const leads = part.command || part.record || part.mailbox || part.channel || part.as;
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
  // The composer belongs to the person and channel just opened, so it is filled after that is drawn.
  if (part.command) queueMicrotask(() => queueMicrotask(() => write(part.command)));
  if (part.record) showRecord(part.record);
}

onChange(draw);
