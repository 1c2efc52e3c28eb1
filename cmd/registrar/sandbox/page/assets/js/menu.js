// A menu behind three dots: what an overflow element offers, what can be done with a message.

import { h } from "./dom.js";
import { icon } from "./icons.js";

/** menu draws a menu of items {label, choose(opener), attributes}; attributes are the opener's. */
export function menu(label, attributes, items) {
  const list = h("div", { class: "menu", role: "menu", "aria-label": label, hidden: true });
  const opener = h("button", { class: "button quiet", type: "button", "aria-haspopup": "menu", "aria-expanded": "false", "aria-label": label, ...attributes }, icon("more"));
  const show = (open) => {
    list.hidden = !open;
    opener.setAttribute("aria-expanded", String(open));
    if (!open) return;
    list.classList.remove("up");
    list.classList.toggle("up", !roomBelow(list));
    list.firstElementChild?.focus();
  };
  list.append(...items.map((item) => h("button", {
    type: "button", role: "menuitem", tabindex: "-1", ...item.attributes,
    onclick: () => {
      show(false);
      opener.focus();
      item.choose(opener);
    },
  }, item.label)));
  opener.addEventListener("click", () => show(list.hidden));
  const box = h("div", { class: "overflow" }, opener, list);
  box.addEventListener("keydown", (event) => keys(event, list, opener, show));
  box.addEventListener("focusout", (event) => box.contains(event.relatedTarget) || show(false));
  return box;
}

function keys(event, list, opener, show) {
  const items = [...list.children];
  const at = items.indexOf(document.activeElement);
  if (event.key === "Escape" && !list.hidden) {
    event.stopPropagation();
    show(false);
    opener.focus();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (list.hidden) show(true);
    else items.at((at + (event.key === "ArrowDown" ? 1 : -1)) % items.length)?.focus();
  }
}

/** roomBelow reports whether all of an open menu can be seen without scrolling. */
function roomBelow(list) {
  const place = list.closest(".log, .modal-body");
  return !place || list.getBoundingClientRect().bottom <= place.getBoundingClientRect().bottom;
}
