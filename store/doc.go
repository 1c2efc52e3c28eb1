// Package store keeps what Registrar must not forget, in Redis: drafts, runs
// and their journal, the audit chain, secrets, leases, locks, the marks of what
// was seen, the messages that show a run, call budgets and the mail ledger.
//
// Every key is built in keys.go and shares one hash tag, so that a script may
// touch any of them together. What must change together changes in one Lua
// script (scripts/*.lua). Scripts never decode JSON: entries, bodies and hashes
// are made in Go, and what a script must judge is a hash field of its own.
//
// # Writes whose outcome is unknown
//
// A connection may die after Redis has done a write and before it said so.
// Every script that moves something is therefore given an id of that one write
// and leaves it beside the record; run again with the same id it answers that
// all is well and changes nothing. The Redis client repeats a command on a
// broken connection by itself, which is that second run. Where it gives up, the
// error says [Error.Unsure], and the caller may repeat the whole move: its
// version or its mark makes that harmless.
//
// [Queue] is the alarm clock beside the truth: all its keys may be lost at any
// time and only delay follows.
//
// The package knows the records of package engine but not how they move, and
// nothing of Slack or the vendors.
package store
