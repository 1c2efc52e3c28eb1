// Package storetest is the suite every engine.Store must pass, and a real
// Redis for tests.
//
// It knows no implementation: what it opens is handed to it.
package storetest

import (
	"encoding/json"
	"testing"
	"time"

	"registrar/bot/engine"
	"registrar/bot/runbook"
)

// Now is the time at which the stores under test must believe to be: their
// clock is to return it always.
func Now() time.Time { return time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC) }

// Run holds a store to what [engine.Store] promises. Each call of open gives a
// store that shares nothing with the ones before it.
func Run(t *testing.T, open func(t *testing.T) engine.Store) {
	tests := []struct {
		name string
		test func(*testing.T, engine.Store)
	}{
		{"draft", testDraft},
		{"submit", testSubmit},
		{"submit races", testSubmitRaces},
		{"submit secrets", testSubmitSecrets},
		{"save", testSave},
		{"save mark", testSaveMark},
		{"gate", testGate},
		{"decisions race", testDecisionsRace},
		{"one press races itself", testPressRaces},
		{"lease", testLease},
		{"lease races", testLeaseRaces},
		{"fence", testFence},
		{"locks", testLocks},
		{"locks race", testLocksRace},
		{"due", testDue},
		{"unshown", testUnshown},
		{"append", testAppend},
		{"secrets", testSecrets},
		{"epoch", testEpoch},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { tt.test(t, open(t)) })
	}
}

// NewDraft is a draft that is ready to be requested.
func NewDraft(id string) *engine.Draft {
	plan := runbook.Plan{
		Action: "confirm-user", Title: "Confirm user", Subject: "Ada Lovelace <ada@learner.example>",
		Records:       []runbook.Record{{System: runbook.LearnUpon, ID: "41", Title: "Ada Lovelace"}},
		Steps:         []runbook.PlannedStep{{ID: "confirm", Title: "Open the confirmation link", System: runbook.LearnUpon, ReadBack: true}},
		Approval:      runbook.ApprovalsBy(1, "it signs somebody in"),
		Beneficiaries: []string{"Ada@Learner.example"},
	}
	return &engine.Draft{
		ID: id, Action: plan.Action, Requester: engine.Person{ID: "U1", Name: "Sam", Email: "sam@desk.example"},
		Values: runbook.Values{"email": "ada@learner.example"}, Input: json.RawMessage(`{"email":"ada@learner.example"}`),
		Status: engine.Ready, Plan: &plan, Target: json.RawMessage(`{"user":41}`), Hash: plan.Hash(), Reason: "ticket 7",
		Created: Now(),
	}
}

// NewRun is the run that becomes of a draft.
func NewRun(id string, d *engine.Draft) *engine.Run {
	return &engine.Run{
		Schema: engine.RunSchema, ID: id, Action: d.Action, Input: d.Input, Target: d.Target, Plan: *d.Plan, Hash: d.Hash,
		Requester: d.Requester, Reason: d.Reason, Status: engine.AwaitingApproval, Created: Now(), Updated: Now(),
		Expires: Now().Add(24 * time.Hour), Wake: Now().Add(18 * time.Hour),
		Steps: []engine.StepState{{ID: "confirm", Status: engine.StepTodo}},
	}
}

// Submitted puts a draft and a run of that id into the store.
func Submitted(t testing.TB, s engine.Store, id string) *engine.Run {
	t.Helper()
	d := NewDraft("draft-of-" + id)
	if err := s.PutDraft(t.Context(), d); err != nil {
		t.Fatalf("PutDraft: %v", err)
	}
	r := NewRun(id, d)
	if err := s.Submit(t.Context(), d, engine.Move{Run: r, Entries: []engine.Entry{Entry("run.requested", id)}}); err != nil {
		t.Fatalf("Submit: %v", err)
	}
	return r
}

// Entry is a line for the audit trail.
func Entry(kind, run string) engine.Entry {
	return engine.Entry{At: Now(), Kind: kind, Run: run, Action: "confirm-user", Actor: "U1",
		Facts: map[string]string{"hash": "abc"}, Personal: map[string]string{"subject": "ada@learner.example"}}
}

func load(t *testing.T, s engine.Store, id string) *engine.Run {
	t.Helper()
	r, err := s.Run(t.Context(), id)
	if err != nil {
		t.Fatalf("Run(%s): %v", id, err)
	}
	return r
}
