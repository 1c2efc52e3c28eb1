package slackui

import (
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"registrar/bot/engine"
	"registrar/bot/runbook"
)

// walk calls visit for every string in a scene, with the object it is in.
func walk(v any, visit func(object map[string]any, key, value string)) {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			if s, ok := value.(string); ok {
				visit(v, key, s)
			}
			walk(value, visit)
		}
	case []any:
		for _, value := range v {
			walk(value, visit)
		}
	}
}

func decoded(t *testing.T, scene any) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(wire(t, scene), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// ours is all that may stand in mrkdwn: a checked user id, or a time.
var ours = regexp.MustCompile(`^(Asked for by <@[UW][A-Z0-9]+>|<!date\^\d+\^\{date_short_pretty\} at \{time\}\|[\w :,-]+>)$`)

func TestMarkupHoldsNothingFromOutside(t *testing.T) {
	for name, scene := range scenes() {
		walk(decoded(t, scene), func(object map[string]any, key, value string) {
			if object["type"] == slack.MarkdownType && key == "text" && !ours.MatchString(value) {
				t.Errorf("%s: mrkdwn %q", name, value)
			}
		})
		if m, ok := scene.(Message); ok && strings.ContainsAny(m.Text, "<>*`_@") {
			t.Errorf("%s: the notification %q reads as markup", name, m.Text)
		}
	}
}

const planted = "PLANTED"

// plant writes the mark into every string below v that people or vendors fill.
func plant(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			plant(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			switch name := v.Type().Field(i).Name; name {
			case "ID", "Hash", "MAC", "Action", "Status", "URL", "From", "System", "By", "Approval", "Title":
				if name == "From" && v.Field(i).Kind() == reflect.String || name == "Title" && v.Type() != reflect.TypeFor[runbook.Plan]() {
					v.Field(i).SetString(planted)
				}
			default:
				plant(v.Field(i))
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			plant(v.Index(i))
		}
	case reflect.String:
		if v.CanSet() {
			v.SetString(planted)
		}
	}
}

func TestPlantedValuesAreNeverMarkup(t *testing.T) {
	u := testUI()
	check := func(t *testing.T, scene any, shown bool) {
		found := false
		walk(decoded(t, scene), func(object map[string]any, key, value string) {
			if !strings.Contains(value, planted) {
				return
			}
			found = true
			if object["type"] == slack.MarkdownType {
				t.Errorf("in mrkdwn: %q", value)
			}
			if _, top := object["blocks"]; top && key == "text" {
				t.Errorf("in the notification: %q", value)
			}
		})
		if found != shown {
			t.Errorf("planted values shown: %v, want %v", found, shown)
		}
	}
	for _, status := range engine.Statuses() {
		t.Run(string(status), func(t *testing.T) {
			r := statusRun(status)
			plant(reflect.ValueOf(r))
			r.ID, r.Status = "run", status
			for _, m := range []Message{u.Card(r, at(9)), u.Result(r), u.Reminder(r), u.AskNotice(r), u.ApprovedInYourName(r), u.StatusNotice(r)} {
				check(t, m, true)
			}
			check(t, u.Changes(r, 0), true)
			check(t, u.RejectModal(r), true)
		})
	}
	for _, status := range []engine.DraftStatus{engine.Ready, engine.Refused} {
		p := confirmPlan()
		d := draftOf(&p, status)
		plant(reflect.ValueOf(d))
		d.ID, d.Status = "draft", status
		check(t, u.Draft(d), true)
		check(t, u.PlanReady(d), true)
	}
	doc := runbook.Document{Sections: []runbook.Section{{Facts: make([]runbook.Fact, 2), Lines: make([]string, 2)}}, Findings: make([]runbook.Finding, 2)}
	plant(reflect.ValueOf(&doc))
	doc.Title = "Look up"
	check(t, u.Document(Ref{}, doc), true)
	check(t, u.DocumentMessage(doc), true)
	check(t, u.Problem(Answer{Text: planted}), true)
}

func TestNothingHiddenIsShown(t *testing.T) {
	for name, scene := range scenes() {
		if name == "secret-odd" {
			continue // a secret is shown as it is, with a warning below it
		}
		walk(decoded(t, scene), func(object map[string]any, key, value string) {
			if key == "initial_value" || key == "value" {
				return // what was typed goes back as it was typed
			}
			value = strings.ReplaceAll(value, " \u200E→\u200E ", " → ")
			var before rune
			for _, r := range value {
				if r != '\n' && hidden(r) && !joins(before, r) {
					t.Errorf("%s: %U in %q", name, r, value)
				}
				before = r
			}
		})
	}
}

func TestEveryButtonSaysWhatItIsFor(t *testing.T) {
	known := map[string]bool{PressApprove: true, PressReject: true, PressCancel: true, PressExtend: true, PressStop: true, PressDone: true,
		PressHappened: true, PressNotHappened: true, PressChanges: true, PressShowSecret: true, PressShowGift: true, PressOpenPlan: true,
		PressMend: true, PressPage: true, PressLink: true, PressBreak: true,
		PressFix: true, PressAssign: true, PressUnassign: true, PressDismiss: true, PressAlerts: true, PressHome: true}
	for name, scene := range scenes() {
		walk(decoded(t, scene), func(object map[string]any, key, value string) {
			if key != "type" || value != "button" {
				return
			}
			press := Pressed(fmt.Sprint(object["action_id"]))
			if !known[press] {
				t.Errorf("%s: a button does %q", name, press)
			}
			if object["accessibility_label"] == nil {
				t.Errorf("%s: %s has no label for a screen reader", name, press)
			}
			if press == PressLink || press == PressHome {
				return
			}
			ref, err := ParseRef(fmt.Sprint(object["value"]))
			if err != nil || ref.Run == "" && ref.Draft == "" && ref.Action == "" && ref.Item == "" {
				t.Errorf("%s: %s refers to %+v, %v", name, press, ref, err)
			}
		})
	}
}
