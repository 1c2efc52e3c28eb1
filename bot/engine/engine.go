package engine

import (
	"context"
	"crypto/hmac"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"registrar/bot/runbook"
)

// Verb is what a person wants to do with a run.
type Verb string

// Every verb that access is asked about.
const (
	VerbRequest Verb = "request"
	VerbApprove Verb = "approve"
	VerbReject  Verb = "reject"
	VerbCancel  Verb = "cancel"
	VerbExtend  Verb = "extend"
	VerbStop    Verb = "stop"
	VerbAnswer  Verb = "answer"
	VerbResolve Verb = "resolve"
	VerbReveal  Verb = "reveal"
	VerbSee     Verb = "see"
	VerbBreak   Verb = "break"
)

// Verbs lists every verb, for tests of who may what.
func Verbs() []Verb {
	return []Verb{VerbRequest, VerbApprove, VerbReject, VerbCancel, VerbExtend, VerbStop, VerbAnswer, VerbResolve, VerbReveal, VerbSee, VerbBreak}
}

// Subject is what access judges: the action, whose run it is, its approval rule
// and whom and what it touches.
type Subject struct {
	Action        string
	Requester     Person
	Approval      runbook.Approval
	Beneficiaries []string
	// Known says that a plan or a document exists, and that it touches these
	// and nothing else. Before that, only Action and Requester are set.
	Known    bool
	Accounts []string
	Groups   []string
	// NotRequester: the ask to be answered is not for the requester.
	NotRequester bool
}

// SubjectOf is the subject of a run.
func SubjectOf(r *Run) Subject { return subject(r.Action, r.Requester, &r.Plan) }

func subject(action string, requester Person, p *runbook.Plan) Subject {
	return Subject{Action: action, Requester: requester, Approval: p.Approval,
		Beneficiaries: p.Beneficiaries, Known: true, Accounts: p.Accounts, Groups: p.Groups}
}

// Press is one button pressed by one person.
type Press struct {
	Run    string
	Hash   string // of the plan that was on the screen; empty where it does not matter
	By     Person
	Mark   Mark
	Reason string
	// Review is the [Run.Review] that was on the screen, for Resolve.
	Review string
}

// ErrUnjudged is in the tree of an error of [Engine.May] where it cannot be told
// at the moment who may do what. The text may be public all the same.
var ErrUnjudged = errors.New("who may do this cannot be judged")

// Engine moves runs. All fields are set before use and never changed.
type Engine struct {
	Store   Store
	Catalog *runbook.Catalog
	// Rule lays the policy over an action's own approval rule.
	Rule func(action string, a runbook.Approval) runbook.Approval
	// May judges by today's policy and membership. An error with a public text
	// is a refusal, unless it is [ErrUnjudged]; any other means that it could not
	// be judged either, so nothing is done.
	May func(ctx context.Context, who Person, verb Verb, s Subject) error
	// MustOpen reports whether an approver must have opened all changes before
	// approving, because the card cannot show everything and something is lost.
	MustOpen func(r *Run) bool
	// ReadOnly makes every client below the context refuse to write.
	ReadOnly func(context.Context) context.Context
	// Guard has every write below the context ask may just before it is sent: a
	// process that was suspended in the middle of a step may wake up when the run
	// is another's. An error of may is one that trying again later may mend. Nil:
	// nothing asks.
	Guard func(ctx context.Context, may func() error) context.Context
	// Publish puts a step's file into the thread of the run's card. An error
	// with Unsure() false says that it was not and never will be; after any
	// other, Published is asked. Both are needed where an action has such a step.
	Publish func(ctx context.Context, r *Run, step, name string, content []byte) error
	// Published reports whether the step's file is in the thread.
	Published func(ctx context.Context, r *Run, step, name string) (bool, error)
	// Watch hears of every saved move. It returns at once, and may keep the run.
	Watch func(ctx context.Context, r *Run)
	// Wake has Visit called for the run at that time, on any replica. Losing
	// the call costs only delay: Reconcile finds the run again.
	Wake func(ctx context.Context, run string, at time.Time) error
	// Private reports whether a text holds what must not be stored in clear,
	// such as a link that signs somebody in. Nil: nothing is looked for.
	Private func(text string) bool
	// Sign makes the MAC of a decision.
	Sign func(text string) string
	Now  func() time.Time
	// Owner names this process in leases.
	Owner string
	// LeaseTTL is how long a silent process keeps a run; 30 s where zero.
	LeaseTTL time.Duration
	// Lag is how far a vendor's reads may be behind its writes: so long the end
	// state of a write is looked for whose reply did not come or did not hold.
	// 4 s where zero.
	Lag time.Duration
	Log *slog.Logger
	// Trace hears that a piece of work begins and, by the function it returns,
	// of its end; what is done within it has the returned context. It must return
	// at once. Nil: nobody hears.
	Trace func(ctx context.Context, w Work) (context.Context, func(outcome string, err error))
}

// errNoop ends a press that has nothing to change and is no mistake.
var errNoop = errors.New("nothing to change")

