package bot

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"registrar/bot/engine"
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

// fill puts runs into the store, every tenth of them open, each of one of 50
// people. They have no card.
func (w *world) fill(from, to int) {
	w.Helper()
	sample := w.asked()
	for i := from; i < to; i++ {
		r := *sample
		r.ID, r.Created = fmt.Sprint("run-", i), w.now().Add(-time.Duration(i)*time.Second)
		if i%10 != 0 {
			r.Status = engine.Succeeded
		}
		body, err := json.Marshal(r)
		if err != nil {
			w.Fatal(err)
		}
		const tag = "{registrar}:"
		w.redis.HSet(tag+"run:"+r.ID, "body", string(body), "schema", "1", "version", "1", "status", string(r.Status))
		lists := []string{"runs:created", fmt.Sprint("runs:by:U", i%50)}
		if i%10 == 0 {
			lists = append(lists, "runs:open")
		}
		for _, list := range lists {
			if _, err := w.redis.ZAdd(tag+list, float64(r.Created.UnixMilli()), r.ID); err != nil {
				w.Fatal(err)
			}
		}
	}
}

// A Home tab costs the same number of commands, each of one key, however many
// runs there are; a new connection costs a few.
func TestHomeCostsTheSameHoweverManyRuns(t *testing.T) {
	w := newWorld(t)
	b := w.bot()
	cost := func() int {
		before := w.redis.CommandCount()
		h, err := b.home(t.Context(), engine.Person{ID: "U2", Name: "ann", Email: "ann@x.edu"})
		if err != nil || len(h.Waiting) != homeOpen || len(h.Mine) != homeMine || !h.Partly {
			t.Fatalf("%d runs wait and %d are mine, partly %t, %v", len(h.Waiting), len(h.Mine), h.Partly, err)
		}
		return w.redis.CommandCount() - before
	}
	w.fill(0, 1500)
	few := cost()
	w.fill(1500, 6000)
	if many := cost(); many > few+9 || few > 2*(homeOpen+homeMine)+20 {
		t.Errorf("%d commands with 1,500 runs in the store, %d with 6,000", few, many)
	}
}

// The cards that Home tabs link to are where Slack would find them.
func TestHomeLinksToTheCard(t *testing.T) {
	w := newWorld(t)
	w.start(w.bot())
	card := w.requests()
	w.script("U2 opens home", "U2 home: Waiting for you (1)")
	want := "/archives/" + approvals + "/p" + strings.ReplaceAll(card.TS, ".", "")
	w.until("a link to the card", func() bool {
		return slices.ContainsFunc(slacktest.Controls(w.slack.Person("U2").Home().Blocks), func(c slacktest.Control) bool { return strings.HasSuffix(c.URL, want) })
	})
	w.clean()
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
