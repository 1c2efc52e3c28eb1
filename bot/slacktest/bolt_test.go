package slacktest_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"registrar/bot/slacktest"
)

// runBolt starts the app in .ci/bolt, written on Slack's own framework, against the server.
func runBolt(t *testing.T, srv *slacktest.Server) {
	t.Helper()
	dir := filepath.Join("..", "..", ".ci", "bolt")
	_, notInstalled := os.Stat(filepath.Join(dir, "node_modules", "@slack", "bolt"))
	node, noNode := exec.LookPath("node")
	if notInstalled != nil || noNode != nil {
		const missing = "Bolt is not installed: run npm ci in .ci/bolt with Node 20 or later"
		if os.Getenv("CI") == "true" {
			t.Fatal(missing)
		}
		t.Skip(missing)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, node, "app.mjs")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "SLACK_API_URL="+srv.APIURL(),
		"SLACK_BOT_TOKEN="+slacktest.BotToken, "SLACK_APP_TOKEN="+slacktest.AppToken)
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = cmd.Wait() // killed on purpose
		if t.Failed() {
			t.Logf("the Bolt app said:\n%s", &out)
		}
	})
	starting, stop := context.WithTimeout(context.Background(), 30*time.Second)
	defer stop()
	if err := srv.Wait(starting, func() bool { return srv.Sockets() == 1 }); err != nil {
		t.Fatalf("the Bolt app did not connect: %v", err)
	}
}

// boltHome opens the Home tab twice, the second time with a view to replace, and uses its menu.
func boltHome(t *testing.T, srv *slacktest.Server, p *slacktest.Person) {
	t.Helper()
	for _, title := range []string{`"Home"`, `"Home again"`} {
		if _, err := p.OpenHome(t.Context()); err != nil {
			t.Fatal(err)
		}
		wait(t, srv, func() bool { return p.Home() != nil && strings.Contains(string(p.Home().Blocks), title) })
	}
	if _, err := p.OpenMessages(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Press(t.Context(), p.Home(), "mine", "later", "1d"); err != nil {
		t.Fatal(err)
	}
	opened(t, srv, p, "Later", "For a day")
}

func boltShortcuts(t *testing.T, srv *slacktest.Server, p *slacktest.Person) {
	t.Helper()
	said, err := p.Say("C1", "what about x@example.edu?")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Shortcut(t.Context(), "quote", &said); err != nil {
		t.Fatal(err)
	}
	opened(t, srv, p, "Quote", "message_action")
	if e := p.Ephemerals(); e[len(e)-1].Text != "what about x@example.edu? (in support)" {
		t.Errorf("quoted %q", e[len(e)-1].Text)
	}
	if _, err := p.Shortcut(t.Context(), "quote", nil); err != nil {
		t.Fatal(err)
	}
	opened(t, srv, p, "Quote", `"shortcut"`)
}

// opened waits for a modal of that title and text, and closes it.
func opened(t *testing.T, srv *slacktest.Server, p *slacktest.Person, title, text string) {
	t.Helper()
	wait(t, srv, func() bool {
		v := p.Modal()
		return v != nil && v.TitleText() == title && strings.Contains(string(v.Blocks), text)
	})
	if err := p.CloseModal(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// TestBolt drives an app nobody here wrote the client of: what Bolt understands, Slack would too.
func TestBolt(t *testing.T) {
	srv := workspace(t)
	runBolt(t, srv)
	ctx := t.Context()
	ann, bob := srv.Person("U1"), srv.Person("U2")

	if _, err := ann.Command(ctx, "C1", "/echo hello there"); err != nil {
		t.Fatal(err)
	}
	if e := ann.Ephemerals(); len(e) != 1 || e[0].Text != "you said hello there" {
		t.Errorf("ephemerals = %+v", e)
	}
	if _, err := ann.Command(ctx, "C1", "/ask"); err != nil {
		t.Fatal(err)
	}
	wait(t, srv, func() bool { return ann.Modal() != nil })
	if errs, err := ann.Submit(ctx, map[string]any{"E-mail": "taken@example.edu"}); err != nil || errs["email"] != "Taken" {
		t.Fatalf("errors = %v, %v", errs, err)
	}
	errs, err := ann.Submit(ctx, map[string]any{"E-mail": "x@example.edu", "Why": "Left"})
	if err != nil || errs != nil {
		t.Fatalf("errors = %v, %v", errs, err)
	}
	wait(t, srv, func() bool { return len(srv.Messages("C1")) == 1 })
	card := srv.Messages("C1")[0]
	if !strings.Contains(string(card.Blocks), "x@example.edu: left") || !strings.Contains(string(card.Metadata), "asked") {
		t.Errorf("card = %s, metadata = %s", card.Blocks, card.Metadata)
	}
	if _, err := bob.Click(ctx, card, "Approve"); err != nil {
		t.Fatal(err)
	}
	wait(t, srv, func() bool { return len(bob.Ephemerals()) == 1 })
	if m := srv.Messages("C1")[0]; !strings.Contains(string(m.Blocks), "approved by U2") || m.Edited != nil {
		t.Errorf("updated card = %+v", m)
	}
	boltHome(t, srv, ann)
	boltShortcuts(t, srv, ann)
	for _, e := range srv.Envelopes() {
		if len(e.Acks) != 1 || e.Acks[0].Late {
			t.Errorf("%s: acks %+v", e.Type, e.Acks)
		}
	}
	if late := srv.Unanswered(); len(late) > 0 {
		t.Errorf("unanswered: %+v", late)
	}
	if !slices.ContainsFunc(srv.Calls(), func(c slacktest.Call) bool { return c.Method == "response_url" && c.OK }) {
		t.Error("respond() did not reach the response_url")
	}
	clean(t, srv)
}
