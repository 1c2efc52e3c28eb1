package storetest

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"registrar/bot/engine"
)

func testSave(t *testing.T, s engine.Store) {
	ctx := t.Context()
	r := Submitted(t, s, "r1")
	stale := *r
	r.Status, r.Why = engine.Cancelled, "no longer needed"
	r.Wake = time.Time{}
	r.History = append(r.History, engine.Event{At: Now(), By: "U1", Text: "cancelled it"})
	if err := s.Save(ctx, engine.Move{Run: r, Entries: []engine.Entry{Entry("run.cancelled", "r1")}}); err != nil || r.Version != 2 {
		t.Fatalf("Save: %v, version %d", err, r.Version)
	}
	sameJSON(t, load(t, s, "r1"), r)
	stale.Why = "lost update"
	if err := s.Save(ctx, engine.Move{Run: &stale, Mark: "m1"}); !errors.Is(err, engine.ErrConflict) || stale.Version != 1 {
		t.Errorf("a stale run: %v, version %d; want ErrConflict and the version as it was", err, stale.Version)
	}
	if seen, err := s.Seen(ctx, "m1"); err != nil || seen {
		t.Errorf("the mark of a refused move: seen %v, %v", seen, err)
	}
	sameJSON(t, load(t, s, "r1"), r)
	unknown := NewRun("r2", NewDraft("d2"))
	unknown.Version = 1
	if err := s.Save(ctx, engine.Move{Run: unknown}); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("a run nobody submitted: %v, want ErrNotFound", err)
	}
}

func testSaveMark(t *testing.T, s engine.Store) {
	ctx := t.Context()
	r := Submitted(t, s, "r1")
	r.Extended = 1
	if err := s.Save(ctx, engine.Move{Run: r, Mark: "press-1"}); err != nil {
		t.Fatal(err)
	}
	if seen, err := s.Seen(ctx, "press-1"); err != nil || !seen {
		t.Errorf("the mark of a stored move: seen %v, %v", seen, err)
	}
	r.Extended = 2
	if err := s.Save(ctx, engine.Move{Run: r, Mark: "press-1"}); !errors.Is(err, engine.ErrSeen) {
		t.Errorf("the same press again: %v, want ErrSeen", err)
	}
	if got := load(t, s, "r1"); got.Extended != 1 {
		t.Errorf("the same press had a second effect: extended %d times", got.Extended)
	}
}

func testGate(t *testing.T, s engine.Store) {
	r := Submitted(t, s, "r1")
	open := engine.Gate{From: engine.AwaitingApproval, Hash: r.Hash, Decider: "U2", Deadline: r.Expires}
	tests := []struct {
		name string
		edit func(*engine.Gate)
		want error
	}{
		{"another status", func(g *engine.Gate) { g.From = engine.Approved }, engine.ErrRefused},
		{"another plan", func(g *engine.Gate) { g.Hash = "0000" }, engine.ErrRefused},
		{"the requester", func(g *engine.Gate) { g.Decider = "U1" }, engine.ErrRefused},
		{"too late", func(g *engine.Gate) { g.Deadline = Now().Add(-time.Second) }, engine.ErrRefused},
		{"just too late", func(g *engine.Gate) { g.Deadline = Now() }, engine.ErrRefused},
		{"an approver", func(*engine.Gate) {}, nil},
		{"the same approver again", func(*engine.Gate) {}, engine.ErrRefused},
		{"another approver, no deadline", func(g *engine.Gate) { g.Decider, g.Deadline = "U3", time.Time{} }, nil},
		{"nobody decides", func(g *engine.Gate) { g.Decider = "" }, nil},
	}
	for _, tt := range tests {
		gate := open
		tt.edit(&gate)
		run := load(t, s, "r1")
		before := run.Version
		run.Decisions = append(run.Decisions, engine.Decision{By: engine.Person{ID: gate.Decider}, At: Now(), Approved: true, Hash: r.Hash})
		err := s.Save(t.Context(), engine.Move{Run: run, Gate: &gate})
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
		if after := load(t, s, "r1").Version; (after > before) != (tt.want == nil) {
			t.Errorf("%s: version went from %d to %d", tt.name, before, after)
		}
	}
}

