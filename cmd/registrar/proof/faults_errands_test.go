package proof

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"registrar/cmd/registrar/registrartest"
)

// faultErrand is what is under way when something goes wrong.
type faultErrand struct {
	name     string
	command  string
	values   map[string]any
	approved bool              // somebody else must approve it
	byHand   func(*faultWorld) // what a person does in LearnUpon before they press Done
}

// The errands of the fault table: one with writes in both systems that make new
// things, one of many steps, one that asks a person, and one of a single write.
func groupErrand() faultErrand {
	return faultErrand{name: "create-group", command: "/create-group Riverbend Institute", approved: true,
		values: map[string]any{"Reason": "ticket", "Add the people who were waiting?": "Yes, add them"}}
}

func mergeErrand() faultErrand {
	return faultErrand{name: "merge-users", command: "/merge-users " + daniel + " " + daniel2 + " deactivate", approved: true,
		values: map[string]any{"Reason": "ticket"}}
}

func optOutErrand() faultErrand {
	return faultErrand{name: "opt-out", command: "/opt-out " + wei, values: map[string]any{"Reason": "ticket"}, byHand: func(w *faultWorld) {
		u, _ := w.LearnUpon.Snapshot().User(wei)
		w.LearnUpon.SetOptOut(u.ID, true)
	}}
}

func deactivateErrand() faultErrand {
	return faultErrand{name: "deactivate", command: "/deactivate " + wei, values: map[string]any{"Reason": "ticket"}, approved: true}
}

// endState is what vendors hold when an errand is done, and how often each write
// was done.
type endState struct {
	records []string
	writes  map[string]int
}

// endStates are those of errands with which nothing went wrong.
type endStates struct {
	program registrartest.Program
	mu      sync.Mutex
	known   map[string]endState
}

// of does the errand once in a world of its own.
func (e *endStates) of(t *testing.T, errand faultErrand) endState {
	t.Helper()
	e.mu.Lock()
	defer e.mu.Unlock()
	if s, ok := e.known[errand.name]; ok {
		return s
	}
	w := newFaultWorld(t, e.program, errand)
	w.request()
	w.approve()
	w.finish()
	if w.reviewed > 0 || w.requests != 1 {
		t.Fatalf("without a fault: %d reviews, %d requests", w.reviewed, w.requests)
	}
	s := endState{w.records(), w.wire.done()}
	w.replica.Stop()
	e.known[errand.name] = s
	return s
}

func (w *faultWorld) records() []string { return (&stage{World: w.World}).vendors() }

// judge says what is not as it would have been without the fault.
func (w *faultWorld) judge(want endState) (wrong []string) {
	add := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	got := w.records()
	for _, line := range got {
		if !slices.Contains(want.records, line) {
			add("vendors hold %q", line)
		}
	}
	for _, line := range want.records {
		if !slices.Contains(got, line) {
			add("vendors lack %q", line)
		}
	}
	if done := w.wire.done(); !maps.Equal(done, want.writes) {
		add("written %v, want %v", done, want.writes)
	}
	if cards := len(w.Slack.Messages(registrartest.Approvals)); cards != w.requests {
		add("%d cards for %d requests", cards, w.requests)
	}
	if w.saw == "" {
		add("nobody was told anything")
	}
	if late := w.Slack.Unanswered(); len(late) > 0 && !w.unanswered {
		add("%d envelopes were not answered in time", len(late))
	}
	if err := w.Check(); err != nil {
		add("%v", err)
	}
	env := maps.Clone(w.Env)
	env["REDIS_URL"] = w.server.Load().URL()
	if out, errs, code := w.program.Run(w.t, env, "audit", "verify"); code != 0 {
		add("audit verify: %s%s", out, errs)
	}
	trail, _, _ := w.program.Run(w.t, env, "audit", "export")
	if n := strings.Count(trail, `"run.requested"`); n != w.requests-w.forgotten {
		add("%d requests in the trail, want %d", n, w.requests-w.forgotten)
	}
	if n := strings.Count(trail, `"run.approve"`); w.errand.approved && n != w.requests-w.forgotten {
		add("%d approvals in the trail, want %d", n, w.requests-w.forgotten)
	}
	return wrong
}
