// One LearnUpon record, as its page in the portal shows it.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { ago, day, fullTime } from "./clock.js";
import { act, world } from "./state.js";
import { chip, facts, recordPage } from "./lists.js";
import { notify } from "./notices.js";
import { report } from "./surface.js";
import { closeRecord, showRecord } from "./records.js";

/** record draws an open record {kind, portal, record}. */
export function record({ kind, portal, record: it }, before) {
  const [section, body] = { user: ["Users", userBody], invite: ["Pending users", inviteBody], group: ["Groups", groupBody] }[kind];
  return recordPage({
    name: it.title || it.name || it.email, below: kind === "group" ? "" : it.email, chip: status(kind, it), trail: [portal, section], before,
    attributes: { "data-testid": "record-page", "data-email": it.email, "data-name": it.title },
    back: { "data-testid": "record-close", onclick: closeRecord },
  }, body(it));
}

function status(kind, it) {
  if (kind === "group") return null;
  if (kind === "invite") return it.lapsed ? chip("off", "Lapsed") : chip("wait", "Invited");
  const mark = { "data-testid": "record-status" };
  if (!it.enabled) return chip("off", "Disabled", mark);
  return it.unconfirmed ? chip("wait", "N/A", mark) : chip("on", "Active", mark);
}

function userBody(user) {
  return [
    user.unconfirmed && user.confirmation && confirmation(user.confirmation),
    facts({
      "User ID": String(user.id),
      "User type": user.role,
      "Login": user.enabled ? "Enabled" : "Disabled",
      "Last sign-in": user.unconfirmed ? "N/A" : user.last_sign_in ? `${fullTime(user.last_sign_in)} (${ago(user.last_sign_in)})` : "Never",
      "Created": `${day(user.created)}${user.source ? ` · ${user.source}` : ""}`,
      "Groups": (user.groups || []).join(", ") || "None",
      ...(user.manages && { "Manages": user.manages.join(", ") }),
    }),
    optOut(user),
    enrollments(user.enrollments || []),
  ];
}

/** confirmation is the link LearnUpon shows on the record of someone who did not confirm. */
function confirmation(link) {
  const field = h("input", { id: "confirmation-link", type: "text", readonly: true, value: link, "data-testid": "confirmation-link", "data-field": "confirmation", onfocus: () => field.select() });
  const copied = h("button", { class: "button", type: "button", "data-testid": "copy-link", onclick: async () => {
    await copy(link, field);
    copied.replaceChildren(icon("check"), "Copied");
    setTimeout(() => copied.replaceChildren(icon("copy"), "Copy"), 2500);
  } }, icon("copy"), "Copy");
  return h("div", { class: "confirmation" },
    h("label", { for: "confirmation-link" }, "Confirmation link"),
    h("div", { class: "copy" }, field, copied),
    h("p", { class: "hint" }, "This person registered and has not opened the link in the mail. LearnUpon shows it here and nowhere in its API."));
}

async function copy(text, field) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    field.focus();
    field.select();
    notify("Press Ctrl+C or ⌘C to copy the marked link.");
  }
}

/** optOut is the switch on a user's page that no API reads or sets. */
function optOut(user) {
  const label = "Opt-out from emails/messages";
  const toggle = h("input", {
    type: "checkbox", role: "switch", checked: user.opted_out, "data-testid": "opt-out", "data-field": "opt-out", "aria-describedby": "opt-out-hint",
    onchange: async () => report(await act({ do: "set", record: user.url, field: label, on: toggle.checked })),
  });
  return h("div", { class: "setting" },
    h("label", null, h("span", null, label), toggle),
    h("p", { class: "hint", id: "opt-out-hint" }, "Only a person can set this, here: LearnUpon has no API for it."));
}

function inviteBody(invite) {
  return facts({
    "Invite ID": String(invite.id),
    "Invited as": invite.role,
    "Group": invite.group || "None",
    "Sent": `${fullTime(invite.sent)} (${ago(invite.sent)})`,
    "Expires": invite.expires ? `${fullTime(invite.expires)} (${ago(invite.expires)})` : "Never",
    "Status": invite.status,
  });
}

function enrollments(list) {
  if (!list.length) return null;
  return h("div", null, h("h4", null, "Enrollments"), h("ul", { class: "enrollments" }, list.map((each) =>
    h("li", { "data-testid": "enrollment" }, h("span", null, h("bdi", null, each.course)), h("span", { class: "muted" }, result(each))))));
}

const result = ({ status, score, on }) =>
  [status.replaceAll("_", " "), score && `${Number(score)} %`, on && day(on)].filter(Boolean).join(" · ");

function groupBody(group) {
  const members = group.members || [];
  return [
    facts({ "Group ID": String(group.id) }),
    h("h4", null, "Members"),
    members.length === 0 && h("p", { class: "muted" }, "Nobody yet."),
    h("ul", { class: "enrollments" }, members.map((email) => h("li", null, member(email)))),
  ];
}

function member(email) {
  const user = world.portals.flatMap((portal) => portal.users || []).find((each) => each.email === email);
  if (!user) return h("bdi", null, email);
  return h("button", { class: "linked", type: "button", onclick: () => showRecord("user", user.id) }, h("bdi", null, user.name || email));
}
