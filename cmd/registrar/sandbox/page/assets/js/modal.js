// Modals: the stack a person has open, drawn over Slack only, so that LearnUpon and
// the mailbox beside it stay in reach as another window would.

import { fill, focusWithin, h } from "./dom.js";
import { icon } from "./icons.js";
import { plain } from "./mrkdwn.js";
import { drawBlocks } from "./blocks.js";
import { report, surface } from "./surface.js";
import { act, change, here, onChange, viewsOf, world } from "./state.js";
import { forget, problems, valuesOf } from "./values.js";

const stage = document.getElementById("stage");
const behind = [document.getElementById("side"), document.querySelector(".talk")];
const states = new Map(); // view id → {errors, waiting, trouble}
const closing = new Set(); // views that the person closed and the server still tells of
let drawn = "";
let opener = null;

function draw() {
  const stack = stackOf();
  const top = stack.at(-1);
  const ids = new Set(world.views.map((view) => view.id));
  for (const id of states.keys()) if (!ids.has(id)) states.delete(id);
  forget((key) => !key.startsWith("view ") || ids.has(key.slice(5)));

  const shape = top ? JSON.stringify([here.me, top, stack.length, states.get(top.id)]) : "";
  if (shape === drawn) return;
  const fresh = stage.firstElementChild?.dataset.view !== top?.id;
  drawn = shape;
  if (!top) {
    close();
    return;
  }
  if (!stage.firstElementChild) opener = document.activeElement;
  behind.forEach((el) => { el.inert = true; });
  const restore = !fresh && focusWithin(stage);
  const scroll = fresh ? 0 : stage.querySelector(".modal-body").scrollTop;
  const dialog = drawView(top, stack.length);
  stage.replaceChildren(dialog);
  stage.classList.add("on");
  dialog.querySelector(".modal-body").scrollTop = scroll;
  if (fresh) {
    change({ pane: "chat" });
    first(dialog).focus({ preventScroll: true });
  } else if (restore && !restore(dialog)) {
    dialog.focus({ preventScroll: true });
  }
}

const stackOf = () => viewsOf(here.me).filter((view) => !closing.has(view.id));

/** dismiss closes a view, or all of them, at once; the app hears of it meanwhile. */
async function dismiss(id, all) {
  const gone = all ? stackOf().map((view) => view.id) : [id];
  gone.forEach((each) => closing.add(each));
  change({});
  report(await act({ do: "close", view: id, all }));
  gone.forEach((each) => closing.delete(each));
  change({});
}

/** first is where the focus starts: where the view says, else the first empty field, else the dialog. */
function first(dialog) {
  const fields = [...dialog.querySelectorAll("input, textarea, select")];
  return dialog.querySelector("[autofocus]") || fields.find((each) => !each.value) || fields[0] || dialog;
}

function close() {
  const had = stage.contains(document.activeElement) || document.activeElement === document.body;
  stage.replaceChildren();
  stage.classList.remove("on");
  behind.forEach((el) => { el.inert = false; });
  if (had) (opener?.isConnected ? opener : document.getElementById("composer")).focus({ preventScroll: true });
}

function drawView({ id, view }, depth) {
  const state = states.get(id) || {};
  const blocks = (view.blocks || []).map((block, i) => ({ block_id: `b${i}`, ...block }));
  const key = `view ${id}`;
  const place = surface(key, blocks, { view: id }, { errors: state.errors, typed: (blockID) => clear(id, blockID) });
  const send = (event) => {
    event.preventDefault();
    if (!state.waiting && view.submit) submit(id, blocks);
  };
  return h("form", {
    class: "modal", role: "dialog", "aria-labelledby": "modal-title", tabindex: "-1", novalidate: true,
    "data-testid": "modal", "data-view": id, "data-depth": String(depth), onsubmit: send,
  },
  h("header", null, depth > 1 && icon("back"), h("h2", { id: "modal-title" }, plain(view.title?.text)),
    h("button", { class: "button quiet", type: "button", "aria-label": "Close", "data-testid": "modal-x", onclick: () => dismiss(id, true) }, icon("close"))),
  state.trouble && h("p", { class: "trouble", role: "alert" }, icon("alert"), state.trouble),
  h("div", { class: "modal-body blocks", "aria-live": "polite" }, drawBlocks(blocks, place)),
  h("footer", null,
    (view.close || view.submit) && h("button", { class: "button", type: "button", "data-testid": "modal-close", onclick: () => dismiss(id) }, plain(view.close?.text || "Cancel")),
    view.submit && h("button", { class: "button primary solid", type: "submit", "data-testid": "modal-submit", "data-field": "submit", "aria-busy": state.waiting ? "true" : undefined }, plain(view.submit.text))));
}

async function submit(id, blocks) {
  const key = `view ${id}`;
  const wrong = problems(key, blocks);
  if (Object.keys(wrong).length) return fail(id, wrong);
  set(id, { waiting: true });
  const answer = await act({ do: "submit", view: id, values: valuesOf(key) });
  if (answer.errors && Object.keys(answer.errors).length) return fail(id, answer.errors);
  const trouble = answer.late ? "We had some trouble connecting. Try again?" : answer.problem || "";
  set(id, trouble ? { trouble } : {});
}

/** fail shows field errors and leads to the first of them. */
function fail(id, errors) {
  set(id, { errors });
  queueMicrotask(() => queueMicrotask(() => stage.querySelector("[aria-invalid]")?.focus()));
}

function set(id, state) {
  states.set(id, state);
  change({});
}

/** clear takes the error off a field that is being corrected, without a redraw under the cursor. */
function clear(id, blockID) {
  const errors = states.get(id)?.errors;
  if (!errors?.[blockID]) return;
  delete errors[blockID];
  const place = stage.querySelector(`[data-block-id="${CSS.escape(blockID)}"]`);
  place?.classList.remove("invalid");
  place?.querySelector(".error")?.remove();
  place?.querySelectorAll("[aria-invalid]").forEach((el) => el.removeAttribute("aria-invalid"));
}

document.addEventListener("keydown", (event) => {
  const top = world && stackOf().at(-1);
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  if (top && (stage.contains(document.activeElement) || document.activeElement === document.body)) dismiss(top.id);
  else if (here.thread && document.querySelector(".talk").contains(document.activeElement)) change({ thread: "" });
});

stage.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) stage.querySelector("form")?.requestSubmit();
});

fill(stage);
onChange(draw);
