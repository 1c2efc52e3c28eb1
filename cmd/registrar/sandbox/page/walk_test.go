package page

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/smtp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"registrar/bot/slacktest"
	"registrar/integrations/learnupon/learnupontest"
	"registrar/integrations/mail/mailtest"
	"registrar/integrations/salesforce"
	"registrar/integrations/salesforce/salesforcetest"
)

// raw is JSON as Slack's pages write it.
func raw(text string) json.RawMessage { return json.RawMessage(text) }

const (
	form = `{"type":"modal","callback_id":"form","title":{"type":"plain_text","text":"Confirm user"},
		"submit":{"type":"plain_text","text":"Plan"},"close":{"type":"plain_text","text":"Cancel"},"blocks":[
		{"type":"input","block_id":"email","label":{"type":"plain_text","text":"Email"},"element":{"type":"email_text_input","action_id":"email"}},
		{"type":"input","block_id":"then","label":{"type":"plain_text","text":"Afterwards"},"element":{"type":"radio_buttons","action_id":"then","options":[
			{"text":{"type":"plain_text","text":"Keep"},"value":"keep"},{"text":{"type":"plain_text","text":"Delete"},"value":"delete"}]}},
		{"type":"input","block_id":"reason","label":{"type":"plain_text","text":"Reason"},"element":{"type":"plain_text_input","action_id":"reason","multiline":true}}]}`
	planning = `{"type":"modal","title":{"type":"plain_text","text":"Confirm user"},"close":{"type":"plain_text","text":"Close"},
		"blocks":[{"type":"section","text":{"type":"plain_text","text":"Planning…"}}]}`
	card = `[{"type":"section","text":{"type":"mrkdwn","text":"*Confirm user*"}},{"type":"actions","block_id":"decide","elements":[
		{"type":"button","action_id":"approve","style":"primary","value":"h1","text":{"type":"plain_text","text":"Approve"}},
		{"type":"button","action_id":"reject","style":"danger","value":"h1","text":{"type":"plain_text","text":"Reject"},
		 "confirm":{"title":{"type":"plain_text","text":"Reject?"},"text":{"type":"plain_text","text":"It stays as it is."},"confirm":{"type":"plain_text","text":"Reject"},"deny":{"type":"plain_text","text":"Keep"}}}]}]`
)

// stage is a page over real fakes, with an app that knows one form and one card.
func stage(t *testing.T) (tab context.Context, a *app, w World) {
	t.Helper()
	return stageOf(t, (*app).confirmUser)
}

// stageOf is a page over real fakes, with an app that answers as told.
func stageOf(t *testing.T, answers func(*app, string, envelope) (any, bool)) (tab context.Context, a *app, w World) {
	t.Helper()
	w = World{
		Slack: slacktest.New(slacktest.WithRateLimits(0), slacktest.WithAckDeadline(300*time.Millisecond), slacktest.WithCommands(
			slacktest.Command{Command: "/confirm-user", Description: "Confirm somebody", UsageHint: "email"},
			slacktest.Command{Command: "/slow", Description: "Never answers"},
		), slacktest.WithShortcuts(slacktest.Shortcut{Name: "Look up this address", Type: "message", CallbackID: "lookup"})),
		Portals:    []*learnupontest.Server{learnupontest.New(learnupontest.Options{})},
		Salesforce: salesforcetest.New(salesforcetest.Options{}),
		Mail:       mailtest.New(mailtest.Options{}),
		People:     []Person{{ID: "U1", Key: "sam", Name: "Sam Ortiz", Role: "Support"}, {ID: "U2", Key: "ana", Name: "Ana Reyes", Role: "Approver"}},
	}
	t.Cleanup(w.Slack.Close)
	t.Cleanup(w.Portals[0].Close)
	t.Cleanup(w.Salesforce.Close)
	t.Cleanup(w.Mail.Close)
	for _, p := range w.People {
		w.Slack.AddUser(slacktest.User{ID: p.ID, Name: p.Key, RealName: p.Name})
	}
	w.Slack.AddChannel(slacktest.Channel{ID: "C1", Name: "approvals", Members: []string{"U1", "U2", slacktest.BotUser}})
	w.Portals[0].SelfRegister(learnupontest.User{Email: "jo.park@lakeside.example", FirstName: "Jo", LastName: "Park"})
	a = &app{t: t, slack: w.Slack}
	a.on = func(kind string, e envelope) (any, bool) { return answers(a, kind, e) }
	a.start()
	return open(t, New(w)), a, w
}

