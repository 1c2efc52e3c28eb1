package page

import "testing"

func TestStoryTicksInOrderAndForGood(t *testing.T) {
	mailed := func(s State) bool { return len(s.Mail) > 0 }
	named := func(s State) bool { return s.Team == "here" }
	story := NewStory(
		Chapter{Steps: []Step{
			{Title: "two parts", Parts: []Part{{Text: "mail", When: mailed}, {Text: "name", When: named}}},
			{Title: "one part", Parts: []Part{{Text: "mail", When: mailed}}},
		}},
		Chapter{Steps: []Step{{Title: "another", Parts: []Part{{Text: "name", When: named}}}}},
	)
	// read writes a tick for a chapter, its first step, the parts of that, its next step …
	read := func(s State) (ticks string) {
		tick := func(done bool) {
			if done {
				ticks += "x"
			} else {
				ticks += "-"
			}
		}
		for _, chapter := range story.read(s) {
			tick(chapter.Done)
			for _, step := range chapter.Steps {
				tick(step.Done)
				for _, part := range step.Parts {
					tick(part.Done)
				}
			}
			ticks += " "
		}
		return ticks
	}
	for _, test := range []struct {
		name  string
		state State
		want  string
	}{
		{"nothing yet", State{}, "------ --- "},
		{"the second part does not count before the first, and chapters go their own ways", State{Team: "here"}, "------ xxx "},
		{"the steps go their own ways", State{Mail: []Mail{{}}}, "--x-xx xxx "},
		{"a tick stays when its cause is gone", State{Team: "here"}, "xxxxxx xxx "},
		{"and the whole stays", State{}, "xxxxxx xxx "},
	} {
		if ticks := read(test.state); ticks != test.want {
			t.Errorf("%s: %q, want %q", test.name, ticks, test.want)
		}
	}
}