// press saves what change makes of the run. A mark seen before, or a change
// that has nothing to do, returns the run as it is.
func (e *Engine) press(ctx context.Context, p Press, change func(r *Run) (*Gate, []Entry, error)) (*Run, error) {
	for refused := false; ; {
		r, err := e.load(ctx, p.Run)
		if err != nil {
			return nil, err
		}
		next := r.clone()
		gate, entries, err := change(next)
		if errors.Is(err, errNoop) {
			return r, nil
		}
		if err != nil {
			// A second delivery of a press finds the run as the first one left it,
			// and must not be told that it came too late.
			if seen, seenErr := e.seen(ctx, p.Mark); seenErr == nil && seen {
				return r, nil
			}
			return r, err
		}
		err = e.save(ctx, Move{Run: next, Entries: entries, Mark: p.Mark, Gate: gate})
		switch {
		case err == nil:
			return next, nil
		case errors.Is(err, ErrSeen):
			return e.load(ctx, p.Run)
		case errors.Is(err, ErrRefused) && refused:
			return r, runbook.Refuse("Somebody else moved this run at the same moment. Please look at the card again.")
		case errors.Is(err, ErrConflict), errors.Is(err, ErrRefused):
			refused = errors.Is(err, ErrRefused)
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
		default:
			return nil, err
		}
	}
}

func (e *Engine) seen(ctx context.Context, m Mark) (bool, error) {
	if m == "" {
		return false, nil
	}
	return e.Store.Seen(ctx, m)
}

// save stores a move, then tells whoever watches and sets the alarm.
func (e *Engine) save(ctx context.Context, m Move) error {
	m.Run.Updated = e.Now()
	if m.Run.Status.Closed() {
		m.Run.Wake = time.Time{}
	}
	if err := e.Store.Save(ctx, m); err != nil {
		return err
	}
	e.saved(ctx, m.Run)
	return nil
}

func (e *Engine) saved(ctx context.Context, r *Run) {
	e.Watch(ctx, r.clone()) // a worker goes on with r
	if r.Status.Closed() {
		e.release(ctx, r)
		return
	}
	if r.Wake.IsZero() {
		return
	}
	if err := e.Wake(ctx, r.ID, r.Wake); err != nil {
		e.Log.WarnContext(ctx, "alarm not set; the reconciler will find the run", "run", r.ID, "error", err)
	}
}

// release lets go of what a closed run held. Where it fails, the locks are
// freed by whoever meets them next and the secrets expire.
func (e *Engine) release(ctx context.Context, r *Run) {
	var drop []string
	if r.Plan.SecretGiven != "" {
		drop = append(drop, secretName("", r.Plan.SecretGiven))
	}
	for _, s := range r.Steps {
		drop = slices.AppendSeq(drop, maps.Values(s.Secrets))
	}
	err := e.Store.Unlock(ctx, r.ID)
	if len(drop) > 0 {
		err = errors.Join(err, e.Store.DropSecrets(ctx, r.ID, drop...))
	}
	if err != nil {
		e.Log.WarnContext(ctx, "closed run not released yet", "run", r.ID, "error", err)
	}
}

// Run loads a run for a person who may see it.
func (e *Engine) Run(ctx context.Context, id string, who Person) (*Run, error) {
	r, err := e.load(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := e.May(ctx, who, VerbSee, SubjectOf(r)); err != nil {
		return nil, err
	}
	return r, nil
}

func (e *Engine) load(ctx context.Context, id string) (*Run, error) {
	r, err := e.Store.Run(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return nil, runbook.Refuse("This run is not known here.")
	}
	return r, err
}

// self says why a person may not decide on a run: it is theirs, or they gain.
func self(r *Run, who Person) error {
	if who.Is(r.Requester) {
		return runbook.Refuse("You asked for this run, so somebody else must decide. Nobody approves their own run; no setting changes that.")
	}
	switch {
	case len(r.Plan.Beneficiaries) > 0 && who.Email == "":
		return runbook.Refuse("Slack does not tell your e-mail address, so it cannot be checked that this run is not about you. Somebody else must decide.")
	case r.gains(who):
		return runbook.Refuse("This run is about you, so somebody else must decide. Nobody approves what they gain by; no setting changes that.")
	}
	return nil
}

// mac binds a decision to its run, plan and person.
func (e *Engine) mac(run string, d Decision) string {
	return e.Sign(fmt.Sprintf("decision\x00%s\x00%s\x00%s\x00%s\x00%t\x00%d", run, d.Hash, d.By.ID, d.By.Email, d.Approved, d.At.UnixMilli()))
}

func (e *Engine) genuine(run string, d Decision) bool {
	return hmac.Equal([]byte(e.mac(run, d)), []byte(d.MAC))
}

func entry(at time.Time, kind string, r *Run, actor string) Entry {
	return Entry{At: at, Kind: kind, Run: r.ID, Action: r.Action, Actor: actor, Facts: map[string]string{"status": string(r.Status)}}
}

func secretName(step, input string) string { return step + "/" + input }
