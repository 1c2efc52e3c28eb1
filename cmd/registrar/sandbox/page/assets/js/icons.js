// The page's own line icons and its drawing of the status emoji a bot uses most, so
// that a card looks the same where no colour emoji font is installed.

const NS = "http://www.w3.org/2000/svg";

const lines = {
  hash: "M9 4 7 20M17 4l-2 16M4 9h17M3 15h17",
  chat: "M4 5h16v11H9l-5 4z",
  book: "M5 4h11a3 3 0 0 1 3 3v13H8a3 3 0 0 1-3-3zM5 17a3 3 0 0 1 3-3h11",
  cloud: "M7 18.5a4.5 4.5 0 0 1-.6-8.96 6 6 0 0 1 11.5 1.5A3.8 3.8 0 0 1 17.2 18.5z",
  mail: "M3 6h18v12H3zM3 7l9 7 9-7",
  star: "M12 4l2.4 5 5.6.7-4.1 3.8 1.1 5.5-5-2.7-5 2.7 1.1-5.5L4 9.7 9.6 9z",
  send: "M4 12 20 4l-6 16-3-6.5z",
  back: "M11 5l-7 7 7 7M4 12h16",
  close: "M6 6l12 12M18 6 6 18",
  down: "M6 9l6 6 6-6",
  eye: "M2 12s3.5-6.5 10-6.5S22 12 22 12s-3.5 6.5-10 6.5S2 12 2 12zM12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z",
  check: "M5 12.5l4.5 4.5L19 7.5",
  copy: "M9 9h10v11H9zM5 15V4h10",
  file: "M7 3h7l5 5v13H7zM14 3v5h5",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  search: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5 21 21",
  home: "M4 11l8-7 8 7v9h-5v-6H9v6H4z",
  reply: "M4 5h16v11H9l-5 4z",
  info: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 11v5M12 8h.01",
  alert: "M12 4 2.5 20h19zM12 10v4M12 17h.01",
};

/** icon draws one of the line icons, hidden from screen readers. */
export function icon(name) {
  return svg("icon", path(lines[name], { fill: "none", stroke: "currentColor", "stroke-width": 1.75, "stroke-linecap": "round", "stroke-linejoin": "round" }));
}

const tick = "M7 12.5l3.5 3.5L17 8.5";
const cross = "M8 8l8 8M16 8l-8 8";
const hand = "M12 7v5.5l3.5 2";
const disc = "M12 2.5a9.5 9.5 0 1 0 0 19 9.5 9.5 0 0 0 0-19z";
const square = "M6 2.5h12A3.5 3.5 0 0 1 21.5 6v12a3.5 3.5 0 0 1-3.5 3.5H6A3.5 3.5 0 0 1 2.5 18V6A3.5 3.5 0 0 1 6 2.5z";
const triangle = "M12 3 1.8 20.5h20.4z";

// name: [shape, colour, mark]
const badges = {
  white_check_mark: [square, "#2f8f6b", tick],
  heavy_check_mark: [disc, "#2f8f6b", tick],
  ballot_box_with_check: [square, "#3f7fb5", tick],
  x: [disc, "#c9475a", cross],
  no_entry: [disc, "#c9475a", "M7.5 12h9"],
  no_entry_sign: [disc, "#c9475a", "M7 7l10 10"],
  warning: [triangle, "#d9992b", "M12 9.5v5M12 17.4h.01"],
  information_source: [square, "#5f86ad", "M12 11v6M12 7.5h.01"],
  hourglass: [disc, "#8b8fa3", hand],
  hourglass_flowing_sand: [disc, "#8b8fa3", hand],
  clock3: [disc, "#8b8fa3", hand],
  stopwatch: [disc, "#8b8fa3", hand],
  timer_clock: [disc, "#8b8fa3", hand],
  arrows_counterclockwise: [square, "#5f86ad", "M17 10a5.5 5.5 0 0 0-10-1M7 14a5.5 5.5 0 0 0 10 1M7 6v3h3M17 18v-3h-3"],
  gear: [square, "#8b8fa3", "M17 10a5.5 5.5 0 0 0-10-1M7 14a5.5 5.5 0 0 0 10 1M7 6v3h3M17 18v-3h-3"],
  lock: [square, "#a07a3f", "M8 11h8v6H8zM9.5 11V9a2.5 2.5 0 0 1 5 0v2"],
  closed_lock_with_key: [square, "#a07a3f", "M8 11h8v6H8zM9.5 11V9a2.5 2.5 0 0 1 5 0v2"],
  email: [square, "#5f86ad", "M6.5 8h11v8h-11zM6.5 8.5l5.5 4 5.5-4"],
  envelope: [square, "#5f86ad", "M6.5 8h11v8h-11zM6.5 8.5l5.5 4 5.5-4"],
  bust_in_silhouette: [disc, "#8b8fa3", "M12 6.5a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6zM6.8 18c.8-3 2.8-4.2 5.2-4.2s4.4 1.2 5.2 4.2"],
  large_green_circle: [disc, "#2f8f6b", ""],
  large_yellow_circle: [disc, "#d9b32b", ""],
  large_orange_circle: [disc, "#d98a2b", ""],
  red_circle: [disc, "#c9475a", ""],
  large_blue_circle: [disc, "#3f7fb5", ""],
  white_circle: [disc, "#b9bcc6", ""],
  octagonal_sign: [disc, "#c9475a", "M7.5 12h9"],
};

/** badge draws a status emoji by its short name, or returns null where it has none. */
export function badge(name) {
  if (!Object.hasOwn(badges, name)) return null;
  const [shape, colour, mark] = badges[name];
  return svg("emoji-badge",
    path(shape, { fill: colour }),
    path(mark, { fill: "none", stroke: "#fff", "stroke-width": 2.1, "stroke-linecap": "round", "stroke-linejoin": "round" }));
}

function svg(className, ...paths) {
  const el = document.createElementNS(NS, "svg");
  el.setAttribute("viewBox", "0 0 24 24");
  el.setAttribute("class", className);
  el.setAttribute("aria-hidden", "true");
  el.append(...paths);
  return el;
}

function path(d, attributes) {
  const el = document.createElementNS(NS, "path");
  el.setAttribute("d", d);
  for (const [name, value] of Object.entries(attributes)) el.setAttribute(name, value);
  return el;
}
