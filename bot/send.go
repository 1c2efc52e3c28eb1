package bot

import (
	"context"
	"errors"
	"time"

	"registrar/bot/slackui"
	"registrar/store"
)

const (
	// sendTries is how often one call sends what may not have arrived; each time
	// but the first it looks first.
	sendTries = 3
	// lookPause lets Slack show what it may have taken although it said otherwise.
	lookPause = 500 * time.Millisecond
)

// errPosting says that another replica is posting the message right now.
var errPosting = errors.New("another replica has been posting it for long")

// postOnce posts a message about a subject once.
func (b *Bot) postOnce(ctx context.Context, s subject, key string, to posted, m slackui.Message) (at posted, fresh bool, err error) {
	return b.sendOnce(ctx, s.id, key, parcel{
		find: func(ctx context.Context) (posted, bool, error) { return b.find(ctx, s, to, m) },
		send: func(ctx context.Context) (posted, error) { return b.post(ctx, to.channel, to.ts, m) },
	})
}

// A parcel is what goes to Slack once: how to look for it, and how to send it.
type parcel struct {
	find func(context.Context) (at posted, there bool, err error)
	send func(context.Context) (posted, error)
}

// sendOnce sends a parcel about a subject once, whatever dies meanwhile: the claim
// is stored first, and a claim whose holder died or could not tell what became
// of it is settled by looking for the parcel. It returns where it is and
// whether it was sent now.
func (b *Bot) sendOnce(ctx context.Context, about, key string, p parcel) (at posted, fresh bool, err error) {
	for try := 1; ; try++ {
		at, fresh, err = b.sendClaimed(ctx, about, key, p)
		doubt := (*doubtful)(nil)
		if !errors.As(err, &doubt) || try == sendTries || b.rest(ctx, lookPause) != nil {
			return at, fresh, err
		}
		b.log.WarnContext(ctx, "it is not known whether a message was posted; looking for it", "about", about, "key", key, "error", unwrapURL(doubt.cause))
	}
}

func (b *Bot) sendClaimed(ctx context.Context, about, key string, p parcel) (at posted, fresh bool, err error) {
	post, err := b.claim(ctx, about, key)
	switch {
	case err != nil:
		return posted{}, false, err
	case post.Posted:
		return posted{post.Channel, post.TS}, false, nil
	}
	keep := context.WithoutCancel(ctx)
	calling, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	if post.Unsure {
		found, ok, err := p.find(calling)
		if err != nil {
			return posted{}, false, errors.Join(err, b.store.Doubted(keep, about, key, b.owner))
		}
		if ok {
			return found, false, b.store.Posted(ctx, about, key, found.channel, found.ts)
		}
	}
	at, err = p.send(calling)
	switch {
	case err == nil:
		return at, true, b.remember(keep, about, key, at)
	case refused(err):
		return posted{}, false, errors.Join(err, b.store.Unposted(keep, about, key, b.owner))
	}
	return posted{}, false, errors.Join(&doubtful{err}, b.store.Doubted(keep, about, key, b.owner))
}

// doubtful is a call to Slack that may have done its work all the same.
type doubtful struct{ cause error }

func (e *doubtful) Error() string { return e.cause.Error() }
func (e *doubtful) Unwrap() error { return e.cause }

// claim takes the right to send, or hears where the parcel is. While another is
// sending it waits.
func (b *Bot) claim(ctx context.Context, about, key string) (store.Post, error) {
	for range busyTries {
		post, claimed, err := b.store.ClaimPost(ctx, about, key, b.owner)
		if err != nil || claimed || post.Posted {
			return post, err
		}
		if err := b.rest(ctx, busyPause); err != nil {
			return store.Post{}, err
		}
	}
	return store.Post{}, errPosting
}

// remember records where a message was posted. It tries again for a while,
// because a post that is not recorded must be searched for.
func (b *Bot) remember(ctx context.Context, about, key string, at posted) error {
	for try := 1; ; try++ {
		err := b.store.Posted(ctx, about, key, at.channel, at.ts)
		if err == nil || try == publishTries {
			return err
		}
		if b.rest(ctx, publishPause/2) != nil {
			return err
		}
	}
}
