package store_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"registrar/bot/engine"
	"registrar/bot/runbook"
	"registrar/store"
)

// Sam asks. Twin is Sam under a second Slack account, Gil gains by the run, and
// Alt is Ana under a second account.
var (
	sam  = engine.Person{ID: "SAM", Email: "sam@x.edu"}
	twin = engine.Person{ID: "TWIN", Email: "Sam@x.edu"}
	gil  = engine.Person{ID: "GIL", Email: "gil@x.edu"}
	ana  = engine.Person{ID: "ANA", Email: "ana@x.edu"}
	alt  = engine.Person{ID: "ALT", Email: "ANA@x.edu"}
	ada  = engine.Person{ID: "ADA", Email: "ada@x.edu"}
)

// clock is the time both replicas agree on. No two moments are the same.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) time() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(time.Millisecond)
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// vendor counts what is done to it, by step, and answers as it is told.
type vendor struct {
	mu      sync.Mutex
	did     map[string]int
	replies map[string][]error
}

func (v *vendor) times(step string) int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.did[step]
}

func (v *vendor) write(step string) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	var reply error
	if queue := v.replies[step]; len(queue) > 0 {
		reply, v.replies[step] = queue[0], queue[1:]
	}
	if r, no := reply.(answered); !no || r.unsure {
		v.did[step]++
	}
	return reply
}

// answered is an answer of the vendor that is not yes.
type answered struct {
	unsure bool
	later  time.Duration
}

func (r answered) Error() string                     { return "no" }
func (r answered) Public() string                    { return "No." }
func (r answered) Unsure() bool                      { return r.unsure }
func (r answered) RetryLater() (time.Duration, bool) { return r.later, r.later > 0 }

// replicas are two of them, on one Redis, with one vendor.
type replicas struct {
	stores [2]*store.Store
	clock  *clock
	action runbook.Action
	needed int
	delay  time.Duration
	long   bool

	vendor *vendor
	seen   *witness
	mu     sync.Mutex
	leases []engine.Lease // of processes that died
	broken []string
}

func newReplicas(t *testing.T, url string) *replicas {
	w := &replicas{clock: &clock{now: time.Now()}, vendor: &vendor{}}
	for i := range w.stores {
		w.stores[i] = openAt(t, url, func(c *store.Config) { c.Now = w.clock.time })
	}
	w.action = w.paint()
	return w
}

// restart begins a case.
func (w *replicas) restart(rt *rapid.T) {
	w.needed = rapid.IntRange(0, 2).Draw(rt, "needed")
	w.delay = 0
	if rapid.Bool().Draw(rt, "irreversible") {
		w.delay = 10 * time.Minute
	}
	w.long = rapid.IntRange(0, 2).Draw(rt, "long") == 0
	w.vendor = &vendor{did: map[string]int{}, replies: map[string][]error{}}
	answers := []error{nil, nil, answered{unsure: true}, answered{later: time.Minute}, answered{}}
	for _, step := range []string{"photo", "coat", "mail"} {
		w.vendor.replies[step] = rapid.SliceOfN(rapid.SampledFrom(answers), 0, 2).Draw(rt, step)
	}
	w.seen = newWitness(w)
	w.leases, w.broken = nil, nil
}

func (w *replicas) fail(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.broken = append(w.broken, fmt.Sprintf(format, args...))
}

// write is called at every write to the vendor: it must be the started step of
// a run that is applying and was decided on.
func (w *replicas) write(ctx context.Context, run, step string) error {
	r, err := w.stores[0].Run(context.WithoutCancel(ctx), run)
	if err != nil {
		return err
	}
	i := r.Current()
	switch {
	case r.Status != engine.Applying || i < 0 || r.Steps[i].ID != step || r.Steps[i].Status != engine.StepStarted:
		w.fail("promise 3: %s was written while the stored run was %s", step, r.Status)
	case r.Approvals() < max(1, r.Plan.Approval.Needed):
		w.fail("promise 3: %s was written with %d decisions", step, r.Approvals())
	case w.clock.time().Before(r.Decisions[len(r.Decisions)-1].At.Add(w.delay)):
		w.fail("%s was written before the time to stop it was over", step)
	}
	return w.vendor.write(step)
}

type paintIn struct{ Wall string }

