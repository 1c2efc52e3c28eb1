package store

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

// longestWait is how long a call may wait for its turn.
const longestWait = 10 * time.Second

// backgroundShare is what part of a minute's calls, in percent, calls nobody
// is waiting for may use.
const backgroundShare = 80

// BudgetError says that a call was not made, because the limit the vendor sets
// for all of Registrar is used up for now.
type BudgetError struct {
	Key   string
	After time.Duration
}

func (e *BudgetError) Error() string {
	return fmt.Sprintf("call budget of %s: used up for %s", e.Key, e.After.Round(time.Second))
}

// RetryLater says when a call will fit in again.
func (e *BudgetError) RetryLater() (time.Duration, bool) { return e.After, true }

// Public marks a text as safe to show.
func (e *BudgetError) Public() string {
	return "Registrar has used up its calls to this system for now, so nothing was done. Please try again in a few minutes."
}

// Budget takes one call out of what all replicas together may make in any 60
// seconds, waiting for its turn for at most 10 s or until the context's
// deadline; where the turn comes later it returns a [BudgetError] at once.
// Background calls leave a fifth to people who wait. It has the shape of
// rest.Budget.
func (s *Store) Budget(ctx context.Context, key string) error {
	background := 0
	if s.isBackground(ctx) {
		background = 1
	}
	write, give := newWrite(), time.Now().Add(longestWait)
	if d, ok := ctx.Deadline(); ok && d.Before(give) {
		give = d
	}
	for {
		v, err := s.judge(ctx, "budget", []string{keyBudget(key), keyVendor(key)},
			write, s.perMinute(key), background, backgroundShare, int64(budgetLife/time.Second))
		if err != nil {
			return err
		}
		if v.word == "OK" {
			return nil
		}
		ms, err := strconv.ParseInt(v.rest[0], 10, 64)
		if err != nil {
			return fmt.Errorf("call budget of %s: %w", key, err)
		}
		wait := time.Duration(ms) * time.Millisecond
		if time.Now().Add(wait).After(give) {
			return &BudgetError{Key: key, After: wait}
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return &BudgetError{Key: key, After: wait}
		}
	}
}

// Learn takes over what the vendor says is left this minute and this week;
// negative where it did not say.
func (s *Store) Learn(ctx context.Context, key string, minuteLeft, weekLeft int) error {
	v, err := s.judge(ctx, "learn", []string{keyVendor(key)}, minuteLeft, weekLeft, int64(weekLife/time.Second))
	if err != nil {
		return err
	}
	return v.err()
}

// Left says how many calls fit in now, and how many the vendor last said are
// left this week; -1 where there is no limit or it is not known. For metrics.
func (s *Store) Left(ctx context.Context, key string) (minute, week int, err error) {
	now, err := s.rdb.Time(ctx).Result()
	if err != nil {
		return -1, -1, failed("budget", err)
	}
	var used *redis.IntCmd
	var vendor *redis.SliceCmd
	if _, err := s.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		used = p.ZCount(ctx, keyBudget(key), strconv.FormatInt(now.Add(-time.Minute).UnixMilli(), 10), "+inf")
		vendor = p.HMGet(ctx, keyVendor(key), "week")
		return nil
	}); err != nil {
		return -1, -1, failed("budget", err)
	}
	minute, week = -1, -1
	if limit := s.perMinute(key); limit > 0 {
		minute = max(0, limit-int(used.Val()))
	}
	if text, ok := vendor.Val()[0].(string); ok {
		if n, err := strconv.Atoi(text); err == nil {
			week = n
		}
	}
	return minute, week, nil
}
