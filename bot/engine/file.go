package engine

import (
	"context"
	"errors"
)

// file saves a file to the thread of the run's card, once. No system is
// changed by it, so where it fails the steps behind it just do not happen.
func (t *turn) file(ctx context.Context) (bool, error) {
	name := t.step.File.Name
	there, err := t.Published(ctx, t.run, t.step.ID, name)
	if err != nil {
		return t.putOff(ctx, err)
	}
	if there {
		return t.finish(ctx, "found in the thread after an interruption")
	}
	content, err := barrier(ctx, t, func() ([]byte, error) {
		return t.step.File.Make(t.ReadOnly(ctx), t.answers())
	})
	if err != nil {
		return t.unmade(ctx, err)
	}
	now := t.Now()
	t.state.Status, t.state.Started = StepStarted, now
	t.run.Status, t.run.Why, t.run.Wake = Applying, "", now
	if err := t.save(ctx, t.run, t.entry(now, "step.started")); err != nil {
		return false, err
	}
	if err := t.may(); err != nil {
		return t.putOff(ctx, err)
	}
	_, err = barrier(ctx, t, func() (struct{}, error) {
		return struct{}{}, t.Publish(ctx, t.run, t.step.ID, name, content)
	})
	if err == nil || t.published(ctx, err) {
		return t.finish(ctx, "saved in the thread")
	}
	return t.unmade(ctx, err)
}

// published looks for a file whose posting failed, unless the failure says for
// certain that it is not there.
func (t *turn) published(ctx context.Context, cause error) bool {
	var sure interface{ Unsure() bool }
	if errors.As(cause, &sure) && !sure.Unsure() {
		return false
	}
	return t.look(ctx, func() (bool, error) {
		return t.Published(ctx, t.run, t.step.ID, t.step.File.Name)
	})
}

// unmade ends the run where the file can never be made or posted, and otherwise
// leaves it for later.
func (t *turn) unmade(ctx context.Context, cause error) (bool, error) {
	if definite(cause) || errors.Is(cause, errPanic) {
		return false, t.fail(ctx, t.problem(ctx, "file not saved", cause))
	}
	return t.putOff(ctx, cause)
}
