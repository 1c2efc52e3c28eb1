package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

var errDead = errors.New("the process is dead")

// mortal is one process: after a number of store writes it is dead, and neither
// the store nor the vendor hears of it again. The last write may or may not
// have landed when it dies.
type mortal struct {
	Store
	left  *int
	lands bool
}

func (m mortal) dying() (dead, last bool) {
	if *m.left <= 0 {
		return true, false
	}
	*m.left--
	return false, *m.left == 0
}

func (m mortal) write(do func() error) error {
	dead, last := m.dying()
	if dead || last && !m.lands {
		*m.left = 0
		return errDead
	}
	err := do()
	if last {
		return errDead
	}
	return err
}

func (m mortal) Save(ctx context.Context, mv Move) error {
	return m.write(func() error { return m.Store.Save(ctx, mv) })
}

func (m mortal) Run(ctx context.Context, id string) (*Run, error) {
	if *m.left <= 0 {
		return nil, errDead
	}
	return m.Store.Run(ctx, id)
}

func (m mortal) Release(ctx context.Context, l Lease) error {
	if *m.left <= 0 {
		return errDead
	}
	return m.Store.Release(ctx, l)
}

// TestPromises lets people press at random while replicas work and die, and
// checks promises 1 to 4 on every state that was ever saved.
func TestPromises(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		// rapid stops a case by a panic, which must leave the bubble first.
		var stopped any
		synctest.Test(t, func(*testing.T) {
			defer func() { stopped = recover() }()
			promises(rt)
		})
		if stopped != nil {
			panic(stopped)
		}
	})
}

func promises(t *rapid.T) {
	w := newWorld()
	w.needed = rapid.IntRange(0, 2).Draw(t, "needed")
	if rapid.Bool().Draw(t, "irreversible") {
		w.delay = 10 * time.Minute
	}
	w.vendor.did["dry"] = rapid.IntRange(0, 1).Draw(t, "dry")
	for _, step := range []string{"photo", "coat", "mail"} {
		w.vendor.replies[step] = rapid.SliceOfN(rapid.SampledFrom([]error{nil, errLost, errBusy, errNotSent}), 0, 2).Draw(t, step)
	}
	first := w.engine("a", w.store)
	r := request(t, first)
	check := func() *Run { return keeps(t, w, r.ID) }
	people := []Person{sam, ana, ada}
	for range rapid.IntRange(1, 25).Draw(t, "moves") {
		ctx := context.Background()
		left := rapid.IntRange(1, 12).Draw(t, "life")
		e := w.engine("e", mortal{w.store, &left, rapid.Bool().Draw(t, "lands")})
		who := rapid.SampledFrom(people).Draw(t, "who")
		p := Press{Run: r.ID, Hash: r.Hash, By: who, Reason: "why", Mark: Mark(fmt.Sprint("m", rapid.IntRange(0, 9).Draw(t, "mark")))}
		at := check()
		switch rapid.SampledFrom([]string{"visit", "visit", "visit", "approve", "approve", "reject", "cancel", "extend", "stop", "answer", "happened", "not", "sleep", "leave"}).Draw(t, "move") {
		case "visit":
			time.Sleep(2 * time.Minute) // past any lease of the dead
			_ = e.Visit(ctx, r.ID)
		case "approve":
			_, _ = e.Approve(ctx, p)
		case "reject":
			_, _ = e.Reject(ctx, p)
		case "cancel":
			_, _ = e.Cancel(ctx, p)
		case "extend":
			_, _ = e.Extend(ctx, p)
		case "stop":
			_, _ = e.Stop(ctx, p)
		case "answer":
			_, _ = e.Answer(ctx, p, "key", map[string]string{"number": "1"})
		case "happened", "not":
			// People tell the truth here: they look at the vendor.
			if i := at.Current(); i >= 0 {
				p.Review = at.Review()
				_, _ = e.Resolve(ctx, p, at.Steps[i].ID, w.vendor.times(at.Steps[i].ID) > 0)
			}
		case "sleep":
			time.Sleep(rapid.SampledFrom([]time.Duration{time.Minute, time.Hour, 25 * time.Hour}).Draw(t, "nap"))
		case "leave":
			w.refused[who.ID] = true
		}
	}
	check()
}

// keeps fails where a promise is broken.
func keeps(t *rapid.T, w *world, id string) *Run {
	r, err := w.store.Run(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range r.Decisions {
		if r.Plan.Approval.Needed > 0 && d.By.ID == r.Requester.ID {
			t.Fatal("promise 1: the requester decided on their own run")
		}
		if d.Hash != r.Hash {
			t.Fatal("promise 2: a decision on another plan")
		}
	}
	deciders := map[string]bool{}
	for _, d := range r.Decisions {
		if deciders[d.By.ID] {
			t.Fatal("promise 1: one person decided twice")
		}
		deciders[d.By.ID] = true
	}
	wrote := w.vendor.times("coat")+w.vendor.times("mail") > 0
	if wrote && r.Approvals() < max(1, r.Plan.Approval.Needed) {
		t.Fatalf("promise 3: wrote with %d decisions", r.Approvals())
	}
	if wrote && slices.Contains([]Status{Rejected, Expired, Stale, AwaitingApproval}, r.Status) {
		t.Fatalf("promise 3: wrote, and the run is %s", r.Status)
	}
	if n := w.vendor.times("coat"); n > 1 {
		t.Fatalf("promise 4: coated %d times", n)
	}
	if n := w.vendor.times("mail"); n > 1 {
		t.Fatalf("promise 4: mailed %d times", n)
	}
	if n := w.vendor.times("photo"); n > 1 || wrote && n == 0 {
		t.Fatalf("the file was saved %d times, and it wrote: %t", n, wrote)
	}
	if r.Status == Succeeded && (w.vendor.times("coat") != 1 || w.vendor.times("mail") != 1) {
		t.Fatalf("succeeded with writes %v", w.vendor.did)
	}
	return r
}
