package proof

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"registrar/bot/slacktest"
	"registrar/cmd/registrar/registrartest"
	"registrar/store/storetest"
)

// faultWorld is the world of one case: one replica, on a Redis of its own behind
// a proxy, before vendors whose calls can go wrong.
type faultWorld struct {
	*registrartest.World
	t       *testing.T
	program registrartest.Program
	server  atomic.Pointer[storetest.Redis] // changed by a failover, at any moment
	redis   *storetest.Proxy
	scripts storetest.Scripts
	wire    *faultWire
	replica *registrartest.Replica
	errand  faultErrand

	saw       string        // what the person was told, for the table
	reviewed  int           // how often a person had to say what happened
	requests  int           // how many cards there must be
	forgotten int           // how many of them Redis has lost
	patience  time.Duration // for what takes its time; 0: two minutes
	// unanswered: Slack may have envelopes that nobody answered.
	unanswered bool
	// beforePlanIsSent, where set, is called when the plan is on the screen.
	beforePlanIsSent func()
}

// policyForFaults has what cannot be undone wait no minute.
const policyForFaults = "actions:\n  merge-users: {delay: 1s}\n"

func newFaultWorld(t *testing.T, p registrartest.Program, e faultErrand) *faultWorld {
	t.Helper()
	w := &faultWorld{World: registrartest.NewWorld(t, p), t: t, program: p, errand: e}
	w.server.Store(storetest.RealRedis(t))
	w.scripts = storetest.LoadScripts(t, w.server.Load().URL())
	w.redis = storetest.NewProxy(t, w.server.Load().URL())
	policy := filepath.Join(t.TempDir(), "policy.yaml")
	if err := os.WriteFile(policy, []byte(policyForFaults), 0o600); err != nil {
		t.Fatal(err)
	}
	w.Env["REDIS_URL"], w.Env["REGISTRAR_POLICY"] = w.redis.URL(), policy
	w.Env[clockFile] = filepath.Join(t.TempDir(), "clock")
	delete(w.Env, "REGISTRAR_ALLOW_WEAK_REDIS")
	delete(w.Env, "REGISTRAR_ALERTS_CHANNEL") // its polls would meet the faults
	w.wire = newFaultWire(w.World)
	w.replica = w.Start(p)
	return w
}

func (w *faultWorld) within() (context.Context, context.CancelFunc) {
	return context.WithTimeout(w.t.Context(), cmp.Or(w.patience, 2*time.Minute))
}

// wait is Wait with a limit for what takes its time.
func (w *faultWorld) wait(what string, cond func() bool) {
	w.t.Helper()
	ctx, done := w.within()
	defer done()
	if err := w.Slack.Wait(ctx, cond); err != nil {
		card, _ := w.Card()
		status, sentence := statusOf(card)
		w.t.Fatalf("%s: %v; the card says %s: %s\nSam has %q\nlog:\n%s", what, err, status, sentence, shownTo(w.World, registrartest.Sam), tail(w.replica.Log()))
	}
}

// tail is the end of a log, or the first lines of what ended the process.
func tail(log string) string {
	if at := max(strings.Index(log, "\nfatal error"), strings.Index(log, "\npanic: ")); at >= 0 {
		return log[at:min(len(log), at+4000)]
	}
	lines := strings.Split(log, "\n")
	return strings.Join(lines[max(0, len(lines)-25):], "\n")
}

// sees waits until a person is told a text, and keeps its line for the table.
func (w *faultWorld) sees(person, text string) {
	w.t.Helper()
	w.wait(fmt.Sprintf("%s is told %q", person, text), func() bool {
		line, ok := quoted(shownTo(w.World, person), text)
		if ok {
			w.saw = line
		}
		return ok
	})
}

// request asks for the errand; it must work.
func (w *faultWorld) request() {
	w.t.Helper()
	err := w.Request(registrartest.Sam, w.errand.command, w.errand.values)
	if err != nil && strings.Contains(err.Error(), "no modal") {
		// A busy machine was too slow for Slack's three seconds: they type it again.
		err = w.Request(registrartest.Sam, w.errand.command, w.errand.values)
	}
	if err != nil {
		w.t.Fatalf("%v\nlog:\n%s", err, tail(w.replica.Log()))
	}
	w.requests++
	w.wait("a card", func() bool { return len(w.Slack.Messages(registrartest.Approvals)) == w.requests })
}

// approve has Ana approve it, where it needs that.
func (w *faultWorld) approve() {
	w.t.Helper()
	if !w.errand.approved {
		return
	}
	if err := w.Press(registrartest.Ana, "Approve"); err != nil {
		w.t.Fatal(err)
	}
}

// status is what the newest card shows.
func (w *faultWorld) status() (status, sentence string) {
	card, ok := w.Card()
	if !ok {
		return "", ""
	}
	return statusOf(card)
}

// finish follows the run to its end, doing what the card asks of people. A run
// that failed, saying so, is asked for again.
func (w *faultWorld) finish() {
	w.t.Helper()
	for again := 0; ; {
		var status, sentence string
		w.wait("the run goes on", func() bool {
			status, sentence = w.status()
			if _, why, says := strings.Cut(sentence, "it goes on by itself. "); says && status == "waiting-on-system" {
				w.note(why)
			}
			return slices.Contains([]string{"succeeded", "failed", "stale", "needs-review", "waiting-on-person"}, status)
		})
		card, _ := w.Card()
		switch status {
		case "succeeded":
			return
		case "waiting-on-person":
			w.errand.byHand(w)
			w.press(registrartest.Sam, card, "Done")
		case "needs-review":
			w.reviewed++
			w.note(w.evidence(card))
			button := "It did not happen"
			if w.wire.lastApplied() {
				button = "It happened"
			}
			w.press(registrartest.Ada, card, button)
		default:
			w.note(sentence)
			if again++; again > 2 {
				w.t.Fatalf("asked for again and again: %s: %s", status, sentence)
			}
			w.request()
			w.approve()
		}
		w.wait("the card is redrawn", func() bool { next, _ := w.Card(); return next.TS != card.TS || next.Revision() > card.Revision() })
	}
}

// note keeps what a person was told, where nothing is kept yet.
func (w *faultWorld) note(text string) {
	if w.saw == "" {
		w.saw = text
	}
}

// evidence is what a card that needs a review says of the step.
func (w *faultWorld) evidence(card slacktest.Message) string {
	_, sentence := statusOf(card)
	for line := range strings.SplitSeq(texts(card.Blocks), "\n") {
		if slices.ContainsFunc([]string{"gave no clear answer", "does not show", "did not show", "reply was lost", "interrupted", "failed over", "Nothing was written"}, func(s string) bool { return strings.Contains(line, s) }) {
			return strings.TrimSpace(line)
		}
	}
	return sentence
}

func (w *faultWorld) press(person string, card slacktest.Message, button string) {
	w.t.Helper()
	ctx, done := w.within()
	defer done()
	if _, err := w.Slack.Person(person).Click(ctx, card, button); err != nil {
		w.t.Fatalf("%s: %v", button, err)
	}
}
