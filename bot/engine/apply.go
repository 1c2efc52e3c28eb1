package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"strconv"
	"time"

	"registrar/bot/runbook"
)

const (
	// maxTries is how often a step is put off before the run fails: with the
	// growing delay that is more than a day.
	maxTries = 30
	maxDelay = time.Hour
	// defaultLag is for vendors who answer reads from copies.
	defaultLag = 4 * time.Second
)

// next makes one move of a run that is under way.
func (v visit) next(ctx context.Context, r *Run, now time.Time) (again bool, err error) {
	i := r.Current()
	if i < 0 {
		r.Status, r.Why = Succeeded, ""
		r.log(now, "", "finished")
		return false, v.save(ctx, r, entry(now, "run.succeeded", r, ""))
	}
	action, known, err := v.known(ctx, r, now)
	if !known {
		return false, err
	}
	steps, err := action.Steps(r.Target)
	if err != nil {
		return false, err
	}
	if waits, err := v.locked(ctx, r, WaitingOnSystem); waits || err != nil {
		return false, err
	}
	t := turn{visit: v, run: r, i: i, step: steps[i], state: &r.Steps[i]}
	return t.move(ctx, now)
}

// turn is one visit's work on one step.
type turn struct {
	visit
	run   *Run
	i     int
	step  runbook.Step
	state *StepState
	gifts []Gift
}

// move works on the step once.
func (t *turn) move(ctx context.Context, now time.Time) (again bool, err error) {
	ctx, end := t.trace(ctx, t.workOf())
	defer func() { end(string(t.state.Status), err) }()
	switch {
	case t.step.Ask != nil:
		return t.ask(ctx, now)
	case t.step.Wait != nil:
		return t.wait(ctx, now)
	case t.step.File != nil:
		return t.file(ctx)
	}
	return t.do(ctx)
}

// ask opens an ask, or reads back what a person says they did.
func (t *turn) ask(ctx context.Context, now time.Time) (bool, error) {
	answered := t.state.By != nil
	if t.step.Done != nil {
		done, err := t.step.Done(ctx, t.answers())
		if err != nil {
			return t.unseen(ctx, err)
		}
		if done {
			note := "verified by reading it back"
			if !answered {
				note = "was so already"
			}
			t.state.Already = !answered
			return t.finish(ctx, note)
		}
	} else if answered {
		return t.finish(ctx, "") // reported, not verified: the step names who did it
	}
	t.run.Why = ""
	if answered {
		t.state.By = nil
		t.run.Why = "It was reported as done, but the record does not show it yet. Please look once more."
	}
	t.state.Status, t.state.Started = StepStarted, now
	t.run.Status, t.run.Wake = WaitingOnPerson, now.Add(askReminder)
	return false, t.save(ctx, t.run, t.entry(now, "step.asked"))
}

// do makes a change, at most once.
func (t *turn) do(ctx context.Context) (bool, error) {
	if t.step.Done != nil {
		done, err := t.step.Done(ctx, t.answers())
		if err != nil {
			return t.unseen(ctx, err)
		}
		if done {
			t.state.Already = t.state.Status == StepTodo
			note := "was so already"
			if t.state.Status == StepStarted {
				note = "found done after an interruption"
			}
			return t.finish(ctx, note)
		}
	}
	if doubt, err := t.doubt(ctx); err != nil {
		return false, err
	} else if doubt != "" {
		return false, t.unknown(ctx, doubt)
	}
	now := t.Now()
	t.state.Status, t.state.Started = StepStarted, now
	t.run.Status, t.run.Why, t.run.Wake = Applying, "", now
	if err := t.save(ctx, t.run, t.entry(now, "step.started")); err != nil {
		return false, err
	}
	note, err := barrier(ctx, t, func() (string, error) { return t.step.Do(ctx, t.answers()) })
	again, err := t.outcome(ctx, note, err)
	if errors.Is(err, ErrConflict) || errors.Is(err, ErrNotFound) {
		return false, t.insist(ctx)
	}
	return again, err
}

