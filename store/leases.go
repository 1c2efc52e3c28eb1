package store

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"registrar/bot/engine"
)

// Lease takes the run's lease. An owner that holds it already gets ErrHeld too:
// two goroutines of one process are two holders.
func (s *Store) Lease(ctx context.Context, run, owner string, ttl time.Duration) (engine.Lease, error) {
	v, err := s.judge(ctx, "lease", []string{keyLease(run), keyRun(run)}, newWrite(), owner, ttl.Milliseconds())
	if err != nil {
		return engine.Lease{}, err
	}
	if err := v.err(); err != nil {
		return engine.Lease{}, err
	}
	fence, err := strconv.ParseInt(v.rest[0], 10, 64)
	if err != nil {
		return engine.Lease{}, fmt.Errorf("lease of run %s: %w", run, err)
	}
	return engine.Lease{Run: run, Owner: owner, Fence: fence}, nil
}

// Renew holds a lease for ttl from now.
func (s *Store) Renew(ctx context.Context, l engine.Lease, ttl time.Duration) error {
	return s.renew(ctx, l, ttl.Milliseconds())
}

// Release lets go of a lease. Its fence is of no use from then on.
func (s *Store) Release(ctx context.Context, l engine.Lease) error {
	return s.renew(ctx, l, 0)
}

func (s *Store) renew(ctx context.Context, l engine.Lease, life int64) error {
	v, err := s.judge(ctx, "renew", []string{keyLease(l.Run), keyRun(l.Run)}, l.Owner, l.Fence, life)
	if err != nil {
		return err
	}
	return v.err()
}
