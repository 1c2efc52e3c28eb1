package proof

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"registrar/bot/slacktest"
	"registrar/cmd/registrar/registrartest"
	"registrar/integrations/rest/resttest"
	"registrar/store/storetest"
)

// keep is where the records of the release before are kept for later ones:
//
//	go test ./cmd/registrar/proof -run TestUpgradeKeepsRecords -keep ../../../store/testdata/records/kept/NAME.jsonl
var keep = flag.String("keep", "", "file to write the records of -previous to, of every action and status")

// TestUpgradeKeepsRecords has the previous release do every errand, and writes
// down what it stored: a run, a draft and an alert of each action and status. The
// file is a fixture of package store and is never written again.
func TestUpgradeKeepsRecords(t *testing.T) {
	if *keep == "" {
		t.Skip("it writes fixtures, where -keep says so")
	}
	p := buildOf(t, *previous)
	k := &keeper{lines: map[string]string{}}
	m := &matrix{t: t, program: p}
	slots := make(chan struct{}, 4)
	var all sync.WaitGroup
	each := func(name string, e errand, do func(t *testing.T, s *stage, e errand) error) {
		all.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			t.Run(name, func(t *testing.T) {
				s := m.open(t, e, "")
				proxy := storetest.NewProxy(t, s.redis)
				proxy.Hook(k.hear)
				s.World.Start(p, map[string]string{"REDIS_URL": proxy.URL()}, e.settings)
				if err := do(t, s, e); err != nil {
					t.Error(err)
				}
			})
		})
	}
	for _, e := range errands() {
		if !e.slow {
			each(e.title(), e, carried)
		}
	}
	first := errands()[0]
	for _, button := range []string{"Reject", "Cancel run"} {
		each(button, first, func(t *testing.T, s *stage, e errand) error { return ended(t, s, e, button) })
	}
	for status, fault := range faulty() {
		each(status, keptErrand(), func(t *testing.T, s *stage, e errand) error { return k.troubled(t, s, e, status, fault) })
	}
	each("alerts", errand{settings: map[string]string{"REGISTRAR_ALERTS_CHANNEL": registrartest.Alerts}}, alerted)
	all.Wait()
	if err := k.write(*keep); err != nil {
		t.Error(err)
	}
	t.Logf("%d records", len(k.lines))
}

// carried has an errand done.
func carried(t *testing.T, s *stage, e errand) error {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	return newPeople(s, e).carry(ctx)
}

// ended has a request refused or withdrawn.
func ended(t *testing.T, s *stage, e errand, button string) error {
	if err := s.Request(registrartest.Sam, e.command, map[string]any{"Reason": "ticket"}); err != nil {
		return err
	}
	who := registrartest.Ana
	if button == "Cancel run" {
		who = registrartest.Sam
	}
	if err := s.Press(who, button); err != nil {
		return err
	}
	if button == "Reject" {
		ana := s.Slack.Person(who)
		s.Wait("the form for the reason", func() bool { return ana.Modal() != nil })
		if _, err := ana.Submit(t.Context(), map[string]any{slacktest.Controls(ana.Modal().Blocks)[0].Text: "not this one"}); err != nil {
			return err
		}
	}
	s.Wait("the end", func() bool { card, _ := s.Card(); return over(card) })
	return nil
}

func keptErrand() errand {
	return errand{action: "create-group", command: "/create-group Riverbend Institute", values: map[string]any{"Reason": "ticket", "Add the people who were waiting?": "Yes, add them"}}
}

// faulty is how runs come into the statuses that nobody wants.
func faulty() map[string]func(s *stage) {
	fails := func(f resttest.Fault) func(s *stage) {
		f.Method, f.Route = http.MethodPost, "/groups"
		return func(s *stage) { s.LearnUpon.Fail(f) }
	}
	return map[string]func(s *stage){
		"needs-review":      fails(resttest.Fault{Status: http.StatusInternalServerError}),
		"failed":            fails(resttest.Fault{Status: http.StatusUnprocessableEntity}),
		"waiting-on-system": fails(resttest.Fault{Status: http.StatusTooManyRequests, RetryAfter: "60"}),
		"stale": func(s *stage) {
			a, _ := s.Salesforce.Snapshot().Account("Riverbend Institute")
			s.Salesforce.Edit(a.ID, "Account Name", "Riverbend University")
		},
	}
}

// troubled has a run come into such a status.
func (k *keeper) troubled(t *testing.T, s *stage, e errand, status string, fault func(*stage)) error {
	if err := s.Request(registrartest.Sam, e.command, e.values); err != nil {
		return err
	}
	fault(s)
	if err := s.Press(registrartest.Ana, "Approve"); err != nil {
		return err
	}
	s.Wait("a run that is "+status, func() bool { return k.has("run/" + e.action + "/" + status) })
	return nil
}

// alerted has alerts taken, put aside and set aside for good.
func alerted(t *testing.T, s *stage, _ errand) error {
	c, _ := s.Salesforce.Snapshot().Contact(noor)
	s.Salesforce.Edit(c.ID, "Create in LearnUpon", true) // the sync finds the address taken
	s.Wait("alerts", func() bool { return len(s.Slack.Messages(registrartest.Alerts)) > 0 })
	for _, button := range []string{"Assign to me", "Snooze", "Dismiss"} {
		for _, alert := range s.Slack.Messages(registrartest.Alerts) {
			for _, c := range slacktest.Controls(alert.Blocks) {
				if c.Text != button {
					continue
				}
				var choice any
				if len(c.Options) > 0 {
					choice = c.Options[0].Text
				}
				if _, err := s.Slack.Person(registrartest.Sam).Press(t.Context(), alert, c.BlockID, c.ActionID, choice); err != nil {
					return fmt.Errorf("%s: %w", button, err)
				}
			}
		}
	}
	return nil
}

// keeper hears what is stored.
type keeper struct {
	mu    sync.Mutex
	lines map[string]string // by what tells records apart
}

// hear takes the record out of a script's arguments: "body" and the record's
// text follow each other in all of them.
func (k *keeper) hear(c storetest.Command) storetest.Fate {
	for i, arg := range c.Args {
		if arg != "body" || i+1 == len(c.Args) {
			continue
		}
		var r struct {
			ID, Action, Status string
			Steps              []struct{ Status string }
			Person             string
			Alerts             []string
		}
		body := c.Args[i+1]
		if json.Unmarshal([]byte(body), &r) != nil || r.ID == "" {
			continue
		}
		kind := "draft"
		switch {
		case len(r.Alerts) > 0:
			kind = "digest"
		case r.Person != "":
			kind = "alert"
		case strings.Contains(body, `"schema"`):
			kind = "run"
		}
		line, err := json.Marshal(map[string]json.RawMessage{"kind": json.RawMessage(`"` + kind + `"`), "body": json.RawMessage(body)})
		if err != nil {
			continue
		}
		k.mu.Lock()
		if name := strings.Join([]string{kind, r.Action, r.Status}, "/"); k.lines[name] == "" || r.Status == "applying" {
			k.lines[name] = string(line)
		}
		k.mu.Unlock()
	}
	return storetest.Fate{}
}

func (k *keeper) has(name string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.lines[name] != ""
}

func (k *keeper) write(file string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	for _, name := range slices.Sorted(maps.Keys(k.lines)) {
		fmt.Fprintln(w, k.lines[name])
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}
