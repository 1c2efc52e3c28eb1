// Lists of records with a filter above them and an open record over them: LearnUpon's
// pane and Salesforce's.

import { fill, h, keyed } from "./dom.js";
import { icon } from "./icons.js";
import { redraw } from "./state.js";

/** listPane fills place and returns what draws it. */
export function listPane(place, { system, hint, testid }) {
  const filter = h("input", { type: "search", placeholder: hint, "aria-label": `${hint} in ${system}`, autocomplete: "off", "data-testid": testid, oninput: redraw });
  const list = h("div", { class: "records" });
  const drawer = h("div", { class: "drawer" });
  fill(place, h("div", { class: "filter" }, icon("search"), filter), list, drawer);
  return {
    /** matches reports whether one of the texts holds what the filter says. */
    matches: (...texts) => texts.join(" ").toLowerCase().includes(filter.value.trim().toLowerCase()),
    /** show draws sections {key, title, none, rows, row}, and open {key, …} with draw, where a record is open. */
    show(sections, open, draw) {
      place.classList.toggle("drawn", !!open);
      list.inert = filter.inert = !!open;
      keyed(list, sections, (part) => part.key, section);
      keyed(drawer, open ? [open] : [], (each) => each.key, draw);
    },
    /** enter gives the focus to the open record, leave to the row it was opened from. */
    enter: () => soon(() => drawer.querySelector("button")),
    leave: (field) => soon(() => list.querySelector(`[data-field="${CSS.escape(field)}"]`)),
  };
}

/** soon gives the focus to what find returns, after the redraw that is under way. */
function soon(find) {
  queueMicrotask(() => queueMicrotask(() => find()?.focus({ preventScroll: true })));
}

/** section draws a list; one that is there already only gets its rows, so that the focus stays in them. */
function section(part, before) {
  const el = before || h("section", { class: "record-list", "aria-label": part.title },
    h("h3", null, part.title, " ", h("span", { class: "muted" })), h("div", { class: "rows" }), h("p", { class: "empty" }, part.none));
  const [heading, body, empty] = el.children;
  heading.lastElementChild.textContent = part.rows.length;
  keyed(body, part.rows, (each) => String(each.id), part.row);
  empty.hidden = part.rows.length > 0;
  return el;
}

/** row draws one record of a list: its name, a line below it, and cells. */
export function row({ name, below, attributes, open, before }, ...cells) {
  return h("button", { class: `row${before ? " changed" : ""}`, type: "button", onclick: open, ...attributes },
    h("span", { class: "who" }, h("strong", null, h("bdi", null, name)), h("span", { class: "muted" }, h("bdi", null, below))), cells);
}

/** recordPage draws an open record: where it is, its name, and its body. */
export function recordPage({ attributes, name, chip, below, trail, back, before }, ...body) {
  return h("article", { class: `record${before ? " still" : ""}`, "aria-label": name, ...attributes },
    h("header", null,
      h("button", { class: "button quiet", type: "button", "aria-label": "Back to the list", "data-field": "record back", ...back }, icon("back")),
      h("p", { class: "trail" }, trail.join(" / "))),
    h("div", { class: "record-body" },
      h("div", { class: "title" }, h("h3", null, h("bdi", null, name)), chip),
      below && h("p", { class: "muted" }, h("bdi", null, below)),
      body));
}

/** facts draws pairs of a label, as people see it in the system, and a value: text, or an element. */
export const facts = (pairs) => h("dl", { class: "facts" }, Object.entries(pairs).map(([name, value]) =>
  h("div", { "data-label": name }, h("dt", null, name), h("dd", null, value instanceof Node ? value : h("bdi", null, value)))));

export const chip = (kind, text, attributes) => h("span", { class: `chip ${kind}`, ...attributes }, text);
