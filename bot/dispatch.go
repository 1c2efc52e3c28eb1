package bot

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/slack-go/slack"
)

const (
	// ackBudget is what a handler may take before its acknowledgement; Slack
	// gives up after 3 s.
	ackBudget = 1500 * time.Millisecond
	// ackLimit keeps an acknowledgement below the 20,480 bytes at which Slack
	// drops it and closes the socket.
	ackLimit = 20_000
)

// An answer is what a handler makes of an event: what rides in the
// acknowledgement, and what is done once that is on the wire.
type answer struct {
	payload any
	after   func(ctx context.Context) error
}

// receive answers one envelope. It is the one place that acknowledges.
func (b *Bot) receive(c *conn, f frame) {
	began := b.now()
	ev, err := protected(func() (Event, error) { return decode(f) })
	ctx, end := b.trace(b.life, b.work(WorkEnvelope, ev))
	defer end(nil)
	var a answer
	if err == nil {
		a = b.handled(ctx, ev)
	} else {
		b.log.ErrorContext(ctx, "envelope not understood", "type", f.Type, "error", err)
	}
	data, rest := b.seal(f.EnvelopeID, a.payload)
	err = b.sockets.ack(c, data)
	c.end()
	b.metrics.acked(ev.Kind, b.now().Sub(began), f.Retry)
	if err != nil {
		// What was decided is stored, and the card shows it.
		b.log.WarnContext(ctx, "acknowledgement not sent", "type", ev.Kind, "error", err)
	}
	if rest != nil {
		b.attempt(ctx, ev, func(ctx context.Context) error { return b.deliver(ctx, ev, rest) })
	}
	if a.after != nil {
		b.attempt(ctx, ev, a.after)
	}
	b.followPress(ev)
}

// route calls the event's handler within the budget that comes before an
// acknowledgement.
func (b *Bot) route(ctx context.Context, ev Event) (answer, error) {
	switch {
	case ev.Command != nil:
		return b.onCommand(ctx, ev)
	case ev.Opened != nil:
		return b.onHome(ev), nil
	case ev.Interaction == nil:
		return answer{}, nil
	}
	switch ev.Interaction.Type {
	case slack.InteractionTypeBlockActions:
		return b.onClick(ctx, ev)
	case slack.InteractionTypeViewSubmission:
		return b.onSubmit(ctx, ev)
	case slack.InteractionTypeMessageAction:
		return b.onShortcut(ctx, ev)
	case slack.InteractionTypeViewClosed:
		return b.onClosed(ctx, ev)
	case slack.InteractionTypeBlockSuggestion:
		return answer{payload: map[string]any{"options": []any{}}}, nil
	}
	return answer{}, nil
}

type ackFrame struct {
	EnvelopeID string `json:"envelope_id"`
	Payload    any    `json:"payload,omitempty"`
}

// seal makes the acknowledgement. A payload too large for it comes back as
// rest, to be sent by the Web API instead.
func (b *Bot) seal(envelope string, payload any) (data []byte, rest any) {
	data, err := json.Marshal(ackFrame{envelope, payload})
	if err == nil && len(data) < ackLimit {
		return data, nil
	}
	standIn := any(nil)
	if view, ok := payload.(*slack.ViewSubmissionResponse); ok && view.View != nil {
		// The modal must stay open for the view that follows.
		standIn = slack.NewUpdateViewSubmissionResponse(b.opening(envelope, view.View))
	}
	data, err = json.Marshal(ackFrame{envelope, standIn})
	if err != nil {
		panic("bot: an acknowledgement of our own making did not marshal: " + err.Error())
	}
	return data, payload
}

// opening stands in for a view on its way. The envelope's id finds it again.
func (b *Bot) opening(envelope string, v *slack.ModalViewRequest) *slack.ModalViewRequest {
	title := "Registrar"
	if v.Title != nil {
		title = v.Title.Text
	}
	small := b.ui.Note(title, "One moment…")
	small.ExternalID = envelope
	return &small
}

// deliver sends what did not fit into the acknowledgement.
func (b *Bot) deliver(ctx context.Context, ev Event, payload any) error {
	switch p := payload.(type) {
	case *slack.ViewSubmissionResponse:
		if p.View == nil {
			return errors.New("an answer to a submission too large for its acknowledgement")
		}
		_, err := b.show(ctx, &pane{external: ev.Envelope}, *p.View)
		return err
	case *slack.WebhookMessage:
		return b.respond(ctx, ev.Command.ResponseURL, p)
	}
	return errors.New("a payload too large for its acknowledgement")
}
