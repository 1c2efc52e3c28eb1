// Every block a message, a modal or an App Home may hold.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { plain, textObject } from "./mrkdwn.js";
import { markdown } from "./markdown.js";
import { richText } from "./richtext.js";
import { element } from "./elements.js";

/**
 * drawBlocks draws blocks. surface tells the elements where they are:
 * {key, errors: {block_id: text}, press(action, control)}.
 */
export function drawBlocks(blocks, surface) {
  return (blocks || []).map((block) => {
    const el = (kinds[block.type] || unknown)(block, surface);
    el.dataset.block = block.type;
    if (block.block_id) el.dataset.blockId = block.block_id;
    return el;
  });
}

function section(block, surface) {
  return h("div", { class: "section" },
    h("div", { class: "section-text" },
      block.text && h("div", { class: "text" }, textObject(block.text)),
      block.fields && h("div", { class: "fields" }, block.fields.map((each) => h("div", { class: "text" }, textObject(each))))),
    block.accessory && h("div", { class: "accessory" }, element(block.accessory, block, surface)));
}

const header = (block) => h("h4", { class: "header" }, plain(block.text?.text));

const divider = () => h("hr");

function context(block) {
  return h("div", { class: "context" }, (block.elements || []).map((each) =>
    (each.type === "image" ? h("span", { class: "muted" }, each.alt_text) : h("span", { class: "text" }, textObject(each)))));
}

const actions = (block, surface) => h("div", { class: "actions" }, (block.elements || []).map((each) => element(each, block, surface)));

/** input is a labelled field with its hint and its error; the ids tie them together. */
function input(block, surface) {
  const id = `f-${surface.key}-${block.block_id}`.replace(/[^\w-]/g, "-");
  const error = surface.errors?.[block.block_id];
  const group = ["radio_buttons", "checkboxes"].includes(block.element?.type);
  const control = element(block.element, block, surface, {
    id,
    required: !block.optional,
    invalid: !!error,
    describedBy: [block.hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ") || undefined,
  });
  const label = [plain(block.label?.text), block.optional && h("span", { class: "optional" }, " (optional)")];
  return h(group ? "fieldset" : "div", { class: "input" + (error ? " invalid" : ""), "data-testid": "field" },
    group ? h("legend", null, label) : h("label", { for: id }, label),
    control,
    error && h("p", { class: "error", id: `${id}-error`, "data-testid": "field-error" }, icon("alert"), h("span", null, error)),
    block.hint && h("p", { class: "hint", id: `${id}-hint` }, plain(block.hint.text)));
}

function table(block) {
  const settings = block.column_settings || [];
  const [head, ...rows] = block.rows || [];
  const cell = (tag) => (each, i) => h(tag, { class: `align-${settings[i]?.align || "left"}`, scope: tag === "th" ? "col" : undefined }, cellContent(each));
  return h("div", { class: "table", tabindex: "0", role: "region", "aria-label": "Table" }, h("table", null,
    head && h("thead", null, h("tr", null, head.map(cell("th")))),
    h("tbody", null, rows.map((row) => h("tr", null, row.map(cell("td")))))));
}

function cellContent(cell) {
  if (cell.type === "rich_text") return richText(cell);
  return h("bdi", null, String(cell.text ?? cell.value ?? ""));
}

function alert(block) {
  const level = ["info", "warning", "error", "success"].includes(block.level) ? block.level : "default";
  const sign = level === "success" ? "check" : level === "warning" || level === "error" ? "alert" : "info";
  return h("div", { class: `alert ${level}`, role: level === "error" ? "alert" : "note" }, icon(sign), h("div", { class: "text" }, textObject(block.text)));
}

// Images would come from other hosts, which this page never asks: the alternative text stands for them.
const image = (block) => h("p", { class: "muted" }, `Image: ${block.alt_text ?? ""}`);

const unknown = (block) => h("div", { class: "unknown" }, `Slack block ${block.type}`);

const kinds = {
  section, header, divider, context, actions, input, table, alert, image,
  rich_text: richText,
  markdown: (block) => h("div", { class: "md" }, markdown(block.text)),
};
