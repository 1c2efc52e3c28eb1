package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// leastRetention is how far back /runs and the Home tab look.
const leastRetention = 30

// retention reads a number of days, such as 730d.
func retention(p *problems, name, value string) time.Duration {
	if value == "" {
		return 0
	}
	text, inDays := strings.CutSuffix(value, "d")
	days, err := strconv.Atoi(text)
	if err != nil || !inDays || days < leastRetention || days > 36500 {
		p.add("%s must be a number of days from %dd on, such as 730d. Without it everything is kept.", name, leastRetention)
	}
	return time.Duration(days) * 24 * time.Hour
}

// erasedAtOnce is of how many records the messages are erased in one minute. A
// record has some five, Slack takes about fifty changes a minute, and those that
// people wait for come first.
const erasedAtOnce = 3

// expires erases, once an hour, what is personal and older than it may be, and
// then bit by bit what Slack shows of it, which goes on where nothing is erased
// for its age any more. What does not get done within a minute goes on in the
// next one. It has a goroutine of its own: ten thousand records take longer than
// a round may.
func (r *replica) expires(ctx context.Context) error {
	tick := time.NewTicker(time.Minute)
	defer tick.Stop()
	for hour := -1; ; {
		mine, err := r.store.ClaimMinute(ctx, "retention", time.Now())
		if err == nil && mine {
			if now := time.Now().Hour(); now != hour && r.config.Retention > 0 {
				r.attempt(ctx, "retention", func(ctx context.Context) error {
					err := r.expire(ctx)
					if ctx.Err() == nil {
						hour = now
					}
					return err
				})
			}
			r.attempt(ctx, "messages after their time", r.eraseAged)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func (r *replica) expire(ctx context.Context) error {
	gone, err := r.store.Expire(ctx, time.Now().Add(-r.config.Retention))
	if gone.Runs+gone.Alerts+gone.Values > 0 {
		r.log.InfoContext(ctx, "personal data erased after its time", "runs", gone.Runs, "alerts", gone.Alerts, "values", gone.Values)
	}
	return err
}

// eraseAged erases in Slack what is about some of those that were erased. As
// nobody watches, what may be let be erased another time is not given up.
func (r *replica) eraseAged(ctx context.Context) error {
	ids, err := r.store.AgedUnshown(ctx, erasedAtOnce)
	errs := []error{err}
	for _, id := range ids {
		left, err := r.bot.EraseMessages(ctx, id)
		for _, l := range left {
			if l.Later {
				err = errors.Join(err, fmt.Errorf("a message about %s: %s; it is tried again", id, l.Why))
				continue
			}
			r.log.WarnContext(ctx, "Slack does not let a message be erased", "about", id, "why", l.Why, "channel", l.Channel, "ts", l.TS)
		}
		if err == nil {
			err = r.store.ErasedShown(ctx, id)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