// confirmUser is the app: a form, an error for one reason, then a card.
func (a *app) confirmUser(_ string, e envelope) (any, bool) {
	switch {
	case e.Command == "/slow":
		return nil, false
	case e.Command == "/confirm-user":
		a.call("views.open", slacktest.BotToken, map[string]any{"trigger_id": e.TriggerID, "view": raw(form)}, nil)
	case e.Type == "view_submission":
		if reason := e.View.State.Values["reason"]["reason"]["value"]; reason == "because" {
			return map[string]any{"response_action": "errors", "errors": map[string]string{"reason": "Say more than that."}}, true
		}
		a.call("chat.postMessage", slacktest.BotToken, map[string]any{"channel": "C1", "text": "Confirm user", "blocks": raw(card)}, nil)
		return map[string]any{"response_action": "update", "view": raw(planning)}, true
	case e.Type == "block_actions":
		a.call("chat.postEphemeral", slacktest.BotToken, map[string]any{"channel": "C1", "user": e.User.ID, "text": "You pressed " + e.Actions[0]["action_id"].(string)}, nil)
	}
	return nil, true
}

func TestAPersonWalksThroughSlack(t *testing.T) {
	tab, _, w := stage(t)

	// A command by completion, keyboard only.
	run(t, tab, chromedp.SendKeys(testid("composer"), "/conf"), chromedp.WaitVisible(testid("completion")), chromedp.KeyEvent(kb.Tab))
	if text := value[string](t, tab, `document.activeElement.value`); text != "/confirm-user " {
		t.Errorf("completed, the message box holds %q", text)
	}
	run(t, tab, chromedp.KeyEvent("jo.park@lakeside.example"), chromedp.KeyEvent(kb.Enter))
	become(t, tab, `document.querySelector("[data-testid=modal] h2")?.textContent === "Confirm user"`)
	if left := value[string](t, tab, `document.querySelector("[data-testid=composer]").value`); left != "" {
		t.Errorf("sent, the message box still holds %q", left)
	}

	// Slack's own checks first, then the app's, under their fields; what was typed stays.
	press(t, tab, "modal-submit")
	become(t, tab, `document.querySelectorAll("[data-testid=field-error]").length === 3`)
	run(t, tab, chromedp.SendKeys(labelled("Email"), "jo.park@lakeside.example"), chromedp.SendKeys(labelled("Reason"), "because"))
	click(t, tab, labelled("Delete"))
	press(t, tab, "modal-submit")
	become(t, tab, `document.querySelector("[data-testid=field-error]")?.textContent === "Say more than that."`)
	if email := value[string](t, tab, `document.querySelector("[type=email]").value`); email != "jo.park@lakeside.example" {
		t.Errorf("the e-mail became %q", email)
	}
	if focused := value[string](t, tab, `document.activeElement.tagName`); focused != "TEXTAREA" {
		t.Errorf("the focus is on %s, not on the field that is wrong", focused)
	}
	run(t, tab, chromedp.SendKeys(labelled("Reason"), ": Jo lost the mail"))
	press(t, tab, "modal-submit")
	become(t, tab, `document.querySelector("[data-testid=modal]")?.textContent.includes("Planning…")`)
	run(t, tab, chromedp.KeyEvent(kb.Escape))
	become(t, tab, `!document.querySelector("[data-testid=modal]")`)

	// Another person decides; the note is only theirs.
	run(t, tab, chromedp.KeyEvent("2", chromedp.KeyModifiers(chromedp.ModifierAlt)))
	become(t, tab, `document.querySelector("[data-testid=person-ana]").ariaPressed === "true"`)
	click(t, tab, button("Reject"))
	become(t, tab, `!!document.querySelector("[data-testid=confirm][open]")`)
	press(t, tab, "confirm-deny")
	click(t, tab, button("Reject"))
	press(t, tab, "confirm-agree")
	become(t, tab, `document.querySelector("[data-only=U2]")?.textContent.includes("You pressed reject")`)
	click(t, tab, button("Approve"))
	become(t, tab, `document.getElementById("log").textContent.includes("You pressed approve")`)
	press(t, tab, "person-sam")
	become(t, tab, `!document.getElementById("log").textContent.includes("You pressed")`)
	if violations := w.Slack.Violations(); len(violations) > 0 {
		t.Errorf("Slack's rules were broken: %s", strings.Join(violations, "; "))
	}
}

func TestNoAnswerIsSaid(t *testing.T) {
	tab, _, _ := stage(t)
	run(t, tab, chromedp.SendKeys(testid("composer"), "/slow"), chromedp.KeyEvent(kb.Enter))
	become(t, tab, `document.querySelector("[data-testid=notice]")?.textContent.includes("did not respond in time")`)
}

