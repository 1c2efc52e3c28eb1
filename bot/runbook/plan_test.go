package runbook

import (
	"context"
	"strings"
	"testing"
	"time"
)

func samplePlan() Plan {
	return newPlan("tidy", "Tidy", Preview{
		Subject: "a@x.edu", Facts: []Fact{{"Mails in 7 days", "1"}}, Requires: []Fact{{"Signed in", "never"}},
		Records: []Record{{System: LearnUpon, ID: "7", Title: "a@x.edu"}}, Losses: []string{"a certificate"}, Locks: []string{"b", "a", "b"},
	}, []Step{{ID: "one", Title: "One", System: LearnUpon, Changes: []Change{{"7", "enabled", "true", "false"}}}}, ApprovalsBy(1, "it writes"), []string{"a@x.edu"})
}

// TestHashCovers: what an approver relies on is in the hash, what only informs
// is not.
func TestHashCovers(t *testing.T) {
	base := samplePlan().Hash()
	inside := map[string]func(*Plan){
		"action":       func(p *Plan) { p.Action = "other" },
		"record id":    func(p *Plan) { p.Records[0].ID = "8" },
		"approvals":    func(p *Plan) { p.Approval.Needed = 2 },
		"approvers":    func(p *Plan) { p.Approval.From = []Role{Support} },
		"delay":        func(p *Plan) { p.Approval.Delay = time.Minute },
		"precondition": func(p *Plan) { p.Requires[0].Value = "yesterday" },
		"loss":         func(p *Plan) { p.Losses = nil },
		"step id":      func(p *Plan) { p.Steps[0].ID = "two" },
		"step title":   func(p *Plan) { p.Steps[0].Title = "Two" },
		"change":       func(p *Plan) { p.Steps[0].Changes[0].To = "true" },
		"who gains":    func(p *Plan) { p.Beneficiaries = nil },
	}
	for name, change := range inside {
		p := samplePlan()
		change(&p)
		if p.Hash() == base {
			t.Errorf("the hash does not cover: %s", name)
		}
		if len(samplePlan().Diff(p)) == 0 {
			t.Errorf("the difference is not named: %s", name)
		}
	}
	p := samplePlan()
	p.Facts[0].Value = "2"
	p.Suggest = []Suggestion{{Action: "lookup"}}
	if p.Hash() != base {
		t.Error("a fact shown for information changed the hash")
	}
}

func TestLocksAreOrdered(t *testing.T) {
	if got := strings.Join(samplePlan().Locks, " "); got != "a b" {
		t.Errorf("locks %q", got)
	}
}

func TestStricter(t *testing.T) {
	one, two := ApprovalsBy(1, ""), ApprovalsBy(2, "")
	if !two.Stricter(one) || one.Stricter(two) || one.Stricter(one) || !one.Stricter(NoApproval()) {
		t.Error("more approvals are stricter, and only they")
	}
}

// TestTargetMustSurviveJSON: a target that a later process would read
// differently is refused when it is planned.
func TestTargetMustSurviveJSON(t *testing.T) {
	type target struct {
		Shown  string
		hidden string
	}
	d := Definition[struct{}, target]{
		Name:     "x",
		Plan:     func(context.Context, struct{}) (target, error) { return target{"a", "b"}, nil },
		Approval: func(target) Approval { return NoApproval() },
		Preview:  func(t target) Preview { return Preview{Subject: t.Shown + t.hidden} },
		Steps:    func(target) []Step { return nil },
	}
	if _, err := d.Action().Plan(t.Context(), []byte(`{}`)); err == nil || !strings.Contains(err.Error(), "does not survive JSON") {
		t.Fatalf("error %v", err)
	}
}

func TestCatalogRefusesDoubles(t *testing.T) {
	report := func(name, command string) Action {
		return Report[struct{}]{Name: name, Title: "T", Command: command, Summary: "s", Example: "e", Permission: Support,
			Fields: func(*struct{}) []Field { return nil }}.Action()
	}
	if _, err := NewCatalog([]Action{report("a", "/a"), report("b", "/b")}); err != nil {
		t.Fatal(err)
	}
	for _, bad := range [][]Action{
		{report("a", "/a"), report("a", "/b")},
		{report("a", "/a"), report("b", "/a")},
		{report("A", "/a")},
		{report("a", "a")},
		{report("a", "/with space")},
		{{}},
	} {
		if _, err := NewCatalog(bad); err == nil {
			t.Errorf("accepted %v", bad)
		}
	}
}
