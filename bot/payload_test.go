package bot

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"registrar/bot/runbook"
	"registrar/bot/slacktest"
	"registrar/bot/slackui"
)

// answered waits until Slack has an acknowledgement of every envelope.
func (w *world) answered() {
	w.Helper()
	w.until("all answered", func() bool {
		for _, e := range w.slack.Envelopes() {
			if len(e.Acks) == 0 {
				return false
			}
		}
		return true
	})
}

// Slack need not send a view's title or settings back.
func TestSparseViewsAreEnough(t *testing.T) {
	w := newWorld(t, slacktest.WithSparseViews())
	w.start(w.bot())
	w.script(
		"U1 types /pick a@x.edu ticket 7", "U1 modal: Email", "U1 submits", "U1 modal: There are two.", "U1 submits",
		"U1 fills Which contact = Second", "U1 submits", "U1 modal: 2@x.edu", "U1 submits", "U1 modal: Pick Sent.", "card: Waiting for one approval",
		"U2 presses Reject", "U2 modal: Why?", "U2 fills Why? = not now", "U3 presses Approve", "card: Done",
		"U2 submits", "U2 modal: Registrar", // too late
	)
	w.clean()
}

func TestAPayloadWithAlmostNothingInItIsAnswered(t *testing.T) {
	w := newWorld(t)
	w.start(w.bot())
	user := map[string]any{"id": "U1"}
	form := slackui.Ref{Action: "tidy", Draft: "d"}.Encode()
	for _, payload := range []map[string]any{
		{"type": "view_submission", "user": user},
		{"type": "view_submission", "user": user, "view": map[string]any{"id": "V1", "type": "modal", "private_metadata": ""}},
		{"type": "view_submission", "view": map[string]any{"callback_id": "form", "private_metadata": form}},
		{"type": "view_submission", "user": user, "view": map[string]any{"callback_id": "form", "private_metadata": form}},
		{"type": "view_submission", "user": user, "view": map[string]any{"callback_id": "plan", "private_metadata": form}},
		{"type": "view_submission", "user": user, "view": map[string]any{"callback_id": "reject", "private_metadata": "{}"}},
		{"type": "view_submission", "user": user, "view": map[string]any{"callback_id": "answer", "private_metadata": "{}"}},
		{"type": "view_closed", "user": user},
		{"type": "block_actions", "user": user},
		{"type": "block_actions", "user": user, "actions": []any{map[string]any{"action_id": "done", "block_id": "b", "value": "{}"}}},
		{"type": "block_actions", "actions": []any{map[string]any{}}},
		{"type": "block_suggestion"},
		{},
	} {
		if _, err := w.slack.Inject("interactive", payload); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.slack.Inject("slash_commands", map[string]any{}); err != nil {
		t.Fatal(err)
	}
	w.answered()
	w.script("U1 types /tidy a@x.edu", "U1 modal: Email") // it lives
	w.clean()
}

func TestExplainNeedsNothingOfTheView(t *testing.T) {
	w := newWorld(t)
	b := w.bot()
	for _, view := range []slack.View{{}, {PrivateMetadata: "no json"}, {State: &slack.ViewState{}}} {
		ev := Event{Interaction: &slack.InteractionCallback{Type: slack.InteractionTypeViewSubmission, View: view}}
		for _, err := range []error{errors.New("x"), runbook.Refuse("No."), runbook.FieldErrors{"email": "Wrong."}} {
			got, ok := b.explain(ev, err).payload.(*slack.ViewSubmissionResponse)
			if !ok || got.View == nil || got.View.Title.Text != "Registrar" {
				t.Errorf("%v on %+v: %+v", err, view, got)
			}
		}
	}
}

// mine is an error that breaks whoever tells of it.
type mine struct{ error }

func (mine) Public() string { panic("a mine") }

// Whatever breaks while an error is explained or told, the process lives and
// the acknowledgement goes out.
func TestAPanicWhileExplainingIsAnswered(t *testing.T) {
	w := newWorld(t)
	var log bytes.Buffer
	w.log = slog.New(slog.NewTextHandler(&log, nil))
	b := w.bot()
	for _, ev := range []Event{
		{Interaction: &slack.InteractionCallback{Type: slack.InteractionTypeViewSubmission, User: slack.User{ID: "U1"}}},
		{Command: &slack.SlashCommand{UserID: "U1"}},
		{},
	} {
		a := b.explained(t.Context(), ev, mine{errors.New("x")})
		if a.after == nil {
			t.Fatalf("nothing follows for %+v", ev)
		}
		b.attempt(t.Context(), ev, a.after)
		b.attempt(t.Context(), ev, func(context.Context) error { return mine{errors.New("x")} })
	}
	if n := strings.Count(log.String(), "a mine"); n < 6 {
		t.Errorf("%d panics in the log, want one at least for each of 6:\n%s", n, log.String())
	}
	w.script("U1 dm: Something went wrong, and nothing was changed.")
}
