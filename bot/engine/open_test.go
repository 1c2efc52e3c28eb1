package engine

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestMustOpen: where the card cannot show everything, each approver must have
// opened the whole plan, once, and the audit trail says when.
func TestMustOpen(t *testing.T) {
	w := newWorld()
	w.long, w.needed = true, 2
	e := w.engine("a", w.store)
	r := request(t, e)
	ctx := context.Background()
	press := func(who Person, mark string) Press {
		return Press{Run: r.ID, Hash: r.Hash, By: who, Mark: Mark(mark + who.ID)}
	}
	for _, who := range []Person{ana, ada} {
		_, err := e.Approve(ctx, press(who, "early"))
		if err == nil || !strings.Contains(err.Error(), "“Show all changes”") {
			t.Fatalf("%s approved unseen: %v", who.Name, err)
		}
		for range 2 {
			if _, err := e.Open(ctx, press(who, "open")); err != nil {
				t.Fatal(err)
			}
		}
		r = approve(t, e, r, who)
	}
	wantStatus(t, r, Approved)
	opened := 0
	for _, entry := range w.store.(*Memory).Entries() {
		if entry.Kind == "run.opened" {
			opened++
		}
	}
	if len(r.Opened) != 2 || opened != 2 {
		t.Fatalf("opened by %v, %d entries", r.Opened, opened)
	}
	again, err := e.Open(ctx, press(sam, "late"))
	if err != nil || again.Version != r.Version {
		t.Fatalf("looking at an approved run moved it: %v", err)
	}
}

// TestAnAnswerToAnEarlierDoubtDoesNotCount: the step was repeated and is in
// doubt once more; a press on what the first doubt showed must not repeat it.
func TestAnAnswerToAnEarlierDoubtDoesNotCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.vendor.replies["mail"] = []error{errors.New("?"), errors.New("?")}
		e := w.engine("a", w.store)
		r := visitNow(t, e, approve(t, e, request(t, e), ana))
		first := visitNow(t, e, answer(t, e, r, ana))
		press := func(mark string, seen *Run) error {
			_, err := e.Resolve(context.Background(), Press{Run: r.ID, By: ada, Mark: Mark(mark), Review: seen.Review()}, "mail", false)
			return err
		}
		if err := press("one", first); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		second := visitNow(t, e, first)
		wantStatus(t, second, NeedsReview)
		if err := press("two", first); err == nil || !strings.Contains(err.Error(), "has run again") {
			t.Fatalf("an answer to the first doubt counted for the second: %v", err)
		}
		if err := press("three", second); err != nil {
			t.Fatal(err)
		}
	})
}
