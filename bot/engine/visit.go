package engine

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
)

const (
	defaultLeaseTTL = 30 * time.Second
	lockRetry       = 15 * time.Second
	askReminder     = 24 * time.Hour
	// askEscalation is after how many daily reminders an ask goes to the approvers.
	askEscalation = 3
	// showWithin is how long whoever saved a version has to show it. A card is
	// drawn within three seconds, where Slack takes it; a person waits for it.
	showWithin = 10 * time.Second
	// batch is how many runs one reconciliation looks at.
	batch = 100
	// patience is how long a run whose action this release does not know is
	// left to a newer replica.
	patience = 5 * time.Minute
)

// Visit does for a run whatever is due: remind, expire, start, go on, give up.
// Any replica may call it at any time; the lease lets one through. It returns
// nil where there was nothing to do or another process is at it.
func (e *Engine) Visit(ctx context.Context, id string) (err error) {
	ttl := e.LeaseTTL
	if ttl == 0 {
		ttl = defaultLeaseTTL
	}
	asked := time.Now()
	lease, err := e.Store.Lease(ctx, id, e.Owner+"/"+uuid.NewString(), ttl)
	if errors.Is(err, ErrHeld) {
		return nil
	}
	if err != nil {
		return err
	}
	ctx, end := e.trace(ctx, Work{Kind: WorkVisit, Run: id})
	defer func() { end("", err) }()
	// A process that is told to stop finishes the step it is at; only a lost
	// lease cuts a step off.
	stopping := ctx
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	t := &tenure{store: e.Store, lease: lease, ttl: ttl, asked: asked, lost: cancel}
	renewed := make(chan struct{})
	go func(ctx context.Context) {
		defer close(renewed)
		t.hold(ctx)
	}(ctx)
	leased := ctx
	may := func() error { return t.may(leased) }
	if e.Guard != nil {
		ctx = e.Guard(ctx, may)
	}
	defer func() {
		cancel(nil)
		<-renewed
		// Without a release the lease runs out by itself.
		release, done := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer done()
		if err := e.Store.Release(release, lease); err != nil && !errors.Is(err, ErrFenced) {
			e.Log.WarnContext(ctx, "lease not released", "run", id, "error", err)
		}
	}()
	v := visit{Engine: e, lease: lease, may: may}
	for again := true; again && stopping.Err() == nil; {
		again, err = v.once(ctx, id)
		if errors.Is(err, ErrConflict) && ctx.Err() == nil {
			again, err = true, nil // a person pressed something meanwhile
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// visit is one process's turn at a run, under its lease.
type visit struct {
	*Engine
	lease Lease
	may   func() error // see Engine.Guard
}

// once makes one move; again says that another may follow at once.
func (v visit) once(ctx context.Context, id string) (again bool, err error) {
	r, err := v.Store.Run(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	now := v.Now()
	if r.Status.Closed() {
		v.release(ctx, r)
		return false, nil
	}
	if now.Before(r.Wake) {
		return false, nil
	}
	r = r.clone()
	switch r.Status {
	case AwaitingApproval:
		return false, v.overdue(ctx, r, now)
	case Approved:
		return v.begin(ctx, r, now)
	case Applying, WaitingOnSystem:
		return v.next(ctx, r, now)
	case WaitingOnPerson, NeedsReview:
		return false, v.remind(ctx, r, now)
	}
	return false, nil
}

func (v visit) save(ctx context.Context, r *Run, entries ...Entry) error {
	return v.Engine.save(ctx, Move{Run: r, Entries: entries, Fence: v.lease.Fence})
}

// overdue expires a request or reminds of it.
func (v visit) overdue(ctx context.Context, r *Run, now time.Time) error {
	if !now.Before(r.Expires) {
		r.Status = Expired
		r.log(now, "", "expired")
		return v.save(ctx, r, entry(now, "run.expired", r, ""))
	}
	r.Reminders++
	r.RemindAt, r.Wake = r.Expires, r.Expires
	r.log(now, "", "reminded the approvers")
	return v.save(ctx, r)
}

// remind repeats every day what a person must do; from the third day on the
// approvers are asked too.
func (v visit) remind(ctx context.Context, r *Run, now time.Time) error {
	st := &r.Steps[r.Current()]
	st.Reminded++
	r.Wake = now.Add(askReminder)
	if st.Reminded == askEscalation {
		r.log(now, "", "asked the approvers to see to the open step")
	}
	return v.save(ctx, r)
}

// Reconcile finds the runs whose time has come and sets their alarms, in case
// one was lost, and has shown what a process that died left unsaid. Every
// replica calls it every few seconds.
func (e *Engine) Reconcile(ctx context.Context) error {
	now := e.Now()
	due, err := e.Store.Due(ctx, now, batch)
	for _, id := range due {
		err = errors.Join(err, e.Wake(ctx, id, now))
	}
	unshown, listErr := e.Store.Unshown(ctx, now.Add(-showWithin), batch)
	err = errors.Join(err, listErr)
	for _, id := range unshown {
		r, loadErr := e.Store.Run(ctx, id)
		if loadErr != nil {
			err = errors.Join(err, loadErr)
			continue
		}
		e.Watch(ctx, r)
	}
	return err
}
