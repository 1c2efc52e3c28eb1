package runbook

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPrefill(t *testing.T) {
	ignore := func(string) error { return nil }
	mergeLike := []Field{{Name: "keep", Bind: ignore}, {Name: "link", Secret: true, Bind: ignore}, {Name: "duplicate", Bind: ignore}, {Name: "reason", Bind: ignore}}
	whole := []Field{{Name: "account", WholeText: true, Bind: ignore}, {Name: "reason", Bind: ignore}}
	tests := []struct {
		name   string
		fields []Field
		text   string
		want   Values
	}{
		{"nothing", mergeLike, "  ", Values{}},
		{"in order, the last takes the rest", mergeLike, "a@x b@x because of ticket 7", Values{"keep": "a@x", "duplicate": "b@x", "reason": "because of ticket 7"}},
		{"straight quotes group", mergeLike, `"a b" c "d e"`, Values{"keep": "a b", "duplicate": "c", "reason": "d e"}},
		{"curly quotes group", mergeLike, "“a b” ‘c d’ e", Values{"keep": "a b", "duplicate": "c d", "reason": "e"}},
		{"half curled quotes", mergeLike, "“a b\" c", Values{"keep": "a b", "duplicate": "c"}},
		{"an open quote is a letter", mergeLike, `"a b`, Values{"keep": `"a`, "duplicate": "b"}},
		{"Slack's mail links", mergeLike, "<mailto:a@x.edu|a@x.edu> <mailto:b@x.edu>", Values{"keep": "a@x.edu", "duplicate": "b@x.edu"}},
		{"secrets are never taken", mergeLike, "a b", Values{"keep": "a", "duplicate": "b"}},
		{"the whole text", whole, "State University of New York", Values{"account": "State University of New York"}},
		{"quotes inside the rest stay", whole, `The "Old" College`, Values{"account": `The "Old" College`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, notes := Prefill(tt.fields, tt.text)
			if diff := cmp.Diff(tt.want, got); diff != "" || notes != nil {
				t.Error(diff, notes)
			}
		})
	}
}

// What people see of a choice is what they type, and nothing they type is lost
// without a word.
func TestPrefillOfChoices(t *testing.T) {
	state := Field{Name: "state", Label: "State", Optional: true, Options: []Option{{Value: "in", Text: "Inside"}, {Value: "in-progress", Text: "In progress"}, {Value: "done", Text: "Completed"}}}
	var who string
	by := Field{Name: "by", Label: "Asked by", Optional: true, Bind: Email(&who)}
	action := Field{Name: "action", Label: "Action", Optional: true, Options: []Option{{Value: "opt-out", Text: "Opt out"}}}
	role := Field{Name: "role", Label: "Role", Options: []Option{{Value: "manager", Text: "Group manager"}}}
	report, change := []Field{state, by, action}, []Field{{Name: "email", Label: "Email"}, role, {Name: "reason"}}
	for _, tt := range []struct {
		fields []Field
		text   string
		want   Values
		note   string
	}{
		{report, "completed", Values{"state": "done"}, ""},
		{report, "Completed", Values{"state": "done"}, ""},
		{report, "DONE a@x.edu Opt Out", Values{"state": "done", "by": "a@x.edu", "action": "opt-out"}, ""},
		{report, "In progress", Values{"state": "in-progress"}, ""},
		{report, "in  Progress a@x.edu", Values{"state": "in-progress", "by": "a@x.edu"}, ""},
		{report, "“in progress” a@x.edu", Values{"state": "in-progress", "by": "a@x.edu"}, ""},
		{report, "in-progress opt-out", Values{"state": "in-progress", "action": "opt-out"}, ""},
		{report, "<mailto:a@x.edu|a@x.edu>", Values{"by": "a@x.edu"}, ""},
		{report, "'opt out'", Values{"action": "opt-out"}, ""},
		{report, "incomplete", Values{}, "“incomplete” fits no field here"},
		{report, "opt-out of everything", Values{"action": "opt-out"}, "“of everything” fits no field here"},
		{change, "a@x.edu group manager since May", Values{"email": "a@x.edu", "role": "manager", "reason": "since May"}, ""},
		{change, "a@x.edu boss since May", Values{"email": "a@x.edu", "reason": "boss since May"}, "“boss” is none of the choices of “Role”"},
		{nil, "anything", Values{}, "“anything” fits no field here"},
	} {
		t.Run(tt.text, func(t *testing.T) {
			got, notes := Prefill(tt.fields, tt.text)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if said := strings.Join(notes, " "); !strings.Contains(said, tt.note) || (tt.note == "") != (said == "") {
				t.Errorf("notes %q, want %q", said, tt.note)
			}
		})
	}
}