// insist writes down the outcome of a step on a journal that somebody else
// moved, or that Redis lost the end of: what was sent cannot be taken back, and
// forgetting it would send it again.
func (t *turn) insist(ctx context.Context) error {
	for {
		r, err := t.Store.Run(ctx, t.run.ID)
		if err != nil {
			return err
		}
		r = r.clone()
		r.Steps[t.i] = *t.state
		r.Gifts = t.run.Gifts
		if !r.Status.Closed() {
			r.Status, r.Why, r.Wake = t.run.Status, t.run.Why, t.run.Wake
		}
		record := t.entry(t.Now(), "step.insisted")
		record.Facts["outcome"] = string(t.state.Status)
		if err := t.save(ctx, r, record); !errors.Is(err, ErrConflict) {
			return err
		}
	}
}

// doubt says why it cannot be known that the step was not done before.
func (t *turn) doubt(ctx context.Context) (string, error) {
	if t.step.Done != nil || t.step.Repeatable {
		return "", nil
	}
	if t.state.Status == StepStarted {
		return t.withLook("Registrar was interrupted while it did this step, at " + stamp(t.state.Started) + ", and no system can be asked whether it happened."), nil
	}
	epoch, err := t.Store.Epoch(ctx)
	if err != nil {
		return "", err
	}
	if t.run.Epoch != "" && t.run.Epoch != epoch {
		return t.withLook("Redis restarted or failed over while this run was under way, so the note that this step was done may be lost."), nil
	}
	t.run.Epoch = epoch
	return "", nil
}

// errPanic is an unknown outcome like any other.
var errPanic = errors.New("internal error")

