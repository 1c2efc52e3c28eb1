// Making elements. Data reaches the document only through text nodes and attributes
// set here; no markup is ever parsed.

/** h makes an element: h("p", {class: "x", onclick: f, hidden: true}, "text", child). */
export function h(tag, props, ...children) {
  const el = document.createElement(tag);
  for (const [name, value] of Object.entries(props || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) el.addEventListener(name.slice(2), value);
    else if (name === "value") el.value = value;
    else el.setAttribute(name, value === true ? "" : value);
  }
  el.append(...children.flat(9).filter((child) => child !== null && child !== undefined && child !== false));
  return el;
}

/** fill replaces the children of el. */
export function fill(el, ...children) {
  el.replaceChildren(...children.flat(9).filter(Boolean));
  return el;
}

/**
 * keyed draws items into parent, reusing the element of an item that has not changed.
 * draw(item, before) returns an element; before is the element it replaces, if any, or
 * may bring up to date and return.
 */
export function keyed(parent, items, key, draw) {
  const old = new Map([...parent.children].map((el) => [el.itemKey, el]));
  let at = parent.firstElementChild;
  for (const item of items) {
    const id = key(item);
    const shape = JSON.stringify(item);
    const before = old.get(id);
    old.delete(id);
    if (before && before.itemShape === shape) {
      if (before === at) at = at.nextElementSibling;
      else parent.insertBefore(before, at);
      continue;
    }
    const restore = before && focusWithin(before);
    const el = draw(item, before);
    el.itemKey = id;
    el.itemShape = shape;
    if (before && before === at) at = at.nextElementSibling;
    else if (el === before) parent.insertBefore(el, at);
    if (el === before) continue;
    parent.insertBefore(el, at);
    before?.remove();
    restore?.(el);
  }
  for (const el of old.values()) el.remove();
}

/**
 * focusWithin remembers which field inside el has the focus and the selection, and
 * returns what gives both back to the field of the same name in a newer element.
 */
export function focusWithin(el) {
  const active = document.activeElement;
  if (!active || active === document.body || !el.contains(active)) return null;
  const name = active.closest("[data-field]")?.dataset.field;
  const selection = [active.selectionStart, active.selectionEnd];
  return (next) => {
    const twin = name && next.querySelector(`[data-field="${CSS.escape(name)}"]`);
    if (!twin) return false;
    twin.focus({ preventScroll: true });
    if (typeof selection[0] === "number" && twin.setSelectionRange && twin.type !== "email" && twin.type !== "number") {
      twin.setSelectionRange(...selection);
    }
    return true;
  };
}

/** webLink makes a link to a web or mail address that opens in a new tab, or plain text where url is neither. */
export function webLink(url, ...children) {
  const safe = safeURL(url);
  const label = children.length ? children : [url];
  if (!safe) return h("bdi", null, label);
  return h("a", { href: safe, target: "_blank", rel: "noopener noreferrer" }, h("bdi", null, label));
}

/** safeURL returns url when a click on it can only open a page or a mail, else "". */
export function safeURL(url) {
  try {
    const parsed = new URL(url);
    return ["http:", "https:", "mailto:", "tel:"].includes(parsed.protocol) ? parsed.href : "";
  } catch {
    return "";
  }
}
