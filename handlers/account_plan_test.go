package handlers_test

import (
	"errors"
	"strings"
	"testing"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon/learnupontest"
)

// planned is a situation and what the plan makes of it.
type planned struct {
	seed  func(*world)
	typed runbook.Values // beside the address
	// What is said, in part: of a refusal, of why there is nothing to do, of the
	// warnings and losses, and of the preconditions.
	refuses, nothing      string
	warns, loses, demands []string
	approvals, floor      int
	steps                 string // their ids
}

// check plans and compares. A plan has as many losses as are named.
func (tt planned) check(t *testing.T, action string) {
	t.Helper()
	w := newWorld(t)
	tt.seed(w)
	typed := runbook.Values{"email": learner}
	for name, value := range tt.typed {
		typed[name] = value
	}
	proposal, err := w.plan(action, typed)
	if tt.refuses != "" {
		if _, refused := errors.AsType[*runbook.UserError](err); !refused || !strings.Contains(err.Error(), tt.refuses) {
			t.Errorf("planned, or refused otherwise: %v", err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	p := proposal.Plan
	if !strings.Contains(p.Nothing, tt.nothing) || (p.Nothing == "") != (tt.nothing == "") {
		t.Errorf("nothing to do: %q", p.Nothing)
	}
	if p.Approval.Needed != tt.approvals || p.Approval.Floor != tt.floor {
		t.Errorf("approval %+v", p.Approval)
	}
	var ids, required []string
	for _, s := range p.Steps {
		ids = append(ids, s.ID)
	}
	for _, f := range p.Requires {
		required = append(required, f.Label+": "+f.Value)
	}
	if got := strings.Join(ids, " "); got != tt.steps {
		t.Errorf("steps %s; want %s", got, tt.steps)
	}
	if len(p.Losses) != len(tt.loses) {
		t.Errorf("%d losses, want %d:\n%s", len(p.Losses), len(tt.loses), strings.Join(p.Losses, "\n"))
	}
	for kind, of := range map[string]struct{ got, want []string }{
		"losses": {p.Losses, tt.loses}, "warnings": {p.Warnings, tt.warns}, "preconditions": {required, tt.demands},
	} {
		for _, part := range of.want {
			if !said(of.got, part) {
				t.Errorf("no %q among the %s:\n%s", part, kind, strings.Join(of.got, "\n"))
			}
		}
	}
}

// person seeds the learner in the academy.
func person(u learnupontest.User) func(*world) {
	u.Email = learner
	return func(w *world) { w.academy.AddUser(u) }
}

// inRealm seeds the learner in the top-level portal and in a sub-portal.
func inRealm(top, sub learnupontest.User) func(*world) {
	top.Email, sub.Email = learner, learner
	return func(w *world) {
		w.academy.AddUser(top)
		w.secondPortal().AddUser(sub)
	}
}

// colleague adds another admin.
func (w *world) colleague() {
	w.academy.AddUser(learnupontest.User{Email: "boss@x.edu", Type: "admin", SignIns: 1})
}
