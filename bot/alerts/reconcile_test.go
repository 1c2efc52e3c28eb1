package alerts_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"registrar/bot/alerts"
	"registrar/bot/runbook"
)

func amiss(email string) alerts.Cause {
	return alerts.Cause{
		Account: "Hillcrest", Email: email, Emails: []runbook.Fact{{Label: "LearnUpon", Value: email}, {Label: "Contact", Value: "other@x.edu"}},
		Why: []runbook.Finding{
			{Text: "the addresses differ", Mend: &runbook.Suggestion{Action: "change-email", Values: runbook.Values{"email": email}}},
			{Text: "they are not linked", Mend: &runbook.Suggestion{Action: "fix-sync", Values: runbook.Values{"email": email, "which": "003"}}},
		},
	}
}

// An alert is shown at once and explained later; while the systems are away it
// stays as its row has it.
func TestExplained(t *testing.T) {
	w, id := opened(t)
	w.outage = errors.New("away")
	if err := w.desk.Reconcile(t.Context()); !errors.Is(err, w.outage) {
		t.Fatalf("Reconcile: %v", err)
	}
	w.reconcile() // not hammered: it is due again in two minutes
	w.outage = nil
	w.causes[person(1)] = amiss("lu@x.edu")
	w.advance(2 * time.Minute)
	w.reconcile()
	a := w.only()
	if a.Explained.IsZero() || a.Email != "lu@x.edu" || a.Account != "Hillcrest" || len(a.Emails) != 2 || a.Fix().Values["which"] != "003" || a.ID != id {
		t.Errorf("%+v", a)
	}
	if len(w.cards) != 1 {
		t.Errorf("redrawn %d times, want once", len(w.cards))
	}
	// The same again is no news.
	w.advance(10 * time.Minute)
	w.reconcile()
	if again := w.only(); again.Version != a.Version {
		t.Errorf("version %d, want still %d", again.Version, a.Version)
	}
	w.said("trail", w.kinds(), "alert.opened")
}

// A panic over one person's records ends no replica.
func TestAPanicIsAnError(t *testing.T) {
	w, _ := opened(t)
	explain := w.desk.Explain
	w.desk.Explain = func(context.Context, *alerts.Alert) (alerts.Cause, error) { panic("an odd record") }
	if err := w.desk.Reconcile(t.Context()); err == nil || !strings.Contains(err.Error(), "an odd record") {
		t.Errorf("Reconcile: %v", err)
	}
	w.desk.Explain = explain
	w.advance(2 * time.Minute)
	w.reconcile()
	if w.only().Explained.IsZero() {
		t.Error("not explained afterwards")
	}
}

