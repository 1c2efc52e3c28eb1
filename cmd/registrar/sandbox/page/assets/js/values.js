// What is typed and chosen in the fields of a view or a message, in the shape of
// Slack's state.values. It outlives a redraw: as in Slack, a field keeps its value
// while its block_id and action_id stay.

const surfaces = new Map();

/** valuesOf returns the values of a surface, {block_id: {action_id: state}}. */
export function valuesOf(surface) {
  if (!surfaces.has(surface)) surfaces.set(surface, {});
  return surfaces.get(surface);
}

/** forget drops the values of every surface that keep refuses. */
export function forget(keep) {
  for (const surface of surfaces.keys()) if (!keep(surface)) surfaces.delete(surface);
}

/** field returns the state of one element, started from its initial value. */
export function field(surface, blockID, element) {
  const block = (valuesOf(surface)[blockID] ??= {});
  const known = block[element.action_id];
  if (known?.type === element.type) return known;
  return (block[element.action_id] = initial(element));
}

/** prune leaves out what the blocks of a surface no longer hold. */
export function prune(surface, blocks) {
  const values = valuesOf(surface);
  const present = new Set(blocks.flatMap((block) => elementsOf(block).map((el) => `${block.block_id} ${el.action_id}`)));
  for (const [blockID, actions] of Object.entries(values)) {
    for (const actionID of Object.keys(actions)) if (!present.has(`${blockID} ${actionID}`)) delete actions[actionID];
    if (!Object.keys(actions).length) delete values[blockID];
  }
}

/** elementsOf lists the elements of a block that can be used. */
export const elementsOf = (block) => [block.element, block.accessory, ...(block.type === "actions" ? block.elements || [] : [])].filter(Boolean);

function initial(element) {
  const type = element.type;
  switch (type) {
    case "static_select": case "external_select": case "radio_buttons":
      return { type, selected_option: element.initial_option ?? null };
    case "checkboxes": case "multi_static_select":
      return { type, selected_options: element.initial_options ?? [] };
    case "users_select":
      return { type, selected_user: element.initial_user ?? null };
    case "channels_select":
      return { type, selected_channel: element.initial_channel ?? null };
    case "conversations_select":
      return { type, selected_conversation: element.initial_conversation ?? null };
    case "datepicker":
      return { type, selected_date: element.initial_date ?? null };
    case "timepicker":
      return { type, selected_time: element.initial_time ?? null };
    default:
      return { type, value: element.initial_value ?? null };
  }
}

const email = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** problems checks the input blocks as Slack's client does before it sends anything: {block_id: message}. */
export function problems(surface, blocks) {
  const found = {};
  for (const block of blocks.filter((each) => each.type === "input")) {
    const problem = problemOf(field(surface, block.block_id, block.element), block);
    if (problem) found[block.block_id] = problem;
  }
  return found;
}

function problemOf(state, { element, optional }) {
  const value = state.value ?? state.selected_option ?? state.selected_user ?? state.selected_channel ?? state.selected_conversation ?? state.selected_date ?? state.selected_time ?? state.selected_options;
  const text = typeof value === "string" ? value : "";
  const empty = !value || (typeof value === "string" ? !value.trim() : value.length === 0);
  if (empty) return optional ? "" : "Please complete this required field.";
  if (state.type === "email_text_input" && !email.test(text.trim())) return "Please enter a valid email address.";
  if (state.type === "url_text_input" && !URL.canParse(text.trim())) return "Please enter a valid URL, such as https://example.com.";
  if (state.type === "number_input" && Number.isNaN(Number(text))) return "Please enter a number.";
  if (element.min_length && text.length < element.min_length) return `Please enter at least ${element.min_length} characters.`;
  if (element.max_length && text.length > element.max_length) return `Please enter at most ${element.max_length} characters.`;
  return "";
}
