package bot

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"registrar/bot/slackui"
)

// postTries is how often a call that Slack turns down for its rate is made.
const postTries = 5

// A pacer holds back calls that Slack said come too fast: for the method, and
// for posts for the channel, as long as its answer asked for.
type pacer struct {
	mu    sync.Mutex
	until map[string]time.Time
}

func newPacer() *pacer { return &pacer{until: map[string]time.Time{}} }

// heldBack is a call that was not made, because Slack wants it later than the
// caller can wait.
type heldBack struct {
	left  time.Duration
	cause error
}

func (e *heldBack) Error() string { return fmt.Sprintf("held back for %s: %v", e.left, e.cause) }
func (e *heldBack) Unwrap() error { return e.cause }

// paced makes a call when its time has come, and again where Slack asks to
// wait, as far as the context's deadline allows.
func (b *Bot) paced(ctx context.Context, method, channel string, call func() error) error {
	key := method + " " + channel
	for try := 1; ; try++ {
		left := b.pacer.left(key)
		if ends, ok := ctx.Deadline(); ok && time.Until(ends) < left {
			return &heldBack{left, context.DeadlineExceeded}
		}
		if err := pause(ctx, left); err != nil {
			return &heldBack{left, err}
		}
		err := call()
		var limited *slack.RateLimitedError
		if !errors.As(err, &limited) {
			return err
		}
		b.metrics.limited(method)
		b.pacer.hold(key, limited.RetryAfter)
		if try == postTries {
			return err
		}
	}
}

func (p *pacer) left(key string) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	until, held := p.until[key]
	if !held {
		return 0
	}
	left := time.Until(until)
	if left <= 0 {
		delete(p.until, key)
	}
	return left
}

func (p *pacer) hold(key string, d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.until[key] = time.Now().Add(d)
}

// posted is where a message stands.
type posted struct{ channel, ts string }

// post posts a message to a channel or a person, in a thread where ts is given.
func (b *Bot) post(ctx context.Context, channel, thread string, m slackui.Message) (posted, error) {
	options := content(m)
	if thread != "" {
		options = append(options, slack.MsgOptionTS(thread))
	}
	var at posted
	err := b.paced(ctx, "chat.postMessage", channel, func() (err error) {
		at.channel, at.ts, err = b.api.PostMessageContext(ctx, channel, options...)
		return err
	})
	if err == nil {
		b.metrics.posted("chat.postMessage")
	}
	return at, err
}

// redrawn puts a message in the place of what stands there.
func (b *Bot) redrawn(ctx context.Context, at posted, m slackui.Message) error {
	err := b.paced(ctx, "chat.update", at.channel, func() error {
		_, _, _, err := b.api.UpdateMessageContext(ctx, at.channel, at.ts, content(m)...)
		return err
	})
	if err == nil {
		b.metrics.posted("chat.update")
	}
	return err
}
