package bot

import (
	"context"
	"testing"
)

// A report for which there is nothing to type is read at once, and its pages
// take each other's place.
func TestReportOfSeveralPages(t *testing.T) {
	w := newWorld(t)
	w.start(w.bot())
	w.script("U1 types /roll", "U1 modal: page 1", "U1 presses Older", "U1 modal: page 2", "U1 presses Newer", "U1 modal: page 1")
	if n := len(w.slack.Calls("views.open")); n != 1 {
		t.Errorf("%d modals were opened", n)
	}
	if n := len(w.slack.Calls("views.push")); n != 0 {
		t.Errorf("%d modals lie on top", n)
	}
}

// Where the modal was closed meanwhile the answer comes as a message, and its
// buttons open one.
func TestPagesOfAMessage(t *testing.T) {
	w := newWorld(t)
	hold := make(chan struct{})
	w.hooks.onPlan(func(context.Context) error { <-hold; return nil })
	w.start(w.bot())
	w.script("U1 types /roll", "U1 modal: Looking up…", "U1 closes")
	close(hold)
	w.script("U1 dm: page 1", "U1 presses Older", "U1 modal: page 2")
}
