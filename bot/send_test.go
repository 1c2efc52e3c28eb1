package bot

import (
	"testing"
	"time"

	"registrar/bot/engine"
	"registrar/bot/runbook"
	"registrar/bot/slacktest"
	"registrar/store"
)

// asked is a run nobody in Slack has heard of.
func (w *world) asked() *engine.Run {
	w.Helper()
	sam := engine.Person{ID: "U1", Name: "sam", Email: "sam@x.edu"}
	d, err := w.engine.Propose(w.Context(), engine.Proposal{Draft: engine.NewID(), Action: "tidy", By: sam, Values: runbook.Values{"email": "a@x.edu"}, Reason: "x"})
	if err == nil {
		d, err = w.engine.Plan(w.Context(), d.ID)
	}
	if err != nil {
		w.Fatal(err)
	}
	r, err := w.engine.Request(w.Context(), d.ID, d.Hash, "", sam, "")
	if err != nil {
		w.Fatal(err)
	}
	return r
}

func TestAPostWithAnUnclearOutcomeIsSettledAtOnce(t *testing.T) {
	for name, c := range map[string]struct {
		post    slacktest.Fault
		history string // what Slack answers who looks for it
		cards   string
	}{
		"503":                            {slacktest.Fault{Status: 503}, "", "cards: 1"},
		"broken line":                    {slacktest.Fault{Drop: true}, "", "cards: 1"},
		"broken line, but posted":        {slacktest.Fault{Drop: true, After: true}, "", "cards: 1"},
		"503, may not look":              {slacktest.Fault{Status: 503}, "missing_scope", "cards: 1"},
		"503, no such method":            {slacktest.Fault{Status: 503}, "unknown_method", "cards: 1"},
		"internal error":                 {slacktest.Fault{Error: "internal_error"}, "", "cards: 1"},
		"internal error, but posted":     {slacktest.Fault{Error: "internal_error", After: true}, "", "cards: 1"},
		"fatal error, but posted":        {slacktest.Fault{Error: "fatal_error", After: true}, "", "cards: 1"},
		"unavailable, but posted":        {slacktest.Fault{Error: "service_unavailable", After: true}, "", "cards: 1"},
		"timed out, but posted":          {slacktest.Fault{Error: "request_timeout", After: true}, "", "cards: 1"},
		"posted, but it may not be seen": {slacktest.Fault{Status: 500, After: true}, "not_in_channel", "cards: 2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			r := w.asked()
			b := w.bot()
			w.slack.FailNext("chat.postMessage", c.post, 1)
			if c.history != "" {
				w.slack.FailNext("conversations.history", slacktest.Fault{Error: c.history}, 9)
			}
			began := time.Now()
			b.publish(b.pictureOf(r))
			w.script("card: Waiting for one approval")
			if p, err := w.store.Post(t.Context(), r.ID, keyCard); err != nil || !p.Posted {
				t.Errorf("the record of the card: %+v, %v", p, err)
			}
			if took := time.Since(began); took > store.PostingLife-2*time.Second {
				t.Errorf("the card took %v", took)
			}
			w.script(c.cards)
		})
	}
}

func TestADirectMessageWaitsForNoCard(t *testing.T) {
	w := newWorld(t)
	r := w.asked()
	b := w.bot()
	if _, claimed, err := w.store.ClaimPost(t.Context(), r.ID, keyCard, "a replica that died"); err != nil || !claimed {
		t.Fatal(claimed, err)
	}
	b.Watch(t.Context(), r) // waits for the card
	ann := engine.Person{ID: "U2", Name: "ann", Email: "ann@x.edu"}
	r, err := w.engine.Reject(t.Context(), engine.Press{Run: r.ID, Hash: r.Hash, By: ann, Reason: "not this week"})
	if err != nil {
		t.Fatal(err)
	}
	w.script("U1 dm: not this week", "cards: 0")
	// The claim of the dead counts for ten seconds, and whoever waited goes on.
	w.redis.SetTime(time.Now().Add(store.PostingLife + time.Second))
	w.script("card: Rejected", "thread: not this week", "cards: 1")
	if err := b.Repair(t.Context(), r); err != nil {
		t.Error(err)
	}
	if n := len(w.slack.Person("U1").DMs()); n != 1 {
		t.Errorf("%d direct messages", n)
	}
}

// A call that Slack wants later than a claim lasts is not waited for with the
// claim in hand.
func TestALongWaitHoldsNoClaim(t *testing.T) {
	w := newWorld(t)
	r := w.asked()
	b := w.bot()
	b.pacer.hold("chat.postMessage "+approvals, time.Hour)
	began := time.Now()
	if err := b.Repair(t.Context(), r); err == nil || time.Since(began) > store.PostingLife-2*time.Second {
		t.Errorf("Repair = %v after %v", err, time.Since(began))
	}
	if p, err := w.store.Post(t.Context(), r.ID, keyCard); err == nil {
		t.Errorf("the claim is kept: %+v", p)
	}
}
