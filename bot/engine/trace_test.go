package engine

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// traced records each piece of work behind what it is part of, with its end.
type traced struct {
	mu   sync.Mutex
	seen []string
}

type within struct{}

func (w *traced) trace(ctx context.Context, work Work) (context.Context, func(string, error)) {
	path := work.Kind
	if work.Step != "" {
		path += " " + work.Step
	}
	if outer, ok := ctx.Value(within{}).(string); ok {
		path = outer + " / " + path
	}
	return context.WithValue(ctx, within{}, path), func(outcome string, err error) {
		if err != nil {
			outcome = "error"
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		w.seen = append(w.seen, path+": "+outcome)
	}
}

func TestWorkIsTracedWithinItsVisit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		e := w.engine("a", w.store)
		heard := &traced{}
		e.Trace = heard.trace
		r := visitNow(t, e, approve(t, e, request(t, e), ana))
		wantStatus(t, r, WaitingOnPerson)
		r = visitNow(t, e, answer(t, e, r, ana))
		wantStatus(t, r, WaitingOnSystem)
		w.vendor.did["dry"] = 1
		time.Sleep(time.Minute)
		wantStatus(t, visitNow(t, e, r), Succeeded)
		for _, want := range []string{
			"plan: ",         // the draft's
			"visit / plan: ", // made again before the first write
			"visit / file photo: done", "visit / do coat: done", "visit / ask key: started", "visit / ask key: done",
			"visit / wait dry: started", "visit / wait dry: done", "visit / do mail: done", "visit: ",
		} {
			if !slices.Contains(heard.seen, want) {
				t.Errorf("%q is not in\n%q", want, heard.seen)
			}
		}
	})
}

// A visit that ends with an error says so to whoever traces it.
func TestAFailedVisitIsTraced(t *testing.T) {
	w := newWorld()
	e := w.engine("a", w.store)
	heard := &traced{}
	e.Trace = heard.trace
	r := approve(t, e, request(t, e), ana)
	e.Store = unreadable{w.store}
	if err := e.Visit(t.Context(), r.ID); !slices.Contains(heard.seen, "visit: error") || err == nil {
		t.Errorf("%v, traced %q", err, heard.seen)
	}
}

// unreadable is a store whose runs cannot be read.
type unreadable struct{ Store }

func (unreadable) Run(context.Context, string) (*Run, error) { return nil, errors.New("no answer") }
