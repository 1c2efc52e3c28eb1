package engine

import (
	"context"
	"slices"
	"strings"
	"time"

	"registrar/bot/runbook"
)

// Approve adds a person's approval. With enough of them the run is approved,
// and starts after its delay.
func (e *Engine) Approve(ctx context.Context, p Press) (*Run, error) {
	return e.decide(ctx, p, VerbApprove, func(r *Run, now time.Time) {
		e.add(r, p, now, true)
		if r.Approvals() < r.Plan.Approval.Needed {
			r.log(now, p.By.ID, "approved; one more approval is needed")
			return
		}
		r.log(now, p.By.ID, "approved")
		r.Status, r.NotBefore = Approved, now.Add(r.Plan.Approval.Delay)
		r.Wake = r.NotBefore
	})
}

func (r *Run) approvedBy(id string) bool {
	return slices.ContainsFunc(r.Decisions, func(d Decision) bool { return d.Approved && d.By.ID == id })
}

// Open records that somebody was shown the whole plan, where an approver must
// have seen it. It is called once it is on their screen.
func (e *Engine) Open(ctx context.Context, p Press) (*Run, error) {
	return e.press(ctx, p, func(r *Run) (*Gate, []Entry, error) {
		if r.Status != AwaitingApproval || r.HasOpened(p.By.ID) || self(r, p.By) != nil || !e.MustOpen(r) {
			return nil, nil, errNoop
		}
		if err := e.May(ctx, p.By, VerbSee, SubjectOf(r)); err != nil {
			return nil, nil, err
		}
		now := e.Now()
		r.Opened = append(r.Opened, Opening{By: p.By.ID, At: now})
		record := entry(now, "run.opened", r, p.By.ID)
		record.Facts["hash"] = r.Hash
		return nil, []Entry{record}, nil
	})
}

// Reject ends the run. The reason is shown on the card.
func (e *Engine) Reject(ctx context.Context, p Press) (*Run, error) {
	p.Reason = strings.TrimSpace(p.Reason)
	if p.Reason == "" {
		return nil, runbook.FieldErrors{"reason": "Please say why, so that the requester knows what to do."}
	}
	if e.private(p.Reason) {
		return nil, runbook.FieldErrors{"reason": textPrivate}
	}
	return e.decide(ctx, p, VerbReject, func(r *Run, now time.Time) {
		e.add(r, p, now, false)
		r.log(now, p.By.ID, "rejected it")
		r.Status, r.Why = Rejected, p.Reason
	})
}

func (e *Engine) add(r *Run, p Press, now time.Time, approved bool) {
	d := Decision{By: p.By, At: now, Approved: approved, Reason: p.Reason, Hash: r.Hash}
	d.MAC = e.mac(r.ID, d)
	r.Decisions = append(r.Decisions, d)
}

func (e *Engine) decide(ctx context.Context, p Press, verb Verb, apply func(*Run, time.Time)) (*Run, error) {
	return e.press(ctx, p, func(r *Run) (*Gate, []Entry, error) {
		now := e.Now()
		switch {
		case r.approvedBy(p.By.ID) && verb == VerbApprove:
			return nil, nil, runbook.Refuse("You have approved this already. %s", Sentence(r))
		case r.Status != AwaitingApproval:
			return nil, nil, runbook.Refuse("Too late: %s", lowerFirst(Sentence(r)))
		case !now.Before(r.Expires):
			return nil, nil, runbook.Refuse("Too late: the request has expired. The requester can run the command again.")
		case r.Decided(p.By):
			return nil, nil, runbook.Refuse("You have decided already, with this Slack account or another one of the same address. The requester can cancel the run, and another approver can reject it.")
		case p.Hash != r.Hash:
			return nil, nil, runbook.Refuse("What was on your screen is not the plan of this run. Please look at the card again.")
		}
		if err := e.May(ctx, p.By, verb, SubjectOf(r)); err != nil {
			return nil, nil, err
		}
		if err := self(r, p.By); err != nil {
			return nil, nil, err
		}
		if verb == VerbApprove && !r.HasOpened(p.By.ID) && e.MustOpen(r) {
			return nil, nil, runbook.Refuse("Something is lost for good, and the card does not show everything. Press “Show all changes” on the card and read it, then approve.")
		}
		apply(r, now)
		record := entry(now, "run."+string(verb), r, p.By.ID)
		record.Facts["hash"] = r.Hash
		if p.Reason != "" {
			record.Personal = map[string]string{"reason": p.Reason}
		}
		gate := &Gate{From: AwaitingApproval, Hash: p.Hash, Decider: p.By.ID, Deadline: r.Expires}
		return gate, []Entry{record}, nil
	})
}

// Cancel withdraws a run that is not writing: before it starts, or while it
// waits. What was done stays done, and the card says so.
func (e *Engine) Cancel(ctx context.Context, p Press) (*Run, error) {
	return e.press(ctx, p, func(r *Run) (*Gate, []Entry, error) {
		switch r.Status {
		case AwaitingApproval, Approved, WaitingOnPerson, WaitingOnSystem:
		default:
			return nil, nil, runbook.Refuse("This run cannot be cancelled now: %s", lowerFirst(Sentence(r)))
		}
		if err := e.May(ctx, p.By, VerbCancel, SubjectOf(r)); err != nil {
			return nil, nil, err
		}
		return e.cancel(r, p, "run.cancelled", "cancelled it")
	})
}

// Stop ends an irreversible run during the wait before it starts. Anyone who
// sees the card may press it.
func (e *Engine) Stop(ctx context.Context, p Press) (*Run, error) {
	return e.press(ctx, p, func(r *Run) (*Gate, []Entry, error) {
		if r.Status != Approved || r.Plan.Approval.Delay == 0 {
			return nil, nil, runbook.Refuse("There is nothing to stop: %s", lowerFirst(Sentence(r)))
		}
		if err := e.May(ctx, p.By, VerbStop, SubjectOf(r)); err != nil {
			return nil, nil, err
		}
		return e.cancel(r, p, "run.stopped", "stopped it")
	})
}

func (e *Engine) cancel(r *Run, p Press, kind, text string) (*Gate, []Entry, error) {
	now := e.Now()
	r.log(now, p.By.ID, text)
	r.Status, r.Why = Cancelled, ""
	return nil, []Entry{entry(now, kind, r, p.By.ID)}, nil
}

// Extend gives a request as much time again, at most MaxExtensions times.
func (e *Engine) Extend(ctx context.Context, p Press) (*Run, error) {
	return e.press(ctx, p, func(r *Run) (*Gate, []Entry, error) {
		now := e.Now()
		switch {
		case r.Status != AwaitingApproval || !now.Before(r.Expires):
			return nil, nil, runbook.Refuse("There is nothing to extend: %s", lowerFirst(Sentence(r)))
		case r.Extended >= MaxExtensions:
			return nil, nil, runbook.Refuse("This request was extended twice already. When it expires, run the command again.")
		}
		if err := e.May(ctx, p.By, VerbExtend, SubjectOf(r)); err != nil {
			return nil, nil, err
		}
		deadline := r.Expires
		r.Extended++
		r.RemindAt = r.Expires.Add(r.Plan.Approval.Remind)
		r.Expires = r.Expires.Add(r.Plan.Approval.Expiry)
		r.Wake = r.RemindAt
		r.log(now, p.By.ID, "extended the request")
		return &Gate{From: AwaitingApproval, Hash: r.Hash, Deadline: deadline}, []Entry{entry(now, "run.extended", r, p.By.ID)}, nil
	})
}
