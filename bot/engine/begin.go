package engine

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"registrar/bot/runbook"
)

// startWithin is how long an approved run may fail to start, because its
// records cannot be read or are locked, before the approval counts as stale.
const startWithin = 24 * time.Hour

// begin brings an approved run to its first step: the decisions still hold, the
// locks are taken, and the plan made afresh is the one that was approved.
func (v visit) begin(ctx context.Context, r *Run, now time.Time) (again bool, err error) {
	if len(r.Decisions) == 0 {
		return false, v.stale(ctx, r, "It is approved without a decision. Please tell whoever looks after Registrar.")
	}
	approvedAt := r.Decisions[len(r.Decisions)-1].At
	if now.After(approvedAt.Add(r.Plan.Approval.Delay + startWithin)) {
		return false, v.stale(ctx, r, "It could not start for a day: "+r.Why)
	}
	action, known, err := v.known(ctx, r, now)
	if !known {
		return false, err
	}
	if why, err := v.holds(ctx, r); err != nil {
		return false, v.later(ctx, r, "It cannot be checked at the moment who may approve. It starts when that is known.", lockRetry, err)
	} else if why != "" {
		return false, v.stale(ctx, r, why)
	}
	if waits, err := v.locked(ctx, r, Approved); waits || err != nil {
		return false, err
	}
	if why, err := v.differs(ctx, r, action); err != nil {
		// An outage is not staleness. The locks are let go meanwhile.
		if unlock := v.Store.Unlock(ctx, r.ID); unlock != nil {
			return false, unlock
		}
		wait := "The records cannot be read at the moment. It starts by itself when they can."
		if public, ok := runbook.PublicText(err); ok {
			wait += " " + unadvised(public)
		}
		return false, v.later(ctx, r, wait, retryAfter(err, lockRetry), err)
	} else if why != "" {
		return false, v.stale(ctx, r, why)
	}
	if r.Epoch, err = v.Store.Epoch(ctx); err != nil {
		return false, err
	}
	r.Status, r.Why, r.Wake = Applying, "", now
	r.log(now, "", "started")
	return true, v.save(ctx, r, entry(now, "run.started", r, ""))
}

// holds checks the stored decisions by today's policy and membership: an empty
// answer means they are enough.
func (v visit) holds(ctx context.Context, r *Run) (why string, err error) {
	rule := r.Plan.Approval
	if today := v.Rule(r.Action, rule); today.Stricter(rule) {
		return "The policy asks for more than it did when this was approved.", nil
	}
	var deciders []Person
	for _, d := range r.Decisions {
		if !d.Approved || d.Hash != r.Hash || !v.genuine(r.ID, d) || slices.ContainsFunc(deciders, d.By.Is) {
			return "A stored decision is not genuine. Please tell whoever looks after Registrar.", nil
		}
		deciders = append(deciders, d.By)
		verb := VerbApprove
		if rule.Needed == 0 {
			verb = VerbRequest
			if d.By.ID != r.Requester.ID {
				return "The run was applied by somebody other than the requester.", nil
			}
		} else if err := self(r, d.By); err != nil {
			return "An approval was given by somebody who is not independent of it.", nil
		}
		if err := v.May(ctx, d.By, verb, SubjectOf(r)); errors.Is(err, ErrUnjudged) {
			return "", err
		} else if err != nil {
			if text, refused := runbook.PublicText(err); refused {
				return "Somebody who decided may no longer do so: " + text, nil
			}
			return "", err
		}
	}
	if len(deciders) < max(1, rule.Needed) {
		return "There are fewer approvals than the rule asks for.", nil
	}
	return "", nil
}

// differs plans again and says how the result is not what was approved.
func (v visit) differs(ctx context.Context, r *Run, action runbook.Action) (why string, err error) {
	ctx, end := v.trace(ctx, Work{Kind: WorkPlan, Run: r.ID, Action: r.Action})
	fresh, err := action.Plan(v.ReadOnly(ctx), r.Input)
	end("", err)
	var choose *runbook.Choose
	var refused *runbook.UserError
	switch {
	case errors.As(err, &refused):
		return refused.Text, nil
	case errors.As(err, &choose):
		return choose.Text, nil
	case err != nil:
		return "", err
	}
	if v.Rule(r.Action, fresh.Plan.Approval).Stricter(r.Plan.Approval) {
		return "It would need more approvals now than when it was approved.", nil
	}
	if fresh.Plan.Nothing != "" {
		return fresh.Plan.Nothing, nil
	}
	fresh.Plan.Approval = r.Plan.Approval
	if fresh.Plan.Hash() == r.Hash {
		return "", nil
	}
	return "Changed since: " + strings.Join(r.Plan.Diff(fresh.Plan), "; ") + ".", nil
}

func (v visit) stale(ctx context.Context, r *Run, why string) error {
	now := v.Now()
	r.Status, r.Why = Stale, why
	r.log(now, "", "found that it no longer fits")
	return v.save(ctx, r, entry(now, "run.stale", r, ""))
}

// later leaves a run as it is until d has passed. The cause is for the log.
// The time is saved as well: a run that stays due would be called at every
// reconciliation, however long the vendor asks to be left alone.
func (v visit) later(ctx context.Context, r *Run, why string, d time.Duration, cause error) error {
	if cause != nil {
		v.Log.WarnContext(ctx, "put off", "run", r.ID, "status", r.Status, "error", cause)
	}
	r.Why, r.Wake = why, v.Now().Add(d)
	return v.save(ctx, r)
}

// known finds the run's action. A run that this release does not know is left
// to a newer replica; after some minutes it is given up.
func (v visit) known(ctx context.Context, r *Run, now time.Time) (runbook.Action, bool, error) {
	action, ok := v.Catalog.Named(r.Action)
	if ok && !action.ReadOnly() {
		if steps, err := action.Steps(r.Target); err == nil && slices.EqualFunc(steps, r.Steps, func(a runbook.Step, b StepState) bool { return a.ID == b.ID }) {
			return action, true, nil
		}
	}
	const unknown = "This release of Registrar does not know the action or its steps."
	switch {
	case now.Before(r.Wake.Add(patience)):
		return runbook.Action{}, false, nil // it stays due: every reconciliation calls again
	case !r.Wrote():
		return runbook.Action{}, false, v.stale(ctx, r, unknown)
	}
	return runbook.Action{}, false, v.review(ctx, r, unknown)
}

// retryAfter is how long err asks to wait, or the given time where it does not
// say: an outage of minutes must not use up every try within seconds.
func retryAfter(err error, otherwise time.Duration) time.Duration {
	var later interface {
		RetryLater() (time.Duration, bool)
	}
	if errors.As(err, &later) {
		if d, ok := later.RetryLater(); ok && d > 0 {
			return max(d, time.Second)
		}
	}
	return otherwise
}