// barrier runs what belongs to a handler and keeps a panic from going further.
func barrier[T any](ctx context.Context, t *turn, do func() (T, error)) (out T, err error) {
	defer func() {
		if p := recover(); p != nil {
			t.Log.ErrorContext(ctx, "panic in a step", "run", t.run.ID, "step", t.step.ID, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			err = errPanic
		}
	}()
	return do()
}

// outcome writes down what became of a step.
func (t *turn) outcome(ctx context.Context, note string, err error) (bool, error) {
	var again *runbook.AskAgain
	var mismatch *runbook.Mismatch
	var refused *runbook.UserError
	var sure interface{ Unsure() bool }
	switch {
	case passes(err):
		return t.putOff(ctx, err)
	case err == nil:
		if t.step.Done == nil {
			return t.finish(ctx, note)
		}
		if t.settled(ctx) {
			return t.finish(ctx, note)
		}
		return false, t.unknown(ctx, "The system said that it was done, but the record does not show it.")
	case errors.As(err, &again):
		return true, t.reopen(ctx, again)
	case errors.As(err, &mismatch):
		return false, t.unknown(ctx, "Nothing was written: "+mismatch.Error()+".")
	case errors.As(err, &refused):
		return false, t.fail(ctx, refused.Text)
	case errors.As(err, &sure) && !sure.Unsure():
		return false, t.fail(ctx, t.problem(ctx, "step failed", err))
	}
	// The write may have taken effect.
	t.Log.WarnContext(ctx, "outcome of a step is not known", "run", t.run.ID, "step", t.step.ID, "error", err)
	if t.step.Done != nil && t.settled(ctx) {
		return t.finish(ctx, "the reply was lost, but the record shows it")
	}
	evidence := "The reply was lost or was an error at " + stamp(t.Now()) + "."
	if text, ok := runbook.PublicText(err); ok {
		evidence = text
	}
	if t.step.Done != nil {
		evidence += " The record did not show the change a few seconds later."
	}
	return false, t.unknown(ctx, t.withLook(evidence))
}

// settled looks whether the end state holds, a few times.
func (t *turn) settled(ctx context.Context) bool {
	return t.look(ctx, func() (bool, error) { return t.step.Done(ctx, t.answers()) })
}

// look asks until the answer is yes: at once, soon, and when reads have caught up.
func (e *Engine) look(ctx context.Context, there func() (bool, error)) bool {
	lag := e.Lag
	if lag == 0 {
		lag = defaultLag
	}
	for _, pause := range []time.Duration{0, lag / 4, lag - lag/4} {
		select {
		case <-ctx.Done():
			return false
		case <-time.After(pause):
		}
		if yes, err := there(); err == nil && yes {
			return true
		}
	}
	return false
}

// finish marks the step done and goes on.
func (t *turn) finish(ctx context.Context, note string) (bool, error) {
	now := t.Now()
	t.state.Status, t.state.Finished, t.state.Note, t.state.Evidence = StepDone, now, note, ""
	if t.state.Started.IsZero() {
		t.state.Started = now
	}
	t.run.Gifts = append(t.run.Gifts, t.gifts...)
	t.run.Status, t.run.Why, t.run.Wake = Applying, "", now
	return true, t.save(ctx, t.run, t.entry(now, "step.done"))
}

// putOff leaves a step that certainly had no effect for later.
func (t *turn) putOff(ctx context.Context, cause error) (bool, error) {
	t.state.Tries++
	if t.state.Tries > maxTries {
		return false, t.fail(ctx, t.problem(ctx, "step failed", cause))
	}
	if t.step.Do != nil && t.step.Done == nil && t.state.Status == StepStarted {
		t.state.Status = StepTodo
	}
	text := "The system cannot be reached at the moment."
	if public, ok := runbook.PublicText(cause); ok {
		text = unadvised(public)
	}
	t.Log.WarnContext(ctx, "step put off", "run", t.run.ID, "step", t.step.ID, "try", t.state.Tries, "error", cause)
	delay := retryAfter(cause, min(maxDelay, time.Second<<min(t.state.Tries, 12)))
	t.run.Status, t.run.Why, t.run.Wake = WaitingOnSystem, text, t.Now().Add(delay)
	return false, t.save(ctx, t.run)
}

// reopen opens an earlier ask again, because its answer was of no use.
func (t *turn) reopen(ctx context.Context, again *runbook.AskAgain) error {
	now := t.Now()
	i := slices.IndexFunc(t.run.Steps[:t.i], func(st StepState) bool { return st.ID == again.Step })
	if i < 0 {
		return t.fail(ctx, "This release asks for a step that the run does not have.")
	}
	useless := slices.Collect(maps.Values(t.run.Steps[i].Secrets))
	t.state.Status, t.run.Steps[i] = StepTodo, StepState{ID: again.Step, Status: StepTodo}
	if len(useless) > 0 {
		if err := t.Store.DropSecrets(ctx, t.run.ID, useless...); err != nil {
			return err
		}
	}
	t.run.Status, t.run.Wake = Applying, now
	t.run.log(now, "", "asks again: "+again.Reason)
	return t.save(ctx, t.run, t.entry(now, "step.asked-again"))
}

func (t *turn) fail(ctx context.Context, why string) error {
	now := t.Now()
	t.state.Status, t.state.Finished, t.state.Note = StepFailed, now, why
	t.run.Status, t.run.Why = Failed, why
	t.run.log(now, "", "stopped at: "+t.step.Title)
	return t.save(ctx, t.run, t.entry(now, "run.failed"))
}

// withLook adds to the evidence how a person finds out more.
func (t *turn) withLook(evidence string) string {
	if t.step.Look == "" {
		return evidence
	}
	return evidence + " " + t.step.Look
}

// unknown stops the run until a person has looked.
func (t *turn) unknown(ctx context.Context, evidence string) error {
	t.state.Status, t.state.Evidence = StepUnknown, evidence
	return t.review(ctx, t.run, "")
}

func (v visit) review(ctx context.Context, r *Run, why string) error {
	now := v.Now()
	if i := r.Current(); i >= 0 && r.Steps[i].Status != StepUnknown {
		r.Steps[i].Status, r.Steps[i].Evidence = StepUnknown, why
	}
	r.Status, r.Why, r.Wake = NeedsReview, why, now.Add(askReminder)
	r.log(now, "", "needs a review")
	return v.save(ctx, r, entry(now, "run.needs-review", r, ""))
}

func (t *turn) entry(at time.Time, kind string) Entry {
	record := entry(at, kind, t.run, "")
	record.Facts["step"] = t.step.ID
	if t.state.Tries > 0 {
		record.Facts["tries"] = strconv.Itoa(t.state.Tries)
	}
	return record
}

func stamp(t time.Time) string { return t.UTC().Format("2 Jan 2006 15:04:05 MST") }
