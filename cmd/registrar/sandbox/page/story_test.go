package page

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestStoryTicksInOrderAndForGood(t *testing.T) {
	mailed := func(s State) bool { return len(s.Mail) > 0 }
	named := func(s State) bool { return s.Team == "here" }
	story := NewStory(
		Step{Title: "two parts", Parts: []Part{{Text: "mail", When: mailed}, {Text: "name", When: named}}},
		Step{Title: "one part", Parts: []Part{{Text: "mail", When: mailed}}},
	)
	read := func(s State) (ticks []bool) {
		for _, step := range story.read(s) {
			ticks = append(ticks, step.Done)
			for _, part := range step.Parts {
				ticks = append(ticks, part.Done)
			}
		}
		return ticks
	}
	for _, test := range []struct {
		name  string
		state State
		want  []bool // step, its parts, next step, its parts
	}{
		{"nothing yet", State{}, []bool{false, false, false, false, false}},
		{"the second part does not count before the first", State{Team: "here"}, []bool{false, false, false, false, false}},
		{"the steps go their own ways", State{Mail: []Mail{{}}}, []bool{false, true, false, true, true}},
		{"a tick stays when its cause is gone", State{Team: "here"}, []bool{true, true, true, true, true}},
		{"and the whole stays", State{}, []bool{true, true, true, true, true}},
	} {
		if diff := cmp.Diff(test.want, read(test.state)); diff != "" {
			t.Errorf("%s:\n%s", test.name, diff)
		}
	}
}

func TestFactsOfAState(t *testing.T) {
	s := newWorld(t).state
	for name, test := range map[string]struct{ got, want bool }{
		"a mail, whatever the case":       {s.Mailed("Nina.Roy@lakeside.example"), true},
		"a mail to nobody":                {s.Mailed("nobody@lakeside.example"), false},
		"somebody confirmed":              {s.Confirmed("maria.silva@northfield.example"), true},
		"somebody N/A":                    {s.Confirmed("jo.park@lakeside.example"), false},
		"an invite is no user":            {s.Confirmed("nina.roy@lakeside.example"), false},
		"a card":                          {s.Posted("approvals", "Jo Park", "Waiting for one approval"), true},
		"a reply in its thread":           {s.Posted("approvals", "Approved by"), true},
		"a card and its reply are two":    {s.Posted("approvals", "Jo Park", "Approved by"), false},
		"a private note is not posted":    {s.Posted("support", "You cannot approve"), false},
		"a private note":                  {s.Told("sam", "You cannot approve"), true},
		"a private note to somebody else": {s.Told("max", "You cannot approve"), false},
		"a direct message":                {s.Told("ana", "Approved in your name"), true},
		"a dialog":                        {s.Told("max", "Confirmation link"), true},
		"nobody":                          {s.Told("eve", ""), false},
	} {
		if test.got != test.want {
			t.Errorf("%s: %t", name, test.got)
		}
	}
}
