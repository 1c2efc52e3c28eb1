// Package access says who may do what.
//
// Three sources decide: the roles in the environment (REGISTRAR_SUPPORT,
// REGISTRAR_APPROVERS, REGISTRAR_ADMINS), the policy file, and Slack's user
// groups, asked for their members at most a minute ago. Whatever cannot be
// known is refused, with a sentence that says so.
//
// Roles do not include one another: an admin may approve only where admins are
// named, or where the same person is an approver too. The package knows
// neither how a run moves nor how anything looks.
package access
