package engine

import (
	"context"
	"errors"
	"fmt"

	"registrar/bot/runbook"
)

// locked takes the run's locks. Where another run holds one, the card says
// which, and the run waits with the given status. A run has its locks already
// when it goes on, unless an admin broke them.
func (v visit) locked(ctx context.Context, r *Run, waiting Status) (waits bool, err error) {
	for retried := false; ; retried = true {
		held, err := v.Store.Lock(ctx, r.ID, r.Plan.Locks)
		if err == nil {
			r.Blocked, r.Unlocked = nil, false
			return false, nil
		}
		if !errors.Is(err, ErrHeld) {
			return false, err
		}
		freed := false
		for _, h := range held {
			// A process may have died between closing a run and letting go of its locks.
			holder, err := v.Store.Run(ctx, h.Run)
			if errors.Is(err, ErrNotFound) || err == nil && holder.Status.Closed() {
				if err := v.Store.Unlock(ctx, h.Run); err != nil {
					return false, err
				}
				freed = true
			}
		}
		if freed && !retried {
			continue
		}
		r.Status, r.Blocked = waiting, nil
		why := "Waiting for another run that touches the same record."
		if len(held) > 0 {
			r.Blocked = &held[0]
			why = fmt.Sprintf("Waiting for run %s, which has held %s since %s. It goes on when that is free.",
				held[0].Run, held[0].Lock, held[0].Since.UTC().Format("2 Jan 15:04 MST"))
		}
		return true, v.later(ctx, r, why, lockRetry, nil)
	}
}

// BreakLock takes from a run the locks that the run of the press needs, so that
// this one can go on. They may be the same: a run that needs a review lets
// others pass. It is for admins, and every broken lock is an audit entry. A run
// that is writing keeps its locks; one that goes on later takes them again first.
func (e *Engine) BreakLock(ctx context.Context, p Press, holder string) (*Run, error) {
	r, err := e.load(ctx, p.Run)
	if err != nil {
		return nil, err
	}
	from, err := e.load(ctx, holder)
	if err != nil {
		return r, err
	}
	if seen, err := e.seen(ctx, p.Mark); err != nil || seen {
		return r, err
	}
	if err := e.May(ctx, p.By, VerbBreak, SubjectOf(r)); err != nil {
		return r, err
	}
	if from.Status == Applying {
		return r, runbook.Refuse("Run %s is writing at this moment, so it keeps its locks. Please try again when it waits.", from.ID)
	}
	// The first lock that is broken leaves the press's mark: what follows is done
	// by that delivery of it alone.
	broken, mark := false, p.Mark
	for _, name := range r.Plan.Locks {
		record := entry(e.Now(), "lock.broken", from, p.By.ID)
		record.Facts["for"] = r.ID
		err := e.Store.BreakLock(ctx, mark, name, from.ID, record)
		switch {
		case err == nil:
			broken, mark = true, ""
		case errors.Is(err, ErrSeen):
			return r, nil
		case !errors.Is(err, ErrNotFound):
			return r, err
		}
	}
	if !broken {
		return r, runbook.Refuse("Run %s does not hold that lock any more.", from.ID)
	}
	_, err = e.press(ctx, Press{Run: from.ID, By: p.By}, func(r *Run) (*Gate, []Entry, error) {
		r.Unlocked = true
		r.log(e.Now(), p.By.ID, "broke its locks, so that other runs can go on")
		return nil, nil, nil
	})
	if err != nil {
		return r, err
	}
	return e.press(ctx, Press{Run: r.ID, By: p.By}, func(r *Run) (*Gate, []Entry, error) {
		if r.ID == from.ID || r.Blocked == nil {
			return nil, nil, errNoop
		}
		r.Blocked, r.Why, r.Wake = nil, "", e.Now()
		r.log(e.Now(), p.By.ID, "broke the lock of run "+from.ID)
		return nil, nil, nil
	})
}
