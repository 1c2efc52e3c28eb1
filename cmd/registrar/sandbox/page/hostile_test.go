package page

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"registrar/bot/slacktest"
)

// nasty is what learners, vendors and colleagues have in their names and write into fields.
var nasty = []string{
	`O'Brien\`, `"><svg onload="document.title='pwned'">`, "<!channel> <@U0SAM> <https://evil.example|here> &lt;b&gt; &amp;",
	"\u202egnp.exe", "\u05d0\u05d1 \u200f(\u05d2)", "a\u0000b\u0007c", "\ud55c\uae00 \U0001f469\u200d\U0001f3eb", "constructor __proto__ ${x} {{.}} %s",
	"*bold* _italic_ ~struck~ `code`", strings.Repeat("W", 300), strings.Repeat("\u0e01\u0e49", 150),
}

// strewn is the world with one text wherever somebody else's text is shown.
func strewn(s *State, text string, n int) {
	quoted := func(text string) string {
		out, err := json.Marshal(text)
		if err != nil {
			panic(err)
		}
		return string(out)
	}
	plain := `{"type":"plain_text","emoji":false,"text":` + quoted(text) + `}`
	option := `[{"text":` + plain + `,"value":"x"}]`
	blocks := `[{"type":"header","text":` + plain + `},{"type":"section","text":` + plain + `,"fields":[` + plain + `]},
		{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":` + quoted(text) + `}]},
			{"type":"rich_text_preformatted","elements":[{"type":"text","text":` + quoted(text) + `}]}]},
		{"type":"context","elements":[` + plain + `]},{"type":"table","rows":[[{"type":"raw_text","text":` + quoted(text) + `}],[{"type":"raw_text","text":` + quoted(text) + `}]]},
		{"type":"actions","elements":[{"type":"button","action_id":"b","text":` + plain + `},{"type":"overflow","action_id":"o","options":` + option + `},
			{"type":"static_select","action_id":"s","placeholder":` + plain + `,"options":` + option + `}]}]`
	form := `{"type":"modal","title":` + plain + `,"submit":` + plain + `,"close":` + plain + `,"blocks":[
		{"type":"input","block_id":"t","label":` + plain + `,"hint":` + plain + `,"element":{"type":"plain_text_input","action_id":"t","multiline":true,"initial_value":` + quoted(text) + `}},
		{"type":"input","block_id":"r","label":` + plain + `,"element":{"type":"radio_buttons","action_id":"r","options":` + option + `}}]}`
	s.Messages = []Message{{Channel: "C0SUP", TS: fmt.Sprintf("1795250%03d.000100", n), User: s.Bot.ID, Blocks: raw(blocks), Attached: []Attachment{{ID: "F", Name: text}}}}
	s.Views = []View{{ID: fmt.Sprint("V", n), Person: "U0MAX", View: raw(form)}}
	s.Homes = []Home{{ID: fmt.Sprint("H", n), Person: "U0SAM", View: raw(`{"type":"home","blocks":` + blocks + `}`)}}
	s.Portals = []Portal{{
		Name: "Academy", Users: []User{{ID: 1, Email: text, Name: text, Role: "learner", Enabled: true}},
		Invites: []Invite{{ID: 2, Email: text, Name: text, Group: text, Status: "sent"}}, Groups: []Group{{ID: 3, Title: text, Members: []string{text}}},
	}}
	s.Salesforce = &Org{Contacts: []Contact{{ID: "003", Name: text, Email: text, Account: text}}, Accounts: []Account{{ID: "001", Name: text, Contacts: []string{text}}}}
	s.Mail = []Mail{{ID: fmt.Sprint("m", n), From: text, To: text, Subject: text, Text: text, At: time.Unix(1795250000, 0)}}
}

