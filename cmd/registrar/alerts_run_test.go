package main

import (
	"testing"

	"registrar/bot/alerts"
	"registrar/bot/engine"
	"registrar/bot/runbook"
)

// Which runs are about an alert's person.
func TestConcerns(t *testing.T) {
	run := func(action, input, record string) *engine.Run {
		r := &engine.Run{Action: action, Input: []byte(input)}
		r.Plan.Records = []runbook.Record{{System: runbook.Salesforce, ID: record}}
		return r
	}
	ada := &alerts.Alert{Email: "ada@x.edu", Contact: "003A"}
	for _, tt := range []struct {
		name  string
		run   *engine.Run
		alert *alerts.Alert
		want  bool
	}{
		{"the address", run("fix-sync", `{"email":"Ada@x.edu"}`, "003B"), ada, true},
		{"the contact", run("fix-sync", `{"email":"old@x.edu"}`, "003A"), ada, true},
		{"somebody else", run("fix-sync", `{"email":"old@x.edu"}`, "003B"), ada, false},
		{"another action", run("opt-out", `{"email":"ada@x.edu"}`, "003A"), ada, false},
		{"a record to be made", run("fix-sync", `{"email":"old@x.edu"}`, ""), &alerts.Alert{Email: "ada@x.edu"}, false},
		{"no address", run("fix-sync", `{"email":""}`, "003B"), &alerts.Alert{}, false},
	} {
		if got := concerns(tt.run, tt.alert); got != tt.want {
			t.Errorf("%s: %t", tt.name, got)
		}
	}
}
