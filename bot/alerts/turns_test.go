package alerts_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"registrar/bot/alerts"
)

// While the systems are away the clock still does its work, on every alert.
func TestOutageKeepsNobodyAsleep(t *testing.T) {
	w := newWorld(t)
	for i := range 4 {
		w.row(fmt.Sprint("r", i), person(i), 0)
	}
	w.poll()
	w.reconcile()
	for _, a := range w.all() {
		if _, err := w.desk.Snooze(t.Context(), w.press(a.ID, "U1", "m"+a.ID), alerts.SnoozeHour); err != nil {
			t.Fatal(err)
		}
	}
	w.outage = errors.New("away")
	w.advance(alerts.SnoozeHour)
	if err := w.desk.Reconcile(t.Context()); !errors.Is(err, w.outage) {
		t.Errorf("Reconcile: %v", err)
	}
	for _, a := range w.all() {
		if a.Status != alerts.Open {
			t.Errorf("alert of %s is %s", a.Person, a.Status)
		}
	}
}

// One person whose records cannot be read keeps nobody else's alert from being
// explained.
func TestOneUnreadableRecordHoldsUpNobody(t *testing.T) {
	w := newWorld(t)
	const people = 5
	for i := range people {
		w.row(fmt.Sprint("r", i), person(i), 0)
	}
	w.poll()
	first, err := w.store.Alerts().TakeDue(t.Context(), w.now, 0, 1)
	if err != nil || len(first) != 1 {
		t.Fatalf("%v, %v", first, err)
	}
	explain := w.desk.Explain
	w.desk.Explain = func(ctx context.Context, a *alerts.Alert) (alerts.Cause, error) {
		if a.ID == first[0] {
			return alerts.Cause{}, errors.New("too many records")
		}
		return explain(ctx, a)
	}
	for range 3 {
		_ = w.desk.Reconcile(t.Context()) // fails for the unreadable one
		w.advance(time.Minute)
	}
	for _, a := range w.all() {
		if a.Explained.IsZero() != (a.ID == first[0]) {
			t.Errorf("alert of %s: explained %s", a.Person, a.Explained)
		}
	}
}

// What cannot be shown does not keep the rest from being shown, and is not
// handed to two replicas at once.
func TestWhatCannotBeShownHoldsUpNothing(t *testing.T) {
	w := newWorld(t)
	const people = 15
	for i := range people {
		w.row(fmt.Sprint("r", i), person(i), 0)
		if i == alerts.Burst-1 {
			w.poll()
		}
	}
	w.poll()
	w.desk.Explain = func(context.Context, *alerts.Alert) (alerts.Cause, error) { return alerts.Cause{}, errors.New("away") }
	w.advance(time.Minute)
	w.cards = nil
	for _, owner := range []string{"b", "c", "d"} {
		other := w.newDesk(owner)
		other.Explain = w.desk.Explain
		_ = other.Reconcile(t.Context()) // fails for what is due where the systems are away
	}
	var shown []string
	for _, a := range w.cards {
		shown = append(shown, a.ID)
	}
	slices.Sort(shown)
	if len(shown) != people || len(slices.Compact(shown)) != people {
		t.Errorf("%d cards were handed on, want each of %d once", len(w.cards), people)
	}
}

// What was logged while nobody polled is found, even where no poll before had
// found anything.
func TestPauseAfterQuietPolls(t *testing.T) {
	w := newWorld(t)
	w.poll()
	w.advance(4 * 24 * time.Hour)
	w.row("r1", person(1), 3*24*time.Hour)
	w.poll()
	w.only()
}

// Records that were read before the error was logged again say nothing about
// it.
func TestAnOldReadClosesNothing(t *testing.T) {
	w, _ := opened(t)
	explain := w.desk.Explain
	w.desk.Explain = func(context.Context, *alerts.Alert) (alerts.Cause, error) {
		w.row("r2", person(1), 0)
		w.poll()
		w.advance(time.Minute)
		return alerts.Cause{Gone: "The addresses agree."}, nil
	}
	w.advance(5 * time.Minute)
	w.reconcile()
	if a := w.only(); a.Status != alerts.Open || a.Rows != 2 {
		t.Errorf("%s with %d rows, want it open", a.Status, a.Rows)
	}
	w.desk.Explain = explain
	w.causes[person(1)] = alerts.Cause{Gone: "The addresses agree."}
	w.advance(5 * time.Minute)
	w.reconcile()
	if a := w.only(); a.Status != alerts.Closed {
		t.Errorf("%s, want it closed by a later read", a.Status)
	}
}

// A clock that was set back by an hour keeps nobody from polling.
func TestClockSetBack(t *testing.T) {
	w := newWorld(t)
	if turn, err := w.desk.Store.BeginPoll(t.Context(), "dead", time.Minute, 15*time.Second); err != nil || !turn.Mine {
		t.Fatalf("%+v, %v", turn, err)
	}
	w.now = w.now.Add(-time.Hour)
	w.redis.SetTime(w.now)
	if turn, err := w.desk.Store.BeginPoll(t.Context(), "b", time.Minute, 15*time.Second); err != nil || !turn.Mine {
		t.Errorf("%+v, %v", turn, err)
	}
}
