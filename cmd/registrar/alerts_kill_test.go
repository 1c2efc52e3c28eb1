package main

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os/exec"
	"testing"
	"time"

	"registrar/bot/alerts"
	"registrar/integrations/salesforce"
	"registrar/integrations/salesforce/salesforcetest"
	"registrar/store/storetest"
)

// TestAlertsWhileReplicasAreKilled writes 1,000 rows about 300 people to the
// log, out of order and some of them late, while three real processes read it
// and are killed with SIGKILL at random and started again. In the end each
// person has one alert with all of their rows, and each alert, or the digest
// that holds it, has one message.
func TestAlertsWhileReplicasAreKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes and kills them")
	}
	const rows, people, waves = 1000, 300, 4
	at := alerting(t, "1s")
	// A real Redis, because three processes are more than miniredis in this one
	// can serve under the race detector. What a minute allows would make this
	// wait, and has tests of its own.
	redis := storetest.RealRedis(t, "--appendfsync", "no")
	at.learnupon.Limit(1e6, 1e8)
	at.env = append(at.env, "REDIS_URL="+redis.URL(), "LEARNUPON_RATE_PER_MINUTE=1000000")
	contacts := make([]string, people)
	for i := range contacts {
		contacts[i], _ = at.stranger(fmt.Sprintf("jo%d@x.edu", i))
	}
	random := rand.New(rand.NewPCG(1, 2))
	var replicas [3]*exec.Cmd
	for i := range replicas {
		replicas[i] = at.child(t)
	}
	known, written := 0, 0
	var late []func()
	for wave := range waves {
		for _, commit := range late {
			commit()
		}
		late = nil
		fresh := 8 // a card each, or a digest
		if wave%2 == 0 {
			fresh = 2*people/waves - fresh
		}
		for i := range rows / waves {
			who := random.IntN(known + 1)
			if i < fresh {
				who, known = known, known+1
			}
			l := salesforcetest.CallLog{ContactID: contacts[min(who, people-1)], Response: "422: " + salesforce.TakenAddress,
				CreatedAt: time.Now().Add(-time.Duration(random.IntN(180)) * time.Second)}
			if i%5 == 4 {
				_, commit := at.org.BeginCallLog(l)
				late = append(late, commit)
				continue
			}
			at.org.SeedCallLog(l)
			written++
		}
		for range 2 {
			time.Sleep(time.Duration(random.IntN(1200)) * time.Millisecond) // when it dies is up to chance
			victim := random.IntN(len(replicas))
			murder(t, replicas[victim])
			replicas[victim] = at.child(t)
		}
		at.settle(t, written-random.IntN(rows/waves/2), false)
		written += len(late)
	}
	for _, commit := range late {
		commit()
	}
	at.settle(t, rows, true)
	for _, r := range replicas {
		murder(t, r)
	}
	all, err := at.alerts(t)
	if err != nil {
		t.Fatal(err)
	}
	persons, faces, taken := map[string]int{}, map[string]bool{}, 0
	for _, a := range all {
		persons[a.Person]++
		faces[a.Face()] = true
		taken += a.Rows
	}
	if len(all) != people || len(persons) != people || taken != rows {
		t.Errorf("%d alerts of %d people with %d rows; want %d, %d, %d", len(all), len(persons), taken, people, people, rows)
	}
	shown := at.faces()
	for face := range faces {
		if shown[face] != 1 {
			t.Errorf("%s has %d messages, want 1", face, shown[face])
		}
	}
	if len(shown) != len(faces) {
		t.Errorf("%d messages for %d alerts and digests", len(shown), len(faces))
	}
	t.Logf("%d kills; %d messages", 2*waves, len(faces))
}

// child starts a replica of its own.
func (at installation) child(t *testing.T) *exec.Cmd {
	t.Helper()
	c := errand{Env: at.env, Serve: true}.command(t)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	return c
}

func murder(t *testing.T, c *exec.Cmd) {
	t.Helper()
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait() // it says "killed"
}

// alerts lists every alert there is.
func (at installation) alerts(t *testing.T) (all []*alerts.Alert, err error) {
	t.Helper()
	c, err := ReadConfig(at.env)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := openStore(t.Context(), c, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	defer kept.Close()
	for a, err := range everyAlert(t.Context(), kept, alerts.Query{Limit: 200}) {
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, nil
}

// faces counts the cards of alerts and digests in the channel.
func (at installation) faces() map[string]int {
	shown := map[string]int{}
	for _, m := range at.slack.Messages("C3") {
		var is struct {
			EventPayload struct{ Key, Alert, Digest string } `json:"event_payload"`
		}
		if json.Unmarshal(m.Metadata, &is) == nil && is.EventPayload.Key == "card" {
			shown[is.EventPayload.Alert+is.EventPayload.Digest]++
		}
	}
	return shown
}

// settle waits until so many rows are in alerts, and if wanted every alert is
// shown. A machine that is too busy to answer is asked again, for as long as
// there is progress.
func (at installation) settle(t *testing.T, rows int, all bool) {
	t.Helper()
	const patience = 2 * time.Minute
	best, since := -1, time.Now()
	for ; time.Since(since) < patience; time.Sleep(500 * time.Millisecond) {
		found, err := at.alerts(t)
		if err != nil {
			continue
		}
		taken, hidden, shown := 0, 0, at.faces()
		for _, a := range found {
			taken += a.Rows
			if shown[a.Face()] == 0 {
				hidden++
			}
		}
		if taken >= rows && (hidden == 0 || !all) {
			return
		}
		if done := taken - hidden; done > best {
			best, since = done, time.Now()
		}
	}
	t.Fatalf("of %d rows and their messages, %d are done, and in %s came no more", rows, best, patience)
}
