package store_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"registrar/bot/alerts"
	"registrar/bot/engine"
	"registrar/store"
	"registrar/store/storetest"
)

// rememberLittle stores one of each kind that names somebody: a closed run, an
// alert that has ended and another that only the contact's number leads to, a
// draft, a personal value.
func rememberLittle(t *testing.T, s *store.Store, who, id string) {
	t.Helper()
	ctx := t.Context()
	r := storetest.Submitted(t, s, id+"-run")
	r.Status, r.Reason, r.Plan.Subject, r.Plan.Records, r.Plan.Beneficiaries = engine.Succeeded, "for "+who, who, nil, []string{who}
	r.Input, r.Wake = nil, time.Time{}
	asked := storetest.Entry("run.moved", r.ID)
	asked.Personal = map[string]string{"reason": "for " + who}
	a := newAlert(id + "-alert")
	a.Person, a.Email, a.Contact = who, who, "contact of "+id
	led := newAlert(id + "-led")
	led.Person, led.Contact = a.Contact, a.Contact
	opened := alerts.Change{Alerts: []*alerts.Alert{a, led}, Rows: []string{id}, Takes: map[string]alerts.Take{who: {Alert: a.ID}, a.Contact: {Alert: led.ID}}}
	d := storetest.NewDraft(id + "-draft")
	d.Plan.Subject, d.Plan.Records, d.Plan.Beneficiaries, d.Values["email"], d.Input = who, nil, nil, who, nil
	err := errors.Join(s.Save(ctx, engine.Move{Run: r, Entries: []engine.Entry{asked}}), s.Alerts().Save(ctx, opened), s.PutDraft(ctx, d))
	for _, a := range opened.Alerts {
		a.Status, a.Ended, a.Wake = alerts.Closed, storetest.Now(), time.Time{}
	}
	if err := errors.Join(err, s.Alerts().Save(ctx, alerts.Change{Alerts: opened.Alerts})); err != nil {
		t.Fatal(err)
	}
}

// showErased does what the command does in Slack, where a message of something
// that still stands must not be touched, and returns whose messages it erased.
func showErased(t *testing.T, s *store.Store) []string {
	t.Helper()
	waiting, err := s.ErasedUnshown(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range waiting {
		r, err := s.Run(t.Context(), id)
		erased := err == nil && !r.Erased.IsZero()
		if errors.Is(err, engine.ErrNotFound) {
			a, err := s.Alerts().Alert(t.Context(), id)
			erased = err == nil && !a.Erased.IsZero()
		}
		if !erased {
			t.Errorf("%s is taken for erased, and stands as it was", id)
		}
		if err := s.ErasedShown(t.Context(), id); err != nil {
			t.Error(err)
		}
	}
	return waiting
}

// One is killed anywhere while they forget Ada; then Bob is forgotten, then Ada
// again: nobody touches messages of what stands, and none is left over.
func TestForgetOfAnotherAfterAKill(t *testing.T) {
	cuts := 0
	for killed := true; killed; cuts++ {
		s, m := mini(t)
		rememberLittle(t, s, adasAddress, "A")
		rememberLittle(t, s, bobsAddress, "B")
		between := storetest.NewProxy(t, "redis://"+m.Addr())
		dying := openAt(t, between.URL())
		found := traces(t, dying, adasAddress)
		life, end := context.WithCancel(t.Context())
		var commands atomic.Int64
		between.Hook(func(storetest.Command) storetest.Fate {
			dead := commands.Add(1) > int64(cuts)
			if dead {
				end() // it does not try again
			}
			return storetest.Fate{Cut: dead}
		})
		_, err := dying.Forget(life, found, "U9")
		end()
		killed = err != nil
		between.Hook(nil)

		forget(t, s, bobsAddress)
		shown := showErased(t, s)
		if !traces(t, s, adasAddress).None() {
			forget(t, s, adasAddress)
		}
		shown = append(shown, showErased(t, s)...)
		slices.Sort(shown)
		if want := []string{"A-alert", "A-led", "A-run", "B-alert", "B-led", "B-run"}; !slices.Equal(shown, want) {
			t.Errorf("killed after %d commands: messages of %v were erased, want %v", cuts, shown, want)
		}
		for _, address := range []string{adasAddress, bobsAddress} {
			if left, err := s.Mentions(t.Context(), traces(t, s, address).Who); err != nil || len(left) > 0 {
				t.Errorf("killed after %d commands: %v still name %s, %v", cuts, left, address, err)
			}
		}
		if t.Failed() {
			return
		}
	}
	if cuts < 10 {
		t.Errorf("it makes %d commands; is it cut at all?", cuts)
	}
}
