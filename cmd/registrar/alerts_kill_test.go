package main

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os/exec"
	"slices"
	"testing"
	"time"

	"registrar/bot/alerts"
	"registrar/integrations/salesforce"
	"registrar/integrations/salesforce/salesforcetest"
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
	const rows, people = 1000, 300
	at := alerting(t, "1s")
	contacts := make([]string, people)
	for i := range contacts {
		contacts[i], _ = at.stranger(fmt.Sprintf("jo%d@x.edu", i))
	}
	random := rand.New(rand.NewPCG(1, 2))
	var replicas [3]*exec.Cmd
	for i := range replicas {
		replicas[i] = at.child(t)
	}
	kills, known := 0, 0
	var late []func()
	for i := range rows {
		who := random.IntN(known + 1)
		if i*people/rows >= known { // somebody new
			who, known = known, known+1
		}
		l := salesforcetest.CallLog{ContactID: contacts[min(who, people-1)], Response: "422: " + salesforce.TakenAddress,
			CreatedAt: time.Now().Add(-time.Duration(random.IntN(180)) * time.Second)}
		if i%5 == 0 {
			_, commit := at.org.BeginCallLog(l)
			late = append(late, commit)
		} else {
			at.org.SeedCallLog(l)
		}
		if random.IntN(40) == 0 {
			time.Sleep(time.Duration(random.IntN(800)) * time.Millisecond) // what happens meanwhile is up to chance
			victim := random.IntN(len(replicas))
			murder(t, replicas[victim])
			replicas[victim] = at.child(t)
			kills++
		}
		if i%100 == 99 { // most of those that are late
			for _, commit := range late[:len(late)/2+1] {
				commit()
			}
			late = late[len(late)/2+1:]
		}
	}
	for _, commit := range late {
		commit()
	}
	at.settle(t, rows)
	for _, r := range replicas {
		murder(t, r)
	}
	all := at.alerts(t)
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
	t.Logf("%d kills; %d messages", kills, len(faces))
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
func (at installation) alerts(t *testing.T) []*alerts.Alert {
	t.Helper()
	c, err := ReadConfig(at.env)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := openStore(t.Context(), c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	var all []*alerts.Alert
	for a, err := range everyAlert(t.Context(), kept, alerts.Query{Limit: 200}) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, a)
	}
	return all
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

// settle waits until all rows are in alerts and every alert is shown.
func (at installation) settle(t *testing.T, rows int) {
	t.Helper()
	for deadline := time.Now().Add(3 * time.Minute); time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
		taken, shown := 0, at.faces()
		hidden := slices.ContainsFunc(at.alerts(t), func(a *alerts.Alert) bool {
			taken += a.Rows
			return shown[a.Face()] == 0
		})
		if taken >= rows && !hidden {
			return
		}
	}
	t.Log("not everything was shown in three minutes")
}
