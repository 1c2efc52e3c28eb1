package engine

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"registrar/bot/runbook"
)

// TestBusyAfterAReview: a step that a person sent to run again, and that the
// system is only too busy for, waits; nothing is in doubt.
func TestBusyAfterAReview(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.vendor.replies["mail"] = []error{errLost, errBusy}
		e := w.engine("a", w.store)
		r := visitNow(t, e, approve(t, e, request(t, e), ana))
		r = visitNow(t, e, answer(t, e, r, ana))
		wantStatus(t, r, NeedsReview)
		if _, err := e.Resolve(t.Context(), Press{Run: r.ID, By: ana, Mark: "x", Review: r.Review()}, "mail", false); err != nil {
			t.Fatal(err)
		}
		wantStatus(t, visitNow(t, e, r), WaitingOnSystem)
		time.Sleep(2 * time.Minute)
		r = visitNow(t, e, r)
		wantStatus(t, r, WaitingOnSystem) // for the paint to dry
		if n := w.vendor.times("mail"); n != 2 {
			t.Errorf("mailed %d times; the lost one and the one a person asked for", n)
		}
	})
}

// TestWhoDecidesIsToldHowToFindOut: where no system tells, whatever the doubt
// comes from, the evidence says what to look at.
func TestWhoDecidesIsToldHowToFindOut(t *testing.T) {
	for name, doubt := range map[string]func(*world, *Run){
		"interrupted": func(_ *world, r *Run) { r.Steps[3].Status = StepStarted },
		"failed over": func(_ *world, r *Run) { r.Epoch = "another" },
		"reply lost":  func(w *world, _ *Run) { w.vendor.replies["mail"] = []error{errLost} },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			e := w.engine("a", w.store)
			r := answer(t, e, visitNow(t, e, approve(t, e, request(t, e), ana)), ana)
			r = r.clone()
			doubt(w, r)
			if err := w.store.Save(t.Context(), Move{Run: r}); err != nil {
				t.Fatal(err)
			}
			r = visitNow(t, e, r)
			wantStatus(t, r, NeedsReview)
			if got := r.Steps[3].Evidence; !strings.HasSuffix(got, " Ask the neighbour.") {
				t.Errorf("evidence %q", got)
			}
		})
	}
}

// meanwhile has something happen just before a secret is stored.
type meanwhile struct {
	Store
	then func()
}

func (m *meanwhile) PutSecret(ctx context.Context, scope, name, secret string) error {
	if m.then != nil {
		m.then()
		m.then = nil
	}
	return m.Store.PutSecret(ctx, scope, name, secret)
}

// TestALateAnswerLeavesTheSecretAlone: a press that comes too late does not put
// its secret in the place of the one that counts.
func TestALateAnswerLeavesTheSecretAlone(t *testing.T) {
	w := newWorld()
	e := w.engine("a", w.store)
	r := visitNow(t, e, approve(t, e, request(t, e), ana))
	late := w.engine("b", &meanwhile{w.store, func() { r = answer(t, e, r, ana) }})
	if _, err := late.Answer(t.Context(), Press{Run: r.ID, By: ada, Mark: "late"}, "key", map[string]string{"number": "666"}); err == nil {
		t.Error("a second answer was taken")
	}
	kept, err := w.store.Secret(t.Context(), r.ID, r.Steps[2].Secrets["number"])
	if err != nil || kept != "42" || r.Steps[2].By.ID != ana.ID {
		t.Errorf("%q by %s, %v; want the first answer", kept, r.Steps[2].By.ID, err)
	}
}

// TestOnlyGiftsAreGiven: the requester sees what was handed to them, and no
// other secret of the run.
func TestOnlyGiftsAreGiven(t *testing.T) {
	w := newWorld()
	e := w.engine("a", w.store)
	r := visitNow(t, e, approve(t, e, request(t, e), ana))
	r = answer(t, e, r, ana)
	if secret, err := e.RevealGift(t.Context(), Press{Run: r.ID, By: sam}, r.Steps[2].Secrets["number"]); err == nil {
		t.Errorf("the requester was shown %q", secret)
	}
}

// TestAnOutageIsNotHammered: while a vendor asks to be left alone, no
// reconciliation plans again.
func TestAnOutageIsNotHammered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		e := w.engine("a", w.store)
		r := approve(t, e, request(t, e), ana)
		w.vendor.down = wireError{text: "down", later: 5 * time.Minute}
		plans := 0
		e.ReadOnly = func(ctx context.Context) context.Context { plans++; return ctx }
		e.Wake = func(ctx context.Context, run string, at time.Time) error {
			if at.After(time.Now()) {
				return nil // found again when it is due
			}
			return e.Visit(ctx, run)
		}
		for range 80 { // 20 minutes of reconciliations
			if err := e.Reconcile(t.Context()); err != nil {
				t.Fatal(err)
			}
			time.Sleep(15 * time.Second)
		}
		if plans < 3 || plans > 5 {
			t.Errorf("planned %d times in 20 minutes; the vendor asked for 5 minutes between", plans)
		}
		wantStatus(t, visitNow(t, e, r), Approved)
	})
}

// TestAnAskThatDidNotHappenIsAskedAgain: who looked at the record has not done
// what is asked for.
func TestAnAskThatDidNotHappenIsAskedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		e := w.engine("a", w.store)
		r := visitNow(t, e, approve(t, e, request(t, e), ana))
		answer(t, e, r, ana)
		time.Sleep(patience)
		old := w.engine("old", w.store)
		old.Catalog, _ = runbook.NewCatalog(nil)
		r = visitNow(t, old, r)
		wantStatus(t, r, NeedsReview)
		if _, err := e.Resolve(t.Context(), Press{Run: r.ID, By: ada, Mark: "x", Review: r.Review()}, "key", false); err != nil {
			t.Fatal(err)
		}
		wantStatus(t, visitNow(t, e, r), WaitingOnPerson)
	})
}
