// LearnUpon beside Slack: the portal's users, its pending invites and its groups.

import { ago, day } from "./clock.js";
import { h } from "./dom.js";
import { change, here, onChange, world } from "./state.js";
import { chip, listPane, row } from "./lists.js";
import { record } from "./record.js";

const pane = listPane(document.getElementById("learnupon"), { system: "LearnUpon", hint: "Find a person or a group", testid: "records-filter" });

const kinds = { user: "users", invite: "invites", group: "groups" };

function draw() {
  pane.show(world.portals.flatMap(sections), here.record && find(here.record), record);
}

/** find returns the open record, with the portal it is in. */
function find({ kind, id }) {
  for (const portal of world.portals) {
    const it = (portal[kinds[kind]] || []).find((each) => each.id === id);
    if (it) return { key: `${kind} ${id}`, kind, portal: portal.name, record: it };
  }
  return null;
}

function sections({ name, users, invites, groups }) {
  const where = world.portals.length > 1 ? ` · ${name}` : "";
  const person = (each) => pane.matches(each.email, each.name);
  return [
    { key: `users ${name}`, title: `Users${where}`, none: "Nobody of that name.", rows: (users || []).filter(person), row: userRow },
    { key: `invites ${name}`, title: "Pending invites", none: "No invite is waiting.", rows: (invites || []).filter((each) => each.status === "sent" && person(each)), row: inviteRow },
    { key: `groups ${name}`, title: "Groups", none: "No group of that name.", rows: (groups || []).filter((each) => pane.matches(each.title)), row: groupRow },
  ];
}

function userRow(user, before) {
  return personRow("user", user, before, h("span", { class: "cell role" }, user.role), h("span", { class: "cell last" }, standing(user)));
}

function standing(user) {
  if (!user.enabled) return chip("off", "Disabled");
  if (user.unconfirmed) return chip("wait", "N/A", { title: "Not confirmed yet" });
  return user.last_sign_in ? ago(user.last_sign_in) : "Never";
}

function inviteRow(invite, before) {
  return personRow("invite", invite, before, h("span", { class: "cell role" }, invite.group),
    h("span", { class: "cell last" }, invite.lapsed ? chip("off", "Lapsed") : invite.expires ? `until ${day(invite.expires)}` : ""));
}

function personRow(kind, it, before, ...cells) {
  const attributes = { "data-testid": kind === "user" ? "record" : "invite", "data-email": it.email, "data-field": `${kind} ${it.id}` };
  return row({ name: it.name || it.email, below: it.email, attributes, before, open: () => showRecord(kind, it.id) }, ...cells);
}

function groupRow(group, before) {
  const count = (group.members || []).length;
  const attributes = { "data-testid": "group", "data-name": group.title, "data-field": `group ${group.id}` };
  return row({ name: group.title, below: `${count} ${count === 1 ? "member" : "members"}`, attributes, before, open: () => showRecord("group", group.id) });
}

/** showRecord opens a record beside Slack. */
export function showRecord(kind, id) {
  change({ tab: "learnupon", pane: "learnupon", record: { kind, id } });
  pane.enter();
}

/** showPerson opens the record of an address, an invite where there is no user. */
export function showPerson(email) {
  const same = (each) => each.email.toLowerCase() === email.toLowerCase();
  for (const kind of ["user", "invite"]) {
    const it = world.portals.flatMap((portal) => portal[kinds[kind]] || []).find(same);
    if (it) return showRecord(kind, it.id);
  }
  return change({ tab: "learnupon", pane: "learnupon", record: null });
}

/** closeRecord returns to the list, to the row that was open. */
export function closeRecord() {
  const { kind, id } = here.record || {};
  change({ record: null });
  pane.leave(`${kind} ${id}`);
}

// A link to a record's page in the portal opens the record here: the drawer is that page.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !world) return;
  for (const kind of ["user", "group"]) {
    const it = world.portals.flatMap((portal) => portal[kinds[kind]] || []).find((each) => each.url && each.url === link.href);
    if (!it) continue;
    event.preventDefault();
    showRecord(kind, it.id);
  }
});

onChange(draw);
