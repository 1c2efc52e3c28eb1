// Elements that offer a choice: radio buttons, checkboxes, selects, pickers.

import { h } from "./dom.js";
import { textObject } from "./mrkdwn.js";
import { world } from "./state.js";

/** choices draws radio buttons or checkboxes. */
export function choices(el, block, { state, name, choose }, input) {
  const many = el.type === "checkboxes";
  const chosen = () => (many ? state.selected_options : [state.selected_option]).filter(Boolean).map((option) => option.value);
  return h("div", { class: "choices", role: input ? undefined : many ? "group" : "radiogroup" }, (el.options || []).map((option) => {
    const box = h("input", {
      type: many ? "checkbox" : "radio", name, checked: chosen().includes(option.value),
      "data-field": `${block.block_id}|${el.action_id}|${option.value}`,
      "aria-invalid": input?.invalid ? "true" : undefined, "aria-describedby": input?.describedBy,
      onchange: async () => {
        const next = many
          ? { selected_options: el.options.filter((each) => (each.value === option.value ? box.checked : chosen().includes(each.value))) }
          : { selected_option: option };
        if (!(await choose(next, box))) box.checked = chosen().includes(option.value);
      },
    });
    return h("label", { class: "choice" }, box,
      h("span", null, h("span", { class: "text" }, textObject(option.text)),
        option.description && h("span", { class: "hint" }, textObject(option.description))));
  }));
}

/** picker draws a select or a date or time field. */
export function picker(el, block, control, input) {
  const attributes = {
    id: input?.id, "data-field": `${block.block_id}|${el.action_id}`,
    "aria-label": input ? undefined : el.placeholder?.text || "Choose", "aria-required": input?.required ? "true" : undefined,
    "aria-invalid": input?.invalid ? "true" : undefined, "aria-describedby": input?.describedBy, autofocus: el.focus_on_load,
  };
  if (el.type === "datepicker") return simple("date", "selected_date", attributes, control);
  if (el.type === "timepicker") return simple("time", "selected_time", attributes, control);
  if (el.type === "multi_static_select") return choices({ ...el, type: "checkboxes", options: optionsOf(el) }, block, control, input);
  return select(el, attributes, control);
}

function simple(type, slot, attributes, { state, choose }) {
  return h("input", {
    ...attributes, type, value: state[slot] ?? "",
    onchange: (event) => choose({ [slot]: event.target.value || null }, event.target),
  });
}

/** select draws any single select: of options, people or channels. */
function select(el, attributes, { state, choose }) {
  const slot = { users_select: "selected_user", channels_select: "selected_channel", conversations_select: "selected_conversation" }[el.type];
  const options = optionsOf(el);
  const current = slot ? state[slot] : state.selected_option?.value;
  const draw = (option) => h("option", { value: option.value, selected: option.value === current }, option.text?.text ?? "");
  const box = h("select", {
    ...attributes,
    onchange: async () => {
      const option = options.find((each) => each.value === box.value);
      const before = slot ? state[slot] : state.selected_option?.value;
      const next = slot ? { [slot]: option?.value ?? null } : { selected_option: option ?? null };
      if (!(await choose(next, box))) box.value = before ?? "";
    },
  }, h("option", { value: "" }, el.placeholder?.text || "Select an option"),
  el.option_groups
    ? el.option_groups.map((group) => h("optgroup", { label: group.label?.text }, group.options.map(draw)))
    : options.map(draw));
  if (current) box.value = current;
  return h("div", { class: "select" }, box);
}

function optionsOf(el) {
  switch (el.type) {
    case "users_select":
      return world.people.map((person) => ({ value: person.id, text: { text: person.name } }));
    case "channels_select": case "conversations_select":
      return world.channels.filter((channel) => !channel.direct).map((channel) => ({ value: channel.id, text: { text: "#" + channel.name } }));
    default:
      return el.option_groups ? el.option_groups.flatMap((group) => group.options) : el.options || [];
  }
}
