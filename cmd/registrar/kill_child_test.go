package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"registrar/bot/engine"
	"registrar/bot/runbook"
)

// errand is what a child process is sent to do, and when to die of it.
type errand struct {
	Env    []string
	Draft  string // the id all children of one run agree on
	Action string
	Values runbook.Values
	Link   string // what the person answering an ask types
	// Life is how many writes to the store the process lives; 0: as long as it
	// takes. The last one lands or does not.
	Life  int
	Lands bool
	// Serve: be a whole replica instead, and count only decisions as writes.
	Serve bool
}

// report is what a child says when it has come to the end.
type report struct {
	Status engine.Status
	Run    string
}

const errandVariable = "REGISTRAR_TEST_ERRAND"

// TestChild is not a test: it is the process that TestKill kills.
func TestChild(t *testing.T) {
	text := os.Getenv(errandVariable)
	if text == "" {
		t.Skip("only run by TestKill")
	}
	var e errand
	if err := json.Unmarshal([]byte(text), &e); err != nil {
		t.Fatal(err)
	}
	if e.Serve {
		e.serve(t)
		return
	}
	r := e.do(t)
	out, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stdout.WriteString("\nreport " + string(out) + "\n"); err != nil {
		t.Fatal(err)
	}
}

// mortal kills its own process, with no chance to tidy up, at one of its writes.
type mortal struct {
	engine.Store
	left  int
	lands bool
	// decisions: only what a person presses counts.
	decisions bool
}

func (m *mortal) write(decision bool, do func() error) error {
	if m.decisions && !decision {
		return do()
	}
	m.left--
	if m.left == 0 && !m.lands {
		die()
	}
	err := do()
	if m.left == 0 {
		die()
	}
	return err
}

func die() {
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {}
}

func (m *mortal) PutDraft(ctx context.Context, d *engine.Draft) error {
	return m.write(false, func() error { return m.Store.PutDraft(ctx, d) })
}

func (m *mortal) PutSecret(ctx context.Context, scope, name, secret string) error {
	return m.write(false, func() error { return m.Store.PutSecret(ctx, scope, name, secret) })
}

func (m *mortal) Submit(ctx context.Context, d *engine.Draft, mv engine.Move) error {
	return m.write(false, func() error { return m.Store.Submit(ctx, d, mv) })
}

func (m *mortal) Save(ctx context.Context, mv engine.Move) error {
	return m.write(mv.Gate != nil && mv.Gate.Decider != "", func() error { return m.Store.Save(ctx, mv) })
}

// serve is a replica that dies of a decision.
func (e errand) serve(t *testing.T) {
	c, err := ReadConfig(e.Env)
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	kept, err := openStore(t.Context(), c, log)
	if err != nil {
		t.Fatal(err)
	}
	r, err := newReplica(c, kept, log)
	if err != nil {
		t.Fatal(err)
	}
	r.engine.Store = &mortal{kept, e.Life, e.Lands, true}
	listener, err := net.Listen("tcp", c.HTTPAddr)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.run(t.Context(), listener); err != nil {
		t.Fatal(err)
	}
}

// do takes the run from wherever it is to its end, as people and replicas
// would.
func (e errand) do(t *testing.T) report {
	c, err := ReadConfig(e.Env)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := openStore(t.Context(), c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	replica, err := newReplica(c, kept, newLogger(t.Output(), true, slog.LevelDebug))
	if err != nil {
		t.Fatal(err)
	}
	x := replica.engine
	x.Store = &mortal{kept, e.Life, e.Lands, false}
	x.LeaseTTL = 150 * time.Millisecond
	x.May = func(context.Context, engine.Person, engine.Verb, engine.Subject) error { return nil }
	x.Watch = func(context.Context, *engine.Run) {}
	ctx := t.Context()
	sam, ana := engine.Person{ID: "U1", Email: "sam@x.edu"}, engine.Person{ID: "U2", Email: "ana@x.edu"}
	for {
		d, err := kept.Draft(ctx, e.Draft)
		switch {
		case err != nil:
			_, err = x.Propose(ctx, engine.Proposal{Draft: e.Draft, Action: e.Action, By: sam, Values: e.Values, Reason: "why"})
		case d.Status == engine.Planning:
			_, err = x.Plan(ctx, d.ID)
		case d.Status == engine.Ready:
			_, err = x.Request(ctx, d.ID, d.Hash, "", sam, engine.Mark("request"+d.ID))
		case d.Status != engine.Used:
			t.Fatalf("draft %s: %s", d.Status, d.Problem)
		default:
			return e.apply(t, x, kept, d.Run, ana)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func (e errand) apply(t *testing.T, x *engine.Engine, kept engine.Store, id string, ana engine.Person) report {
	ctx := t.Context()
	for {
		r, err := kept.Run(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		press := engine.Press{Run: id, Hash: r.Hash, By: ana, Mark: engine.Mark("press" + r.Updated.String())}
		switch {
		case r.Status.Closed(), r.Status == engine.NeedsReview:
			return report{r.Status, id}
		case r.Status == engine.AwaitingApproval:
			_, err = x.Approve(ctx, press)
		case r.Status == engine.WaitingOnPerson:
			ask := r.OpenAsk()
			values := map[string]string{}
			for _, in := range ask.Ask.Inputs {
				values[in.Name] = e.Link
			}
			_, err = x.Answer(ctx, press, ask.ID, values)
		default:
			// The lease of a process that was killed has to run out first.
			time.Sleep(20 * time.Millisecond)
			err = x.Visit(ctx, id)
		}
		if err != nil && !strings.Contains(err.Error(), "lease lost") {
			t.Fatal(err)
		}
	}
}
