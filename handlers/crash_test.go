package handlers_test

import (
	"slices"
	"testing"
	"time"

	"registrar/bot/engine"
	"registrar/bot/runbook"
	"registrar/integrations/salesforce/salesforcetest"
)

// A process dies at each of its writes, of the journal and of the systems, and
// another replica goes on: the end is always the same, and each write was made
// once.
func TestOptOutAndCreateGroupSurviveEveryCrash(t *testing.T) {
	tests := map[string]struct {
		action string
		seed   func(*world) runbook.Values
		holds  func(*testing.T, *world)
		writes int
	}{
		"opt out": {"opt-out", inBoth(false), func(t *testing.T, w *world) {
			if c, _ := w.org.Snapshot().Contact(learner); !c.EmailOptOut {
				t.Error("the contact is not opted out")
			}
		}, 1},
		"create group": {"create-group", func(w *world) runbook.Values {
			w.seedWaiting(2)
			return runbook.Values{"account": hillcrest, "add": "yes"}
		}, func(t *testing.T, w *world) { hasGroup(2)(t, w.newRun(nil, nil)) }, 4},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) { survives(t, tt.action, tt.writes, tt.seed, tt.holds) })
	}
}

// survives kills a process at each of its writes, lets another replica go on,
// and looks whether the end is the same with no write made twice. The process
// dies right after the write has landed, which leaves what it would leave if it
// died right before the next.
func survives(t *testing.T, action string, writes int, seed func(*world) runbook.Values, holds func(*testing.T, *world)) {
	t.Helper()
	for left := 1; ; left++ {
		l := &life{left: left}
		w := newWorld(t)
		typed := seed(w)
		store := engine.NewMemory(w.clock)
		second := w.saving("second", store)
		r := started(t, second, "SAM", action, typed)
		w.visit(w.mortal(store, l), store, r.ID, l.over)
		w.later(2 * time.Minute)
		r = w.visit(second, store, r.ID, func() bool { return false })
		if r.Status == engine.NeedsReview {
			w.decides(second, r)
			r = w.visit(second, store, r.ID, func() bool { return false })
		}
		holds(t, w)
		if n := w.writes(); r.Status != engine.Succeeded || n != writes {
			t.Fatalf("killed after write %d: %s (%s), %d writes; want %d", left, r.Status, r.Why, n, writes)
		}
		w.close()
		if !l.over() {
			return
		}
	}
}

// decides has a person look whether a step happened of which no system tells:
// they ask whoever it is about whether the mail with the link came.
func (w *world) decides(e *engine.Engine, r *engine.Run) {
	w.Helper()
	i := r.Current()
	if r.Steps[i].ID != "login-address" {
		w.Fatalf("a person is asked about step %s, of which a system could tell: %s", r.Steps[i].ID, r.Steps[i].Evidence)
	}
	to := r.Plan.Steps[i].Changes[0].To
	happened := slices.ContainsFunc(w.org.Snapshot().Users, func(u salesforcetest.User) bool { return u.Email == to || u.PendingEmail == to })
	press := engine.Press{Run: r.ID, By: member("ANA"), Mark: engine.Mark(engine.NewID()), Review: r.Review()}
	if _, err := e.Resolve(w.Context(), press, r.Steps[i].ID, happened); err != nil {
		w.Fatal(err)
	}
}
