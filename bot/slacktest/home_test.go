package slacktest_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"registrar/bot/slacktest"
)

func homeOf(blocks ...slack.Block) slack.HomeTabViewRequest {
	return slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: blocks}}
}

func publish(t *testing.T, srv *slacktest.Server, user, hash string, home slack.HomeTabViewRequest) (*slack.ViewResponse, error) {
	t.Helper()
	r := slack.PublishViewContextRequest{UserID: user, View: home}
	if hash != "" {
		r.Hash = &hash
	}
	return client(srv).PublishViewContext(t.Context(), r)
}

func TestHomeIsPublishedByHash(t *testing.T) {
	srv := workspace(t)
	home := homeOf(slack.NewDividerBlock())
	first, err := publish(t, srv, "U1", "", home)
	wantError(t, err, "")
	_, err = publish(t, srv, "U1", first.Hash, home)
	wantError(t, err, "")
	_, err = publish(t, srv, "U1", first.Hash, home)
	wantError(t, err, "hash_conflict")
	if v := srv.Home("U1"); v == nil || v.ID != first.ID || srv.Home("U2") != nil {
		t.Errorf("home = %+v", v)
	}
	clean(t, srv)
}

func TestHomeLimits(t *testing.T) {
	dividers := func(n int) (blocks []slack.Block) {
		for range n {
			blocks = append(blocks, slack.NewDividerBlock())
		}
		return blocks
	}
	long := func(n int) (blocks []slack.Block) {
		for range n {
			blocks = append(blocks, slack.NewSectionBlock(plain(strings.Repeat("b", 3000)), nil, nil))
		}
		return blocks
	}
	titled := homeOf(slack.NewDividerBlock())
	titled.Type = slack.VTModal
	for name, tc := range map[string]struct {
		user string
		home slack.HomeTabViewRequest
		want string
	}{
		"100 blocks":              {"U1", homeOf(dividers(100)...), ""},
		"101 blocks":              {"U1", homeOf(dividers(101)...), "invalid_arguments"},
		"an alert block":          {"U1", homeOf(slack.NewAlertBlock(plain("Watch out"))), "invalid_arguments"},
		"a modal":                 {"U1", titled, "invalid_arguments"},
		"a quarter megabyte":      {"U1", homeOf(long(90)...), "view_too_large"},
		"somebody not here":       {"U9", homeOf(slack.NewDividerBlock()), "user_not_found"},
		"somebody who has left":   {"U2", homeOf(slack.NewDividerBlock()), "user_not_found"},
		"the bot itself":          {slacktest.BotUser, homeOf(slack.NewDividerBlock()), "user_not_found"},
		"an input without submit": {"U1", homeOf(slack.NewInputBlock("x", plain("X"), nil, slack.NewPlainTextInputBlockElement(nil, "v"))), ""},
	} {
		t.Run(name, func(t *testing.T) {
			srv := workspace(t)
			srv.RemoveUser("U2")
			_, err := publish(t, srv, tc.user, "", tc.home)
			wantError(t, err, tc.want)
		})
	}
	srv := workspace(t, slacktest.WithoutHomeTab())
	_, err := publish(t, srv, "U1", "", homeOf(slack.NewDividerBlock()))
	wantError(t, err, "not_enabled")
}

// appOpened is the event behind app_home_opened.
type appOpened struct {
	EventID string `json:"event_id"`
	Event   struct {
		Type, User, Tab string
		View            *slack.View
	}
}

func TestOpeningHomeTellsTheApp(t *testing.T) {
	srv := workspace(t)
	l, ann := open(t, srv), srv.Person("U1")
	opened := func(do func() error) appOpened { return answerNext[appOpened](t, l, nil, do) }
	home := func() error { _, err := ann.OpenHome(t.Context()); return err }
	if e := opened(home).Event; e.Type != "app_home_opened" || e.User != "U1" || e.Tab != "home" || e.View != nil {
		t.Errorf("first opened: %+v", e)
	}
	if _, err := publish(t, srv, "U1", "", homeOf(slack.NewDividerBlock())); err != nil {
		t.Fatal(err)
	}
	if e := opened(home).Event; e.View == nil || e.View.ID != ann.Home().ID || e.View.Hash != ann.Home().Hash {
		t.Errorf("opened with a view published: %+v", e.View)
	}
	messages := func() error { _, err := ann.OpenMessages(t.Context()); return err }
	if e := opened(messages).Event; e.Tab != "messages" || e.View != nil {
		t.Errorf("the messages tab: %+v", e)
	}
}

func TestAnUnansweredEventComesAgain(t *testing.T) {
	srv := workspace(t, slacktest.WithAckDeadline(50*time.Millisecond))
	l, ann := open(t, srv), srv.Person("U1")
	if _, err := ann.OpenHome(t.Context()); !errors.Is(err, slacktest.ErrTimeout) {
		t.Fatalf("unanswered: %v", err)
	}
	first := l.read()
	if err := srv.Redeliver(first.EnvelopeID, 1); err != nil {
		t.Fatal(err)
	}
	again := l.read()
	if again.EnvelopeID != first.EnvelopeID || again.Attempt != 1 || string(again.Payload) != string(first.Payload) {
		t.Errorf("again: %+v", again)
	}
	l.ack(again.EnvelopeID, nil)
}

func TestControlsOfHomeAndMessage(t *testing.T) {
	srv := workspace(t)
	l, ann := open(t, srv), srv.Person("U1")
	option := func(value, label string) *slack.OptionBlockObject {
		return slack.NewOptionBlockObject(value, plain(label), nil)
	}
	blocks := []slack.Block{slack.NewActionBlock("b",
		slack.NewOverflowBlockElement("later", option("1h", "For an hour"), option("1d", "For a day")),
		slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plain("Which?"), "which", option("a", "Alpha"), option("b", "Beta")),
	)}
	if _, err := publish(t, srv, "U1", "", homeOf(blocks...)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := client(srv).PostMessage("C1", slack.MsgOptionText("x", false), slack.MsgOptionBlocks(blocks...)); err != nil {
		t.Fatal(err)
	}
	for name, on := range map[string]slacktest.Surface{"home": ann.Home(), "message": srv.Messages("C1")[0]} {
		for action, picked := range map[string]string{"later": "For a day", "which": "b"} {
			sent := answerNext[slack.InteractionCallback](t, l, nil, func() error {
				_, err := ann.Press(t.Context(), on, "b", action, picked)
				return err
			})
			a := sent.ActionCallback.BlockActions
			if len(a) != 1 || a[0].ActionID != action || !strings.Contains("1d b", a[0].SelectedOption.Value) || a[0].SelectedOption.Value == "" {
				t.Errorf("%s: %s sent %+v", name, action, a)
			}
			if (sent.View.ID != "") != (name == "home") || sent.TriggerID == "" || (sent.ResponseURL != "") != (name == "message") {
				t.Errorf("%s: %s sent the surroundings %+v", name, action, sent)
			}
		}
	}
	if got := ann.Home().State.Values["b"]; len(got) != 1 || got["which"] == nil {
		t.Errorf("the state of Home holds %v", got)
	}
	if _, err := ann.Press(t.Context(), ann.Home(), "b", "later", "never"); err == nil {
		t.Error("an option that is not there was picked")
	}
	clean(t, srv)
}
