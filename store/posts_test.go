package store_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"registrar/bot/engine"
	"registrar/store"
	"registrar/store/storetest"
)

func TestPostIsClaimedOnce(t *testing.T) {
	s, m := mini(t)
	m.SetTime(storetest.Now())
	ctx := t.Context()
	claim := func(owner string, wantClaimed, wantUnsure bool) store.Post {
		t.Helper()
		p, claimed, err := s.ClaimPost(ctx, "r1", "card", owner)
		if err != nil || claimed != wantClaimed || p.Unsure != wantUnsure {
			t.Errorf("%s: claimed %v, unsure %v, %v; want %v, %v", owner, claimed, p.Unsure, err, wantClaimed, wantUnsure)
		}
		return p
	}
	claim("a", true, false)
	if p := claim("b", false, false); p.Owner != "a" || p.Posted {
		t.Errorf("b hears %+v", p)
	}
	m.SetTime(storetest.Now().Add(store.PostingLife + time.Second))
	claim("b", true, true)
	claim("a", false, false)
	if err := s.Unposted(ctx, "r1", "card", "a"); !errors.Is(err, engine.ErrHeld) {
		t.Errorf("a gives back what b has taken over: %v", err)
	}
	if err := s.Unposted(ctx, "r1", "card", "b"); err != nil {
		t.Fatal(err)
	}
	claim("c", true, false)
	if err := s.Posted(ctx, "r1", "card", "C1", "17.5"); err != nil {
		t.Fatal(err)
	}
	p := claim("d", false, false)
	if !p.Posted || p.Channel != "C1" || p.TS != "17.5" {
		t.Errorf("d hears %+v", p)
	}
	posts, err := s.Posts(ctx, "r1")
	if err != nil || len(posts) != 1 || cmp.Diff(posts[0], p) != "" {
		t.Errorf("Posts: %+v, %v", posts, err)
	}
	if _, err := s.Post(ctx, "r1", "note"); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("a post nobody made: %v", err)
	}
}

// Whoever cannot tell whether it posted a message need not wait to look for it.
func TestADoubtedPostIsLookedForAtOnce(t *testing.T) {
	s, _ := mini(t)
	ctx := t.Context()
	if _, claimed, err := s.ClaimPost(ctx, "r1", "card", "a"); !claimed || err != nil {
		t.Fatal(claimed, err)
	}
	if err := s.Doubted(ctx, "r1", "card", "b"); !errors.Is(err, engine.ErrHeld) {
		t.Errorf("b doubts what a posts: %v", err)
	}
	if err := s.Doubted(ctx, "r1", "card", "a"); err != nil {
		t.Fatal(err)
	}
	for _, owner := range []string{"a", "b"} {
		p, claimed, err := s.ClaimPost(ctx, "r1", "card", owner)
		if err != nil || claimed != (owner == "a") || claimed && !p.Unsure {
			t.Errorf("%s: claimed %v, unsure %v, %v", owner, claimed, p.Unsure, err)
		}
	}
	if err := s.Posted(ctx, "r1", "card", "C1", "17.5"); err != nil {
		t.Fatal(err)
	}
	if err := s.Doubted(ctx, "r1", "card", "a"); !errors.Is(err, engine.ErrHeld) {
		t.Errorf("a posted message is doubted: %v", err)
	}
}

// A message that was deleted is posted again by one, however many miss it.
func TestAPostThatIsGoneIsClaimedAgain(t *testing.T) {
	s, _ := mini(t)
	ctx := t.Context()
	claim := func(owner string, wantClaimed bool) {
		t.Helper()
		p, claimed, err := s.ClaimPost(ctx, "r1", "card", owner)
		if err != nil || claimed != wantClaimed || claimed && (!p.Unsure || p.Drawn != 0 || p.TS != "") {
			t.Errorf("%s: claimed %v, %+v, %v", owner, claimed, p, err)
		}
	}
	gone := func(ts string, want error) {
		t.Helper()
		if err := s.Gone(ctx, "r1", "card", "C1", ts); !errors.Is(err, want) {
			t.Errorf("%s is gone: %v, want %v", ts, err, want)
		}
	}
	gone("17.5", engine.ErrHeld)
	if err := errors.Join(s.Posted(ctx, "r1", "card", "C1", "17.5"), s.Drawn(ctx, "r1", "card", "a", 7)); err != nil {
		t.Fatal(err)
	}
	gone("16.0", engine.ErrHeld)
	gone("17.5", nil)
	gone("17.5", engine.ErrHeld)
	claim("a", true)
	claim("b", false)
	if err := s.Posted(ctx, "r1", "card", "C1", "18.0"); err != nil {
		t.Fatal(err)
	}
	gone("17.5", engine.ErrHeld)
	claim("b", false)
}

func TestPostRace(t *testing.T) {
	s, _ := mini(t)
	var claims atomic.Int32
	var group sync.WaitGroup
	for range 10 {
		group.Go(func() {
			if _, claimed, err := s.ClaimPost(t.Context(), "r1", "card", "same owner"); err != nil {
				t.Error(err)
			} else if claimed {
				claims.Add(1)
			}
		})
	}
	group.Wait()
	if claims.Load() != 1 {
		t.Errorf("%d would post the card", claims.Load())
	}
}

// An older picture never goes over a newer one.
func TestDrawTurns(t *testing.T) {
	s, m := mini(t)
	m.SetTime(storetest.Now())
	ctx := t.Context()
	turn := func(owner string, version int64, want store.Turn) {
		t.Helper()
		if got, err := s.DrawTurn(ctx, "r1", "card", owner, version); err != nil || got != want {
			t.Errorf("%s, version %d: %v, %v; want %v", owner, version, got, err, want)
		}
	}
	drawn := func(owner string, version int64) {
		t.Helper()
		if err := s.Drawn(ctx, "r1", "card", owner, version); err != nil {
			t.Error(err)
		}
	}
	turn("a", 2, store.TurnYours)
	turn("b", 3, store.TurnBusy)
	turn("a", 3, store.TurnBusy)
	drawn("a", 2)
	turn("b", 2, store.TurnOld)
	turn("b", 3, store.TurnYours)
	drawn("b", 0) // Slack refused it
	turn("c", 3, store.TurnYours)
	m.SetTime(storetest.Now().Add(11 * time.Second)) // c died
	turn("d", 4, store.TurnYours)
	drawn("c", 3) // or was only slow
	turn("e", 5, store.TurnBusy)
	drawn("d", 4)
	turn("e", 3, store.TurnOld)
}