// testDecisionsRace: all see the same run and decide; exactly one is stored.
func testDecisionsRace(t *testing.T, s engine.Store) {
	r := Submitted(t, s, "r1")
	won := race(t, func(i int) error {
		mine := *r
		by := engine.Person{ID: fmt.Sprintf("UA%d", i)}
		mine.Decisions = []engine.Decision{{By: by, At: Now(), Approved: i%2 == 0, Hash: r.Hash}}
		mine.Status = engine.Approved
		if i%2 == 1 {
			mine.Status = engine.Rejected
		}
		return s.Save(t.Context(), engine.Move{
			Run: &mine, Mark: engine.Mark(by.ID), Entries: []engine.Entry{Entry("run.decided", "r1")},
			Gate: &engine.Gate{From: engine.AwaitingApproval, Hash: r.Hash, Decider: by.ID, Deadline: r.Expires},
		})
	}, engine.ErrConflict, engine.ErrRefused)
	got := load(t, s, "r1")
	if won != 1 || got.Version != 2 || len(got.Decisions) != 1 {
		t.Errorf("%d decisions won; version %d with %d decisions", won, got.Version, len(got.Decisions))
	}
}

// testPressRaces: one press is delivered many times, each delivery loading the
// run as often as it takes; it has one effect.
func testPressRaces(t *testing.T, s engine.Store) {
	Submitted(t, s, "r1")
	won := race(t, func(int) error {
		for {
			r, err := s.Run(t.Context(), "r1")
			if err != nil {
				return err
			}
			r.Extended++
			if err := s.Save(t.Context(), engine.Move{Run: r, Mark: "press"}); !errors.Is(err, engine.ErrConflict) {
				return err
			}
		}
	}, engine.ErrSeen)
	if got := load(t, s, "r1"); won != 1 || got.Extended != 1 {
		t.Errorf("one press took effect %d times, extended %d", won, got.Extended)
	}
}

func testDue(t *testing.T, s engine.Store) {
	ctx := t.Context()
	for i, wake := range []time.Duration{3 * time.Minute, time.Minute, 2 * time.Minute, time.Hour} {
		r := Submitted(t, s, fmt.Sprintf("r%d", i))
		r.Wake = Now().Add(wake)
		if err := s.Save(ctx, engine.Move{Run: r}); err != nil {
			t.Fatal(err)
		}
	}
	due := func(after time.Duration, n int, want ...string) {
		t.Helper()
		if got, err := s.Due(ctx, Now().Add(after), n); err != nil || !slices.Equal(got, want) {
			t.Errorf("due after %s: %v, %v; want %v", after, got, err, want)
		}
	}
	due(0, 10)
	due(time.Minute, 10, "r1")
	due(10*time.Minute, 10, "r1", "r2", "r0")
	due(10*time.Minute, 2, "r1", "r2")

	r := load(t, s, "r1")
	r.Status, r.Wake = engine.Cancelled, time.Time{}
	asleep := load(t, s, "r2")
	asleep.Wake = time.Time{}
	if err := errors.Join(s.Save(ctx, engine.Move{Run: r}), s.Save(ctx, engine.Move{Run: asleep})); err != nil {
		t.Fatal(err)
	}
	due(10*time.Minute, 10, "r0")
}

// testUnshown: a version stays on the list until it, and not an older one, is
// shown; closing a run takes it off no more than any other move.
func testUnshown(t *testing.T, s engine.Store) {
	ctx := t.Context()
	unshown := func(before time.Time, want ...string) {
		t.Helper()
		if got, err := s.Unshown(ctx, before, 10); err != nil || !slices.Equal(got, want) {
			t.Errorf("unshown before %s: %v, %v; want %v", before, got, err, want)
		}
	}
	r := Submitted(t, s, "r1")
	unshown(Now().Add(-time.Second))
	unshown(Now(), "r1")
	shown := r.Version
	r.Status, r.Wake = engine.Cancelled, time.Time{}
	if err := s.Save(ctx, engine.Move{Run: r}); err != nil {
		t.Fatal(err)
	}
	if err := s.Shown(ctx, "r1", shown); !errors.Is(err, engine.ErrConflict) {
		t.Errorf("an older version was shown: %v", err)
	}
	unshown(Now(), "r1")
	if err := s.Shown(ctx, "r1", r.Version); err != nil {
		t.Error(err)
	}
	unshown(Now())
}
