// Salesforce beside Slack: the org's contacts, users and accounts.

import { ago, fullTime } from "./clock.js";
import { h } from "./dom.js";
import { act, change, here, onChange, world } from "./state.js";
import { chip, facts, listPane, recordPage, row } from "./lists.js";
import { report } from "./surface.js";

const pane = listPane(document.getElementById("salesforce"), { system: "Salesforce", hint: "Find a person or an account", testid: "salesforce-filter" });

const listOf = (kind) => world.salesforce?.[kinds[kind][0]] || [];

function draw() {
  const sections = Object.entries(kinds).map(([kind, [, title, draws]]) => ({
    key: kind, title, none: "Nothing of that name.", row: draws,
    rows: listOf(kind).filter((each) => pane.matches(each.name, each.email, each.username, each.account)),
  }));
  const it = here.salesforce && listOf(here.salesforce.kind).find((each) => each.id === here.salesforce.id);
  pane.show(sections, it && { key: it.id, kind: here.salesforce.kind, record: it }, page);
}

function page({ kind, record: it }, before) {
  const [, title, , body] = kinds[kind];
  return recordPage({
    name: it.name, below: it.email, chip: standing(kind, it), trail: [world.salesforce.name, title], before,
    attributes: { "data-testid": "sf-page", "data-kind": kind, "data-email": it.email, "data-name": it.name },
    back: { "data-testid": "sf-close", onclick: close },
  }, body(it));
}

function standing(kind, it) {
  if (kind === "user") return it.active ? chip("on", "Active") : chip("off", "Inactive");
  if (kind === "contact" && it.opted_out) return chip("wait", "Opted out");
  return null;
}

const none = "—";

const contactRow = (it, before) => draws("contact", it, before, it.email,
  h("span", { class: "cell role" }, it.opted_out ? chip("wait", "Opted out") : ""),
  h("span", { class: "cell last" }, it.learnupon_id ? `LU ${it.learnupon_id}` : chip("wait", "No LU User ID")));

const userRow = (it, before) => draws("user", it, before, it.username,
  h("span", { class: "cell role" }, it.active ? "" : chip("off", "Inactive")),
  h("span", { class: "cell last" }, it.last_sign_in ? ago(it.last_sign_in) : "Never"));

const accountRow = (it, before) => draws("account", it, before, people(it),
  h("span", { class: "cell role" }, ""),
  h("span", { class: "cell last" }, it.group_id ? `Group ${it.group_id}` : chip("wait", "No group ID")));

const people = ({ contacts = [] }) => `${contacts.length} ${contacts.length === 1 ? "contact" : "contacts"}`;

function draws(kind, it, before, below, ...cells) {
  const attributes = { "data-testid": `sf-${kind}`, "data-email": it.email, "data-name": it.name, "data-field": `${kind} ${it.id}` };
  return row({ name: it.name, below, attributes, before, open: () => show(kind, it.id) }, ...cells);
}

const contactBody = (it) => facts({
  "Email": it.email || none,
  "Account": linked("account", it.account),
  ...box(it, "Email Opt Out", it.opted_out),
  ...box(it, "Create in LearnUpon", it.create),
  ...box(it, "Create as Manager in LearnUpon", it.manager),
  "LU User ID": it.learnupon_id || none,
  ...(it.response && { "Response Message": it.response }),
  "Contact ID": it.id,
});

const userBody = (it) => [it.pending && verification(it), facts({
  "Email": it.email,
  "Username": it.username,
  "Active": it.active ? "Yes" : "No",
  "Profile": it.profile,
  "Contact": linked("contact", it.contact),
  "Time Zone": it.time_zone,
  "Last Login": it.last_sign_in ? `${fullTime(it.last_sign_in)} (${ago(it.last_sign_in)})` : "Never",
  "User ID": it.id,
})];

/** verification is the mail that waits for the owner of a new address, whom the demo plays too. */
const verification = (it) => h("div", { class: "confirmation" },
  h("p", null, h("strong", null, "Verification is pending"), h("br"), h("bdi", null, it.pending)),
  h("p", { class: "hint" }, "Salesforce has mailed a link to this address, and keeps the old one until somebody opens it."),
  h("button", { class: "button", type: "button", "data-testid": "sf-verify", "data-field": "verify", onclick: async (event) => {
    event.currentTarget.setAttribute("aria-busy", "true");
    report(await act({ do: "set", record: it.url, field: "Verify email", on: true }));
  } }, "Open the link in the mail"));

const accountBody = (it) => [
  facts({ "LearnUpon Group ID": it.group_id || none, "Time Zone": it.time_zone || none, "Account ID": it.id }),
  h("h4", null, "Contacts"),
  h("ul", { class: "enrollments" }, (it.contacts || []).map((name) => h("li", null, linked("contact", name)))),
];

/** box is a field of a contact that people tick in the org, and may tick here. */
const box = (it, label, on) => ({ [label]: h("input", {
  type: "checkbox", checked: on, "aria-label": label, "data-testid": "sf-box", "data-field": label,
  onchange: async (event) => report(await act({ do: "set", record: it.url, field: label, on: event.target.checked })),
}) });

/** linked leads to another record by its name, where there is one. */
function linked(kind, name) {
  const it = name && listOf(kind).find((each) => each.name === name);
  if (!it) return h("bdi", null, name || none);
  return h("button", { class: "linked", type: "button", onclick: () => show(kind, it.id) }, h("bdi", null, name));
}

function show(kind, id) {
  change({ tab: "salesforce", pane: "salesforce", salesforce: { kind, id } });
  pane.enter();
}

/** showSalesforce opens a contact by its address or an account by its name. */
export function showSalesforce(wanted) {
  for (const kind of ["contact", "account"]) {
    const it = listOf(kind).find((each) => each.email === wanted || each.name === wanted);
    if (it) return show(kind, it.id);
  }
  return change({ tab: "salesforce", pane: "salesforce", salesforce: null });
}

/** close returns to the list, to the row that was open. */
function close() {
  const { kind, id } = here.salesforce || {};
  change({ salesforce: null });
  pane.leave(`${kind} ${id}`);
}

// name: [list in the world, title, row, body of the record's page]
const kinds = {
  contact: ["contacts", "Contacts", contactRow, contactBody],
  user: ["logins", "Users", userRow, userBody],
  account: ["accounts", "Accounts", accountRow, accountBody],
};

// A link to a record's page in the org opens the record here: the drawer is that page.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !world) return;
  for (const kind of Object.keys(kinds)) {
    const it = listOf(kind).find((each) => each.url === link.href);
    if (!it) continue;
    event.preventDefault();
    show(kind, it.id);
  }
});

onChange(draw);
