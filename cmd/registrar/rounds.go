package main

import (
	"context"
	"time"

	"registrar/store"
)

const (
	// roundEvery is what comes on top of a dead process's lease before another
	// one goes on with its run. A round costs four small reads.
	roundEvery = 5 * time.Second
	// repairAfter leaves a run that has just moved to the process that moved it.
	repairAfter = 30 * time.Second
	// repairUntil is how long a closed run's last picture and notices are
	// looked after.
	repairUntil = time.Hour
	repairLimit = 200
)

// rounds does again and again what must not depend on any one event: it finds
// the runs whose time has come, and once a minute, on one replica, what was
// never shown. Errors are logged; the next round tries again.
func (r *replica) rounds(ctx context.Context) error {
	tick := time.NewTicker(roundEvery)
	defer tick.Stop()
	for relisted := -1; ; {
		r.attempt(ctx, "recall", r.recall)
		r.attempt(ctx, "reconcile", r.engine.Reconcile)
		r.attempt(ctx, "resume plans", r.bot.Resume)
		mine, err := r.store.ClaimMinute(ctx, "rounds", time.Now())
		if err == nil && mine {
			r.attempt(ctx, "repair", r.repair)
			r.attempt(ctx, "daily digest", r.postDaily)
			// A release that knew no lists may have moved runs, and still do so.
			if hour := time.Now().Hour(); hour != relisted {
				r.attempt(ctx, "lists", r.store.Relist)
				relisted = hour
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func (r *replica) attempt(ctx context.Context, what string, do func(context.Context) error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if err := do(ctx); err != nil && ctx.Err() == nil {
		r.log.WarnContext(ctx, "round not finished", "part", what, "error", err)
	}
}

// repair has Slack show what a process may have left unsaid when it died: on
// open runs, and on those closed within the last hour.
func (r *replica) repair(ctx context.Context) error {
	open, err := r.store.Runs(ctx, store.Query{Open: true, Limit: repairLimit})
	if err != nil {
		return err
	}
	recent, err := r.store.Runs(ctx, store.Query{Limit: repairLimit})
	if err != nil {
		return err
	}
	now := time.Now()
	for _, run := range append(open, recent...) {
		age := now.Sub(run.Updated)
		if age < repairAfter || run.Status.Closed() && age > repairUntil {
			continue
		}
		ctx := withRun(ctx, run.ID)
		if err := r.bot.Repair(ctx, run); err != nil {
			r.log.WarnContext(ctx, "not all of a run is shown", "error", err)
		}
	}
	return nil
}
