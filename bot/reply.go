package bot

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"registrar/bot/runbook"
	"registrar/bot/slackui"
)

// replyTimeout is how long one private answer may take.
const replyTimeout = 10 * time.Second

// explain turns an error into the answer that fits the event: an ephemeral
// message, messages under the fields, a note in the modal.
func (b *Bot) explain(ev Event, err error) answer {
	told := said(err)
	switch {
	case ev.Command != nil:
		return answer{payload: ephemeral(b.ui.Problem(told))}
	case ev.Interaction != nil && ev.Interaction.Type == slack.InteractionTypeViewSubmission:
		return answer{payload: b.inModal(ev, err, told)}
	}
	return answer{after: func(ctx context.Context) error {
		if first, err := b.first(ctx, "told", ev.mark()); err == nil && !first {
			return nil
		}
		return b.complain(ctx, ev, told)
	}}
}

// complain tells the person behind the event what is wrong: on the Home tab
// they have opened, or else privately.
func (b *Bot) complain(ctx context.Context, ev Event, told slackui.Answer) error {
	if ev.Opened != nil {
		return b.putHome(ctx, ev.person(), b.ui.HomeProblem(told))
	}
	return b.tell(ctx, ev, b.ui.Problem(told))
}

// inModal shows an error where the person is looking. A message that belongs to
// a field goes under it; Slack takes only fields the modal has.
func (b *Bot) inModal(ev Event, err error, told slackui.Answer) *slack.ViewSubmissionResponse {
	inputs := ev.inputs()
	var wrong runbook.FieldErrors
	if !errors.As(err, &wrong) || len(inputs) == 0 {
		note := b.ui.Explain(b.title(ev), told)
		return slack.NewUpdateViewSubmissionResponse(&note)
	}
	shown, rest := runbook.FieldErrors{}, runbook.FieldErrors{}
	for field, message := range wrong {
		if slices.Contains(inputs, field) {
			shown[field] = message
		} else {
			rest[field] = message
		}
	}
	if len(rest) > 0 {
		last := inputs[len(inputs)-1]
		shown[last] = strings.TrimSpace(shown[last] + " " + joined(rest))
	}
	return slack.NewErrorsViewSubmissionResponse(shown)
}

// title is what a modal that answers a submission is called. Slack need not
// send back how the submitted one was.
func (b *Bot) title(ev Event) string {
	ref, err := slackui.ParseRef(ev.Interaction.View.PrivateMetadata)
	if err != nil {
		return b.named("")
	}
	return b.named(ref.Action)
}

// named is an action's title, or ours where there is none.
func (b *Bot) named(action string) string {
	if a, ok := b.engine.Catalog.Named(action); ok {
		return a.Title
	}
	return "Registrar"
}

func joined(wrong runbook.FieldErrors) string {
	var all []string
	for _, field := range slices.Sorted(maps.Keys(wrong)) {
		all = append(all, wrong[field])
	}
	return strings.Join(all, " ")
}

func ephemeral(m slackui.Message) *slack.WebhookMessage {
	return &slack.WebhookMessage{Text: m.Text, Blocks: &slack.Blocks{BlockSet: m.Blocks}, ResponseType: slack.ResponseTypeEphemeral}
}

// tell says something to the one person behind the event, where they are
// looking; where that does not work, by direct message.
func (b *Bot) tell(ctx context.Context, ev Event, m slackui.Message) error {
	if ev.Command != nil {
		err := b.respond(ctx, ev.Command.ResponseURL, ephemeral(m))
		if err != nil {
			_, err = b.direct(ctx, ev.Command.UserID, m)
		}
		return err
	}
	i := ev.Interaction
	if i == nil {
		return nil
	}
	if i.Channel.ID != "" {
		options := append(content(m), slack.MsgOptionPostEphemeral(i.User.ID))
		if thread := i.Container.ThreadTs; thread != "" {
			options = append(options, slack.MsgOptionTS(thread))
		}
		_, _, err := b.api.PostMessageContext(ctx, i.Channel.ID, options...)
		if err == nil {
			return nil
		}
		b.log.InfoContext(ctx, "ephemeral message not shown", "error", unwrapURL(err))
		if i.ResponseURL != "" && b.respond(ctx, i.ResponseURL, ephemeral(m)) == nil {
			return nil
		}
	}
	_, err := b.direct(ctx, i.User.ID, m)
	return err
}

// direct sends a direct message; posting to a user's id opens the conversation.
func (b *Bot) direct(ctx context.Context, person string, m slackui.Message) (posted, error) {
	return b.post(ctx, person, "", m)
}

// respond answers through a response_url. The address is a secret of the
// conversation and stays out of errors.
func (b *Bot) respond(ctx context.Context, address string, m *slack.WebhookMessage) error {
	if address == "" {
		return errors.New("no response_url")
	}
	if err := slack.PostWebhookCustomHTTPContext(ctx, address, b.http, m); err != nil {
		return fmt.Errorf("response_url: %w", unwrapURL(err))
	}
	return nil
}

func content(m slackui.Message) []slack.MsgOption {
	options := []slack.MsgOption{
		slack.MsgOptionText(m.Text, false), slack.MsgOptionBlocks(m.Blocks...),
		slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl(),
	}
	if m.Metadata.EventType != "" {
		options = append(options, slack.MsgOptionMetadata(m.Metadata))
	}
	return options
}

// slackCode is the error code Slack answered with, or empty.
func slackCode(err error) string {
	var refused slack.SlackErrorResponse
	if errors.As(err, &refused) {
		return refused.Err
	}
	return ""
}
