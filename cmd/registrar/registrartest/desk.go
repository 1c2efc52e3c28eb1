package registrartest

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"registrar/bot/slacktest"
)

// The world's people and channels, by the ids that Slack gives them.
const (
	Sam = "U0SAM" // of support
	Max = "U0MAX" // of support
	Ana = "U0ANA" // approves
	Ada = "U0ADA" // approves, and is an admin

	Approvals = "C0APPROVALS"
	Alerts    = "C0ALERTS"
)

// Request types a command as a person of support does, fills the form ("Reason"
// and what else values name) and sends what the plan's button says: "Request
// approval" or "Apply". Where planning asks for a choice, values hold it too.
func (w *World) Request(person, command string, values map[string]any) error {
	w.t.Helper()
	ctx, cancel := within(w.t.Context())
	defer cancel()
	who := w.Slack.Person(person)
	if _, err := who.Command(ctx, Approvals, command); err != nil {
		return fmt.Errorf("%s: %w", command, err)
	}
	for {
		var form *slacktest.View
		if err := w.Slack.Wait(ctx, func() bool {
			form = who.Modal()
			return form != nil && slices.Contains([]string{"Continue", "Request approval", "Apply"}, form.SubmitText())
		}); err != nil {
			return fmt.Errorf("%s: no form to send, but %s: %w", command, shown(form), err)
		}
		wrong, err := who.Submit(ctx, Answers(form, values))
		if err != nil || len(wrong) > 0 {
			return errors.Join(fmt.Errorf("%s: %v refused", command, wrong), err)
		}
		if form.SubmitText() != "Continue" {
			return nil
		}
		// What was sent is gone from the screen once the next form is there.
		if err := w.Slack.Wait(ctx, func() bool { v := who.Modal(); return v == nil || v.Hash != form.Hash }); err != nil {
			return fmt.Errorf("%s: nothing follows the form: %w", command, err)
		}
	}
}

// Answers are those of the values that a form asks for.
func Answers(form *slacktest.View, values map[string]any) map[string]any {
	out := map[string]any{}
	for name, value := range values {
		if slices.ContainsFunc(slacktest.Controls(form.Blocks), func(c slacktest.Control) bool { return c.Text == name }) {
			out[name] = value
		}
	}
	return out
}

func shown(form *slacktest.View) string {
	if form == nil {
		return "no modal"
	}
	return fmt.Sprintf("%q: %s", form.TitleText(), form.Blocks)
}

// Card is the newest card in the approvals channel, with ok false where there is
// none.
func (w *World) Card() (card slacktest.Message, ok bool) {
	cards := w.Slack.Messages(Approvals)
	if len(cards) == 0 {
		return card, false
	}
	return slices.MaxFunc(cards, func(a, b slacktest.Message) int { return strings.Compare(a.TS, b.TS) }), true
}

// Press presses a button of the newest card once it is there. A dialog that asks
// whether one is sure is agreed to.
func (w *World) Press(person, button string) error {
	w.t.Helper()
	ctx, cancel := within(w.t.Context())
	defer cancel()
	var card slacktest.Message
	if err := w.Slack.Wait(ctx, func() (there bool) {
		card, there = w.Card()
		return there && slices.Contains(slacktest.Buttons(card.Blocks), button)
	}); err != nil {
		return fmt.Errorf("no button %q on the newest card: %s: %w", button, card.Blocks, err)
	}
	_, err := w.Slack.Person(person).Click(ctx, card, button)
	return err
}

// CardSays waits until the newest card's text, what a notification shows, holds
// something.
func (w *World) CardSays(text string) {
	w.t.Helper()
	w.Wait(fmt.Sprintf("a card that says %q", text), func() bool {
		card, ok := w.Card()
		return ok && strings.Contains(card.Text, text)
	})
}
