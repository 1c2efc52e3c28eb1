package handlers_test

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"registrar/bot/runbook"
	"registrar/handlers"
)

// irrevocable are the steps without a Done, with the reason: where such a step
// is interrupted, the run stops until a person has looked.
var irrevocable = map[string]string{
	"change-email/login-address": "no API tells whether an address waits for the person, and asking again mails them again",
	"confirm-user/open":          "no API tells whether an address is confirmed",
	"fix-sync/login-address":     "as with change-email",
	"resend-confirmation/mail":   "the ledger hears of a mail only after the server took it",
}

// nobodyGains are the actions by which nobody may gain, with the reason.
var nobodyGains = map[string]string{
	"create-group": "a group without people teaches nobody",
}

func TestEveryActionSaysWhatItIs(t *testing.T) {
	w := newWorld(t)
	catalog, err := handlers.Catalog(w.deps)
	if err != nil {
		t.Fatal(err)
	}
	for a := range catalog.All() {
		t.Run(a.Name, func(t *testing.T) {
			if strings.HasSuffix(a.Summary, ".") || strings.Contains(a.Summary, "\n") || len(a.Summary) > 100 {
				t.Errorf("summary %q: one line of at most 100 characters, no full stop", a.Summary)
			}
			if !strings.HasSuffix(a.Help, ".") {
				t.Errorf("help %q: whole sentences", a.Help)
			}
			if a.Command != "/"+a.Name {
				t.Errorf("command %s of %s: people guess one from the other", a.Command, a.Name)
			}
			if got, notes := runbook.Prefill(a.Fields(), a.Example); len(got) == 0 && len(a.Fields()) > 0 || notes != nil {
				t.Errorf("example %q fills in %v, and %q", a.Example, got, notes)
			} else if _, err := a.Decode(got); err != nil {
				t.Errorf("example %q: %v", a.Example, err)
			}
			for _, f := range a.Fields() {
				if !f.Chosen && f.Hint == "" {
					t.Errorf("field %q has no hint", f.Label)
				}
			}
			for _, rule := range a.Approvals {
				if rule.Needed == 0 || rule.Why == "" {
					t.Errorf("a rule of its own that asks for nothing, or not why: %+v", rule)
				}
			}
			tested := func(s scenario) bool { return s.action == a.Name }
			if !a.ReadOnly() && !slices.ContainsFunc(scenarios(), tested) {
				t.Error("no scenario: the contract is not checked")
			}
		})
	}
}

func TestContract(t *testing.T) {
	for _, s := range scenarios() {
		t.Run(s.action+"/"+s.name, func(t *testing.T) {
			w := newWorld(t)
			if s.noMail {
				w.deps.Mail = nil
			}
			typed := s.seed(w)
			w.academy.ResetCalls()
			w.org.ResetCalls()
			p := w.mustPlan(s.action, typed)
			again := w.mustPlan(s.action, typed)
			if n := w.writes(); n != 0 || len(w.post.Messages()) != 0 || len(w.used) != 0 {
				t.Errorf("planning wrote: %d calls, %d mails, %d marks", n, len(w.post.Messages()), len(w.used))
			}
			if p.Plan.Hash() != again.Plan.Hash() || string(p.Target) != string(again.Target) {
				t.Errorf("the same records give two plans:\n%s", cmp.Diff(p.Plan, again.Plan))
			}
			action := w.action(s.action)
			checkSteps(t, action, p)
			if rule := p.Plan.Approval; rule.Needed > 0 && !slices.ContainsFunc(action.Approvals, func(own runbook.Approval) bool { return cmp.Equal(own, rule) }) {
				t.Errorf("%+v is none of the rules the action names: %+v", rule, action.Approvals)
			}
			checkHash(t, p.Plan)
			checkSecrets(t, w, p)

			r := w.newRun(typed, w.copiesLink)
			if err := r.apply(s.action, p); err != nil {
				t.Fatal(err)
			}
			s.holds(t, r)
			checkOnce(t, r, s.action, p)
		})
	}
}

var toggle = regexp.MustCompile(`(?i)\b(enable|disable|toggle|switch)`)

