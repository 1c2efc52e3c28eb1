package alerts_test

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"registrar/bot/alerts"
)

// Several replicas run side by side until they are told to stop, and
// poll once in each interval.
func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stopped := make(chan error)
		ctx, stop := context.WithCancel(t.Context())
		turns := new(inTurn)
		var polls atomic.Int32
		for _, owner := range []string{"a", "b"} {
			d := &alerts.Desk{Store: turns, Every: time.Minute, Owner: owner, Now: time.Now, Log: slog.New(slog.DiscardHandler),
				Rows: func(context.Context, time.Time) ([]alerts.Row, error) { polls.Add(1); return nil, nil }}
			go func() { stopped <- d.Run(ctx) }()
		}
		time.Sleep(10*time.Minute + time.Second)
		stop()
		for range 2 {
			if err := <-stopped; err != nil {
				t.Error(err)
			}
		}
		if n := polls.Load(); n != 11 {
			t.Errorf("%d polls in ten minutes, want one each minute and one at the start", n)
		}
	})
}

// inTurn is a store that has nothing to do, and gives out turns.
type inTurn struct {
	alerts.Store
	mu    sync.Mutex
	begun time.Time
}

func (s *inTurn) BeginPoll(_ context.Context, _ string, every, _ time.Duration) (alerts.Turn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if wait := every - time.Since(s.begun); wait > 0 {
		return alerts.Turn{Wait: wait}, nil
	}
	s.begun = time.Now()
	return alerts.Turn{Mine: true}, nil
}

func (*inTurn) EndPoll(context.Context, string, time.Time, bool) error { return nil }

func (*inTurn) Unshown(context.Context, time.Time, int) ([]string, error) { return nil, nil }

func (*inTurn) TakeDue(context.Context, time.Time, time.Duration, int) ([]string, error) {
	return nil, nil
}
