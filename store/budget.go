package store

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// personWait is how long a call that somebody waits for may wait for its turn.
	personWait = 10 * time.Second
	// backgroundWait is how long any other may: longer than a minute's calls take
	// to be free again, so that only the week's end stops such work.
	backgroundWait = 75 * time.Second
)

const (
	// backgroundShare is what part of a minute's calls, in percent, calls nobody
	// is waiting for may use.
	backgroundShare = 80
	// backgroundBurst is what part of that they may make at once, after a rest or
	// to make up for slow answers.
	backgroundBurst = 1.0 / 12
)

const (
	// weekNews is after how long without a call one is made although the week's
	// calls are used up: only answers tell that there are more.
	weekNews = time.Hour
	// weekNewsForRuns is the same for background work. A run tries again 30 times
	// before it fails, which with this is more than a week.
	weekNewsForRuns = 6 * time.Hour
)

// lookBack is how many of the week's calls background work leaves to look what
// its last writes did: a write is not made where it could not be read back.
const lookBack = 100

// Window names the limit that a call did not fit in.
type Window string

// The limits a vendor sets.
const (
	Minute Window = "minute"
	Week   Window = "week"
)

// BudgetError says that a call was not made, because the limit the vendor sets
// for all of Registrar is used up for now.
type BudgetError struct {
	Key    string
	After  time.Duration
	Window Window
}

func (e *BudgetError) Error() string {
	return fmt.Sprintf("call budget of %s for the %s: used up for %s", e.Key, e.Window, e.After.Round(time.Second))
}

// RetryLater says when a call will fit in again.
func (e *BudgetError) RetryLater() (time.Duration, bool) { return e.After, true }

// Weekly reports whether it is the week's calls that are used up, or so nearly
// that the rest is kept for people.
func (e *BudgetError) Weekly() bool { return e.Window == Week }

// Public marks a text as safe to show.
func (e *BudgetError) Public() string {
	if e.Weekly() {
		return "The calls to this system are used up for this week, or so nearly that the rest is kept for what people wait for, so nothing was done."
	}
	return "Registrar has used up its calls to this system for now, so nothing was done. Please try again in a few minutes."
}

// Budget takes one call out of what all replicas together may make in any 60
// seconds, waiting for its turn until the context's deadline, and for at most
// 10 s; where the turn comes later it returns a [BudgetError] at once.
//
// Background calls leave a fifth to people who wait, and what people use of it
// does not come off theirs. They are spread over the
// minute rather than made as fast as they come, and wait for up to 75 s: work
// that goes on for minutes then never has to be put off for lack of calls but at
// the end of the vendor's week. Where this process is to end they wait no longer:
// nothing was sent, so another goes on with it.
//
// It has the shape of rest.Budget.
func (s *Store) Budget(ctx context.Context, key string) error {
	background, patience, news := 0, personWait, weekNews
	if s.isBackground(ctx) {
		background, patience, news = 1, backgroundWait, weekNewsForRuns
	}
	kept := 0
	if s.isWrite(ctx) {
		kept = lookBack
	}
	var stopping <-chan struct{} // somebody who waits is answered by this process
	if background == 1 {
		stopping = s.stopping
	}
	write, give := newWrite(), time.Now().Add(patience)
	if d, ok := ctx.Deadline(); ok && d.Before(give) {
		give = d
	}
	for {
		v, err := s.judge(ctx, "budget", []string{keyBudget(key), keyVendor(key), keyPace(key), keyPeople(key)},
			write, s.perMinute(key), background, backgroundShare, kept, backgroundBurst, int64(budgetLife/time.Second), news.Milliseconds())
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
		late := &BudgetError{Key: key, After: wait, Window: Window(v.rest[1])}
		if time.Now().Add(wait).After(give) {
			return late
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return late
		case <-stopping:
			return late
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

// WritesHeld reports whether background work makes no more changes because what
// is left of the vendor's week is kept for people.
func (s *Store) WritesHeld(ctx context.Context, key string) (bool, error) {
	said, err := s.rdb.HMGet(ctx, keyVendor(key), "week", "top").Result()
	if err != nil {
		return false, failed("budget", err)
	}
	var left [2]int
	for i, v := range said {
		text, _ := v.(string)
		if left[i], err = strconv.Atoi(text); err != nil {
			return false, nil // not said yet
		}
	}
	return left[0]*100 < left[1]*(100-backgroundShare)+lookBack*100, nil
}
