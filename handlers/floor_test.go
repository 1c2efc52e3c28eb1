package handlers_test

import (
	"slices"
	"strings"
	"testing"

	"registrar/bot/runbook"
)

// Whatever deletes, frees an address or is about the rights of an admin needs
// an approval, whatever the policy says.
func TestFloors(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range scenarios() {
		t.Run(s.action+"/"+s.name, func(t *testing.T) {
			w := newWorld(t)
			if s.noMail {
				w.deps.Mail = nil
			}
			plan := w.mustPlan(s.action, s.seed(w)).Plan
			for _, grave := range graveIn(plan) {
				seen[grave+" in "+s.action] = true
				if a := plan.Approval; a.Floor < 1 || a.Floor > a.Needed {
					t.Errorf("it %s: %d approvals, and a policy may make it %d", grave, a.Needed, a.Floor)
				}
			}
		})
	}
	for _, grave := range []string{
		"deletes in delete-user", "deletes in merge-users", "deletes in reuse-email",
		"frees an address in change-email", "frees an address in fix-sync", "frees an address in merge-users", "frees an address in reuse-email",
		"gives the rights of an admin in change-role", "gives the rights of an admin in reactivate", "gives the rights of an admin in resend-confirmation",
	} {
		if !seen[grave] {
			t.Errorf("no scenario %s; the test proves nothing", grave)
		}
	}
}

// graveIn is what of a plan is so grave that no policy may give it free.
func graveIn(plan runbook.Plan) []string {
	var grave []string
	add := func(is bool, what string) {
		if is && !slices.Contains(grave, what) {
			grave = append(grave, what)
		}
	}
	admin := slices.ContainsFunc(plan.Requires, func(f runbook.Fact) bool { return f.Value == "admin" })
	for _, s := range plan.Steps {
		for _, c := range s.Changes {
			add(c.To == "deleted", "deletes")
			add(strings.Contains(c.From, "@") && c.To != c.From, "frees an address")
			add(c.To == "admin" || admin && (c.To == "active" || c.Field == "Accept link"), "gives the rights of an admin")
		}
	}
	return grave
}
