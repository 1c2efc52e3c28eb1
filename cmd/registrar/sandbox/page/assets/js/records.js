// LearnUpon beside Slack: the portal's users and its pending invites.

import { fill, h, keyed } from "./dom.js";
import { icon } from "./icons.js";
import { ago, day } from "./clock.js";
import { change, here, onChange, world } from "./state.js";
import { record } from "./record.js";

const place = document.getElementById("learnupon");
const filter = h("input", { type: "search", placeholder: "Find a person", "aria-label": "Find a person in LearnUpon", autocomplete: "off", "data-testid": "records-filter", oninput: () => draw() });
const list = h("div", { class: "records" });
const drawer = h("div", { class: "drawer" });
fill(place, h("div", { class: "filter" }, icon("search"), filter), list, drawer);

function draw() {
  const open = here.record && find(here.record);
  place.classList.toggle("drawn", !!open);
  list.inert = filter.inert = !!open;
  keyed(list, sections(), (part) => part.key, section);
  keyed(drawer, open ? [{ ...open, wanted: here.record }] : [], (each) => `${each.kind} ${each.record.id}`, record);
}

/** find returns the record an address {email, kind} leads to, an invite where there is no user. */
function find({ email, kind }) {
  const same = (each) => each.email.toLowerCase() === email.toLowerCase();
  for (const portal of world.portals) {
    const user = kind !== "invite" && (portal.users || []).find(same);
    if (user) return { kind: "user", portal: portal.name, record: user };
    const invite = (portal.invites || []).find(same);
    if (invite) return { kind: "invite", portal: portal.name, record: invite };
  }
  return null;
}

function sections() {
  const wanted = filter.value.trim().toLowerCase();
  const match = (each) => !wanted || `${each.email} ${each.name}`.toLowerCase().includes(wanted);
  return world.portals.flatMap((portal) => [
    { key: `users ${portal.name}`, title: world.portals.length > 1 ? `Users · ${portal.name}` : "Users", users: (portal.users || []).filter(match) },
    { key: `invites ${portal.name}`, title: "Pending invites", invites: (portal.invites || []).filter((each) => each.status === "sent" && match(each)) },
  ]);
}

/** section draws a list; one that is there already only gets its rows, so that the focus stays in them. */
function section(part, before) {
  const rows = part.users || part.invites;
  const el = before || h("section", { class: "record-list", "aria-label": part.title },
    h("h3", null, part.title, " ", h("span", { class: "muted" })), h("div", { class: "rows" }),
    h("p", { class: "empty" }, part.users ? "Nobody of that name." : "No invite is waiting."));
  const [heading, body, empty] = el.children;
  heading.lastElementChild.textContent = rows.length;
  keyed(body, rows, (each) => String(each.id), part.users ? userRow : inviteRow);
  empty.hidden = rows.length > 0;
  return el;
}

function userRow(user, before) {
  return row(user, "user", before, [
    h("span", { class: "cell role" }, user.role),
    h("span", { class: "cell last" }, standing(user)),
  ]);
}

function standing(user) {
  if (!user.enabled) return h("span", { class: "chip off" }, "Disabled");
  if (user.unconfirmed) return h("span", { class: "chip wait", title: "Not confirmed yet" }, "N/A");
  return user.last_sign_in ? ago(user.last_sign_in) : "Never";
}

function inviteRow(invite, before) {
  return row(invite, "invite", before, [
    h("span", { class: "cell role" }, invite.group),
    h("span", { class: "cell last" }, invite.lapsed ? h("span", { class: "chip off" }, "Lapsed") : invite.expires ? `until ${day(invite.expires)}` : ""),
  ]);
}

function row(record, kind, before, cells) {
  return h("button", {
    class: `row${before ? " changed" : ""}`, type: "button", "data-testid": kind === "user" ? "record" : "invite", "data-email": record.email, "data-field": `${kind} ${record.id}`,
    onclick: () => showRecord(record.email, kind),
  }, h("span", { class: "who" }, h("strong", null, h("bdi", null, record.name || record.email)), h("span", { class: "muted" }, h("bdi", null, record.email))), cells);
}

/** showRecord opens a person's record beside Slack. */
export function showRecord(email, kind) {
  change({ tab: "learnupon", pane: "learnupon", record: { email, kind } });
  queueMicrotask(() => queueMicrotask(() => drawer.querySelector("button")?.focus({ preventScroll: true })));
}

/** closeRecord returns to the list, to the row that was open. */
export function closeRecord() {
  const { email } = here.record || {};
  change({ record: null });
  queueMicrotask(() => queueMicrotask(() => email && list.querySelector(`[data-email="${CSS.escape(email)}"]`)?.focus({ preventScroll: true })));
}

/** recordOf finds the user whose page in the portal url is, if any. */
export const recordOf = (url) => world.portals.flatMap((portal) => portal.users || []).find((user) => user.url && user.url === url);

// A link to a record's page in the portal opens the record here: the drawer is that page.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  const user = link && !event.ctrlKey && !event.metaKey && !event.shiftKey && world && recordOf(link.href);
  if (!user) return;
  event.preventDefault();
  showRecord(user.email, "user");
});

onChange(draw);