// paint saves a file, makes a change that can be read back, asks a person, and
// makes one that cannot.
func (w *replicas) paint() runbook.Action {
	return runbook.Definition[paintIn, paintIn]{
		Name: "paint", Title: "Paint", Command: "/paint", Summary: "Paints a wall.", Example: "north", Permission: runbook.Support,
		Fields: func(in *paintIn) []runbook.Field {
			return []runbook.Field{{Name: "wall", Label: "Wall", Bind: runbook.Text(&in.Wall)}}
		},
		Plan: func(_ context.Context, in paintIn) (paintIn, error) { return in, nil },
		Approval: func(paintIn) runbook.Approval {
			a := runbook.ApprovalsBy(w.needed, "walls")
			a.Delay = w.delay
			return a
		},
		Beneficiaries: func(paintIn) []string { return []string{gil.Email} },
		Preview: func(t paintIn) runbook.Preview {
			return runbook.Preview{Subject: t.Wall, Locks: []string{"wall:" + t.Wall}, Losses: []string{"the old color"}}
		},
		Steps: func(t paintIn) []runbook.Step {
			return []runbook.Step{
				{ID: "photo", Title: "Keep a photo", System: runbook.Person, File: &runbook.File{Name: "wall.csv",
					Make: func(context.Context, runbook.Answers) ([]byte, error) { return []byte("grey"), nil }}},
				{ID: "coat", Title: "Coat", System: runbook.LearnUpon, Changes: []runbook.Change{{Record: t.Wall, Field: "color", From: "grey", To: "red"}},
					Do: func(ctx context.Context, a runbook.Answers) (string, error) {
						return "", w.write(ctx, a.RunID, a.StepID)
					},
					Done: func(context.Context, runbook.Answers) (bool, error) { return w.vendor.times("coat") > 0, nil }},
				{ID: "key", Title: "Fetch the key", System: runbook.Person, Ask: &runbook.Ask{Instruction: "The key is fetched.",
					NotRequester: true, Inputs: []runbook.Input{{Name: "number", Label: "Number", Secret: true}}}},
				{ID: "mail", Title: "Tell the neighbour", System: runbook.Mail,
					Do: func(ctx context.Context, a runbook.Answers) (string, error) {
						return "", w.write(ctx, a.RunID, a.StepID)
					}},
			}
		},
	}.Action()
}

// engine is one process of a replica.
func (w *replicas) engine(s engine.Store, on int) *engine.Engine {
	catalog, err := runbook.NewCatalog([]runbook.Action{w.action})
	if err != nil {
		panic(err)
	}
	return &engine.Engine{
		Store: s, Catalog: catalog, Owner: fmt.Sprint("replica ", on), Now: w.clock.time, Sign: w.stores[on].Sign,
		Rule:     func(_ string, a runbook.Approval) runbook.Approval { return a },
		May:      func(context.Context, engine.Person, engine.Verb, engine.Subject) error { return nil },
		MustOpen: func(*engine.Run) bool { return w.long },
		ReadOnly: func(ctx context.Context) context.Context { return ctx },
		Watch:    func(context.Context, *engine.Run) {},
		Wake:     func(context.Context, string, time.Time) error { return nil },
		Publish: func(ctx context.Context, r *engine.Run, step, _ string, _ []byte) error {
			return w.write(ctx, r.ID, step)
		},
		Published: func(context.Context, *engine.Run, string, string) (bool, error) {
			return w.vendor.times("photo") > 0, nil
		},
		Log: slog.New(slog.DiscardHandler),
	}
}

// request takes Sam through the modal to a run.
func (w *replicas) request(rt *rapid.T) string {
	ctx, cancel := testContext()
	defer cancel()
	e := w.engine(w.stores[0], 0)
	id := engine.NewID()
	if _, err := e.Propose(ctx, engine.Proposal{Draft: id, Action: "paint", By: sam, Values: runbook.Values{"wall": "north"}, Reason: "ticket 7"}); err != nil {
		rt.Fatal(err)
	}
	d, err := e.Plan(ctx, id)
	if err != nil || d.Status != engine.Ready {
		rt.Fatalf("draft %+v, %v", d, err)
	}
	r, err := e.Request(ctx, id, d.Hash, "", sam, "request")
	if err != nil {
		rt.Fatal(err)
	}
	w.seen.saved(engine.Move{Run: r})
	return r.ID
}

func testContext() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), wait)
}
