package slackui

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"registrar/bot/engine"
	"registrar/bot/runbook"
	"registrar/bot/slacktest"
)

// filled writes a text into every string below v that people or vendors fill.
func filled(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			filled(v.Elem(), text)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			switch v.Type().Field(i).Name {
			case "ID", "Hash", "MAC", "Action", "Status", "System", "By", "Approval", "SecretGiven": // the last is a field of our own
			default:
				filled(v.Field(i), text)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			filled(v.Index(i), text)
		}
	case reflect.String:
		if v.CanSet() {
			v.SetString(text)
		}
	}
}

// FuzzOutsideText fills everything people and vendors fill with one text, and
// draws a run and a draft in every state: Slack takes it all, nothing of the
// text is markup, nothing in it stays hidden, and no link runs a script.
func FuzzOutsideText(f *testing.F) {
	for i, text := range nasty {
		f.Add(text, i)
	}
	for i, text := range []string{"<!everyone>", "<!subteam^S1>", "<#C1>", "<@U1>", "javascript:alert(1)", "https://evil.example/" + strings.Repeat("x", 4000), strings.Repeat("😀", 3000), strings.Repeat("\u0301", 3000), "{date}", "^", "```", "\u2066\u2069", "\ufeff", "|", "data:text/html,x", "HTTPS://[::1]:99999/"} {
		f.Add(text, i)
	}
	u := testUI()
	statuses := engine.Statuses()
	f.Fuzz(func(t *testing.T, text string, which int) {
		r := statusRun(statuses[abs(which)%len(statuses)])
		id, status := r.ID, r.Status
		filled(reflect.ValueOf(r), text)
		r.ID, r.Status = id, status
		p := confirmPlan()
		d := draftOf(&p, []engine.DraftStatus{engine.Ready, engine.Refused}[abs(which)%2])
		id, state := d.ID, d.Status
		filled(reflect.ValueOf(d), text)
		d.ID, d.Status = id, state
		doc := runbook.Document{Sections: []runbook.Section{{Facts: make([]runbook.Fact, 2), Lines: make([]string, 2)}}, Findings: make([]runbook.Finding, 2)}
		filled(reflect.ValueOf(&doc), text)
		scenes := []any{u.Card(r, at(9)), u.Result(r), u.Reminder(r), u.AskNotice(r), u.ApprovedInYourName(r), u.StatusNotice(r), u.Changes(r, 0), u.RejectModal(r),
			u.Draft(d), u.PlanReady(d), u.Document(Ref{}, doc), u.DocumentMessage(doc), u.Problem(Answer{Text: text}), u.Note(text, text), u.SecretModal("Link", text, "x")}
		for _, scene := range scenes {
			for _, problem := range refusedBySlack(t, scene) {
				t.Errorf("%q: Slack refuses: %s", text, problem)
			}
			walk(decoded(t, scene), func(object map[string]any, key, value string) {
				if !utf8.ValidString(value) {
					t.Errorf("%q: %q", text, value)
				}
				if object["type"] == slack.MarkdownType && key == "text" && !ours.MatchString(value) {
					t.Errorf("%q stands in mrkdwn %q", text, value)
				}
				if _, top := object["blocks"]; top && key == "text" && strings.ContainsAny(value, "<>") {
					t.Errorf("%q is markup in the notification %q", text, value)
				}
				if lower := strings.ToLower(value); key == "url" && !strings.HasPrefix(lower, "https://") && !strings.HasPrefix(lower, "http://") {
					t.Errorf("%q became the link %q", text, value)
				}
				if key == "initial_value" || key == "value" || key == "private_metadata" || key == "url" {
					return // goes back as it came
				}
				var before rune
				for _, c := range strings.ReplaceAll(value, " \u200E→\u200E ", " → ") {
					if c != '\n' && hidden(c) && !joins(before, c) {
						t.Errorf("%q hides %U in %q", text, c, value)
						return
					}
					before = c
				}
			})
		}
	})
}

// refusedBySlack is what Slack would say against a scene.
func refusedBySlack(t *testing.T, scene any) []string {
	t.Helper()
	what := scene
	view := true
	if m, ok := scene.(Message); ok {
		what, view = m.Blocks, false
	}
	raw, err := json.Marshal(what)
	if err != nil {
		t.Fatal(err)
	}
	if view {
		return slacktest.CheckView(raw)
	}
	return slacktest.CheckBlocks(raw, slacktest.OnMessage)
}
