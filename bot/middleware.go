package bot

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"github.com/slack-go/slack"

	"registrar/bot/access"
	"registrar/bot/engine"
	"registrar/bot/runbook"
	"registrar/bot/slackui"
)

// afterBudget is how long what follows an acknowledgement may take, planning
// included.
const afterBudget = 2 * time.Minute

const (
	textPanic   = "Something went wrong, and nothing was changed. The error is in Registrar's log."
	textStore   = "Registrar could not store this, so nothing was changed. Please press again in a minute."
	textSlack   = "Slack could not show this just now. Please try again in a minute."
	textTrigger = "The window did not open in time: Slack allows three seconds. Please press again, or run the command again."
)

// handled runs an event's handler. Whatever comes of it, a panic included, is
// an answer for the person.
func (b *Bot) handled(ctx context.Context, ev Event) answer {
	ctx, cancel := context.WithTimeout(ctx, b.budget)
	defer cancel()
	ctx, end := b.trace(ctx, b.work(WorkAnswer, ev))
	a, err := protected(func() (answer, error) { return b.route(ctx, ev) })
	end(err)
	if err != nil {
		return b.explained(ctx, ev, err)
	}
	return a
}

// explained records an error and explains it, behind the barrier like all else:
// what breaks while an error is explained must not keep the acknowledgement.
func (b *Bot) explained(ctx context.Context, ev Event, err error) answer {
	a, crash := protected(func() (answer, error) {
		b.record(ctx, ev, err)
		return b.explain(ev, err), nil
	})
	if crash != nil {
		return answer{after: func(context.Context) error { return crash }}
	}
	return a
}

// attempt does what follows an acknowledgement. What goes wrong there is told
// privately.
func (b *Bot) attempt(life context.Context, ev Event, do func(ctx context.Context) error) {
	ctx, cancel := context.WithTimeout(life, afterBudget)
	defer cancel()
	ctx, end := b.trace(ctx, b.work(WorkFollowUp, ev))
	_, err := protected(func() (struct{}, error) { return struct{}{}, do(ctx) })
	end(err)
	if err == nil {
		return
	}
	// The deadline that was missed must not silence the answer.
	ctx, cancel = context.WithTimeout(life, replyTimeout)
	defer cancel()
	_, err = protected(func() (struct{}, error) {
		b.record(ctx, ev, err)
		return struct{}{}, b.complain(ctx, ev, said(err))
	})
	if err != nil {
		b.log.ErrorContext(ctx, "a person could not be answered", "type", ev.Kind, "error", unwrapURL(err))
	}
}

// panicked is a panic turned into an error.
type panicked struct {
	value any
	stack []byte
}

func (p *panicked) Error() string  { return fmt.Sprintf("panic: %v", p.value) }
func (p *panicked) Public() string { return textPanic }

func protected[T any](do func() (T, error)) (out T, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &panicked{v, debug.Stack()}
		}
	}()
	return do()
}

// record writes down what a person was refused or what failed: kinds and ids,
// never what was typed.
func (b *Bot) record(ctx context.Context, ev Event, err error) {
	attrs := []any{"type", ev.Kind, "person", ev.person()}
	if run := ev.run(); run != "" {
		attrs = append(attrs, "run", run)
	}
	var crash *panicked
	var refusal *access.Refusal
	var fields runbook.FieldErrors
	switch {
	case errors.As(err, &crash):
		b.metrics.failed(ev.Kind)
		b.log.ErrorContext(ctx, "handler panicked", append(attrs, "panic", fmt.Sprint(crash.value), "stack", string(crash.stack))...)
	case errors.As(err, &fields):
	case errors.As(err, &refusal):
		b.metrics.refused(ev.Kind)
		b.log.InfoContext(ctx, "refused", attrs...)
	default:
		var user *runbook.UserError
		switch _, public := runbook.PublicText(err); {
		case errors.As(err, &user):
			b.log.InfoContext(ctx, "turned down", attrs...)
			return
		case public: // people are told what fails, and so are those who look after it
			b.log.WarnContext(ctx, "not done", append(attrs, "error", unwrapURL(err))...)
			return
		}
		b.metrics.failed(ev.Kind)
		b.log.ErrorContext(ctx, "not done", append(attrs, "error", unwrapURL(err))...)
	}
}

// said is what a person is told of an error.
func said(err error) slackui.Answer {
	var a slackui.Answer
	var user *runbook.UserError
	if errors.As(err, &user) && user.Suggest != nil {
		a.Suggest = append(a.Suggest, *user.Suggest)
	}
	if refusal := (*access.Refusal)(nil); errors.As(err, &refusal) {
		a.WhoCan = refusal.WhoCan
	}
	var fields runbook.FieldErrors
	var public bool
	if a.Text, public = runbook.PublicText(err); public {
		return a
	}
	switch {
	case errors.As(err, &fields):
		return slackui.Answer{Text: joined(fields)}
	case slices.Contains(tooLate, slackCode(err)):
		return slackui.Answer{Text: textTrigger}
	case fromSlack(err):
		return slackui.Answer{Text: textSlack}
	}
	return slackui.Answer{Text: textStore}
}

// fromSlack reports whether it was Slack that did not do its part.
func fromSlack(err error) bool {
	var status slack.StatusCodeError
	var limited *slack.RateLimitedError
	var held *heldBack
	return slackCode(err) != "" || errors.As(err, &status) || errors.As(err, &limited) || errors.As(err, &held)
}

// tooLate are Slack's answers where a press can open no window any more.
var tooLate = []string{"expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id", "view_not_found"}

// first claims a mark, so that a second delivery does nothing again. With an
// empty mark there is nothing to compare with.
func (b *Bot) first(ctx context.Context, purpose string, mark engine.Mark) (bool, error) {
	if mark == "" {
		return true, nil
	}
	return b.store.Claim(ctx, purpose+":"+string(mark))
}
