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
