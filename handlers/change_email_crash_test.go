package handlers_test

import (
	"strings"
	"testing"
	"time"

	"registrar/bot/engine"
	"registrar/bot/runbook"
	"registrar/integrations/learnupon/learnupontest"
)

func TestChangeEmailSurvivesEveryCrash(t *testing.T) {
	t.Parallel()
	survives(t, "change-email", 3, addressed{}.seed, func(t *testing.T, w *world) { hasMoved(t, w.newRun(nil, nil)) })
}

// A process dies at each of its writes while the person has not opened the link
// that Salesforce mails, so that no system tells whether it was asked to: they
// are not mailed again unless somebody decides so.
func TestALinkToANewAddressIsAskedForOnce(t *testing.T) {
	t.Parallel()
	reviews := 0
	for left := 1; ; left++ {
		l := &life{left: left}
		w := newWorld(t)
		typed := addressed{}.seed(w)
		store := engine.NewMemory(w.clock)
		second := w.saving("second", store)
		r := started(t, second, "SAM", "change-email", typed)
		_ = w.mortal(store, l).Visit(t.Context(), r.ID)
		w.later(2 * time.Minute)
		_ = second.Visit(t.Context(), r.ID)
		if r, err := store.Run(t.Context(), r.ID); err != nil {
			t.Fatal(err)
		} else if r.Status == engine.NeedsReview {
			reviews++
		}
		if n := w.org.Count("PATCH", "/sobjects/User/{id}"); n > 1 {
			t.Errorf("killed after write %d: Salesforce was asked %d times", left, n)
		}
		w.close()
		if !l.over() {
			break
		}
	}
	if reviews == 0 {
		t.Error("no interruption fell between asking and its note; the test proves nothing")
	}
}

// A run is interrupted after each of its writes and never goes on. Either the
// person can sign in, or the run says exactly what is left; and the command, run
// again as if the first run had never been, finishes it.
func TestChangeEmailInterruptedForGood(t *testing.T) {
	t.Parallel()
	out := 0 // times in which nobody could sign in
	for left := 1; ; left++ {
		l := &life{left: left}
		w := newWorld(t)
		typed := addressed{}.seed(w)
		store := engine.NewMemory(w.clock)
		r := started(t, w.saving("second", store), "SAM", "change-email", typed)
		r = w.visit(w.mortal(store, l), store, r.ID, l.over)
		if contact, login, account := w.everyAddress(); login != account {
			out++
			if i := r.Current(); i < 0 || !leaves(r.Plan.Steps[i:], account, newEmail) || r.Status.Closed() {
				t.Errorf("killed after write %d: contact %s, login %s, LearnUpon %s, and the run is %s at step %d", left, contact, login, account, r.Status, i)
			}
		}
		w.goesOn(time.Minute) // the link that was mailed is opened
		if contact, login, account := w.everyAddress(); contact != newEmail || login != newEmail || account != newEmail {
			store = engine.NewMemory(w.clock)
			e := w.saving("third", store)
			again := w.visit(e, store, started(t, e, "SAM", "change-email", typed).ID, func() bool { return false })
			if again.Status != engine.Succeeded {
				t.Fatalf("killed after write %d, and again: %s (%s)", left, again.Status, again.Why)
			}
		}
		hasMoved(t, w.newRun(nil, nil))
		w.close()
		if !l.over() {
			break
		}
	}
	if out == 0 {
		t.Error("no interruption fell between the login and LearnUpon; the test proves nothing")
	}
}

// leaves reports whether a step that is left changes the account's address.
func leaves(steps []runbook.PlannedStep, from, to string) bool {
	for _, s := range steps {
		for _, c := range s.Changes {
			if s.System == runbook.LearnUpon && c.From == from && c.To == to {
				return true
			}
		}
	}
	return false
}

// LearnUpon refuses the address, or somebody took it while the run waited: the
// run says who cannot sign in, and how to go on.
func TestChangeEmailLearnUponRefuses(t *testing.T) {
	w := newWorld(t)
	typed := addressed{}.seed(w)
	store := engine.NewMemory(w.clock)
	e := w.saving("one", store)
	r := started(t, e, "SAM", "change-email", typed)
	_ = e.Visit(t.Context(), r.ID)
	w.academy.AddUser(learnupontest.User{Email: newEmail}) // registered by hand meanwhile
	w.later(time.Hour)
	r = w.visit(e, store, r.ID, func() bool { return false })
	for _, part := range []string{"the person cannot sign in", "LearnUpon user", learner, newEmail, "/reuse-email", "run the command again"} {
		if r.Status != engine.Failed || !strings.Contains(r.Why, part) {
			t.Errorf("%s: %s; it does not say %q", r.Status, r.Why, part)
		}
	}
}
