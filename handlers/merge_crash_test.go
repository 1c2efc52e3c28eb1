package handlers_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"registrar/bot/engine"
	"registrar/handlers"
	"registrar/integrations/learnupon"
	"registrar/integrations/salesforce"
)

var errDead = errors.New("the process is dead")

// life is a process that dies at one of its writes, to the store or to a
// vendor, right after it has landed.
type life struct {
	mu   sync.Mutex
	left int // writes until then
	dead bool
}

// write counts one write and does it, unless the process is dead by then.
func (l *life) write(do func() error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dead {
		return errDead
	}
	if l.left--; l.left > 0 {
		return do()
	}
	l.dead = true
	_ = do() // nobody hears the answer
	return errDead
}

func (l *life) over() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.dead
}

// mortalStore is the store as a mortal process sees it.
type mortalStore struct {
	engine.Store
	life *life
}

func (m mortalStore) Save(ctx context.Context, move engine.Move) error {
	return m.life.write(func() error { return m.Store.Save(ctx, move) })
}

func (m mortalStore) Renew(ctx context.Context, l engine.Lease, ttl time.Duration) error {
	if m.life.over() {
		return engine.ErrFenced
	}
	return m.Store.Renew(ctx, l, ttl)
}

func (m mortalStore) Release(ctx context.Context, l engine.Lease) error {
	if m.life.over() {
		return errDead
	}
	return m.Store.Release(ctx, l)
}

// mortalWire is the network as a mortal process sees it.
type mortalWire struct{ life *life }

func (m mortalWire) RoundTrip(r *http.Request) (*http.Response, error) {
	if m.life.over() {
		return nil, errDead
	}
	if r.Method == http.MethodGet || r.URL.Path == "/services/oauth2/token" {
		return http.DefaultTransport.RoundTrip(r)
	}
	var answer *http.Response
	err := m.life.write(func() (err error) {
		answer, err = http.DefaultTransport.RoundTrip(r)
		return err
	})
	if err != nil {
		if answer != nil {
			answer.Body.Close()
		}
		return nil, err
	}
	return answer, nil
}

// saving is a replica on the world's clock that saves files.
func (w *world) saving(owner string, store engine.Store) *engine.Engine {
	w.Helper()
	e := w.newEngine(owner, store)
	e.Now, e.LeaseTTL = w.clock, 30*time.Millisecond // it notices soon that it is dead
	e.Lag = time.Millisecond                         // no read is behind
	e.Published = func(_ context.Context, _ *engine.Run, _, name string) (bool, error) { return w.saved[name] > 0, nil }
	e.Publish = func(_ context.Context, _ *engine.Run, _, name string, _ []byte) error {
		w.saved[name]++
		return nil
	}
	return e
}

// mortal is a replica that dies.
func (w *world) mortal(store engine.Store, l *life) *engine.Engine {
	w.Helper()
	wire, deps := &http.Client{Transport: mortalWire{l}}, w.deps
	lu, err := learnupon.New(learnupon.Config{URL: w.academy.URL, Username: w.academy.Username(), Password: w.academy.Password(), HTTP: wire})
	if err != nil {
		w.Fatal(err)
	}
	deps.Portals = []*learnupon.Client{lu}
	if deps.Salesforce, err = salesforce.New(salesforce.Config{
		URL: w.org.URL, ClientID: w.org.ClientID(), ClientSecret: w.org.ClientSecret(), Now: w.clock, HTTP: wire,
	}); err != nil {
		w.Fatal(err)
	}
	e := w.saving("mortal", mortalStore{store, l})
	if e.Catalog, err = handlers.Catalog(deps); err != nil {
		w.Fatal(err)
	}
	return e
}

// member is somebody of the support team.
func member(id string) engine.Person {
	return engine.Person{ID: id, Name: id, Email: strings.ToLower(id) + "@support.example"}
}

// approved takes a request to a run that two approvers agreed to and whose
// delay is over.
func (w *world) approved(e *engine.Engine, values map[string]string) *engine.Run {
	w.Helper()
	id := engine.NewID()
	ctx, sam := w.Context(), member("SAM")
	if _, err := e.Propose(ctx, engine.Proposal{Draft: id, Action: "merge-users", By: sam, Values: values, Reason: "ticket 7"}); err != nil {
		w.Fatal(err)
	}
	d, err := e.Plan(ctx, id)
	if err != nil || d.Status != engine.Ready {
		w.Fatal(d.Status, d.Problem, err)
	}
	r, err := e.Request(ctx, id, d.Hash, "", sam, engine.Mark("request "+id))
	for _, who := range []string{"ANA", "ADA"}[:d.Plan.Approval.Needed] {
		if err == nil {
			r, err = e.Approve(ctx, engine.Press{Run: r.ID, Hash: r.Hash, By: member(who), Mark: engine.Mark(who + id)})
		}
	}
	if err != nil {
		w.Fatal(err)
	}
	w.later(11 * time.Minute)
	return r
}

// visit lets a replica go on until the run is over or the replica is dead, with
// somebody who answers what is asked.
func (w *world) visit(e *engine.Engine, store engine.Store, id string, over func() bool) *engine.Run {
	w.Helper()
	for range 40 {
		r, err := store.Run(w.Context(), id)
		if err != nil {
			w.Fatal(err)
		}
		switch {
		case r.Status.Closed(), r.Status == engine.NeedsReview, over():
			return r
		case r.Status == engine.WaitingOnPerson:
			_, _ = e.Answer(w.Context(), engine.Press{Run: id, By: member("ANA"), Mark: engine.Mark(engine.NewID())}, r.Steps[r.Current()].ID, nil)
		default:
			w.goesOn(time.Minute)
			_ = e.Visit(w.Context(), id)
		}
	}
	w.Fatal("the run does not end")
	return nil
}

// A process dies at each of its writes, of the journal and of the systems, and
// another replica goes on: the end is always the same, with nothing doubled and
// nobody asked. It dies right after the write has landed, which leaves what it
// would leave if it died right before the next.
func TestMergeSurvivesEveryCrash(t *testing.T) {
	t.Parallel()
	crashes := 0
	for {
		l := &life{left: crashes + 1}
		w := newWorld(t)
		seedMerge(w)
		store := engine.NewMemory(w.clock)
		second := w.saving("second", store)
		r := w.approved(second, merging("delete"))
		w.visit(w.mortal(store, l), store, r.ID, l.over)
		w.later(2 * time.Minute)
		r = w.visit(second, store, r.ID, func() bool { return false })

		kept, _ := w.academy.Snapshot().User(learner)
		_, renamed := w.academy.Snapshot().User("deleted+" + duplicate)
		_, there := w.academy.Snapshot().User(duplicate)
		if diff := cmp.Diff(survivor, recordOf(kept)); r.Status != engine.Succeeded || diff != "" || there || renamed {
			t.Fatalf("killed at write %d: %s (%s), the duplicate is there: %t (-want +got):\n%s", crashes+1, r.Status, r.Why, there || renamed, diff)
		}
		for name, times := range w.saved {
			if times != 1 {
				t.Fatalf("killed at write %d: %s was saved %d times", crashes+1, name, times)
			}
		}
		w.close()
		if !l.over() {
			break
		}
		crashes++
	}
	if t.Logf("%d crashes survived", crashes); crashes < 45 {
		t.Errorf("%d crashes; there are more writes than that", crashes)
	}
}
