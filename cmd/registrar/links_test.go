package main

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"testing"

	"registrar/bot/slacktest"
	"registrar/integrations/learnupon/learnupontest"
	"registrar/store"
	"registrar/store/storetest"
)

// request takes a person through an action's form and plan.
func (at installation) request(t *testing.T, who *slacktest.Person, command, submit string, values map[string]any) {
	t.Helper()
	if _, err := who.Command(t.Context(), "C1", command); err != nil {
		t.Fatal(err)
	}
	at.wait(t, "the form", func() bool { return who.Modal() != nil && who.Modal().SubmitText() == "Continue" })
	if wrong, err := who.Submit(t.Context(), values); err != nil || wrong != nil {
		t.Fatalf("form: %v, %v", wrong, err)
	}
	at.wait(t, "the plan", func() bool { return who.Modal() != nil && who.Modal().SubmitText() == submit })
	if wrong, err := who.Submit(t.Context(), nil); err != nil || wrong != nil {
		t.Fatalf("plan: %v, %v", wrong, err)
	}
}

// click presses a button of the newest card once it is there.
func (at installation) click(t *testing.T, who *slacktest.Person, button string) {
	t.Helper()
	newest := func() slacktest.Message { return slices.MaxFunc(at.slack.Messages("C1"), byTime) }
	at.wait(t, button, func() bool { return slices.Contains(slacktest.Buttons(newest().Blocks), button) })
	if _, err := who.Click(t.Context(), newest(), button); err != nil {
		t.Fatal(err)
	}
}

func byTime(a, b slacktest.Message) int { return strings.Compare(a.TS, b.TS) }

// TestLinksStayPrivate runs everything that handles a link, then looks for the
// links wherever they must not be: in the log, in a channel, in the audit
// trail, and in clear in Redis.
func TestLinksStayPrivate(t *testing.T) {
	at := newInstallation(t)
	at.learnupon.AddInvite(learnupontest.Invite{Email: "priya@x.edu", GroupID: at.learnupon.AddGroup("Lakeside")})
	at.learnupon.SelfRegister(learnupontest.User{Email: "tom@x.edu"})
	at.learnupon.SelfRegister(learnupontest.User{Email: "ida@x.edu"})
	link := func(email string) string {
		u, _ := at.learnupon.Snapshot().User(email)
		return u.ConfirmationLink
	}
	toms, idas, priyas := link("tom@x.edu"), link("ida@x.edu"), at.learnupon.Snapshot().Invites[0].Link
	_, log, stop := at.serving(t)
	sam, ana := at.slack.Person("U1"), at.slack.Person("U2")

	at.request(t, sam, "/resend-confirmation priya@x.edu", "Apply", nil)
	at.wait(t, "the invite's mail", func() bool { return len(at.mail.Messages()) == 1 })

	at.request(t, sam, "/confirm-user tom@x.edu", "Request approval", map[string]any{"Confirmation link": toms, "Reason": "ticket"})
	at.click(t, ana, "Show link")
	at.wait(t, "the link, privately", func() bool { return ana.Modal() != nil && strings.Contains(string(ana.Modal().Blocks), escaped(toms)) })
	at.click(t, ana, "Approve")
	at.click(t, ana, "Done")
	// Until then the newest Done in the channel is this run's.
	at.wait(t, "the end of the run", func() bool {
		return slices.ContainsFunc(at.slack.Messages("C1"), func(m slacktest.Message) bool { return m.Text == "Confirm user: done." })
	})

	at.request(t, sam, "/resend-confirmation ida@x.edu", "Apply", nil)
	at.click(t, sam, "Done")
	at.wait(t, "the ask's form", func() bool { return sam.Modal() != nil && sam.Modal().SubmitText() == "Done" })
	if wrong, err := sam.Submit(t.Context(), map[string]any{"Confirmation link": idas}); err != nil || wrong != nil {
		t.Fatal(wrong, err)
	}
	at.wait(t, "the registration's mail", func() bool { return len(at.mail.Messages()) == 2 })
	if err := stop(); err != nil {
		t.Error(err)
	}

	places := map[string]string{"log": log.String(), "Redis": storetest.Contents(t, "redis://"+at.redis.Addr()), "audit": at.trail(t), "channel": ""}
	for _, m := range slices.Concat(at.slack.Messages("C1"), at.slack.Replies("C1", at.slack.Messages("C1")[0].TS)) {
		places["channel"] += m.Text + string(m.Blocks) + string(m.Metadata)
	}
	for where, text := range places {
		if !strings.Contains(text, "tom@x.edu") && where != "log" {
			t.Errorf("%s: nothing of the runs is in it, so nothing is proven", where)
		}
		for _, l := range []string{toms, idas, priyas} {
			if token := secretPart(t, l); strings.Contains(text, token) {
				t.Errorf("a link is in the %s", where)
			}
		}
	}
	if v := at.slack.Violations(); len(v) > 0 {
		t.Errorf("against Slack's rules: %v", v)
	}
}

// secretPart is what makes a link worth having: its query, or the end of its path.
func secretPart(t *testing.T, link string) string {
	t.Helper()
	u, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	for _, values := range u.Query() {
		return values[0]
	}
	return u.Path[strings.LastIndexByte(u.Path, '/')+1:]
}

// escaped is a text as JSON holds it.
func escaped(s string) string {
	raw, err := json.Marshal(s)
	if err != nil {
		return s
	}
	return strings.Trim(string(raw), `"`)
}

// trail is the verified audit trail of the installation.
func (at installation) trail(t *testing.T) string {
	t.Helper()
	c, err := ReadConfig(at.env)
	if err != nil {
		t.Fatal(err)
	}
	return verifiedTrail(t, c)
}

// verifiedTrail reads the audit trail, which must be whole.
func verifiedTrail(t *testing.T, c Config) string {
	t.Helper()
	kept, err := openStore(t.Context(), c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	var out strings.Builder
	if err := errors.Join(kept.Verify(t.Context(), ""), kept.Export(t.Context(), &out, store.JSONL)); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestALinkTypedInTheOpenGoesNowhere: behind the command, or in the reason, a
// confirmation link would stand on the card for all to see.
func TestALinkTypedInTheOpenGoesNowhere(t *testing.T) {
	at := newInstallation(t)
	at.learnupon.SelfRegister(learnupontest.User{Email: "tom@x.edu"})
	u, _ := at.learnupon.Snapshot().User("tom@x.edu")
	_, _, stop := at.serving(t)
	sam := at.slack.Person("U1")
	if _, err := sam.Command(t.Context(), "C1", "/confirm-user tom@x.edu "+u.ConfirmationLink); err != nil {
		t.Fatal(err)
	}
	at.wait(t, "the form", func() bool { return sam.Modal() != nil })
	if token := secretPart(t, u.ConfirmationLink); strings.Contains(string(sam.Modal().Blocks), token) {
		t.Error("the link was filled in")
	}
	wrong, err := sam.Submit(t.Context(), map[string]any{"Reason": "please open " + u.ConfirmationLink})
	if err != nil || !strings.Contains(wrong["reason"], "private link") {
		t.Errorf("a reason with the link: %v, %v", wrong, err)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
	if strings.Contains(storetest.Contents(t, "redis://"+at.redis.Addr()), secretPart(t, u.ConfirmationLink)) {
		t.Error("the link is in Redis")
	}
}
