package slacktest_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"registrar/bot/slacktest"
)

func TestPeopleAndGroups(t *testing.T) {
	srv := workspace(t)
	srv.AddUserGroup("S1", "admins", "U1", "U2")
	api := client(srv)

	members, err := api.GetUserGroupMembersContext(t.Context(), "S1")
	if err != nil || !slices.Equal(members, []string{"U1", "U2"}) {
		t.Errorf("members = %v, %v", members, err)
	}
	srv.RemoveUser("U2")
	if members, _ = api.GetUserGroupMembersContext(t.Context(), "S1"); !slices.Equal(members, []string{"U1"}) {
		t.Errorf("after U2 left: %v", members)
	}
	u, err := api.GetUserInfo("U1")
	if err != nil || u.Profile.Email != "ann@example.edu" || u.RealName != "Ann Lee" {
		t.Errorf("user = %+v, %v", u, err)
	}
	all, err := api.GetUsersContext(t.Context(), slack.GetUsersOptionLimit(2))
	if err != nil || len(all) != 3 {
		t.Errorf("%d users in pages of two, %v", len(all), err)
	}
	inChannel, _, err := api.GetUsersInConversation(&slack.GetUsersInConversationParameters{ChannelID: "C1"})
	if err != nil || slices.Contains(inChannel, "U2") {
		t.Errorf("in the channel: %v, %v", inChannel, err)
	}
	who, err := api.AuthTest()
	if err != nil || who.UserID != slacktest.BotUser || who.TeamID != slacktest.TeamID {
		t.Errorf("auth.test = %+v, %v", who, err)
	}
}

func TestEmailNeedsItsScope(t *testing.T) {
	srv := workspace(t, slacktest.WithScopes("users:read"))
	u, err := client(srv).GetUserInfo("U1")
	if err != nil || u.Profile.Email != "" {
		t.Errorf("%q, %v", u.Profile.Email, err)
	}
	_, err = client(srv).GetUserByEmail("ann@example.edu")
	wantError(t, err, "missing_scope")
}

func TestDirectMessages(t *testing.T) {
	srv := workspace(t)
	api := client(srv)
	c, _, already, err := api.OpenConversation(&slack.OpenConversationParameters{Users: []string{"U1"}})
	if err != nil || already {
		t.Fatalf("%+v, %v, %v", c, already, err)
	}
	for _, to := range []string{c.ID, "U1"} {
		if at, _, err := api.PostMessage(to, slack.MsgOptionText("hello", false)); err != nil || at != c.ID {
			t.Errorf("posting to %s went to %s: %v", to, at, err)
		}
	}
	if got := srv.Person("U1").DMs(); len(got) != 2 {
		t.Errorf("%d messages", len(got))
	}
}

// answerNext acks the next envelope of l and returns its payload.
func answerNext[T any](t *testing.T, l *line, ack any, do func() error) T {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- do() }()
	f := l.read()
	l.ack(f.EnvelopeID, ack)
	var sent T
	if err := unmarshal(f.Payload, &sent); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	return sent
}

func TestSuggestions(t *testing.T) {
	srv := workspace(t)
	l, ann := open(t, srv), srv.Person("U1")
	v := modal("Pick")
	v.Blocks.BlockSet = []slack.Block{slack.NewInputBlock("who", plain("Who"), nil,
		slack.NewOptionsSelectBlockElement(slack.OptTypeExternal, nil, "v"))}
	if _, err := client(srv).OpenView(trigger(t, srv, l), v); err != nil {
		t.Fatal(err)
	}
	if got, err := ann.Suggest(t.Context(), "Who", "an"); got != nil || err != nil {
		t.Errorf("two characters asked the app: %v, %v", got, err)
	}
	ack := slack.OptionsResponse{Options: []*slack.OptionBlockObject{slack.NewOptionBlockObject("1", plain("Anne"), nil)}}
	sent := answerNext[slack.InteractionCallback](t, l, ack, func() error {
		got, err := ann.Suggest(t.Context(), "Who", "ann")
		if len(got) != 1 || got[0].Text != "Anne" {
			t.Errorf("suggested %+v", got)
		}
		return err
	})
	if sent.Value != "ann" || sent.Type != slack.InteractionTypeBlockSuggestion {
		t.Errorf("asked %+v", sent)
	}
	wantError(t, ann.Fill(t.Context(), map[string]any{"Who": "Anne"}), "")
	if got := ann.Modal().State.Values["who"]["v"]["selected_option"].(map[string]any)["value"]; got != "1" {
		t.Errorf("picked %v", got)
	}
	clean(t, srv)
}

func TestClosingAModalTellsTheAppWhenAsked(t *testing.T) {
	srv := workspace(t)
	l, ann := open(t, srv), srv.Person("U1")
	v := modal("Ask")
	v.NotifyOnClose = true
	if _, err := client(srv).OpenView(trigger(t, srv, l), v); err != nil {
		t.Fatal(err)
	}
	sent := answerNext[slack.InteractionCallback](t, l, nil, func() error { return ann.CloseModal(t.Context()) })
	if sent.Type != slack.InteractionTypeViewClosed || sent.View.CallbackID != "ask" || ann.Modal() != nil {
		t.Errorf("sent %+v", sent)
	}
}

func TestControlsShowTheirDialog(t *testing.T) {
	button := slack.NewButtonBlockElement("del", "7", plain("Delete"))
	button.Confirm = slack.NewConfirmationBlockObject(plain("Sure?"), plain("It is gone then."), plain("Delete"), plain("Keep"))
	blocks, err := json.Marshal([]slack.Block{slack.NewActionBlock("b", button)})
	if err != nil {
		t.Fatal(err)
	}
	got := slacktest.Controls(blocks)
	if len(got) != 1 || got[0].Text != "Delete" || got[0].Value != "7" || got[0].Confirm.Deny != "Keep" {
		t.Errorf("controls = %+v", got)
	}
}

func TestSnapshotAndChanges(t *testing.T) {
	srv := workspace(t, slacktest.WithCommands(slacktest.Command{Command: "/ask"}))
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	told := make(chan struct{}, 1)
	srv.Subscribe(ctx, func() {
		select {
		case told <- struct{}{}:
		default:
		}
	})
	if _, err := srv.Person("U1").Say("C1", "hello"); err != nil {
		t.Fatal(err)
	}
	<-told
	raw, err := json.Marshal(srv.Snapshot())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"text":"hello"`, `"/ask"`, `"ann@example.edu"`, `"name":"support"`} {
		if !strings.Contains(string(raw), want) {
			t.Errorf("the snapshot lacks %s", want)
		}
	}
}
