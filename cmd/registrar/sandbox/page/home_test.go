package page

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"registrar/bot/slacktest"
)

const (
	emptyHome = `{"type":"home","blocks":[{"type":"header","text":{"type":"plain_text","text":"Nothing waits for you"}},
		{"type":"actions","block_id":"mine","elements":[{"type":"overflow","action_id":"later","options":[
			{"text":{"type":"plain_text","text":"For an hour"},"value":"1h"},{"text":{"type":"plain_text","text":"For a day"},"value":"1d"}]}]}]}`
	pickedHome = `{"type":"home","blocks":[{"type":"section","text":{"type":"plain_text","text":"Picked "}},
		{"type":"actions","block_id":"mine","elements":[{"type":"static_select","action_id":"which","placeholder":{"type":"plain_text","text":"Which?"},"options":[
			{"text":{"type":"plain_text","text":"Alpha"},"value":"a"},{"text":{"type":"plain_text","text":"Beta"},"value":"b"}]}]}]}`
)

// keepHome is an app with a Home that says what was picked there, and a shortcut that shows
// the message it was used on.
func (a *app) keepHome(_ string, e envelope) (any, bool) {
	publish := func(view string) {
		a.call("views.publish", slacktest.BotToken, map[string]any{"user_id": "U1", "view": raw(view)}, nil)
	}
	switch {
	case e.Event.Type == "app_home_opened":
		publish(emptyHome)
	case e.Type == "block_actions":
		picked, _ := e.Actions[0]["selected_option"].(map[string]any)
		publish(strings.Replace(pickedHome, "Picked ", "Picked "+picked["value"].(string), 1))
	case e.Type == "message_action":
		a.call("chat.postEphemeral", slacktest.BotToken, map[string]any{"channel": "C1", "user": e.User.ID, "text": "Looking at: " + e.Message.Text}, nil)
	}
	return nil, true
}

func TestHomeFollows(t *testing.T) {
	tab, a, w := stageOf(t, (*app).keepHome)
	press(t, tab, "channel-direct")
	press(t, tab, "app-home")
	become(t, tab, `document.querySelector("[data-testid=home] .header")?.textContent === "Nothing waits for you"`)
	if shown := value[bool](t, tab, `document.getElementById("compose").checkVisibility()`); shown {
		t.Error("Home has a message box")
	}

	// A menu, keyboard only.
	press(t, tab, "overflow")
	become(t, tab, `document.activeElement.textContent === "For an hour"`)
	run(t, tab, chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.Enter))
	become(t, tab, `document.querySelector("[data-testid=home]").textContent.includes("Picked 1d")`)

	run(t, tab, chromedp.SendKeys(chromedp.CSS(`[data-testid="home"] select`), "Beta"))
	become(t, tab, `document.querySelector("[data-testid=home]").textContent.includes("Picked b")`)

	// What the app publishes later shows at once.
	a.call("views.publish", slacktest.BotToken, map[string]any{"user_id": "U1", "view": raw(emptyHome)}, nil)
	become(t, tab, `document.querySelector("[data-testid=home] .header")?.textContent === "Nothing waits for you"`)
	press(t, tab, "app-messages")
	become(t, tab, `!document.querySelector("[data-testid=home]")`)
	if violations := w.Slack.Violations(); len(violations) > 0 {
		t.Errorf("Slack's rules were broken: %s", strings.Join(violations, "; "))
	}
}

func TestAShortcutOnAMessage(t *testing.T) {
	tab, _, w := stageOf(t, (*app).keepHome)
	if _, err := w.Slack.Person("U2").Say("C1", "nina@lakeside.example cannot sign in"); err != nil {
		t.Fatal(err)
	}
	become(t, tab, `!!document.querySelector("[data-testid=message-menu]")`)
	run(t, tab, chromedp.Focus(testid("message-menu")), chromedp.KeyEvent(kb.Enter))
	become(t, tab, `document.activeElement.dataset.testid === "shortcut-lookup"`)
	run(t, tab, chromedp.KeyEvent(kb.Escape))
	become(t, tab, `document.activeElement.dataset.testid === "message-menu"`)
	press(t, tab, "message-menu")
	press(t, tab, "shortcut-lookup")
	become(t, tab, `document.querySelector("[data-only=U1]")?.textContent.includes("Looking at: nina@lakeside.example cannot sign in")`)
	if n := value[int](t, tab, `document.querySelectorAll("[data-only=U1] [data-testid=message-menu]").length`); n != 0 {
		t.Error("what one person sees has a menu")
	}
}

func TestUnreadMarks(t *testing.T) {
	tab, _, w := stage(t)
	w.Slack.AddChannel(slacktest.Channel{ID: "C2", Name: "alerts", Members: []string{"U1", "U2", slacktest.BotUser}})
	if _, err := w.Slack.Person("U2").Say("C2", "a sync error"); err != nil {
		t.Fatal(err)
	}
	mark := `document.querySelector("[data-testid=channel-alerts] [aria-label='1 unread']")`
	become(t, tab, `!!`+mark)
	press(t, tab, "channel-alerts")
	become(t, tab, `!`+mark)
}

func TestALinkToAMessageLeadsThere(t *testing.T) {
	tab, _, w := stage(t)
	w.Slack.AddChannel(slacktest.Channel{ID: "C2", Name: "alerts", Members: []string{"U1", "U2", slacktest.BotUser}})
	there, err := w.Slack.Person("U2").Say("C2", "a sync error")
	if err != nil {
		t.Fatal(err)
	}
	link := "https://sandbox.slack.com/archives/C2/p" + strings.ReplaceAll(there.TS, ".", "")
	if _, err := w.Slack.Person("U2").Say("C1", "see "+link); err != nil {
		t.Fatal(err)
	}
	click(t, tab, chromedp.CSS(`#log a[href="`+link+`"]`))
	become(t, tab, `document.querySelector("[data-testid=channel-alerts]").ariaCurrent === "page" && document.getElementById("log").textContent.includes("a sync error")`)
}
