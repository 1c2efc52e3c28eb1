package bot

import (
	"context"
	"errors"
	"time"

	"github.com/slack-go/slack"

	"registrar/bot/slackui"
)

// A pane is a modal whose content is on its way.
type pane struct {
	external string // its external id; where it is empty, id counts
	id       string // Slack's
	ref      slackui.Ref
	title    string
	seen     bool // it was found once, so an ack has put it there
}

// waiting is what a pane shows meanwhile.
func (b *Bot) waiting(p *pane, progress string) slack.ModalViewRequest {
	v := b.ui.Planning(p.ref, p.title, progress)
	v.ExternalID = p.external
	return v
}

// findPauses are how long an acknowledgement may take to be carried out after
// it was sent: until then the view is not there under its external id.
var findPauses = []time.Duration{100 * time.Millisecond, 300 * time.Millisecond, time.Second}

// show puts a view into the pane and reports whether the pane was still there.
// A call on its way is not cut off where ctx ends: Slack may carry it out all the
// same, later, over what is shown next.
func (b *Bot) show(ctx context.Context, p *pane, view slack.ModalViewRequest) (there bool, err error) {
	id := p.id
	if p.external != "" {
		id = ""
	}
	for n := 0; ; n++ {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		calling, cancel := context.WithTimeout(context.WithoutCancel(ctx), replyTimeout)
		_, err := b.api.UpdateViewContext(calling, view, p.external, "", id)
		cancel()
		if err == nil {
			p.seen = true
			return true, nil
		}
		again := time.Duration(0)
		limited := (*slack.RateLimitedError)(nil)
		switch code := slackCode(err); {
		case code == "not_found" && (p.seen || p.external == "" || n == len(findPauses)):
			return false, nil
		case code == "not_found", code == "hash_conflict" && n < len(findPauses):
			again = findPauses[n]
		case errors.As(err, &limited) && n < len(findPauses):
			b.metrics.limited("views.update")
			again = limited.RetryAfter
		default:
			return false, err
		}
		if err := pause(ctx, again); err != nil {
			return false, err
		}
	}
}

// open shows a modal in answer to a press or command. On a modal it lies on
// top, or takes its place where Slack allows no more.
func (b *Bot) open(ctx context.Context, ev Event, view slack.ModalViewRequest) error {
	_, err := b.opened(ctx, ev, view)
	return err
}

func (b *Bot) opened(ctx context.Context, ev Event, view slack.ModalViewRequest) (id string, err error) {
	var got *slack.ViewResponse
	// Slack pushes a modal on a modal alone, and not on the Home tab.
	if ev.Interaction == nil || ev.Interaction.View.ID == "" || ev.Interaction.View.Type == slack.VTHomeTab {
		got, err = b.api.OpenViewContext(ctx, ev.trigger(), view)
	} else if got, err = b.api.PushViewContext(ctx, ev.trigger(), view); slackCode(err) == "push_limit_reached" {
		got, err = b.api.UpdateViewContext(ctx, view, "", "", ev.Interaction.View.ID)
	}
	if err != nil {
		return "", err
	}
	return got.View.ID, nil
}

// turn shows a page of changes: in place of another page, or on top of what
// the button stood on.
func (b *Bot) turn(ctx context.Context, ev Event, view slack.ModalViewRequest) error {
	on := ev.Interaction.View
	if on.CallbackID != slackui.ViewShow {
		return b.open(ctx, ev, view)
	}
	_, err := b.show(ctx, &pane{id: on.ID}, view)
	return err
}
