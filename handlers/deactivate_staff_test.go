package handlers_test

import (
	"strings"
	"testing"

	"registrar/bot/runbook"
	"registrar/integrations/bamboohr/bamboohrtest"
	"registrar/integrations/learnupon/learnupontest"
)

// Whether BambooHR has the person is for information: the plan that is approved
// is the same when BambooHR is away.
func TestBambooHRIsForInformation(t *testing.T) {
	for action, then := range map[string]string{"deactivate": "may let them in again", "delete-user": "may make the account again"} {
		t.Run(action, func(t *testing.T) {
			plan := func(fault bamboohrtest.Fault) (p runbook.Plan, says string) {
				w := newWorld(t)
				w.academy.AddUser(learnupontest.User{Email: learner})
				company := w.company(bamboohrtest.Options{}, bamboohrtest.Employee{FirstName: "Ada", WorkEmail: learner, Hired: "2024-03-01"})
				if fault.Status != 0 {
					company.Fail(fault)
				}
				p = w.mustPlan(action, runbook.Values{"email": learner}).Plan
				for i := range p.Records {
					p.Records[i].URL = "" // every world has ports of its own
				}
				if i := factAt(p, "BambooHR"); i >= 0 {
					says = p.Facts[i].Value
				}
				return p, says
			}
			there, says := plan(bamboohrtest.Fault{})
			if !strings.Contains(says, "active since 1 Mar 2024") || !strings.Contains(says, then) {
				t.Errorf("there: %q", says)
			}
			away, says := plan(bamboohrtest.Fault{Status: 403})
			if !strings.Contains(says, "Not everything could be read") || away.Hash() != there.Hash() {
				t.Errorf("away: %q, %v", says, there.Diff(away))
			}
		})
	}
}
