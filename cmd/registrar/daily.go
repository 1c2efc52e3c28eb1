package main

import (
	"context"
	"time"

	"registrar/bot/slackui"
)

// postDaily posts, once a day, what the day was like and the end of the audit
// chain: a chain that is cut short later no longer reaches it, and whoever cuts
// it cannot unpost it.
func (r *replica) postDaily(ctx context.Context) error {
	if r.config.Channels.Audit == "" {
		return nil
	}
	return r.bot.Daily(ctx, r.config.Channels.Audit, time.Now(), r.readDaily)
}

func (r *replica) readDaily(ctx context.Context) (d slackui.Daily, err error) {
	yesterday := time.Now().AddDate(0, 0, -1)
	if d.Runs, err = r.store.Outcomes(ctx, yesterday); err != nil {
		return d, err
	}
	if d.OpenRuns, err = r.store.OpenRuns(ctx); err != nil {
		return d, err
	}
	if r.desk != nil {
		counts, err := r.store.Alerts().Counts(ctx, yesterday)
		if err != nil {
			return d, err
		}
		d.Alerts = &slackui.DailyAlerts{Opened: counts.Opened, Ended: counts.Ended, Open: counts.Open}
	}
	head, err := r.store.Head(ctx)
	d.Entries, d.Head = head.Seq, head.String()
	return d, err
}
