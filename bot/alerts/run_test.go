package alerts_test

import (
	"context"
	"log/slog"
	"maps"
	"slices"
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

// A row is shown within one interval after it was written, whenever that is.
func TestRowIsShownInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		written := time.Now()
		var shown []time.Duration
		d := &alerts.Desk{Store: new(inTurn), Every: time.Minute, Owner: "a", Now: time.Now, Log: slog.New(slog.DiscardHandler),
			Rows: func(context.Context, time.Time) ([]alerts.Row, error) {
				mu.Lock()
				row := alerts.Row{ID: written.String(), At: written, Email: written.String()}
				mu.Unlock()
				time.Sleep(time.Second) // it takes its time
				return []alerts.Row{row}, nil
			},
			Watch: func(context.Context, *alerts.Alert) {
				mu.Lock()
				defer mu.Unlock()
				shown = append(shown, time.Since(written))
			},
		}
		ctx, stop := context.WithCancel(t.Context())
		stopped := make(chan error)
		go func() { stopped <- d.Run(ctx) }()
		const rows = 50
		for i := range rows {
			time.Sleep(time.Duration(120+7*i) * time.Second)
			mu.Lock()
			written = time.Now()
			mu.Unlock()
		}
		time.Sleep(2 * time.Minute)
		stop()
		if err := <-stopped; err != nil {
			t.Error(err)
		}
		if latest := slices.Max(shown); len(shown) != rows+1 || latest > time.Minute+2*time.Second {
			t.Errorf("%d rows were shown, the last after %s; want %d, and that of the start", len(shown), latest, rows)
		}
	})
}

// inTurn is a store that gives out turns and keeps no more than which rows were
// seen.
type inTurn struct {
	alerts.Store
	mu    sync.Mutex
	begun time.Time
	rows  map[string]bool
}

func (s *inTurn) SeenRows(context.Context, []string) (map[string]bool, error) {
	seen := map[string]bool{}
	maps.Copy(seen, s.rows)
	return seen, nil
}

func (*inTurn) Last(context.Context, []string) (map[string]*alerts.Alert, error) { return nil, nil }

func (s *inTurn) Save(_ context.Context, c alerts.Change) error {
	if s.rows == nil {
		s.rows = map[string]bool{}
	}
	for _, row := range c.Rows {
		s.rows[row] = true
	}
	return nil
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
