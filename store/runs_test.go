package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"registrar/bot/engine"
	"registrar/bot/runbook"
	"registrar/store"
	"registrar/store/storetest"
)

// The address of a decider counts as much as the id: those who gain by a run
// are known by address only.
func TestGateKnowsSelfByAddress(t *testing.T) {
	s, _ := mini(t)
	r := storetest.Submitted(t, s, "r1")
	decide := func(by engine.Person) error {
		mine := *r
		mine.Decisions = []engine.Decision{{By: by, At: storetest.Now(), Approved: true, Hash: r.Hash}}
		return s.Save(t.Context(), engine.Move{Run: &mine, Gate: &engine.Gate{From: r.Status, Hash: r.Hash, Decider: by.ID}})
	}
	for _, by := range []engine.Person{
		{ID: "U8", Email: "ada@learner.example"}, // gains
		{ID: "U9", Email: "SAM@desk.example"},    // asked, from another account
	} {
		if err := decide(by); !errors.Is(err, engine.ErrRefused) {
			t.Errorf("%s decides: %v, want ErrRefused", by.Email, err)
		}
	}
	if err := decide(engine.Person{ID: "U7", Email: "da@learner.example"}); err != nil {
		t.Errorf("somebody whose address is part of another's: %v", err)
	}
}

func TestExpiry(t *testing.T) {
	s, m := mini(t)
	ctx := t.Context()
	storetest.Submitted(t, s, "r1")
	lease, err := s.Lease(ctx, "r1", "a", 30*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	m.FastForward(20 * time.Second)
	if err := s.Renew(ctx, lease, 30*time.Second); err != nil {
		t.Fatal(err)
	}
	m.FastForward(20 * time.Second)
	if _, err := s.Lease(ctx, "r1", "b", 30*time.Second); !errors.Is(err, engine.ErrHeld) {
		t.Errorf("a renewed lease: %v, want ErrHeld", err)
	}
	m.FastForward(20 * time.Second)
	// It ran out, but nobody took it: what was done may still be written down.
	r, err := s.Run(ctx, "r1")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Save(ctx, engine.Move{Run: r, Fence: lease.Fence}); err != nil {
		t.Errorf("Save under a lease that ran out: %v", err)
	}
	next, err := s.Lease(ctx, "r1", "b", 30*time.Second)
	if err != nil || next.Fence <= lease.Fence {
		t.Fatalf("the next lease: %+v, %v", next, err)
	}
	for name, err := range map[string]error{
		"Save":    s.Save(ctx, engine.Move{Run: r, Fence: lease.Fence}),
		"Renew":   s.Renew(ctx, lease, time.Minute),
		"Release": s.Release(ctx, lease),
	} {
		if !errors.Is(err, engine.ErrFenced) {
			t.Errorf("%s after another took the lease: %v, want ErrFenced", name, err)
		}
	}

	if err := s.PutDraft(ctx, storetest.NewDraft("d1")); err != nil {
		t.Fatal(err)
	}
	m.FastForward(engine.DraftLife + time.Second)
	if _, err := s.Draft(ctx, "d1"); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("an old draft: %v", err)
	}
	m.FastForward(2 * 365 * 24 * time.Hour)
	if _, err := s.Run(ctx, "r1"); err != nil {
		t.Errorf("a run of two years ago: %v", err)
	}
	if err := s.Verify(ctx, ""); err != nil {
		t.Error(err)
	}
}

func TestBreakLock(t *testing.T) {
	s, _ := mini(t)
	ctx := t.Context()
	if _, err := s.Lock(ctx, "r1", []string{"group 2", "user 1"}); err != nil {
		t.Fatal(err)
	}
	all, err := s.Locks(ctx)
	if err != nil || len(all) != 2 || all[0] != (engine.Holder{Lock: "group 2", Run: "r1", Since: storetest.Now()}) {
		t.Errorf("Locks: %+v, %v", all, err)
	}
	by := engine.Entry{At: storetest.Now(), Kind: "lock.broken", Actor: "U9"}
	if err := s.BreakLock(ctx, "", "user 1", "r2", by); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("from a run that does not hold it: %v", err)
	}
	if err := s.BreakLock(ctx, "", "user 1", "r1", by); err != nil {
		t.Errorf("BreakLock: %v", err)
	}
	if err := s.BreakLock(ctx, "", "user 1", "r1", by); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("breaking it again: %v", err)
	}
	if head, err := s.Head(ctx); err != nil || head.Seq != 1 {
		t.Errorf("one broken lock makes %d entries, %v", head.Seq, err)
	}
	if _, err := s.Lock(ctx, "r2", []string{"user 1"}); err != nil {
		t.Errorf("the lock is still held: %v", err)
	}
	if err := s.Unlock(ctx, "r1"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Lock(ctx, "r3", []string{"user 1"}); !errors.Is(err, engine.ErrHeld) {
		t.Errorf("the broken lock's old holder freed its new one: %v", err)
	}
}

