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

func TestWholeRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		e := w.engine("a", w.store)
		r := request(t, e)
		wantStatus(t, r, AwaitingApproval)
		if r = visitNow(t, e, r); w.vendor.times("coat") != 0 {
			t.Fatal("wrote before the approval")
		}
		r = approve(t, e, r, ana)
		r = visitNow(t, e, r)
		wantStatus(t, r, WaitingOnPerson)
		if _, err := e.Answer(context.Background(), Press{Run: r.ID, By: sam}, "key", map[string]string{"number": "1"}); err == nil {
			t.Fatal("the requester answered an ask that is not theirs")
		}
		r = visitNow(t, e, answer(t, e, r, ana))
		wantStatus(t, r, WaitingOnSystem)
		w.vendor.did["dry"] = 1
		time.Sleep(time.Minute)
		r = visitNow(t, e, r)
		wantStatus(t, r, Succeeded)
		if w.vendor.times("coat") != 1 || w.vendor.times("mail") != 1 {
			t.Fatalf("writes %v", w.vendor.did)
		}
		if _, err := w.store.Secret(context.Background(), r.ID, r.Steps[2].Secrets["number"]); !errors.Is(err, ErrNotFound) {
			t.Fatal("the secret outlived the run")
		}
		if held, err := w.store.Lock(context.Background(), "other", r.Plan.Locks); err != nil {
			t.Fatalf("the lock outlived the run: %v", held)
		}
	})
}

// TestRefusals: what must not move a run, and that it says why.
func TestRefusals(t *testing.T) {
	ctx := context.Background()
	tests := []struct {
		name  string
		setup func(w *world)
		press func(e *Engine, r *Run) (*Run, error)
		want  string
	}{
		{"own run", nil, func(e *Engine, r *Run) (*Run, error) { return e.Approve(ctx, Press{Run: r.ID, Hash: r.Hash, By: sam}) }, "your own"},
		{"own run under another account", nil, func(e *Engine, r *Run) (*Run, error) {
			return e.Approve(ctx, Press{Run: r.ID, Hash: r.Hash, By: Person{ID: "SAM2", Email: "Sam@X.edu"}})
		}, "their own run"},
		{"who gains", func(w *world) { w.gains = []string{"ANA@x.edu"} }, func(e *Engine, r *Run) (*Run, error) {
			return e.Approve(ctx, Press{Run: r.ID, Hash: r.Hash, By: ana})
		}, "about you"},
		{"no address to compare", func(w *world) { w.gains = []string{"x@x.edu"} }, func(e *Engine, r *Run) (*Run, error) {
			return e.Approve(ctx, Press{Run: r.ID, Hash: r.Hash, By: Person{ID: "GUEST"}})
		}, "cannot be checked"},
		{"another plan on the screen", nil, func(e *Engine, r *Run) (*Run, error) {
			return e.Approve(ctx, Press{Run: r.ID, Hash: "old", By: ana})
		}, "not the plan"},
		{"not allowed", func(w *world) { w.refused["ANA"] = true }, func(e *Engine, r *Run) (*Run, error) {
			return e.Approve(ctx, Press{Run: r.ID, Hash: r.Hash, By: ana})
		}, "may not"},
		{"expired", nil, func(e *Engine, r *Run) (*Run, error) {
			time.Sleep(24 * time.Hour)
			return e.Approve(ctx, Press{Run: r.ID, Hash: r.Hash, By: ana})
		}, "expired"},
		{"reject without a reason", nil, func(e *Engine, r *Run) (*Run, error) {
			return e.Reject(ctx, Press{Run: r.ID, Hash: r.Hash, By: ana, Reason: " "})
		}, "say why"},
		{"answer nothing asked", nil, func(e *Engine, r *Run) (*Run, error) {
			return e.Answer(ctx, Press{Run: r.ID, By: ana}, "key", nil)
		}, "not open"},
		{"review nothing unknown", nil, func(e *Engine, r *Run) (*Run, error) {
			return e.Resolve(ctx, Press{Run: r.ID, By: ana}, "coat", true)
		}, "nothing to review"},
		{"stop what has no delay", nil, func(e *Engine, r *Run) (*Run, error) { return e.Stop(ctx, Press{Run: r.ID, By: ana}) }, "nothing to stop"},
		{"extend a third time", nil, func(e *Engine, r *Run) (*Run, error) {
			for range MaxExtensions {
				if _, err := e.Extend(ctx, Press{Run: r.ID, By: sam}); err != nil {
					return nil, err
				}
			}
			return e.Extend(ctx, Press{Run: r.ID, By: sam})
		}, "twice"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld()
				if tt.setup != nil {
					tt.setup(w)
				}
				e := w.engine("a", w.store)
				w.refused["SAM"] = false
				r := request(t, e)
				_, err := tt.press(e, r)
				if err == nil || !strings.Contains(err.Error(), tt.want) && !strings.Contains(err.Error(), strings.ReplaceAll(tt.want, "your own", "their own")) {
					t.Fatalf("error %v, want %q", err, tt.want)
				}
				var fields runbook.FieldErrors
				if _, public := runbook.PublicText(err); !public && !errors.As(err, &fields) {
					t.Fatalf("%v is not meant for people", err)
				}
				after, err := w.store.Run(ctx, r.ID)
				if err != nil || after.Status != AwaitingApproval || len(after.Decisions) != 0 {
					t.Fatalf("the run moved: %s %v", after.Status, err)
				}
			})
		})
	}
}

