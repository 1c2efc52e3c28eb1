package engine

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"registrar/bot/runbook"
)

// TestReplies: what becomes of a write whose reply is bad. "coat" can be read
// back, "mail" cannot.
func TestReplies(t *testing.T) {
	tests := []struct {
		name   string
		step   string
		reply  error
		status Status
		times  int // how often the vendor applied it when the run has settled
	}{
		{"read back after a lost reply", "coat", errLost, WaitingOnPerson, 1},
		{"refused", "coat", errNotSent, Failed, 0},
		{"busy, then fine", "coat", errBusy, WaitingOnPerson, 1},
		{"an error of unknown kind, read back", "coat", errors.New("?"), WaitingOnPerson, 1},
		{"a lost reply that cannot be read back", "mail", errLost, NeedsReview, 1},
		{"refused mail", "mail", errNotSent, Failed, 0},
		{"busy mail, then fine", "mail", errBusy, WaitingOnSystem, 1},
		{"an error of unknown kind", "mail", errors.New("?"), NeedsReview, 1},
		{"a record that changed", "mail", &runbook.Mismatch{Record: "wall", Field: "color"}, NeedsReview, 1},
		{"a refusal in words", "mail", runbook.Refuse("no"), Failed, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld()
				w.vendor.replies[tt.step] = []error{tt.reply}
				e := w.engine("a", w.store)
				r := visitNow(t, e, approve(t, e, request(t, e), ana))
				for range 3 {
					if r.Status == WaitingOnPerson && tt.step == "mail" {
						answer(t, e, r, ana)
					}
					time.Sleep(2 * time.Minute)
					r = visitNow(t, e, r)
				}
				wantStatus(t, r, tt.status)
				if n := w.vendor.times(tt.step); n != tt.times {
					t.Fatalf("applied %d times, want %d", n, tt.times)
				}
			})
		})
	}
}

// TestSilentNoOp: a vendor that says 200 and changes nothing is found out.
func TestSilentNoOp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.vendor.replies["coat"] = []error{errIgnored}
		e := w.engine("a", w.store)
		r := visitNow(t, e, approve(t, e, request(t, e), ana))
		wantStatus(t, r, NeedsReview)
		if evidence := r.Steps[r.Current()].Evidence; !strings.Contains(evidence, "does not show it") {
			t.Fatalf("evidence %q", evidence)
		}
	})
}

func TestReview(t *testing.T) {
	for _, happened := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld()
			w.vendor.replies["mail"] = []error{errLost}
			e := w.engine("a", w.store)
			r := visitNow(t, e, approve(t, e, request(t, e), ana))
			r = visitNow(t, e, answer(t, e, r, ana))
			wantStatus(t, r, NeedsReview)
			if held, err := w.store.Lock(context.Background(), "other", r.Plan.Locks); !errors.Is(err, ErrHeld) {
				t.Fatalf("the lock is free while nobody knows what happened: %v", held)
			}
			press := Press{Run: r.ID, By: sam, Mark: "self", Review: r.Review()}
			if _, err := e.Resolve(context.Background(), press, "mail", happened); err == nil {
				t.Fatal("the requester settled their own run")
			}
			press = Press{Run: r.ID, By: ada, Mark: "review", Review: r.Review()}
			r, err := e.Resolve(context.Background(), press, "mail", happened)
			if err != nil {
				t.Fatal(err)
			}
			r = visitNow(t, e, r)
			wantStatus(t, r, WaitingOnSystem)
			want := 2
			if happened {
				want = 1
			}
			if n := w.vendor.times("mail"); n != want {
				t.Fatalf("mailed %d times after it happened=%t", n, happened)
			}
		})
	}
}

func TestLostSecretIsAskedAgain(t *testing.T) {
	w := newWorld()
	e := w.engine("a", w.store)
	r := visitNow(t, e, approve(t, e, request(t, e), ana))
	r = answer(t, e, r, ana)
	if err := w.store.DropSecrets(context.Background(), r.ID, r.Steps[2].Secrets["number"]); err != nil {
		t.Fatal(err)
	}
	r = visitNow(t, e, r)
	wantStatus(t, r, WaitingOnPerson)
	if ask := r.OpenAsk(); ask == nil || ask.ID != "key" {
		t.Fatalf("open ask %v", ask)
	}
	r = visitNow(t, e, answer(t, e, r, ana))
	wantStatus(t, r, WaitingOnSystem)
	if w.vendor.times("mail") != 1 {
		t.Fatalf("mailed %d times", w.vendor.times("mail"))
	}
}

// epochStore fails over once.
type epochStore struct {
	Store
	epoch string
}

func (s *epochStore) Epoch(context.Context) (string, error) { return s.epoch, nil }

func TestFailoverStopsWhatCannotBeVerified(t *testing.T) {
	w := newWorld()
	store := &epochStore{w.store, "one"}
	e := w.engine("a", store)
	r := visitNow(t, e, approve(t, e, request(t, e), ana))
	answer(t, e, r, ana)
	store.epoch = "two"
	r = visitNow(t, e, r)
	wantStatus(t, r, NeedsReview)
	if w.vendor.times("mail") != 0 {
		t.Fatal("mailed though the journal may have lost that it was mailed")
	}
	if _, err := e.Resolve(context.Background(), Press{Run: r.ID, By: ada, Review: r.Review()}, "mail", false); err != nil {
		t.Fatal(err)
	}
	wantStatus(t, visitNow(t, e, r), WaitingOnSystem)
}

func TestUnknownActionIsLeftToANewerReplica(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		e := w.engine("a", w.store)
		r := approve(t, e, request(t, e), ana)
		old := w.engine("old", w.store)
		old.Catalog, _ = runbook.NewCatalog(nil)
		r = visitNow(t, old, r)
		wantStatus(t, r, Approved)
		time.Sleep(patience)
		wantStatus(t, visitNow(t, old, r), Stale)

		r = visitNow(t, e, approve(t, e, request(t, e), ana))
		r = answer(t, e, r, ana)
		time.Sleep(patience)
		wantStatus(t, visitNow(t, old, r), NeedsReview)
	})
}
