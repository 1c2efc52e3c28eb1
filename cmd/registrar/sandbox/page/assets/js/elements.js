// The elements of blocks that can be pressed, chosen or typed into.

import { h, safeURL } from "./dom.js";
import { menu } from "./menu.js";
import { plain, textObject } from "./mrkdwn.js";
import { field } from "./values.js";
import { confirmed } from "./confirm.js";
import { choices, picker } from "./choices.js";

/**
 * element draws one element. In an input block, `input` holds its id and state;
 * elsewhere a change is sent at once, as Slack does.
 */
export function element(el, block, surface, input) {
  switch (el.type) {
    case "button": case "workflow_button":
      return button(el, block, surface);
    case "overflow":
      return overflow(el, block, surface);
    case "plain_text_input": case "email_text_input": case "url_text_input": case "number_input":
      return typed(el, block, surface, input);
    case "radio_buttons": case "checkboxes":
      return choices(el, block, use(el, block, surface, input), input);
    case "static_select": case "multi_static_select": case "users_select": case "channels_select":
    case "conversations_select": case "datepicker": case "timepicker":
      return picker(el, block, use(el, block, surface, input), input);
    case "image":
      return h("span", { class: "muted" }, el.alt_text);
    default:
      return h("span", { class: "unknown" }, `Slack element ${el.type}`);
  }
}

/** use gives a chooser its state, its name and what to do with a choice. */
function use(el, block, surface, input) {
  const state = field(surface.key, block.block_id, el);
  return {
    state,
    name: `${surface.key}|${block.block_id}|${el.action_id}`,
    async choose(next, control) {
      if (!(await confirmed(el.confirm, control))) return false;
      Object.assign(state, next);
      surface.typed?.(block.block_id);
      if (!input || block.dispatch_action) surface.press({ ...base(el, block), ...next }, control);
      return true;
    },
  };
}

const base = (el, block) => ({ type: el.type, action_id: el.action_id, block_id: block.block_id });

function button(el, block, surface) {
  const style = el.style === "primary" || el.style === "danger" ? el.style : "";
  const name = `${block.block_id}|${el.action_id}|${el.value ?? ""}`;
  const label = plain(el.text?.text);
  const press = async (event) => {
    const control = event.currentTarget;
    if (el.confirm) {
      event.preventDefault();
      if (!(await confirmed(el.confirm, control))) return;
      if (el.url) window.open(safeURL(el.url), "_blank", "noopener,noreferrer");
    }
    surface.press({ ...base(el, block), value: el.value, text: el.text }, control);
  };
  const shared = { class: `button ${style}`, "data-field": name, "data-testid": "button", "aria-label": el.accessibility_label, onclick: press };
  if (el.url && safeURL(el.url)) return h("a", { ...shared, href: safeURL(el.url), target: "_blank", rel: "noopener noreferrer" }, label);
  return h("button", { ...shared, type: "button" }, label);
}

function overflow(el, block, surface) {
  const attributes = { "data-field": `${block.block_id}|${el.action_id}`, "data-testid": "overflow" };
  return menu("More actions", attributes, (el.options || []).map((option) => ({
    label: textObject(option.text),
    async choose(opener) {
      if (!(await confirmed(el.confirm, opener))) return;
      if (option.url && safeURL(option.url)) window.open(safeURL(option.url), "_blank", "noopener,noreferrer");
      surface.press({ ...base(el, block), selected_option: option }, opener);
    },
  })));
}

const kinds = { email_text_input: ["email", "email"], url_text_input: ["url", "url"], number_input: ["text", "decimal"] };

function typed(el, block, surface, input) {
  const state = field(surface.key, block.block_id, el);
  const [type, mode] = kinds[el.type] || ["text"];
  const attributes = {
    id: input?.id, placeholder: el.placeholder?.text, maxlength: el.max_length,
    autocomplete: "off", spellcheck: el.type === "plain_text_input" ? undefined : "false",
    "aria-required": input?.required ? "true" : undefined, "aria-invalid": input?.invalid ? "true" : undefined,
    "aria-describedby": input?.describedBy, "data-field": `${block.block_id}|${el.action_id}`,
    autofocus: el.focus_on_load, value: state.value ?? "",
    oninput: (event) => {
      state.value = event.target.value === "" ? null : event.target.value;
      surface.typed?.(block.block_id);
    },
  };
  if (el.multiline) return h("textarea", { ...attributes, rows: "4" });
  const box = h("input", { ...attributes, type, inputmode: mode });
  if (block.dispatch_action) {
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      surface.press({ ...base(el, block), value: state.value }, box);
    });
  }
  return box;
}