// TestPressTwice: the second delivery of a press is no second press, and no
// error either.
func TestPressTwice(t *testing.T) {
	ctx := context.Background()
	presses := map[string]func(e *Engine, r *Run) (*Run, error){
		"approve": func(e *Engine, r *Run) (*Run, error) {
			return e.Approve(ctx, Press{Run: r.ID, Hash: r.Hash, By: ana, Mark: "m"})
		},
		"reject": func(e *Engine, r *Run) (*Run, error) {
			return e.Reject(ctx, Press{Run: r.ID, Hash: r.Hash, By: ana, Mark: "m", Reason: "no"})
		},
		"cancel": func(e *Engine, r *Run) (*Run, error) { return e.Cancel(ctx, Press{Run: r.ID, By: sam, Mark: "m"}) },
		"extend": func(e *Engine, r *Run) (*Run, error) { return e.Extend(ctx, Press{Run: r.ID, By: sam, Mark: "m"}) },
	}
	for name, press := range presses {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			w.needed = 2
			e := w.engine("a", w.store)
			r := request(t, e)
			first, err := press(e, r)
			if err != nil {
				t.Fatal(err)
			}
			second, err := press(e, r)
			if err != nil {
				t.Fatalf("second delivery: %v", err)
			}
			if first.Version != second.Version || len(second.Decisions) != len(first.Decisions) {
				t.Fatalf("version %d then %d", first.Version, second.Version)
			}
		})
	}
}

// awayError is what a client says of a vendor that is away.
type awayError struct{}

func (awayError) Error() string  { return "503" }
func (awayError) Public() string { return "The paint shop is closed. Try again later." }

// unjudgedError is what access says while the chat is away, to people too.
type unjudgedError struct{}

func (unjudgedError) Error() string  { return "away" }
func (unjudgedError) Public() string { return "Nobody can be let through at the moment." }
func (unjudgedError) Unwrap() error  { return ErrUnjudged }

func TestStale(t *testing.T) {
	tests := []struct {
		name   string
		change func(w *world)
		want   Status
		why    string
	}{
		{"the record changed", func(w *world) { w.vendor.color = "blue" }, Stale, "the values they would change"},
		{"an outage is not staleness", func(w *world) { w.vendor.down = errBusy }, Approved, "It starts by itself"},
		{"an outage says whose", func(w *world) { w.vendor.down = awayError{} }, Approved, "when they can. The paint shop is closed."},
		{"nobody can tell who may", func(w *world) { w.unjudged = true }, Approved, "It starts when that is known."},
		{"the approver left the group", func(w *world) { w.refused["ANA"] = true }, Stale, "ANA may not"},
		{"it needs more approvals now", func(w *world) { w.needed = 2 }, Stale, "more approvals"},
		{"nothing changed", func(*world) {}, WaitingOnPerson, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld()
			e := w.engine("a", w.store)
			r := approve(t, e, request(t, e), ana)
			tt.change(w)
			r = visitNow(t, e, r)
			wantStatus(t, r, tt.want)
			if !strings.Contains(r.Why, tt.why) || strings.Contains(r.Why, "Try again") {
				t.Fatalf("why %q, want %q", r.Why, tt.why)
			}
			if wrote := w.vendor.times("coat") > 0; wrote != (tt.want == WaitingOnPerson) {
				t.Fatalf("wrote: %t", wrote)
			}
		})
	}
}

func TestForgedDecision(t *testing.T) {
	w := newWorld()
	e := w.engine("a", w.store)
	r := approve(t, e, request(t, e), ana)
	// Somebody who can write the store, but has not the key, adds an approval.
	r = r.clone()
	r.Decisions[0].By = ada
	if err := w.store.Save(context.Background(), Move{Run: r}); err != nil {
		t.Fatal(err)
	}
	r = visitNow(t, e, r)
	wantStatus(t, r, Stale)
	if w.vendor.times("coat") != 0 {
		t.Fatal("wrote on a forged decision")
	}
}

func TestLocks(t *testing.T) {
	w := newWorld()
	e := w.engine("a", w.store)
	first := visitNow(t, e, approve(t, e, request(t, e), ana))
	wantStatus(t, first, WaitingOnPerson)
	second := visitNow(t, e, approve(t, e, request(t, e), ana))
	wantStatus(t, second, Approved)
	if !strings.Contains(second.Why, first.ID) {
		t.Fatalf("why %q does not name the run that holds the lock", second.Why)
	}
	if _, err := e.Cancel(context.Background(), Press{Run: first.ID, By: sam}); err != nil {
		t.Fatal(err)
	}
	second.Wake = time.Time{}
	_ = w.store.Save(context.Background(), Move{Run: second})
	wantStatus(t, visitNow(t, e, second), WaitingOnPerson)
}

func TestDelayAndStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.delay = 10 * time.Minute
		e := w.engine("a", w.store)
		r := visitNow(t, e, approve(t, e, request(t, e), ana))
		wantStatus(t, r, Approved)
		stopped, err := e.Stop(context.Background(), Press{Run: r.ID, By: ada})
		if err != nil {
			t.Fatal(err)
		}
		wantStatus(t, stopped, Cancelled)
		r = visitNow(t, e, approve(t, e, request(t, e), ana))
		time.Sleep(10 * time.Minute)
		wantStatus(t, visitNow(t, e, r), WaitingOnPerson)
	})
}

func TestReminderAndExpiry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		e := w.engine("a", w.store)
		r := request(t, e)
		time.Sleep(18 * time.Hour)
		if r = visitNow(t, e, r); r.Reminders != 1 {
			t.Fatalf("%d reminders after three quarters of the time", r.Reminders)
		}
		if _, err := e.Extend(context.Background(), Press{Run: r.ID, By: sam}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(6 * time.Hour)
		wantStatus(t, visitNow(t, e, r), AwaitingApproval)
		time.Sleep(24 * time.Hour)
		wantStatus(t, visitNow(t, e, visitNow(t, e, r)), Expired)
	})
}
