package engine

import (
	"context"
	"errors"
	"time"

	"registrar/bot/runbook"
)

// passes reports whether err says that nothing was changed, and that it may
// work later.
func passes(err error) bool {
	var later interface {
		RetryLater() (time.Duration, bool)
	}
	if !errors.As(err, &later) {
		return false
	}
	_, ok := later.RetryLater()
	return ok
}

// definite reports whether err is an answer, which asking again does not change.
func definite(err error) bool {
	var mismatch *runbook.Mismatch
	var refused *runbook.UserError
	var sure interface{ Unsure() bool }
	return !passes(err) && (errors.As(err, &mismatch) || errors.As(err, &refused) || errors.As(err, &sure) && !sure.Unsure())
}

// unseen is a look at the end state that failed. An outage is waited out; with
// an answer that is no yes and no no, only a person can go on.
func (t *turn) unseen(ctx context.Context, cause error) (bool, error) {
	if !definite(cause) {
		return t.putOff(ctx, cause)
	}
	evidence := t.problem(ctx, "end state not seen", cause)
	var mismatch *runbook.Mismatch
	if errors.As(cause, &mismatch) {
		evidence = mismatch.Error() + "."
	}
	if t.step.Do != nil && t.state.Status == StepTodo {
		evidence = "Nothing was written: " + evidence
	}
	return false, t.unknown(ctx, evidence)
}
