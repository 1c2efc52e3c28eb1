// Package handlers holds the actions, one file each.
//
// An action is a [runbook.Definition], which plans and applies a change, or a
// [runbook.Report], which only reads. From that value follow the slash command,
// the modal, the plan, the approval card, the durable run, the audit lines, the
// help and the manifest; nothing else has to be written.
//
// To add an action, write one file with a function that takes [Deps] and
// returns a [runbook.Action], and add one line to [Catalog]. The example below
// is a complete action. contract_test.go holds the rules that every action must
// keep; it needs no change, only a situation to try them in (scenarios_test.go).
//
// The package knows the vendors' clients and must know neither Slack nor Redis
// nor how a run moves.
package handlers
