package handlers_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"testing"
	"time"

	"registrar/bot/engine"
	"registrar/bot/runbook"
	"registrar/handlers"
	"registrar/integrations/rest"
	"registrar/integrations/salesforce/salesforcetest"
)

// newEngine is an engine of its own over a store, with everything allowed.
func (w *world) newEngine(owner string, store engine.Store) *engine.Engine {
	w.Helper()
	d := w.deps
	d.Salesforce = w.orgClient() // no replica knows what another has read
	catalog, err := handlers.Catalog(d)
	if err != nil {
		w.Fatal(err)
	}
	return &engine.Engine{
		Store: store, Catalog: catalog, Owner: owner, Now: time.Now, ReadOnly: rest.ReadOnly,
		Rule:     func(_ string, a runbook.Approval) runbook.Approval { return a },
		May:      func(context.Context, engine.Person, engine.Verb, engine.Subject) error { return nil },
		MustOpen: func(*engine.Run) bool { return false },
		Watch:    func(context.Context, *engine.Run) {},
		Wake:     func(context.Context, string, time.Time) error { return nil },
		Sign:     func(text string) string { return "signed " + text },
		Log:      slog.New(slog.NewTextHandler(io.Discard, nil)),
	}
}

// started takes one person through the modal and, where the plan wants it,
// others through the card.
func started(t *testing.T, e *engine.Engine, by, action string, values runbook.Values) *engine.Run {
	t.Helper()
	id := engine.NewID()
	who := member(by)
	if _, err := e.Propose(t.Context(), engine.Proposal{Draft: id, Action: action, By: who, Values: values, Reason: "ticket 7"}); err != nil {
		t.Fatal(err)
	}
	d, err := e.Plan(t.Context(), id)
	if err != nil || d.Status != engine.Ready {
		t.Fatalf("draft %s: %s, %v", d.Status, d.Problem, err)
	}
	r, err := e.Request(t.Context(), id, d.Hash, "", who, engine.Mark("request "+id))
	if err != nil {
		t.Fatal(err)
	}
	if d.Plan.Approval.Needed == 0 {
		return r
	}
	for _, other := range []string{"ANA", "ADA"}[:d.Plan.Approval.Needed] {
		if r, err = e.Approve(t.Context(), engine.Press{Run: r.ID, Hash: r.Hash, By: member(other), Mark: engine.Mark(other + " approves " + r.ID)}); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// Two people ask for the group of one account, or of two accounts of one name,
// at once and on two replicas: there is one group in the end, whether or not
// the replicas know of each other's locks.
func TestCreateGroupAtOnceOnTwoReplicas(t *testing.T) {
	for _, shared := range []bool{true, false} {
		for _, accounts := range []int{1, 2} {
			t.Run(fmt.Sprintf("one store %v, %d accounts", shared, accounts), func(t *testing.T) {
				w := newWorld(t)
				var ids []string
				for range accounts {
					ids = append(ids, w.org.AddAccount(salesforcetest.Account{Name: hillcrest}))
				}
				first := engine.NewMemory(time.Now)
				second := first
				if !shared {
					second = engine.NewMemory(time.Now)
				}
				replicas := []*engine.Engine{w.newEngine("one", first), w.newEngine("two", second)}
				runs := []*engine.Run{
					started(t, replicas[0], "SAM", "create-group", runbook.Values{"account": ids[0]}),
					started(t, replicas[1], "SUE", "create-group", runbook.Values{"account": ids[accounts-1]}),
				}
				var wg sync.WaitGroup
				for i, e := range replicas {
					wg.Go(func() {
						if err := e.Visit(context.Background(), runs[i].ID); err != nil {
							t.Error(err)
						}
					})
				}
				wg.Wait()
				groups := w.academy.Snapshot().Groups
				if len(groups) != 1 {
					t.Fatalf("%d groups: %+v", len(groups), groups)
				}
				named := 0
				for _, a := range w.org.Snapshot().Accounts {
					if a.GroupID != "" {
						named++
					}
				}
				for i, e := range replicas {
					r, err := e.Store.Run(t.Context(), runs[i].ID)
					if err != nil {
						t.Fatal(err)
					}
					if r.Status == engine.Failed || r.Status == engine.NeedsReview {
						t.Errorf("run of %s: %s: %s", r.Requester.ID, r.Status, r.Why)
					}
				}
				if named == 0 {
					t.Error("no account names the group")
				}
			})
		}
	}
}
