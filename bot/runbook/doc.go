// Package runbook says what an action is.
//
// An action is a value: a [Definition] that plans and applies a change, or a
// [Report] that only reads. Both turn into an [Action], the one shape the rest
// of the program handles, and a [Catalog] holds all of them. From the value
// follow the slash command, the modal and its validation, the plan a second
// person approves, the durable steps, the audit lines, the help text and the
// Slack manifest.
//
// The package imports nothing but the standard library and must stay that way.
// It does not know Slack, Redis or any vendor, and it does not know how a run
// moves: that is package engine.
package runbook
