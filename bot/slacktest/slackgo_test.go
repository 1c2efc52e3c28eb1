package slacktest_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"registrar/bot/slacktest"
)

// workspace starts a server with two people and a channel all three are in.
func workspace(t *testing.T, opts ...slacktest.Option) *slacktest.Server {
	t.Helper()
	srv := slacktest.New(opts...)
	t.Cleanup(srv.Close)
	srv.AddUser(slacktest.User{ID: "U1", Name: "ann", RealName: "Ann Lee", Email: "ann@example.edu"})
	srv.AddUser(slacktest.User{ID: "U2", Name: "bob", RealName: "Bob Roe", Email: "bob@example.edu"})
	srv.AddChannel(slacktest.Channel{ID: "C1", Name: "support", Members: []string{"U1", "U2", slacktest.BotUser}})
	return srv
}

func client(srv *slacktest.Server) *slack.Client {
	return slack.New(slacktest.BotToken, slack.OptionAppLevelToken(slacktest.AppToken), slack.OptionAPIURL(srv.APIURL()))
}

func plain(text string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, text, false, false)
}

func modal(title string) slack.ModalViewRequest {
	return slack.ModalViewRequest{
		Type: slack.VTModal, Title: plain(title), Submit: plain("Go"), Close: plain("Cancel"), CallbackID: "ask",
		Blocks: slack.Blocks{BlockSet: []slack.Block{
			slack.NewInputBlock("email", plain("E-mail"), nil, slack.NewEmailTextInputBlockElement(nil, "value")),
		}},
	}
}

// runSlackGo is an app on slack-go's own Socket Mode client: /ask opens a modal, its submission
// posts a card with a button, the button updates the card.
func runSlackGo(t *testing.T, srv *slacktest.Server) {
	t.Helper()
	api := client(srv)
	sm := socketmode.New(api)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = sm.RunContext(ctx) })
	t.Cleanup(func() { cancel(); running.Wait() })
	handle := func(e socketmode.Event) {
		switch data := e.Data.(type) {
		case slack.SlashCommand:
			_ = sm.Ack(*e.Request)
			if _, err := api.OpenView(data.TriggerID, modal("Ask")); err != nil {
				t.Errorf("views.open: %v", err)
			}
		case slack.InteractionCallback:
			if data.Type == slack.InteractionTypeViewSubmission {
				if data.View.State.Values["email"]["value"].Value == "taken@example.edu" {
					_ = sm.Ack(*e.Request, slack.NewErrorsViewSubmissionResponse(map[string]string{"email": "Taken"}))
					return
				}
				_ = sm.Ack(*e.Request)
				button := slack.NewButtonBlockElement("approve", "7", plain("Approve"))
				_, _, err := api.PostMessage("C1", slack.MsgOptionText("card", false),
					slack.MsgOptionBlocks(slack.NewActionBlock("b", button)))
				if err != nil {
					t.Errorf("chat.postMessage: %v", err)
				}
				return
			}
			_ = sm.Ack(*e.Request)
			_, _, _, err := api.UpdateMessage("C1", data.Container.MessageTs, slack.MsgOptionText("done", false),
				slack.MsgOptionBlocks(slack.NewSectionBlock(plain("approved by "+data.User.ID), nil, nil)))
			if err != nil {
				t.Errorf("chat.update: %v", err)
			}
		}
	}
	running.Go(func() {
		for {
			select {
			case e := <-sm.Events:
				handle(e)
			case <-ctx.Done():
				return
			}
		}
	})
	wait(t, srv, func() bool { return srv.Sockets() == 1 })
}

func wait(t *testing.T, srv *slacktest.Server, cond func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := srv.Wait(ctx, cond); err != nil {
		t.Fatalf("waiting: %v; calls %+v; violations %q", err, srv.Calls(), srv.Violations())
	}
}

func clean(t *testing.T, srv *slacktest.Server) {
	t.Helper()
	if v := srv.Violations(); len(v) > 0 {
		t.Errorf("violations: %q", v)
	}
}

func TestSlackGoClient(t *testing.T) {
	srv := workspace(t)
	runSlackGo(t, srv)
	ann := srv.Person("U1")
	ctx := t.Context()

	if _, err := ann.Command(ctx, "C1", "/ask now"); err != nil {
		t.Fatal(err)
	}
	wait(t, srv, func() bool { return ann.Modal() != nil })
	errs, err := ann.Submit(ctx, map[string]any{"E-mail": "nonsense"})
	if err != nil || errs["email"] == "" {
		t.Fatalf("a client-side check should have stopped this: %v, %v", errs, err)
	}
	errs, err = ann.Submit(ctx, map[string]any{"E-mail": "taken@example.edu"})
	if err != nil || errs["email"] != "Taken" {
		t.Fatalf("errors = %v, %v", errs, err)
	}
	if errs, err = ann.Submit(ctx, map[string]any{"E-mail": "x@example.edu"}); err != nil || errs != nil {
		t.Fatalf("errors = %v, %v", errs, err)
	}
	if ann.Modal() != nil {
		t.Error("an accepted modal should close")
	}
	wait(t, srv, func() bool { return len(srv.Messages("C1")) == 1 })
	card := srv.Messages("C1")[0]
	if got := slacktest.Buttons(card.Blocks); !slices.Equal(got, []string{"Approve"}) {
		t.Fatalf("buttons = %q", got)
	}
	if _, err := srv.Person("U2").Click(ctx, card, "Approve"); err != nil {
		t.Fatal(err)
	}
	wait(t, srv, func() bool { return srv.Messages("C1")[0].Revision() == 1 })
	if _, err := srv.Person("U2").Click(ctx, card, "Approve"); err == nil {
		t.Error("a button that was redrawn away could still be pressed")
	}
	clean(t, srv)
}
