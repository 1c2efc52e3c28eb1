package alerts

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"
)

// roundEvery is the time between two rounds of Reconcile, or Every if that is
// shorter.
const roundEvery = 15 * time.Second

// Run polls and reconciles until ctx ends. Any number of replicas may do so:
// they take turns, and together poll once in Every. What reads people's records,
// which may take long, does not hold up the polls.
func (d *Desk) Run(ctx context.Context) error {
	polled := make(chan struct{}, 1)
	var both sync.WaitGroup
	both.Go(func() {
		for ctx.Err() == nil {
			wait, err := d.Poll(ctx)
			d.report(ctx, "new alerts could not be looked for", err)
			select {
			case polled <- struct{}{}:
			default:
			}
			sleep(ctx, wait, nil)
		}
	})
	both.Go(func() {
		for ctx.Err() == nil {
			sleep(ctx, min(d.Every, roundEvery), polled)
			d.report(ctx, "alerts are not all looked after", d.Reconcile(ctx))
		}
	})
	both.Wait()
	return nil
}

func (d *Desk) report(ctx context.Context, what string, err error) {
	if err != nil && ctx.Err() == nil {
		d.Log.WarnContext(ctx, what, "error", err)
	}
}

// sleep ends early with ctx or when it is woken.
func sleep(ctx context.Context, length time.Duration, woken <-chan struct{}) {
	select {
	case <-time.After(length):
	case <-woken:
	case <-ctx.Done():
	}
}

// survived turns a panic into an error. What made one replica panic would make
// every other do so next, because the work stays due.
func survived[T any](do func() (T, error)) (out T, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
		}
	}()
	return do()
}
