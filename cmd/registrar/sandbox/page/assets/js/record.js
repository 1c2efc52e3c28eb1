// One LearnUpon record, as its page in the portal shows it.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { ago, day, fullTime } from "./clock.js";
import { notify } from "./notices.js";
import { closeRecord } from "./records.js";

/** record draws an open record {kind, portal, record}. */
export function record({ kind, portal, record: it }) {
  return h("article", { class: "record", "data-testid": "record-page", "data-email": it.email, "aria-label": it.name || it.email },
    h("header", null,
      h("button", { class: "button quiet", type: "button", "data-testid": "record-close", "aria-label": "Back to the list", "data-field": "record back", onclick: closeRecord }, icon("back")),
      h("p", { class: "trail" }, portal, " / ", kind === "user" ? "Users" : "Pending users")),
    h("div", { class: "record-body" },
      h("div", { class: "title" },
        h("h3", null, h("bdi", null, it.name || it.email)),
        status(kind, it)),
      h("p", { class: "muted" }, h("bdi", null, it.email)),
      it.unconfirmed && it.confirmation && confirmation(it.confirmation),
      kind === "user" ? userFacts(it) : inviteFacts(it),
      kind === "user" && enrollments(it.enrollments || [])));
}

function status(kind, it) {
  if (kind === "invite") return it.lapsed ? h("span", { class: "chip off" }, "Lapsed") : h("span", { class: "chip wait" }, "Invited");
  if (!it.enabled) return h("span", { class: "chip off" }, "Disabled");
  return it.unconfirmed
    ? h("span", { class: "chip wait", "data-testid": "record-status" }, "N/A")
    : h("span", { class: "chip on", "data-testid": "record-status" }, "Active");
}

/** confirmation is the link LearnUpon shows on the record of someone who did not confirm. */
function confirmation(link) {
  const box = h("input", { id: "confirmation-link", type: "text", readonly: true, value: link, "data-testid": "confirmation-link", "data-field": "confirmation", onfocus: () => box.select() });
  const copied = h("button", { class: "button", type: "button", "data-testid": "copy-link", onclick: async () => {
    await copy(link, box);
    copied.replaceChildren(icon("check"), "Copied");
    setTimeout(() => copied.replaceChildren(icon("copy"), "Copy"), 2500);
  } }, icon("copy"), "Copy");
  return h("div", { class: "confirmation" },
    h("label", { for: "confirmation-link" }, "Confirmation link"),
    h("div", { class: "copy" }, box, copied),
    h("p", { class: "hint" }, "This person registered and has not opened the link in the mail. LearnUpon shows it here and nowhere in its API."));
}

async function copy(text, box) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    box.focus();
    box.select();
    notify("Press Ctrl+C or ⌘C to copy the marked link.");
  }
}

function userFacts(user) {
  return facts({
    "User ID": String(user.id),
    "User type": user.role,
    "Login": user.enabled ? "Enabled" : "Disabled",
    "Last sign-in": user.unconfirmed ? "N/A" : user.last_sign_in ? `${fullTime(user.last_sign_in)} (${ago(user.last_sign_in)})` : "Never",
    "Created": `${day(user.created)}${user.source ? ` · ${user.source}` : ""}`,
    "Groups": (user.groups || []).join(", ") || "None",
  });
}

function inviteFacts(invite) {
  return facts({
    "Invite ID": String(invite.id),
    "Invited as": invite.role,
    "Group": invite.group || "None",
    "Sent": `${fullTime(invite.sent)} (${ago(invite.sent)})`,
    "Expires": invite.expires ? `${fullTime(invite.expires)} (${ago(invite.expires)})` : "Never",
    "Status": invite.status,
  });
}

const facts = (pairs) => h("dl", { class: "facts" }, Object.entries(pairs).map(([name, value]) => h("div", null, h("dt", null, name), h("dd", null, h("bdi", null, value)))));

function enrollments(list) {
  if (!list.length) return null;
  return h("div", null, h("h4", null, "Enrollments"), h("ul", { class: "enrollments" }, list.map((each) =>
    h("li", null, h("span", null, h("bdi", null, each.course)), h("span", { class: "muted" }, each.status.replaceAll("_", " "))))));
}
