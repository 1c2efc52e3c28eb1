package engine

import (
	"context"
	"fmt"
	"time"
)

// wait looks whether a system has acted.
func (t *turn) wait(ctx context.Context, now time.Time) (bool, error) {
	done, err := t.step.Done(ctx, t.answers())
	if err != nil {
		return t.unseen(ctx, err)
	}
	if done {
		t.state.Already = t.state.Status == StepTodo
		return t.finish(ctx, "seen")
	}
	if t.state.Status == StepTodo {
		t.state.Status, t.state.Started = StepStarted, now
	}
	age := now.Sub(t.state.Started)
	if age >= t.step.Wait.Until {
		return false, t.fail(ctx, t.step.Title+" did not happen within "+hours(t.step.Wait.Until)+".")
	}
	t.run.Status, t.run.Why, t.run.Wake = WaitingOnSystem, "", now.Add(t.step.Wait.Pause(age))
	return false, t.save(ctx, t.run)
}

// hours is a wait as people say it, in whole hours or in minutes.
func hours(d time.Duration) string {
	n, unit := d/time.Minute, "minute"
	if d%time.Hour == 0 {
		n, unit = d/time.Hour, "hour"
	}
	if n == 1 {
		return "1 " + unit
	}
	return fmt.Sprintf("%d %ss", n, unit)
}
