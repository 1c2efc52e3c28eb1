package main

import (
	"context"
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

// expire erases what is personal and older than it may be.
func (r *replica) expire(ctx context.Context) error {
	if r.config.Retention == 0 {
		return nil
	}
	gone, err := r.store.Expire(ctx, time.Now().Add(-r.config.Retention))
	if gone.Runs+gone.Alerts+gone.Values > 0 {
		r.log.InfoContext(ctx, "personal data erased after its time", "runs", gone.Runs, "alerts", gone.Alerts, "values", gone.Values)
	}
	return err
}
