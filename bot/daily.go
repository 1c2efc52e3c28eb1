package bot

import (
	"context"
	"errors"
	"time"

	"registrar/bot/engine"
	"registrar/bot/slackui"
)

// keyDaily is a day's digest; it once held no more than the head of the trail.
const keyDaily = "head"

// Daily posts the digest of a day (in UTC) in a channel, once, whatever dies
// meanwhile: a post nobody knows the end of is looked for there first. What the
// day was like is read only if it is still to be posted.
func (b *Bot) Daily(ctx context.Context, channel string, now time.Time, read func(context.Context) (slackui.Daily, error)) error {
	day := now.UTC().Truncate(24 * time.Hour)
	s := subject{"audit-" + day.Format(time.DateOnly), channel, day}
	switch post, err := b.store.Post(ctx, s.id, keyDaily); {
	case err == nil && post.Posted:
		return nil
	case err != nil && !errors.Is(err, engine.ErrNotFound):
		return err
	}
	d, err := read(ctx)
	if err != nil {
		return err
	}
	d.Day = now
	_, _, err = b.postOnce(ctx, s, keyDaily, posted{channel: channel}, b.ui.Daily(d))
	return err
}