// TestNastyTextIsShownUnharmed has every kind of place show every kind of text as it is: no
// markup, no mention, nothing cut, and nothing wider than its place.
func TestNastyTextIsShownUnharmed(t *testing.T) {
	w := newWorld(t)
	tab := browse(t, w)
	for i, text := range nasty {
		w.change(func(s *State) { strewn(s, text, i) })
		quoted, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		shows := func(what, selector string, places int) {
			t.Helper()
			script := fmt.Sprintf(`[...document.querySelectorAll(%q)].filter(e => (e.matches('textarea') ? e.value : e.textContent).includes(%s)).length >= %d`, selector, quoted, places)
			become(t, tab, script)
			wide := value[string](t, tab, `[...document.querySelectorAll("body *")].filter(e => e.checkVisibility() && e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".table, .who, .cell")).map(e => e.tagName + "." + e.className).slice(0, 3).join()`)
			if wide != "" {
				t.Errorf("%.20q: %s is wider than the window: %s", text, what, wide)
			}
		}
		press(t, tab, "person-sam")
		press(t, tab, "channel-support")
		for _, kind := range []string{"header", "section", "rich_text", "context", "table"} {
			shows(kind, `#log [data-block="`+kind+`"]`, 1)
		}
		shows("an attachment", ".file", 1)
		shows("a button, a menu and a select", "#log .actions :is(button, option)", 4)
		press(t, tab, "channel-direct")
		press(t, tab, "app-home")
		shows("Home", `[data-testid="home"] [data-block]`, 6)
		press(t, tab, "app-messages")
		press(t, tab, "person-max")
		shows("a form", `[data-testid="modal"] :is(h2, label, .hint, textarea, button)`, 7)
		press(t, tab, "person-sam")
		press(t, tab, "tab-records")
		shows("LearnUpon", "#learnupon .row", 3)
		press(t, tab, "tab-salesforce")
		shows("Salesforce", "#salesforce .row", 2)
		press(t, tab, "tab-mail")
		shows("the mailbox", "#mail .row", 1)
		press(t, tab, "mail")
		shows("a mail", `[data-testid="mail-text"]`, 1)
		press(t, tab, "mail-close")
		if odd := value[int](t, tab, `document.querySelectorAll("svg[onload], #log :is(script, b, i), .mention, .unknown").length`); odd != 0 {
			t.Errorf("%.20q: %d elements were made of it", text, odd)
		}
	}
	if title := value[string](t, tab, `document.title`); title != "Registrar demo" {
		t.Errorf("the title became %q", title)
	}
}

// FuzzTypedTextArrivesUnharmed sends what a person may type through the page's server to Slack.
func FuzzTypedTextArrivesUnharmed(f *testing.F) {
	for _, text := range nasty {
		f.Add(text)
	}
	slack := slacktest.New(slacktest.WithRateLimits(0))
	f.Cleanup(slack.Close)
	slack.AddUser(slacktest.User{ID: "U1", Name: "sam"})
	slack.AddChannel(slacktest.Channel{ID: "C1", Name: "approvals", Members: []string{"U1", slacktest.BotUser}})
	a := &app{t: f, slack: slack}
	a.on = func(kind string, e envelope) (any, bool) { return a.confirmUser(kind, e) }
	a.start()
	sam := slack.Person("U1")
	if _, err := sam.Command(f.Context(), "C1", "/confirm-user"); err != nil {
		f.Fatal(err)
	}
	w := World{Slack: slack, People: []Person{{ID: "U1"}}}
	f.Fuzz(func(t *testing.T, text string) {
		text = strings.ToValidUTF8(text, "\ufffd") // JSON can carry nothing else
		typed, err := json.Marshal(map[string]any{"reason": map[string]any{"reason": map[string]any{"type": "plain_text_input", "value": text}}})
		if err != nil {
			t.Fatal(err)
		}
		view := sam.Modal()
		if err := fill(t.Context(), sam, view, typed); err != nil {
			t.Fatal(err)
		}
		if got, _ := sam.Modal().State.Values["reason"]["reason"]["value"].(string); got != text {
			t.Errorf("%q arrived as %q", text, got)
		}
		if _, err := w.act(t.Context(), Act{Do: "say", As: "U1", Channel: "C1", Text: text}); err != nil {
			t.Fatal(err)
		}
		said := slack.Messages("C1")
		shown, err := json.Marshal(showMessage(said[len(said)-1], "C1"))
		if err != nil {
			t.Fatal(err)
		}
		var back Message
		if err := json.Unmarshal(shown, &back); err != nil || back.Text != text {
			t.Errorf("%q is shown as %q (%v)", text, back.Text, err)
		}
	})
}
