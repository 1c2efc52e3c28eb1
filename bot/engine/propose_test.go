package engine

import (
	"context"
	"errors"
	"testing"

	"registrar/bot/runbook"
)

// TestProposeAgain: the same values delivered twice keep the plan that was made
// in between; other values, and a plan that was refused, are planned again.
func TestProposeAgain(t *testing.T) {
	w := newWorld()
	e := w.engine("a", w.store)
	ctx := context.Background()
	propose := func(color string) *Draft {
		t.Helper()
		d, err := e.Propose(ctx, Proposal{Draft: "d", Action: "paint", By: sam, Values: runbook.Values{"wall": "north", "color": color}, Reason: "ticket 7"})
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	plan := func() *Draft {
		t.Helper()
		d, err := e.Plan(ctx, "d")
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	propose("red")
	first := plan()
	if again := propose("red"); again.Status != Ready || again.Hash != first.Hash || again.Version != first.Version {
		t.Errorf("a second delivery left the draft %s, version %d of %d", again.Status, again.Version, first.Version)
	}
	if other := propose("blue"); other.Status != Planning || other.Hash != "" {
		t.Errorf("other values left the draft %s", other.Status)
	}
	w.vendor.down = errors.New("down")
	if d := plan(); d.Status != Refused {
		t.Fatalf("draft %s", d.Status)
	}
	w.vendor.down = nil
	if d := propose("blue"); d.Status != Planning {
		t.Errorf("what was refused is not planned again: %s", d.Status)
	}
	if d := plan(); d.Status != Ready {
		t.Errorf("draft %s: %s", d.Status, d.Problem)
	}
}

// TestWatchKeepsWhatItHeard: a worker goes on with the run it told of.
func TestWatchKeepsWhatItHeard(t *testing.T) {
	w := newWorld()
	e := w.engine("a", w.store)
	var heard []*Run
	var was []StepStatus
	e.Watch = func(_ context.Context, r *Run) {
		heard, was = append(heard, r), append(was, r.Steps[0].Status)
	}
	r := request(t, e)
	visitNow(t, e, approve(t, e, r, ana))
	for i, r := range heard {
		if r.Steps[0].Status != was[i] {
			t.Errorf("version %d was told of with its first step %s, and now says %s", r.Version, was[i], r.Steps[0].Status)
		}
	}
}
