package bot

import (
	"errors"
	"strings"
	"testing"
	"time"

	"registrar/bot/slacktest"
)

// onHome plays a line about the Home tab.
func (w *world) onHome(p *slacktest.Person, line string) error {
	verb, arg, _ := strings.Cut(line, " ")
	switch verb {
	case "presses":
		_, err := p.Click(w.Context(), p.Home(), arg)
		return err
	case "lacks":
		w.until(line, func() bool { v := p.Home(); return v != nil && !strings.Contains(words(v.Blocks), arg) })
		return nil
	}
	return errors.New("not a line of a conversation")
}

// A Home tab that cannot be filled says so, and that is not the end of it.
func TestHomeWithoutTheStore(t *testing.T) {
	w := newWorld(t)
	w.start(w.bot())
	w.redis.SetError("ERR down")
	w.script("U1 opens home", "U1 home: nothing was done")
	w.redis.SetError("")
	w.script("U1 home presses Try again", "U1 home: Nothing waits for you.")
	w.clean()
}

// The cards that Home tabs link to are where Slack would find them.
func TestHomeLinksToTheCard(t *testing.T) {
	w := newWorld(t)
	w.start(w.bot())
	card := w.requests()
	w.script("U2 opens home", "U2 home: Waiting for you (1)")
	want := "/archives/" + approvals + "/p" + strings.ReplaceAll(card.TS, ".", "")
	var found []string
	for _, c := range slacktest.Controls(w.slack.Person("U2").Home().Blocks) {
		if c.URL != "" {
			found = append(found, c.URL)
		}
	}
	if len(found) != 1 || !strings.HasSuffix(found[0], want) {
		t.Errorf("links %q, want one to %s", found, want)
	}
}

// Whoever has not looked for long is left alone.
func TestAnOldHomeIsNotDrawn(t *testing.T) {
	w := newWorld(t)
	w.start(w.bot())
	w.script("U2 opens home", "U2 home: Nothing waits for you.")
	w.ahead.Add(int64(time.Hour))
	before := len(w.slack.Calls("views.publish"))
	w.requests()
	if n := len(w.slack.Calls("views.publish")) - before; n != 0 {
		t.Errorf("views.publish was called %d times", n)
	}
	w.clean()
}
