package engine

import (
	"context"
	"strings"
	"testing"
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
