package bot

import (
	"context"
	"errors"
	"time"

	"github.com/slack-go/slack"

	"registrar/bot/engine"
	"registrar/bot/slackui"
)

// A subject is what messages are about: a run, an alert, a digest. It has one
// card in its channel and what is said about it in the card's thread.
type subject struct {
	id      string // under which the store keeps its posts
	channel string
	began   time.Time // no message about it is older
}

func (b *Bot) about(r *engine.Run) subject { return subject{r.ID, b.channel, r.Created} }

// cardOf makes sure that a subject's card is there and shows this version or a
// newer one.
func (b *Bot) cardOf(ctx context.Context, s subject, version int64, m slackui.Message) (posted, error) {
	at, err := b.posting(ctx, s, version, m)
	if code := slackCode(err); at.ts == "" || code != "message_not_found" && code != "channel_not_found" {
		return at, err
	}
	// Deleted. Whoever says so first posts it again; the others wait for that.
	if err := b.store.Gone(ctx, s.id, keyCard, at.channel, at.ts); err != nil && !errors.Is(err, engine.ErrHeld) {
		return at, err
	}
	return b.posting(ctx, s, version, m)
}

// posting posts the card, or draws it where it stands. An error with a place
// means that the card could not be drawn there.
func (b *Bot) posting(ctx context.Context, s subject, version int64, m slackui.Message) (posted, error) {
	at, fresh, err := b.postOnce(ctx, s, keyCard, posted{channel: s.channel}, m)
	switch {
	case err != nil:
		return posted{}, err
	case fresh:
		return at, b.drawn(ctx, s.id, keyCard, version)
	}
	return at, b.draw(ctx, s.id, keyCard, version, at, m)
}

// same reports whether a message found in Slack is the one that m would be,
// drawn at whatever time.
func same(found slack.Message, m slackui.Message) bool {
	if found.Metadata.EventType != m.Metadata.EventType {
		return false
	}
	for key, value := range m.Metadata.EventPayload {
		if key != "version" && found.Metadata.EventPayload[key] != value {
			return false
		}
	}
	return true
}
