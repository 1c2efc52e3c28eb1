package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"registrar/bot/engine"
)

func testLease(t *testing.T, s engine.Store) {
	ctx := t.Context()
	Submitted(t, s, "r1")
	Submitted(t, s, "r2")
	first, err := s.Lease(ctx, "r1", "a", time.Minute)
	if err != nil || first.Fence < 1 || first.Run != "r1" || first.Owner != "a" {
		t.Fatalf("Lease: %+v, %v", first, err)
	}
	for _, owner := range []string{"a", "b"} {
		if _, err := s.Lease(ctx, "r1", owner, time.Minute); !errors.Is(err, engine.ErrHeld) {
			t.Errorf("a lease that is held, for %s: %v, want ErrHeld", owner, err)
		}
	}
	if _, err := s.Lease(ctx, "r2", "b", time.Minute); err != nil {
		t.Errorf("the lease of another run: %v", err)
	}
	if err := s.Renew(ctx, first, time.Minute); err != nil {
		t.Errorf("Renew: %v", err)
	}
	if err := s.Release(ctx, first); err != nil {
		t.Errorf("Release: %v", err)
	}
	if err := s.Renew(ctx, first, time.Minute); !errors.Is(err, engine.ErrFenced) {
		t.Errorf("Renew after Release: %v, want ErrFenced", err)
	}
	second, err := s.Lease(ctx, "r1", "b", time.Minute)
	if err != nil || second.Fence <= first.Fence {
		t.Fatalf("the next lease: %+v, %v; its fence must be above %d", second, err, first.Fence)
	}
	if err := s.Release(ctx, first); !errors.Is(err, engine.ErrFenced) {
		t.Errorf("releasing another's lease: %v, want ErrFenced", err)
	}
	if _, err := s.Lease(ctx, "r1", "c", time.Minute); !errors.Is(err, engine.ErrHeld) {
		t.Errorf("the second lease was lost with the first: %v, want ErrHeld", err)
	}
}

func testLeaseRaces(t *testing.T, s engine.Store) {
	Submitted(t, s, "r1")
	won := race(t, func(i int) error {
		_, err := s.Lease(t.Context(), "r1", fmt.Sprintf("owner-%d", i), time.Minute)
		return err
	}, engine.ErrHeld)
	if won != 1 {
		t.Errorf("%d hold the lease", won)
	}
}

func testFence(t *testing.T, s engine.Store) {
	ctx := t.Context()
	Submitted(t, s, "r1")
	lost, err := s.Lease(ctx, "r1", "a", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	save := func(fence int64) error {
		r := load(t, s, "r1")
		r.Why = fmt.Sprintf("written under fence %d", fence)
		return s.Save(ctx, engine.Move{Run: r, Fence: fence})
	}
	if err := save(lost.Fence); err != nil {
		t.Fatalf("Save under the lease: %v", err)
	}
	if err := s.Release(ctx, lost); err != nil {
		t.Fatal(err)
	}
	if err := save(lost.Fence); !errors.Is(err, engine.ErrFenced) {
		t.Errorf("Save under a released lease: %v, want ErrFenced", err)
	}
	held, err := s.Lease(ctx, "r1", "b", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if err := save(lost.Fence); !errors.Is(err, engine.ErrFenced) {
		t.Errorf("Save under a lease another holds: %v, want ErrFenced", err)
	}
	if err := save(held.Fence + 1); !errors.Is(err, engine.ErrFenced) {
		t.Errorf("Save under a fence nobody was given: %v, want ErrFenced", err)
	}
	if err := save(held.Fence); err != nil {
		t.Errorf("Save under the lease: %v", err)
	}
	if err := save(0); err != nil {
		t.Errorf("a person's press: %v", err)
	}
}

func testLocks(t *testing.T, s engine.Store) {
	ctx := t.Context()
	if _, err := s.Lock(ctx, "r1", nil); err != nil {
		t.Errorf("no locks: %v", err)
	}
	if _, err := s.Lock(ctx, "r1", []string{"user 1", "user 2"}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Lock(ctx, "r1", []string{"user 1", "user 2"}); err != nil {
		t.Errorf("taking them again: %v", err)
	}
	held, err := s.Lock(ctx, "r2", []string{"group 3", "user 2"})
	if !errors.Is(err, engine.ErrHeld) || len(held) != 1 {
		t.Fatalf("a lock another run holds: %v, %v", held, err)
	}
	if h := held[0]; h.Lock != "user 2" || h.Run != "r1" || !h.Since.Equal(Now()) {
		t.Errorf("the holder is %+v", h)
	}
	if _, err := s.Lock(ctx, "r3", []string{"group 3"}); err != nil {
		t.Errorf("a refused run kept a lock: %v", err)
	}
	if err := s.Unlock(ctx, "r1"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Lock(ctx, "r2", []string{"user 1", "user 2"}); err != nil {
		t.Errorf("locks that were freed: %v", err)
	}
	if held, err := s.Lock(ctx, "r2", []string{"group 3"}); !errors.Is(err, engine.ErrHeld) || len(held) != 1 || held[0].Run != "r3" {
		t.Errorf("another run's lock was freed: %v, %v", held, err)
	}
	if err := s.Unlock(ctx, "r9"); err != nil {
		t.Errorf("a run without locks: %v", err)
	}
	by := engine.Entry{At: Now(), Kind: "lock.broken", Actor: "U9"}
	if err := s.BreakLock(ctx, "m1", "user 1", "r3", by); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("breaking a lock that another run holds: %v", err)
	}
	if err := s.BreakLock(ctx, "m1", "user 1", "r2", by); err != nil {
		t.Errorf("breaking a lock: %v", err)
	}
	if seen, err := s.Seen(ctx, "m1"); err != nil || !seen {
		t.Errorf("the press that broke a lock was seen: %t, %v", seen, err)
	}
	for _, lock := range []string{"user 1", "user 2"} {
		if err := s.BreakLock(ctx, "m1", lock, "r2", by); !errors.Is(err, engine.ErrSeen) {
			t.Errorf("the press comes again for %s: %v", lock, err)
		}
	}
	if _, err := s.Lock(ctx, "r3", []string{"user 1"}); err != nil {
		t.Errorf("a broken lock: %v", err)
	}
}

// testLocksRace: runs want overlapping locks in different order; none waits for
// another, and no two that overlap hold theirs.
func testLocksRace(t *testing.T, s engine.Store) {
	won := race(t, func(i int) error {
		names := []string{"user 1", "user 2"}
		if i%2 == 0 {
			names = []string{"user 2", "user 1"}
		}
		_, err := s.Lock(t.Context(), fmt.Sprintf("r%d", i), names)
		return err
	}, engine.ErrHeld)
	if won != 1 {
		t.Errorf("%d runs hold the same locks", won)
	}
}