func TestClosesItself(t *testing.T) {
	w, id := opened(t)
	gone := alerts.Cause{Gone: "The addresses agree."}
	w.causes[person(1)] = gone
	w.reconcile()
	if a := w.only(); a.Status != alerts.Open {
		t.Fatalf("%s at once; want it believed after a poll only", a.Status)
	}
	w.runs[person(1)] = "run-1"
	w.advance(5 * time.Minute)
	w.reconcile()
	if a := w.only(); a.Status != alerts.Open || a.Run != "run-1" {
		t.Fatalf("%s, run %q; want it open while the run is under way", a.Status, a.Run)
	}
	delete(w.runs, person(1))
	if err := w.desk.Look(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	w.reconcile()
	a := w.only()
	if a.Status != alerts.Closed || a.Run != "" || !a.Ended.Equal(w.now) {
		t.Fatalf("%+v; want it closed", a)
	}
	if last := a.History[len(a.History)-1]; last.Text != "closed itself: the addresses agree." {
		t.Errorf("history: %q", last.Text)
	}
	shown := len(w.cards)
	w.advance(24 * time.Hour)
	if err := w.desk.Shown(t.Context(), id, a.Version); err != nil {
		t.Fatal(err)
	}
	w.reconcile()
	if len(w.cards) != shown {
		t.Error("it is looked at after its end")
	}
	w.said("trail", w.kinds(), "alert.opened", "alert.closed")
	w.row("r2", person(1), 0)
	w.poll()
	if all := w.all(); len(all) != 2 {
		t.Errorf("%d alerts after a new row, want a second", len(all))
	}
}

func TestSnoozeEnds(t *testing.T) {
	w, id := opened(t)
	w.causes[person(1)] = amiss("a@x.edu")
	w.reconcile()
	if _, err := w.desk.Snooze(t.Context(), w.press(id, "U1", "m"), alerts.SnoozeHour); err != nil {
		t.Fatal(err)
	}
	w.outage = errors.New("away") // the clock does not wait for others
	w.advance(59 * time.Minute)
	_ = w.desk.Reconcile(t.Context()) // fails for the outage
	if a := w.only(); a.Status != alerts.Snoozed {
		t.Fatalf("%s too early", a.Status)
	}
	w.advance(time.Minute)
	_ = w.desk.Reconcile(t.Context())
	if a := w.only(); a.Status != alerts.Open || !a.Idle.Equal(w.now) {
		t.Errorf("%+v; want it open, and idle from now on", a)
	}
	w.said("trail", w.kinds(), "alert.opened", "alert.snoozed", "alert.woken")
}

func TestRemindsOnce(t *testing.T) {
	w, id := opened(t)
	w.reconcile()
	w.advance(alerts.RemindAfter - time.Minute)
	w.reconcile()
	if a := w.only(); a.Reminded {
		t.Fatal("too early")
	}
	for range 3 {
		w.advance(alerts.RemindAfter)
		w.reconcile()
	}
	if a := w.only(); !a.Reminded {
		t.Error("nobody was reminded")
	}
	w.said("trail", w.kinds(), "alert.opened", "alert.reminded")
	if _, err := w.desk.Assign(t.Context(), w.press(id, "U1", "m")); err != nil {
		t.Fatal(err)
	}
}

func TestNoReminderOfWhatSomebodyHas(t *testing.T) {
	w, id := opened(t)
	if _, err := w.desk.Assign(t.Context(), w.press(id, "U1", "m")); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		w.advance(alerts.RemindAfter)
		w.reconcile()
	}
	if a := w.only(); a.Reminded {
		t.Error("reminded of an alert somebody has")
	}
}

// What is not said to be shown is handed on again, by any replica.
func TestShownAgain(t *testing.T) {
	w := newWorld(t)
	for i := range alerts.Burst + 1 {
		w.row(fmt.Sprint("r", i), person(i), 0)
	}
	w.poll()
	w.row("one", person(99), 0)
	w.poll()
	w.cards, w.digests = nil, nil
	other := w.newDesk("b")
	if err := other.Reconcile(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.cards, w.digests = nil, nil // of what was explained just now
	w.advance(time.Minute)
	if err := other.Reconcile(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(w.cards) == 0 || len(w.digests) == 0 {
		t.Fatalf("%d cards and %d digests, want both again", len(w.cards), len(w.digests))
	}
	for range 3 { // until all of the digest's are explained
		w.advance(time.Minute)
		w.reconcile()
	}
	page := w.all()
	digest := page[slices.IndexFunc(page, func(a *alerts.Alert) bool { return a.Digest != "" })].Digest
	d, _, err := w.desk.Digest(t.Context(), digest)
	if err != nil {
		t.Fatal(err)
	}
	one := page[len(page)-1]
	if err := errors.Join(w.desk.Shown(t.Context(), d.ID, d.Version), w.desk.Shown(t.Context(), one.ID, one.Version-1)); err != nil {
		t.Fatal(err)
	}
	w.cards, w.digests = nil, nil
	w.advance(time.Minute)
	w.reconcile()
	if len(w.digests) != 0 || len(w.cards) != 1 || w.cards[0].ID != one.ID {
		t.Errorf("%d cards and %d digests, want only the card whose newest version nobody saw", len(w.cards), len(w.digests))
	}
}