func TestSalesforceFollows(t *testing.T) {
	tab, _, w := stage(t)
	account := w.Salesforce.AddAccount(salesforcetest.Account{Name: "Lakeside College"})
	contact := w.Salesforce.AddContact(salesforcetest.Contact{Email: "jo.park@lakeside.example", LastName: "Park", AccountID: account})
	press(t, tab, "tab-salesforce")
	press(t, tab, "sf-contact")
	field := func(label string) string {
		return fmt.Sprintf(`document.querySelector("[data-testid=sf-page] [data-label=\"%s\"] dd")`, label)
	}
	become(t, tab, field("Account")+`.textContent === "Lakeside College"`)
	become(t, tab, field("Email Opt Out")+`.querySelector("input").checked === false`)
	w.Salesforce.Edit(contact, "Email Opt Out", true)
	become(t, tab, field("Email Opt Out")+`.querySelector("input").checked`)
	click(t, tab, chromedp.CSS(`[data-testid=sf-page] [data-label="Create in LearnUpon"] input`))
	become(t, tab, field("Create in LearnUpon")+`.querySelector("input").checked`)
	reach(t, "Salesforce knows that the box was ticked", func() bool {
		jo, _ := w.Salesforce.Snapshot().Contact("jo.park@lakeside.example")
		return jo.Create
	})
	click(t, tab, chromedp.CSS(`[data-testid=sf-page] [data-label=Account] button`))
	become(t, tab, field("LearnUpon Group ID")+`.textContent === "—"`)
	w.Salesforce.Edit(account, "LearnUpon Group ID", "4711")
	become(t, tab, field("LearnUpon Group ID")+`.textContent === "4711"`)
	press(t, tab, "sf-close")
	if focused := value[string](t, tab, `document.activeElement.dataset.name`); focused != "Lakeside College" {
		t.Errorf("back from the record, the focus is on %q", focused)
	}
}

// readdress gives a user a new address, as a client of Salesforce's API does.
func readdress(t *testing.T, org *salesforcetest.Server, login, email string) {
	t.Helper()
	client, err := salesforce.New(salesforce.Config{URL: org.URL, ClientID: org.ClientID(), ClientSecret: org.ClientSecret(), APIVersion: "v67.0"})
	if err != nil {
		t.Fatal(err)
	}
	now, err := client.UserByID(t.Context(), salesforce.ID(login))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := client.SetUserEmail(t.Context(), now.ID, email, now.LastModified); err != nil {
		t.Fatal(err)
	}
}

func TestAnAddressIsVerified(t *testing.T) {
	tab, _, w := stage(t)
	contact := w.Salesforce.AddContact(salesforcetest.Contact{Email: "jo.park@lakeside.example", LastName: "Park"})
	login := w.Salesforce.AddUser(salesforcetest.User{Email: "jo.park@lakeside.example", LastName: "Park", ContactID: contact})
	readdress(t, w.Salesforce, login, "jo@lakeside.example")
	press(t, tab, "tab-salesforce")
	press(t, tab, "sf-user")
	press(t, tab, "sf-verify")
	become(t, tab, `document.querySelector("[data-testid=sf-page] [data-label=Email] dd").textContent === "jo@lakeside.example" && !document.querySelector("[data-testid=sf-verify]")`)
	shot := w.Salesforce.Snapshot()
	if u := shot.Users[len(shot.Users)-1]; u.ID != login || u.Email != "jo@lakeside.example" || u.PendingEmail != "" {
		t.Errorf("the user is %+v", u)
	}
}

func TestLearnUponAndMailboxFollow(t *testing.T) {
	tab, _, w := stage(t)
	jo, _ := w.Portals[0].Snapshot().User("jo.park@lakeside.example")
	click(t, tab, chromedp.CSS(`[data-testid="record"][data-email="jo.park@lakeside.example"]`))
	become(t, tab, `!!document.querySelector("[data-testid=confirmation-link]")`)
	if link := value[string](t, tab, `document.querySelector("[data-testid=confirmation-link]").value`); link != jo.ConfirmationLink {
		t.Errorf("the record shows the link %q", link)
	}
	page, err := http.Get(jo.ConfirmationLink)
	if err != nil {
		t.Fatal(err)
	}
	_ = page.Body.Close()
	become(t, tab, `document.querySelector("[data-testid=record-status]").textContent === "Active" && !document.querySelector("[data-testid=confirmation-link]")`)

	click(t, tab, testid("opt-out"))
	become(t, tab, `document.querySelector("[data-testid=opt-out]").checked`)
	reach(t, "LearnUpon knows that the person opted out", func() bool {
		jo, _ := w.Portals[0].Snapshot().User("jo.park@lakeside.example")
		return jo.OptedOut
	})

	server := strings.TrimPrefix(w.Mail.URL(), "smtp://")
	letter := []byte("Subject: Your invitation\r\n\r\nOpen https://academy.example/invite\r\n")
	if err := smtp.SendMail(server, nil, "academy@riverside.example", []string{"nina@lakeside.example"}, letter); err != nil {
		t.Fatal(err)
	}
	press(t, tab, "tab-mail")
	press(t, tab, "mail")
	become(t, tab, `document.querySelector('[data-testid=mail-text] a[href="https://academy.example/invite"]')?.target === "_blank"`)
}
