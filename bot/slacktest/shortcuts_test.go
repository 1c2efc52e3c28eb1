package slacktest_test

import (
	"testing"

	"github.com/slack-go/slack"

	"registrar/bot/slacktest"
)

func TestShortcuts(t *testing.T) {
	srv := workspace(t, slacktest.WithShortcuts(
		slacktest.Shortcut{Name: "Look up", Type: "message", CallbackID: "lookup"},
		slacktest.Shortcut{Name: "Look up", Type: "global", CallbackID: "lookup"},
		slacktest.Shortcut{Name: "Ask", Type: "global", CallbackID: "ask"},
	))
	l, ann := open(t, srv), srv.Person("U1")
	said, err := ann.Say("C1", "help x@example.edu")
	wantError(t, err, "")
	onMessage := answerNext[slack.InteractionCallback](t, l, nil, func() error {
		_, err := ann.Shortcut(t.Context(), "lookup", &said)
		return err
	})
	if onMessage.Type != slack.InteractionTypeMessageAction || onMessage.Message.Text != said.Text || onMessage.ResponseURL == "" ||
		onMessage.Channel.ID != "C1" || onMessage.MessageTs != said.TS {
		t.Errorf("message shortcut = %+v", onMessage)
	}
	global := answerNext[slack.InteractionCallback](t, l, nil, func() error {
		_, err := ann.Shortcut(t.Context(), "lookup", nil)
		return err
	})
	if global.Type != slack.InteractionTypeShortcut || global.ResponseURL != "" || global.CallbackID != "lookup" {
		t.Errorf("global shortcut = %+v", global)
	}
	_, err = client(srv).OpenView(global.TriggerID, modal("Look up"))
	wantError(t, err, "")
	clean(t, srv)
}

func TestShortcutsThatAreNotThere(t *testing.T) {
	srv := workspace(t, slacktest.WithShortcuts(slacktest.Shortcut{Name: "Look up", Type: "message", CallbackID: "lookup"}))
	srv.AddChannel(slacktest.Channel{ID: "C2", Name: "elsewhere", Members: []string{"U2", slacktest.BotUser}})
	ann, bob := srv.Person("U1"), srv.Person("U2")
	here, err := ann.Say("C1", "hello")
	wantError(t, err, "")
	elsewhere, err := bob.Say("C2", "hello")
	wantError(t, err, "")
	if _, err := client(srv).PostEphemeral("C1", "U1", slack.MsgOptionText("only for you", false)); err != nil {
		t.Fatal(err)
	}
	private := ann.Ephemerals()[0]
	for name, tc := range map[string]struct {
		callbackID string
		on         *slacktest.Message
	}{
		"another callback_id":            {"merge", &here},
		"a global one":                   {"lookup", nil},
		"in a channel one is not in":     {"lookup", &elsewhere},
		"on what only one person sees":   {"lookup", &private},
		"on a message that was deleted":  {"lookup", &slacktest.Message{Channel: "C1", TS: "1.0"}},
		"in a channel that is not there": {"lookup", &slacktest.Message{Channel: "C9", TS: here.TS}},
	} {
		if _, err := ann.Shortcut(t.Context(), tc.callbackID, tc.on); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if n := len(srv.Envelopes()); n != 0 {
		t.Errorf("the app was sent %d envelopes", n)
	}
}