func checkSteps(t *testing.T, a runbook.Action, p runbook.Proposal) {
	t.Helper()
	steps, err := a.Steps(p.Target)
	if err != nil {
		t.Fatal(err)
	}
	if p.Plan.Nothing != "" || len(steps) == 0 || len(steps) != len(p.Plan.Steps) {
		t.Fatalf("%d steps, %d planned, nothing to do: %q", len(steps), len(p.Plan.Steps), p.Plan.Nothing)
	}
	seen := map[string]bool{}
	for i, s := range steps {
		planned := p.Plan.Steps[i]
		if seen[s.ID] || s.ID != planned.ID || s.Title == "" || s.System == "" || !cmp.Equal(s.Changes, planned.Changes) {
			t.Errorf("step %q: double, incomplete or not as planned (%q)", s.ID, planned.ID)
		}
		seen[s.ID] = true
		kinds := 0
		for _, is := range []bool{s.Do != nil, s.Ask != nil, s.Wait != nil, s.File != nil} {
			if is {
				kinds++
			}
		}
		if kinds != 1 {
			t.Errorf("step %s: %d of Do, Ask, Wait and File; want one", s.ID, kinds)
		}
		if s.Do != nil && s.Done == nil && !s.Repeatable && irrevocable[a.Name+"/"+s.ID] == "" {
			t.Errorf("step %s: nothing tells whether it happened, and no reason is given", s.ID)
		}
		if s.Do != nil && s.Done == nil && !s.Repeatable && s.Look == "" {
			t.Errorf("step %s: people are to decide whether it happened, and are not told how", s.ID)
		}
		if s.Do != nil && !s.Repeatable && len(s.Changes) == 0 {
			t.Errorf("step %s: it changes something the approver does not see", s.ID)
		}
		if s.Ask != nil && (s.Ask.Link.URL == "" || s.Ask.Link.Text == "" || !strings.HasSuffix(s.Ask.Instruction, ".") || toggle.MatchString(s.Ask.Instruction)) {
			t.Errorf("step %s: an ask is a link and an end state, not a direction: %q", s.ID, s.Ask.Instruction)
		}
	}
	if len(p.Plan.Locks) == 0 && slices.ContainsFunc(steps, func(s runbook.Step) bool { return s.Do != nil }) {
		t.Error("the plan writes and locks nothing")
	}
	if len(p.Plan.Beneficiaries) == 0 && nobodyGains[a.Name] == "" {
		t.Error("the plan does not say who gains")
	}
}

// checkHash: whatever a step would change is part of what is approved.
func checkHash(t *testing.T, plan runbook.Plan) {
	t.Helper()
	hash := plan.Hash()
	for i, s := range plan.Steps {
		for j := range s.Changes {
			other := plan
			other.Steps = slices.Clone(plan.Steps)
			other.Steps[i].Changes = slices.Clone(s.Changes)
			other.Steps[i].Changes[j].From += "x"
			if other.Hash() == hash {
				t.Errorf("step %s: another From value, the same hash", s.ID)
			}
		}
	}
}

// checkSecrets: no link that opens something is in what is stored and shown.
func checkSecrets(t *testing.T, w *world, p runbook.Proposal) {
	t.Helper()
	stored := storedText(t, p)
	for _, secret := range secretsOf(w) {
		if strings.Contains(stored, secret) {
			t.Error("a plan holds a secret link")
		}
	}
}

// checkOnce: applying a second time what was applied writes nothing.
func checkOnce(t *testing.T, r *run, action string, p runbook.Proposal) {
	t.Helper()
	r.academy.ResetCalls()
	r.org.ResetCalls()
	mails := len(r.post.Messages())
	steps, err := r.action(action).Steps(p.Target)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range steps {
		switch {
		case s.Ask != nil, s.Repeatable, s.Done == nil && s.ID != "mail":
			continue // a step without Done is never done twice by the engine
		case s.Done == nil:
			if _, err := s.Do(t.Context(), r.answers(s.ID)); err != nil && !isRefusal(err) && !errors.As(err, new(*runbook.Mismatch)) {
				t.Errorf("step %s, again: %v", s.ID, err)
			}
		default:
			if done, err := r.done(s); err != nil || !done {
				t.Errorf("step %s does not show as done: %v", s.ID, err)
			}
		}
	}
	if n := r.writes(); n != 0 || len(r.post.Messages()) != mails {
		t.Errorf("a second time wrote: %d calls, %d mails", n, len(r.post.Messages())-mails)
	}
}
