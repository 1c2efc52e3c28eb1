package storetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"registrar/bot/engine"
)

func testDraft(t *testing.T, s engine.Store) {
	ctx := t.Context()
	if _, err := s.Draft(ctx, "d1"); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("a draft nobody stored: %v, want ErrNotFound", err)
	}
	d := NewDraft("d1")
	if err := s.PutDraft(ctx, d); err != nil || d.Version != 1 {
		t.Fatalf("PutDraft: %v, version %d", err, d.Version)
	}
	if err := s.PutDraft(ctx, NewDraft("d1")); !errors.Is(err, engine.ErrConflict) {
		t.Errorf("a second new draft of the same id: %v, want ErrConflict", err)
	}
	got, err := s.Draft(ctx, "d1")
	if err != nil {
		t.Fatal(err)
	}
	sameJSON(t, got, d)

	stale := *got
	got.Status, got.Problem = engine.Refused, "no such learner"
	if err := s.PutDraft(ctx, got); err != nil || got.Version != 2 {
		t.Fatalf("PutDraft again: %v, version %d", err, got.Version)
	}
	if err := s.PutDraft(ctx, &stale); !errors.Is(err, engine.ErrConflict) || stale.Version != 1 {
		t.Errorf("a stale draft: %v, version %d; want ErrConflict and the version as it was", err, stale.Version)
	}
	absent := NewDraft("d2")
	absent.Version = 3
	if err := s.PutDraft(ctx, absent); !errors.Is(err, engine.ErrConflict) {
		t.Errorf("a draft that is gone: %v, want ErrConflict", err)
	}
}

func testSubmit(t *testing.T, s engine.Store) {
	ctx := t.Context()
	d := NewDraft("d1")
	if err := s.Submit(ctx, d, engine.Move{Run: NewRun("r0", d)}); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("a draft that is not there: %v, want ErrNotFound", err)
	}
	if err := s.PutDraft(ctx, d); err != nil {
		t.Fatal(err)
	}
	stale := *d
	if err := s.PutDraft(ctx, d); err != nil {
		t.Fatal(err)
	}
	if err := s.Submit(ctx, &stale, engine.Move{Run: NewRun("r0", d), Mark: "m0"}); !errors.Is(err, engine.ErrConflict) {
		t.Errorf("a draft planned again meanwhile: %v, want ErrConflict", err)
	}
	if seen, err := s.Seen(ctx, "m0"); err != nil || seen {
		t.Errorf("the mark of a refused move: seen %v, %v", seen, err)
	}
	r := NewRun("r1", d)
	again := *d
	if err := s.Submit(ctx, d, engine.Move{Run: r, Entries: []engine.Entry{Entry("run.requested", "r1")}, Mark: "m1"}); err != nil {
		t.Fatal(err)
	}
	if r.Version != 1 || d.Status != engine.Used || d.Run != "r1" {
		t.Errorf("after Submit the run has version %d, the draft status %s and run %q", r.Version, d.Status, d.Run)
	}
	sameJSON(t, load(t, s, "r1"), r)
	stored, err := s.Draft(ctx, "d1")
	if err != nil || stored.Status != engine.Used || stored.Run != "r1" {
		t.Errorf("the stored draft: %+v, %v", stored, err)
	}
	if err := s.Submit(ctx, &again, engine.Move{Run: NewRun("r2", d)}); !errors.Is(err, engine.ErrSeen) {
		t.Errorf("a draft used before: %v, want ErrSeen", err)
	}
	if _, err := s.Run(ctx, "r2"); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("the run of a draft used before: %v, want ErrNotFound", err)
	}
	other := NewDraft("d3")
	if err := s.PutDraft(ctx, other); err != nil {
		t.Fatal(err)
	}
	if err := s.Submit(ctx, other, engine.Move{Run: NewRun("r3", other), Mark: "m1"}); !errors.Is(err, engine.ErrSeen) {
		t.Errorf("a mark seen before: %v, want ErrSeen", err)
	}
}

func testSubmitRaces(t *testing.T, s engine.Store) {
	d := NewDraft("d1")
	if err := s.PutDraft(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	won := race(t, func(i int) error {
		mine := *d
		return s.Submit(t.Context(), &mine, engine.Move{Run: NewRun(fmt.Sprintf("r%d", i), d)})
	}, engine.ErrSeen, engine.ErrConflict)
	if won != 1 {
		t.Errorf("one draft became %d runs", won)
	}
}

func testSubmitSecrets(t *testing.T, s engine.Store) {
	ctx := t.Context()
	d := NewDraft("d1")
	if err := errors.Join(s.PutDraft(ctx, d), s.PutSecret(ctx, "d1", "/link", "hush")); err != nil {
		t.Fatal(err)
	}
	if err := s.Submit(ctx, d, engine.Move{Run: NewRun("r1", d)}); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Secret(ctx, "r1", "/link"); err != nil || got != "hush" {
		t.Errorf("the run's secret is %q, %v", got, err)
	}
	if _, err := s.Secret(ctx, "d1", "/link"); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("the draft's secret: %v, want ErrNotFound", err)
	}
}

// racers is how many goroutines try the same thing at once.
const racers = 12

// race runs try in many goroutines and counts those that succeeded; the others
// must fail with one of the given errors.
func race(t *testing.T, try func(i int) error, losers ...error) int {
	t.Helper()
	var won atomic.Int32
	var group sync.WaitGroup
	start := make(chan struct{})
	for i := range racers {
		group.Go(func() {
			<-start
			err := try(i)
			if err == nil {
				won.Add(1)
				return
			}
			for _, l := range losers {
				if errors.Is(err, l) {
					return
				}
			}
			t.Errorf("racer %d: %v", i, err)
		})
	}
	close(start)
	group.Wait()
	return int(won.Load())
}

func sameJSON(t *testing.T, got, want any) {
	t.Helper()
	g, errG := json.Marshal(got)
	w, errW := json.Marshal(want)
	if errG != nil || errW != nil || string(g) != string(w) {
		t.Errorf("stored\n%s\nwant\n%s\n%v %v", g, w, errG, errW)
	}
}
