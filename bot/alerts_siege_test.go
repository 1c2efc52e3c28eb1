package bot

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"registrar/bot/alerts"
	"registrar/bot/slacktest"
	"registrar/bot/slackui"
)

// A watcher is one replica that reads the log and announces what it finds.
type watcher struct {
	*Bot
	desk *alerts.Desk
}

func (w *world) watcher(owner string) watcher {
	desk := *w.desk
	desk.Owner = owner
	b := w.bot(func(c *Config) { c.Alerts = &desk })
	desk.Watch, desk.WatchDigest = b.WatchAlert, b.WatchDigest
	return watcher{b, &desk}
}

// dies ends a replica in the middle of whatever it does.
func (r watcher) dies() {
	r.end()
	<-r.tracker.drain()
}

// settled reports whether it is posting or drawing nothing.
func (r watcher) settled() bool {
	r.posts.mu.Lock()
	defer r.posts.mu.Unlock()
	for id := range r.posts.waiting {
		if id != homesPicture {
			return false
		}
	}
	return true
}

// TestEveryAlertIsPostedOnceWhileReplicasDie: three replicas read the log, die
// at random moments, and Slack loses its answers; in the end each person's error
// is in the channel, once, and so is the burst.
func TestEveryAlertIsPostedOnceWhileReplicasDie(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	random := rand.New(rand.NewPCG(4, 2))
	var replicas []watcher
	for i := range 3 {
		replicas = append(replicas, w.watcher(fmt.Sprint("replica", i)))
	}
	later := func(d time.Duration) {
		w.ahead.Add(int64(d))
		w.redis.SetTime(w.now())
	}
	faults := []slacktest.Fault{{Status: 500, After: true}, {Drop: true, After: true}, {Status: 503}, {Error: "internal_error", After: true}}
	const rounds, crowd, burst = 8, 4, 15
	person := 0
	for round := range rounds {
		n := crowd
		if round == rounds/2 {
			n = burst
		}
		for range n {
			w.sync.add(fmt.Sprint("Person ", person), fmt.Sprintf("p%d@x.edu", person), w.now())
			person++
		}
		w.slack.FailNext("chat.postMessage", faults[random.IntN(len(faults))], 1)
		r := replicas[random.IntN(3)]
		if _, err := r.desk.Poll(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := r.desk.Reconcile(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(random.Int64N(int64(15 * time.Millisecond)))) // dies before, while or after it posts
		victim := random.IntN(3)
		replicas[victim].dies()
		replicas[victim] = w.watcher(fmt.Sprintf("replica%d after round %d", victim, round))
		for _, r := range replicas {
			// Nobody's clock leaps while a call is on its way.
			w.eventually("what was begun to be shown", r.settled)
		}
		later(40 * time.Second)
	}
	w.eventually("all to be shown", func() bool {
		for _, r := range replicas {
			if err := r.desk.Reconcile(t.Context()); err != nil {
				t.Fatal(err)
			}
			w.eventually("what was begun to be shown", r.settled)
		}
		left, err := w.store.Alerts().Unshown(t.Context(), w.now().Add(time.Hour), 100)
		later(40 * time.Second)
		return err == nil && len(left) == 0
	})
	cards, digests := map[string]int{}, 0
	for _, m := range w.slack.Messages(alertsChannel) {
		var about slack.SlackMetadata
		if err := json.Unmarshal(m.Metadata, &about); err != nil {
			t.Fatal(err)
		}
		switch about.EventType {
		case slackui.EventAlert:
			cards[fmt.Sprint(about.EventPayload["alert"])]++
		case slackui.EventDigest:
			digests++
		}
	}
	if want := (rounds - 1) * crowd; len(cards) != want || digests != 1 {
		t.Errorf("%d alerts have a card and there are %d digests, want %d and one", len(cards), digests, want)
	}
	for id, n := range cards {
		if n != 1 {
			t.Errorf("alert %s has %d cards", id, n)
		}
	}
	for _, r := range replicas {
		r.dies()
	}
}
