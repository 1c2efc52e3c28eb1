package engine

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"time"

	"registrar/bot/runbook"
)

// failer is a *testing.T or a *rapid.T.
type failer interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// vendor is a system outside: it counts what is done to it.
type vendor struct {
	mu      sync.Mutex
	color   string         // read by the plan
	did     map[string]int // writes, by step
	replies map[string][]error
	down    error            // every read fails with it
	looks   map[string]error // of a look at a step's end state
}

func (v *vendor) read() (string, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.color, v.down
}

// shows is a look at the end state of a step.
func (v *vendor) shows(step string) (bool, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.did[step] > 0, v.looks[step]
}

// write applies a step and answers with the next scripted reply. A reply of
// errLost applies and loses the answer; errNotSent does not apply; errIgnored
// does not apply and says that it did.
func (v *vendor) write(step string) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	var reply error
	if queue := v.replies[step]; len(queue) > 0 {
		reply, v.replies[step] = queue[0], queue[1:]
	}
	switch {
	case errors.Is(reply, errIgnored):
		return nil
	case errors.Is(reply, errNotSent), errors.Is(reply, errBusy):
	default:
		v.did[step]++
	}
	return reply
}

func (v *vendor) times(step string) int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.did[step]
}

type wireError struct {
	text   string
	unsure bool
	later  time.Duration
}

func (e wireError) Error() string  { return e.text }
func (e wireError) Public() string { return e.text + "." }
func (e wireError) Unsure() bool   { return e.unsure }
func (e wireError) RetryLater() (time.Duration, bool) {
	return e.later, e.later > 0
}

var (
	errLost    = wireError{text: "the reply was lost", unsure: true}
	errNotSent = wireError{text: "refused", unsure: false}
	errIgnored = wireError{text: "ignored"}
	errBusy    = wireError{text: "too many requests", later: time.Minute}
)

// guarded is the key of what a write below a context asks first.
type guarded struct{}

type paintIn struct{ Wall, Color string }

type paintTarget struct{ Wall, From, To string }

// world is engines over one store and one vendor.
type world struct {
	store    Store
	vendor   *vendor
	needed   int
	delay    time.Duration
	gains    []string
	refused  map[string]bool // people whom access refuses by now
	unjudged bool            // access cannot tell at the moment
	shown    []Status
	long     bool         // the card cannot show everything
	snap     func() error // called while the file is made, if set
	dries    runbook.Wait // for the paint to dry
	// stall is called where the coat is about to be written, if set, with what the
	// writer must ask first.
	stall func(may func() error) error
	mu    sync.Mutex
}

func newWorld() *world {
	return &world{
		store: NewMemory(time.Now), vendor: &vendor{color: "grey", did: map[string]int{}, replies: map[string][]error{}, looks: map[string]error{}},
		needed: 1, dries: runbook.Wait{Every: time.Minute, Until: time.Hour}, refused: map[string]bool{},
	}
}

// paint has every kind of step: a write that can be read back, an ask with a
// secret, a write that cannot, and a wait.
func (w *world) paint() runbook.Action {
	return runbook.Definition[paintIn, paintTarget]{
		Name: "paint", Title: "Paint", Command: "/paint", Summary: "Paints a wall.", Example: "north red",
		Permission: runbook.Support, Reason: runbook.ReasonOptional,
		Fields: func(in *paintIn) []runbook.Field {
			return []runbook.Field{
				{Name: "wall", Label: "Wall", Bind: runbook.Text(&in.Wall)},
				{Name: "color", Label: "Color", Bind: runbook.Text(&in.Color)},
			}
		},
		Plan: func(_ context.Context, in paintIn) (paintTarget, error) {
			color, err := w.vendor.read()
			return paintTarget{in.Wall, color, in.Color}, err
		},
		Approval: func(paintTarget) runbook.Approval {
			a := runbook.ApprovalsBy(w.needed, "walls")
			a.Delay = w.delay
			return a
		},
		Beneficiaries: func(paintTarget) []string { return w.gains },
		Preview: func(t paintTarget) runbook.Preview {
			return runbook.Preview{Subject: t.Wall, Locks: []string{"wall:" + t.Wall}, Irreversible: w.delay > 0}
		},
		Steps: func(t paintTarget) []runbook.Step {
			return []runbook.Step{
				{ID: "photo", Title: "Keep a photo", System: runbook.Person, File: &runbook.File{Name: "wall.csv",
					Make: func(context.Context, runbook.Answers) ([]byte, error) {
						color, err := w.vendor.read()
						if w.snap != nil {
							err = w.snap()
						}
						return runbook.CSV([]string{"color"}, []string{color}), err
					}}},
				{ID: "coat", Title: "Coat", System: runbook.LearnUpon, Changes: []runbook.Change{{Record: t.Wall, Field: "color", From: t.From, To: t.To}},
					Do: func(ctx context.Context, _ runbook.Answers) (string, error) {
						if stall := w.stall; stall != nil {
							may, _ := ctx.Value(guarded{}).(func() error)
							if err := stall(may); err != nil {
								return "", err
							}
						}
						return "coated", w.vendor.write("coat")
					},
					Done: func(context.Context, runbook.Answers) (bool, error) { return w.vendor.shows("coat") }},
				{ID: "key", Title: "Fetch the key", System: runbook.Person,
					Ask: &runbook.Ask{Instruction: "The key is fetched.", NotRequester: true, Inputs: []runbook.Input{{Name: "number", Label: "Number", Secret: true}}}},
				{ID: "mail", Title: "Tell the neighbour", System: runbook.Mail, Look: "Ask the neighbour.",
					Do: func(ctx context.Context, a runbook.Answers) (string, error) {
						if _, err := a.Secret(ctx, "key", "number"); errors.Is(err, runbook.ErrSecretLost) {
							return "", &runbook.AskAgain{Step: "key", Reason: "the key was lost"}
						}
						return "", w.vendor.write("mail")
					}},
				{ID: "dry", Title: "Dry", System: runbook.LearnUpon, Wait: &w.dries,
					Done: func(context.Context, runbook.Answers) (bool, error) { return w.vendor.shows("dry") }},
			}
		},
	}.Action()
}

