package access

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"registrar/bot/runbook"
)

func TestWeaker(t *testing.T) {
	approved := func(name string, rules ...runbook.Approval) runbook.Action {
		a := action(name, name)
		a.Approvals = rules
		return a
	}
	gone := runbook.ApprovalsBy(2, "it is deleted for good").AtLeastOne()
	gone.Delay = 10 * time.Minute
	c, err := runbook.NewCatalog([]runbook.Action{
		approved("delete-user", gone), approved("merge-users", gone, runbook.ApprovalsBy(1, "it changes two accounts")), approved("opt-out"),
	})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string][]string{
		"": nil,
		"actions:\n  delete-user: {approvals: 3, delay: 1h}\n  opt-out: {approvals: 0, delay: 1s}\n  merge-users: {approvals: 2}\n": nil,
		"actions:\n  delete-user: {approvals: 0}\n": {
			"actions.delete-user.approvals in policy.yaml line 2 is 0: where it is deleted for good, the number in force is 1; the action asks for 2",
		},
		"actions:\n  delete-user: {delay: 1s}\n  merge-users: {approvals: 0}\n": {
			"actions.delete-user.delay in policy.yaml line 2: where it is deleted for good, the time to press Stop is 1s; the action waits 10m0s",
			"actions.merge-users.approvals in policy.yaml line 3 is 0: where it is deleted for good, the number in force is 1; the action asks for 2",
			"actions.merge-users.approvals in policy.yaml line 3 is 0: where it changes two accounts, the number in force is 0; the action asks for 1",
		},
	} {
		p, err := ParsePolicy("policy.yaml", []byte(text), c)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, p.Weaker(c)); diff != "" {
			t.Errorf("%s(-want +got):\n%s", text, diff)
		}
	}
}
