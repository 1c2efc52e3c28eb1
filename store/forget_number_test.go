package store_test

import (
	"slices"
	"testing"

	"registrar/bot/engine"
	"registrar/store"
	"registrar/store/storetest"
)

// A step of opting out is named after the account's number. That name stays in
// the run's shape and in the chain; it must not make the run be found again for
// ever, nor be taken for something that somebody can erase.
func TestForgetByANumberInTheNameOfAStep(t *testing.T) {
	s, _ := mini(t)
	r := storetest.Submitted(t, s, "r1")
	moved := storetest.Entry("step.done", "r1")
	moved.Facts = map[string]string{"step": "learnupon-main-1204"}
	r.Status, r.Plan.Steps[0].ID, r.Steps[0].ID = engine.Succeeded, "learnupon-main-1204", "learnupon-main-1204"
	if err := s.Save(t.Context(), engine.Move{Run: r, Entries: []engine.Entry{moved}}); err != nil {
		t.Fatal(err)
	}
	who, err := store.NewPerson([]string{adasAddress}, []string{"1204"})
	if err != nil {
		t.Fatal(err)
	}
	found, err := s.Traces(t.Context(), who)
	if err != nil || len(found.Runs) != 1 {
		t.Fatalf("%+v, %v", found, err)
	}
	if _, err := s.Forget(t.Context(), found, "U9"); err != nil {
		t.Fatal(err)
	}
	if again, err := s.Traces(t.Context(), who); err != nil || !again.None() {
		t.Errorf("found again: %+v, %v", again, err)
	}
	left, err := s.Mentions(t.Context(), who)
	if err != nil || !slices.Equal(left, []string{"{registrar}:audit:log 2-0", "{registrar}:run:r1 body"}) {
		t.Fatalf("%v, %v", left, err)
	}
	if erasable, stays, err := s.Erasable(t.Context(), append(left, "{registrar}:seen:x")); err != nil || !slices.Equal(erasable, []string{"{registrar}:seen:x"}) || stays != 2 {
		t.Errorf("%v, %d, %v", erasable, stays, err)
	}
}