// engine is one replica.
func (w *world) engine(owner string, store Store) *Engine {
	catalog, err := runbook.NewCatalog([]runbook.Action{w.paint()})
	if err != nil {
		panic(err)
	}
	return &Engine{
		Store: store, Catalog: catalog, Owner: owner, Now: time.Now,
		Rule: func(_ string, a runbook.Approval) runbook.Approval { return a },
		May: func(_ context.Context, who Person, _ Verb, _ Subject) error {
			w.mu.Lock()
			defer w.mu.Unlock()
			if w.unjudged {
				return unjudgedError{}
			}
			if w.refused[who.ID] {
				return runbook.Refuse("%s may not.", who.ID)
			}
			return nil
		},
		MustOpen: func(*Run) bool { return w.long },
		ReadOnly: func(ctx context.Context) context.Context { return ctx },
		Guard: func(ctx context.Context, may func() error) context.Context {
			return context.WithValue(ctx, guarded{}, may)
		},
		Publish: func(_ context.Context, r *Run, step, name string, content []byte) error {
			return w.vendor.write(step)
		},
		Published: func(_ context.Context, r *Run, step, name string) (bool, error) {
			_, err := w.vendor.read()
			return w.vendor.times(step) > 0, err
		},
		Watch: func(_ context.Context, r *Run) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.shown = append(w.shown, r.Status)
		},
		Wake: func(context.Context, string, time.Time) error { return nil },
		Sign: func(text string) string { return "signed " + text },
		Log:  slog.New(slog.NewTextHandler(io.Discard, nil)),
	}
}

var (
	sam = Person{ID: "SAM", Name: "Sam", Email: "sam@x.edu"}
	ana = Person{ID: "ANA", Name: "Ana", Email: "ana@x.edu"}
	ada = Person{ID: "ADA", Name: "Ada", Email: "ada@x.edu"}
)

// request takes sam through the modal to a run.
func request(t failer, e *Engine) *Run {
	t.Helper()
	ctx := context.Background()
	id := NewID()
	if _, err := e.Propose(ctx, Proposal{Draft: id, Action: "paint", By: sam, Values: runbook.Values{"wall": "north", "color": "red"}, Reason: "ticket 7"}); err != nil {
		t.Fatal(err)
	}
	d, err := e.Plan(ctx, id)
	if err != nil || d.Status != Ready {
		t.Fatalf("draft %v %s %v", d.Status, d.Problem, err)
	}
	r, err := e.Request(ctx, id, d.Hash, "", sam, Mark("request "+id))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func approve(t failer, e *Engine, r *Run, who Person) *Run {
	t.Helper()
	r, err := e.Approve(context.Background(), Press{Run: r.ID, Hash: r.Hash, By: who, Mark: Mark("approve " + r.ID + who.ID)})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func visitNow(t failer, e *Engine, r *Run) *Run {
	t.Helper()
	if err := e.Visit(context.Background(), r.ID); err != nil {
		t.Fatal(err)
	}
	r, err := e.Store.Run(context.Background(), r.ID)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func answer(t failer, e *Engine, r *Run, who Person) *Run {
	t.Helper()
	r, err := e.Answer(context.Background(), Press{Run: r.ID, By: who, Mark: Mark("answer " + NewID())}, "key", map[string]string{"number": "42"})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func wantStatus(t failer, r *Run, want Status) {
	t.Helper()
	if r.Status != want {
		t.Fatalf("status %s (%s), want %s", r.Status, r.Why, want)
	}
}
