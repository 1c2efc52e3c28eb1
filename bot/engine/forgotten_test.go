package engine

import (
	"context"
	"strings"
	"testing"
)

// A store that went back to an older version of a run is found out by whoever
// remembers: the run moves past what was shown, says so once, and can be decided
// again.
func TestForgotten(t *testing.T) {
	w := newWorld()
	e := w.engine("a", w.store)
	r := request(t, e)
	for range 2 { // two replicas remember
		if err := e.Forgotten(context.Background(), r.ID, r.Version+3, "epoch"); err != nil {
			t.Fatal(err)
		}
	}
	now, err := w.store.Run(context.Background(), r.ID)
	if err != nil || now.Version != r.Version+4 || now.Status != AwaitingApproval {
		t.Fatalf("version %d, %s, %v; want %d", now.Version, now.Status, err, r.Version+4)
	}
	said := 0
	for _, h := range now.History {
		if strings.Contains(h.Text, "failed over") {
			said++
		}
	}
	if said != 1 {
		t.Errorf("said %d times", said)
	}
	if r, err = e.Cancel(context.Background(), Press{Run: r.ID, By: sam}); err != nil {
		t.Fatal(err)
	}
	if err := e.Forgotten(context.Background(), r.ID, r.Version+1, "another"); err != nil {
		t.Fatal(err)
	}
	if now, _ = w.store.Run(context.Background(), r.ID); now.Version != r.Version {
		t.Errorf("a closed run moved to version %d", now.Version)
	}
}
