package store_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"registrar/bot/engine"
	"registrar/store"
	"registrar/store/storetest"
)

func TestPlanningThatFellSilentIsTakenOverOnce(t *testing.T) {
	s, m := mini(t)
	m.SetTime(storetest.Now())
	ctx := t.Context()
	taken := func(want ...string) {
		t.Helper()
		if got, err := s.TakePlanning(ctx, 10, 10*time.Second); err != nil || !slices.Equal(got, want) {
			t.Errorf("taken %v, %v; want %v", got, err, want)
		}
	}
	for _, d := range []string{"dead", "alive", "ended"} {
		if err := s.PlanningBegun(ctx, d, 10*time.Second); err != nil {
			t.Fatal(err)
		}
	}
	taken()
	m.SetTime(storetest.Now().Add(9 * time.Second))
	if err := errors.Join(s.PlanningAlive(ctx, "alive", 10*time.Second), s.PlanningEnded(ctx, "ended"),
		s.PlanningAlive(ctx, "ended", 10*time.Second)); err != nil {
		t.Fatal(err)
	}
	m.SetTime(storetest.Now().Add(11 * time.Second))
	taken("dead")
	taken() // it is another's now
	m.SetTime(storetest.Now().Add(22 * time.Second))
	taken("alive", "dead")
}

func TestView(t *testing.T) {
	s, m := mini(t)
	ctx := t.Context()
	want := store.View{ID: "V1", External: "d1.h1"}
	if err := s.PutView(ctx, "d1", want); err != nil {
		t.Fatal(err)
	}
	want.Closed = true
	if err := s.PutView(ctx, "d1", want); err != nil {
		t.Fatal(err)
	}
	if got, err := s.View(ctx, "d1"); err != nil || got != want {
		t.Errorf("View: %+v, %v", got, err)
	}
	m.FastForward(31 * time.Minute)
	if _, err := s.View(ctx, "d1"); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("a view of half an hour ago: %v", err)
	}
}
