package access

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"registrar/bot/runbook"
)

func catalog(t testing.TB) *runbook.Catalog {
	t.Helper()
	c, err := runbook.NewCatalog([]runbook.Action{
		action("opt-out", "Opt out"), action("confirm-user", "Confirm user"), action("lookup", "Look up"),
	}, runbook.Absent{Title: "Delete user", Command: "/delete-user", Why: "BambooHR is not configured."})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func action(name, title string) runbook.Action {
	type in struct{ Email string }
	return runbook.Report[in]{
		Name: name, Title: title, Command: "/" + name, Summary: "s", Example: "e", Permission: runbook.Support,
		Fields: func(*in) []runbook.Field { return nil },
	}.Action()
}

const example = `# what this installation changed
actions:
  opt-out:      {request: [support, support-east], approvals: 1, from: [approvers], expires: 12h, remind: 6h}
  delete-user:  {approvals: 2, from: [admins], delay: 20m}
  confirm-user:
    approvals: 0
groups:
  support-east: {people: [S0EAST, U07], actions: [lookup, opt-out], accounts: ["001000000000001AAA"], groups: [41]}
`

func TestRule(t *testing.T) {
	p, err := ParsePolicy("policy.yaml", []byte(example), catalog(t))
	if err != nil {
		t.Fatal(err)
	}
	approvers, admins := []runbook.Role{runbook.Approvers}, []runbook.Role{runbook.Admins}
	tests := []struct {
		name   string
		action string
		own    runbook.Approval
		want   runbook.Approval
	}{
		{"defaults", "lookup", runbook.Approval{},
			runbook.Approval{Expiry: 24 * time.Hour, Remind: 18 * time.Hour}},
		{"defaults of an action that needs approval", "lookup", runbook.ApprovalsBy(1, "it writes"),
			runbook.Approval{Needed: 1, From: approvers, Why: "it writes", Expiry: 24 * time.Hour, Remind: 18 * time.Hour}},
		{"stricter", "opt-out", runbook.NoApproval(),
			runbook.Approval{Needed: 1, From: approvers, Expiry: 12 * time.Hour, Remind: 6 * time.Hour}},
		{"another role and delay", "delete-user", runbook.Approval{Needed: 2, From: approvers, Floor: 1, Delay: 10 * time.Minute},
			runbook.Approval{Needed: 2, From: admins, Floor: 1, Delay: 20 * time.Minute, Expiry: 24 * time.Hour, Remind: 18 * time.Hour}},
		{"looser", "confirm-user", runbook.ApprovalsBy(1, ""),
			runbook.Approval{Expiry: 24 * time.Hour, Remind: 18 * time.Hour}},
		{"the floor holds", "confirm-user", runbook.Approval{Needed: 2, From: approvers, Floor: 1},
			runbook.Approval{Needed: 1, From: approvers, Floor: 1, Expiry: 24 * time.Hour, Remind: 18 * time.Hour}},
		{"a reminder never comes after the expiry", "opt-out", runbook.Approval{Needed: 1, Remind: 20 * time.Hour},
			runbook.Approval{Needed: 1, From: approvers, Expiry: 12 * time.Hour, Remind: 6 * time.Hour}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, p.Rule(tt.action, tt.own)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParsePolicyNamesEveryProblemWithItsLine(t *testing.T) {
	const text = `actions:
  opt-out: {aprovals: 1}
  optout: {approvals: 1}
  confirm-user: {approvals: many, from: [bosses], expires: soon, delay: 1ms}
  lookup: {expires: 1h, remind: 2h, request: support}
groups:
  admins: {people: [S1], accounts: [a]}
  east: {people: [somebody], actions: [nothing], accounts: [a]}
  west: {people: [S1]}
self-approval: true
`
	_, err := ParsePolicy("policy.yaml", []byte(text), catalog(t))
	if err == nil {
		t.Fatal("a policy full of mistakes was taken")
	}
	for _, want := range []string{
		`policy.yaml:2: unknown key "aprovals"`,
		`policy.yaml:3: there is no action "optout"`,
		`policy.yaml:4: a number is needed here`,
		`policy.yaml:4: there is no role "bosses"`,
		`policy.yaml:4: "soon" is not a duration`,
		`policy.yaml:4: a duration from 1s to 720h`,
		`policy.yaml:5: lookup: a reminder after`,
		`policy.yaml:5: a list is needed here`,
		`policy.yaml:7: admins is a role of its own`,
		`policy.yaml:8: "somebody" is not the id`,
		`policy.yaml:8: there is no action "nothing"`,
		`policy.yaml:9: west names neither accounts nor groups`,
		`policy.yaml:10: unknown key "self-approval"`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("missing: %s", want)
		}
	}
	if t.Failed() {
		t.Logf("got:\n%v", err)
	}
}

func TestParsePolicyRefusesWhatIsNotAPolicy(t *testing.T) {
	for _, text := range []string{"actions: [1, 2]", "- a", "actions: {opt-out: {approvals: 1}, opt-out: {approvals: 0}}", "a: b: c", "actions: {opt-out: {approvals: -1}}", "actions: {opt-out: {from: []}}", "a: 1\n---\nb: 1"} {
		if p, err := ParsePolicy("p", []byte(text), catalog(t)); err == nil {
			t.Errorf("%q was taken as %+v", text, p)
		}
	}
	for _, text := range []string{"", "# nothing yet\n", "actions:\n", "{}"} {
		if _, err := ParsePolicy("p", []byte(text), catalog(t)); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestScopeCovers(t *testing.T) {
	s := scope{accounts: []string{"001000000000001AAA"}, groups: []string{"41"}}
	tests := []struct {
		accounts, groups []string
		want             bool
	}{
		{[]string{"001000000000001AAA"}, nil, true},
		{[]string{"001000000000001"}, []string{"41"}, true},
		{nil, []string{"41"}, true},
		{nil, nil, false},
		{[]string{"001000000000001AAA", "001000000000002AAA"}, nil, false},
		{[]string{"001000000000001AAA"}, []string{"42"}, false},
	}
	for _, tt := range tests {
		if got := s.covers(tt.accounts, tt.groups); got != tt.want {
			t.Errorf("accounts %v groups %v: covers = %v", tt.accounts, tt.groups, got)
		}
	}
	onlyAccounts := scope{accounts: []string{"001000000000001AAA"}}
	if onlyAccounts.covers(nil, []string{"41"}) {
		t.Error("a scope of accounts covers a plan that touches no account")
	}
}

func TestParseRoles(t *testing.T) {
	roles, err := ParseRoles(" S01, U02 ", "S03", "")
	if err != nil {
		t.Fatal(err)
	}
	want := Roles{runbook.Support: {"S01", "U02"}, runbook.Approvers: {"S03"}}
	if diff := cmp.Diff(want, roles); diff != "" {
		t.Error(diff)
	}
	_, err = ParseRoles("@helpdesk", "S03", "bob,U1")
	if err == nil || !strings.Contains(err.Error(), "REGISTRAR_SUPPORT") || !strings.Contains(err.Error(), "REGISTRAR_ADMINS") {
		t.Errorf("want both variables named, got %v", err)
	}
}

func FuzzParsePolicy(f *testing.F) {
	f.Add(example)
	f.Add("actions: {opt-out: {approvals: 99999999999999999999}}")
	f.Add("groups: &a {east: *a}")
	f.Add("? [a]\n: b")
	c := catalog(f)
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParsePolicy("p", []byte(text), c)
		if err != nil {
			return
		}
		// Whatever was taken: the floor holds, and the rule is complete.
		for _, name := range []string{"opt-out", "delete-user"} {
			a := p.Rule(name, runbook.Approval{Floor: 1})
			if a.Needed < 1 || len(a.From) == 0 || a.Expiry <= 0 || a.Remind <= 0 || a.Remind >= a.Expiry {
				t.Errorf("rule %+v", a)
			}
		}
	})
}

// TestPolicyOfActionsThatAreOff: a policy may name actions whose system is not
// configured here.
func TestPolicyOfActionsThatAreOff(t *testing.T) {
	catalog, err := runbook.NewCatalog(nil, runbook.Absent{Title: "Opt out", Command: "/opt-out"}, runbook.Absent{Title: "Look up", Command: "/lookup"},
		runbook.Absent{Title: "Delete user", Command: "/delete-user"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = ParsePolicy("policy.yaml", []byte(`
actions:
  opt-out:      {request: [support], approvals: 1, from: [approvers], expires: 24h, remind: 18h}
  delete-user:  {approvals: 2, from: [admins], delay: 10m}
groups:                       # a role limited to some accounts or groups
  support-east: {people: [S0EAST], actions: [lookup, opt-out], accounts: ["001000000000001AAA"]}
`), catalog)
	if err != nil {
		t.Error(err)
	}
}