// A lock may be named after a person, and the chain is for ever.
func TestBrokenLockIsPersonal(t *testing.T) {
	s, m := mini(t)
	ctx := t.Context()
	lock := "salesforce:new-contact:ada@learner.example"
	if _, err := s.Lock(ctx, "r1", []string{lock}); err != nil {
		t.Fatal(err)
	}
	if err := s.BreakLock(ctx, "", lock, "r1", engine.Entry{At: storetest.Now(), Kind: "lock.broken", Actor: "U9"}); err != nil {
		t.Fatal(err)
	}
	entries, err := m.Stream(logKey)
	if err != nil || len(entries) != 1 || strings.Contains(entries[0].Values[1], "ada@") {
		t.Errorf("the chain: %v, %v", entries, err)
	}
	if got := m.HGet(personalKey, "1/lock"); !strings.HasSuffix(got, " "+lock) {
		t.Errorf("beside it: %q", got)
	}
}

func TestRuns(t *testing.T) {
	now := storetest.Now()
	s, _ := mini(t, func(c *store.Config) { c.Now = func() time.Time { return now } })
	ctx := t.Context()
	submit := func(id, by string, created time.Time) {
		t.Helper()
		d := storetest.NewDraft("draft-" + id)
		d.Requester = engine.Person{ID: by}
		if err := s.PutDraft(ctx, d); err != nil {
			t.Fatal(err)
		}
		r := storetest.NewRun(id, d)
		r.Created = created
		if err := s.Submit(ctx, d, engine.Move{Run: r}); err != nil {
			t.Fatal(err)
		}
	}
	list := func(q store.Query, want ...string) {
		t.Helper()
		runs, err := s.Runs(ctx, q)
		var ids []string
		for _, r := range runs {
			ids = append(ids, r.ID)
		}
		if err != nil || !slices.Equal(ids, want) {
			t.Errorf("%+v: %v, %v; want %v", q, ids, err, want)
		}
	}
	list(store.Query{})
	submit("old", "U1", now.Add(-40*24*time.Hour))
	submit("first", "U1", now.Add(-2*time.Hour))
	submit("second", "U2", now.Add(-time.Hour))
	list(store.Query{}, "second", "first")
	list(store.Query{Limit: 1}, "second")
	list(store.Query{Requester: "U1"}, "first")
	list(store.Query{Open: true}, "second", "first", "old")
	r, err := s.Run(ctx, "first")
	if err != nil {
		t.Fatal(err)
	}
	r.Status = engine.Succeeded
	if err := s.Save(ctx, engine.Move{Run: r}); err != nil {
		t.Fatal(err)
	}
	list(store.Query{Open: true}, "second", "old")
	list(store.Query{}, "second", "first")
	if n, err := s.OpenRuns(ctx); err != nil || n != 2 {
		t.Errorf("OpenRuns: %d, %v", n, err)
	}
	now = now.Add(31 * 24 * time.Hour)
	list(store.Query{})
}

// A run with a large plan is stored whole.
func TestLargeRun(t *testing.T) {
	s, _ := mini(t)
	r := storetest.Submitted(t, s, "r1")
	for i := range 2000 {
		r.Plan.Records = append(r.Plan.Records, runbook.Record{System: runbook.LearnUpon, ID: fmt.Sprint(i), Title: "Zoë \"quoted\" \x00\u202e"})
		r.Plan.Beneficiaries = append(r.Plan.Beneficiaries, fmt.Sprintf("u%d@learner.example", i))
	}
	if err := s.Save(t.Context(), engine.Move{Run: r}); err != nil {
		t.Fatal(err)
	}
	got, err := s.Run(t.Context(), "r1")
	if err != nil || len(got.Plan.Records) != 2001 || got.Plan.Hash() != r.Plan.Hash() {
		t.Errorf("%d records, %v", len(got.Plan.Records), err)
	}
}
