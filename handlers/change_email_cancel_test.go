package handlers_test

import (
	"strings"
	"testing"
	"time"

	"registrar/bot/engine"
	"registrar/bot/runbook"
)

// A run is cancelled while the person still has to open the link, which works
// all the same: the plan and the card say what to do then, and it helps.
func TestALinkOutlivesItsRun(t *testing.T) {
	for action, tt := range map[string]struct {
		seed  func(*world) runbook.Values
		to    string
		holds func(*testing.T, *run)
	}{
		"change-email": {addressed{}.seed, newEmail, hasMoved},
		"fix-sync": {func(w *world) runbook.Values {
			w.seedUnsynced(unsynced{login: "old@x.edu", account: "third@x.edu", tied: true})
			return runbook.Values{"email": learner, "address": learner}
		}, learner, isSynced},
	} {
		t.Run(action, func(t *testing.T) {
			w := newWorld(t)
			typed := tt.seed(w)
			store := engine.NewMemory(w.clock)
			e := w.saving("one", store)
			r := started(t, e, "SAM", action, typed)
			_ = e.Visit(t.Context(), r.ID)
			r, err := e.Cancel(t.Context(), engine.Press{Run: r.ID, By: member("SAM"), Mark: "cancel"})
			if err != nil {
				t.Fatal(err)
			}
			for said, in := range map[string]string{
				"If the run is cancelled, the link still works; once it was opened, run the command again": strings.Join(r.Plan.Warnings, " "),
				"Left: Confirmation of the new address":                                                    engine.Sentence(r),
				"Running the command again":                                                                engine.Sentence(r),
			} {
				if !strings.Contains(in, said) {
					t.Errorf("%q does not say %q", in, said)
				}
			}
			w.goesOn(time.Hour) // the link is opened
			if _, login, account := w.everyAddress(); login != tt.to || account == tt.to {
				t.Fatalf("login %s, LearnUpon %s; the test proves nothing", login, account)
			}
			r = w.visit(e, store, started(t, e, "SAM", action, typed).ID, func() bool { return false })
			if tt.holds(t, w.newRun(nil, nil)); r.Status != engine.Succeeded {
				t.Errorf("%s: %s", r.Status, r.Why)
			}
		})
	}
}
