package access

import (
	"errors"
	"strings"
	"testing"

	"registrar/bot/engine"
	"registrar/bot/runbook"
)

// TestEveryRefusalExplains: whatever the verb, who is turned down reads the
// rule and where it is set, and sees who can do it instead.
func TestEveryRefusalExplains(t *testing.T) {
	w := newWorld(t)
	policy, err := ParsePolicy("policy.yaml", []byte(`
actions:
  confirm-user:
    request: [support, support-east]
    from: [admins]
groups:
  support-east: {people: [SEAST], actions: [opt-out, confirm-user], groups: [41]}
  nobody-yet: {people: [SNONE], actions: [lookup], groups: [42]}
`), w.Catalog)
	if err != nil {
		t.Fatal(err)
	}
	w.Policy = policy
	subject := func(action, by string, groups ...string) engine.Subject {
		return engine.Subject{Action: action, Requester: person(by), Known: true, Groups: groups,
			Approval: policy.Rule(action, runbook.ApprovalsBy(1, "")), Beneficiaries: []string{"ann@x.edu"}}
	}
	ask := subject("confirm-user", "sam")
	ask.NotRequester = true
	twin := engine.Person{ID: id("out"), Name: "sam's second account", Email: "SAM@x.edu"}
	const inConfirm = "actions.confirm-user.request in policy.yaml line 4"
	tests := []struct {
		name string
		who  engine.Person
		verb engine.Verb
		s    engine.Subject
		rule string
		set  string // where
		can  string
	}{
		{"request", person("out"), engine.VerbRequest, subject("opt-out", "out"), "Only support or support-east may use Opt out", "REGISTRAR_SUPPORT; groups.support-east in policy.yaml line 7", "SSUP SEAST"},
		{"request by policy", person("out"), engine.VerbRequest, subject("confirm-user", "out"), "Only support or support-east may use Confirm user", inConfirm + "; REGISTRAR_SUPPORT; groups.support-east", "SSUP SEAST"},
		{"request outside the scope", person("eli"), engine.VerbRequest, subject("opt-out", "eli", "40"), "outside the accounts and groups of support-east", "groups.support-east in policy.yaml line 7", "SSUP"},
		{"approve", person("out"), engine.VerbApprove, subject("opt-out", "sam"), "Only approvers may approve this run", "REGISTRAR_APPROVERS", "SAPP"},
		{"approve by policy", person("eve"), engine.VerbApprove, subject("confirm-user", "sam"), "Only admins may approve this run", "actions.confirm-user.from in policy.yaml line 5; REGISTRAR_ADMINS", "UADA"},
		{"approve one's own", person("eve"), engine.VerbApprove, subject("opt-out", "eve"), "You asked for this run", "No setting changes that", "SAPP"},
		{"approve one's own from a second account", twin, engine.VerbApprove, subject("opt-out", "sam"), "You asked for this run", "No setting changes that", "SAPP"},
		{"approve what one gains by", person("ann"), engine.VerbApprove, subject("opt-out", "sam"), "This run is about you", "No setting changes that", "SAPP"},
		{"approve without an address", engine.Person{ID: "UANON"}, engine.VerbApprove, subject("opt-out", "sam"), "cannot be checked", "No setting changes that", "SAPP"},
		{"reject", person("sam"), engine.VerbReject, subject("opt-out", "eve"), "Only approvers may reject this run", "REGISTRAR_APPROVERS", "SAPP"},
		{"reject one's own", person("eve"), engine.VerbReject, subject("opt-out", "eve"), "You asked for this run", "No setting changes that", "SAPP"},
		{"cancel", person("out"), engine.VerbCancel, subject("opt-out", "sam"), "Only admins may cancel", "REGISTRAR_ADMINS", "UADA"},
		{"break a lock", person("eve"), engine.VerbBreak, subject("opt-out", "sam"), "Only admins may break a lock", "REGISTRAR_ADMINS", "UADA"},
		{"extend", person("ann"), engine.VerbExtend, subject("opt-out", "sam"), "Only the person who asked", "no setting changes that", "USAM"},
		{"answer", person("out"), engine.VerbAnswer, subject("confirm-user", "sam"), "may report on this run", inConfirm, "SSUP SEAST UADA"},
		{"answer what is for others", person("sam"), engine.VerbAnswer, ask, "must be done by somebody else", "no setting changes that", "UADA"},
		{"resolve", person("out"), engine.VerbResolve, subject("opt-out", "sam"), "Only approvers may resolve this run", "REGISTRAR_APPROVERS", "SAPP"},
		{"resolve one's own", person("eve"), engine.VerbResolve, subject("opt-out", "eve"), "You asked for this run", "No setting changes that", "SAPP"},
		{"reveal", person("out"), engine.VerbReveal, subject("opt-out", "sam"), "Only approvers may see what was given", "REGISTRAR_APPROVERS", "SAPP"},
		{"see", person("out"), engine.VerbSee, subject("opt-out", "sam"), "may see this run", "REGISTRAR_SUPPORT", "SSUP SEAST SAPP UADA"},
	}
	refused := map[engine.Verb]bool{engine.VerbStop: true} // nobody is refused it
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var r *Refusal
			err := w.May(t.Context(), tt.who, tt.verb, tt.s)
			if !errors.As(err, &r) {
				t.Fatalf("got %v, want a refusal", err)
			}
			if !strings.Contains(r.Text, tt.rule) || !strings.Contains(r.Text, tt.set) {
				t.Errorf("%q does not say %q and %q", r.Text, tt.rule, tt.set)
			}
			if can := strings.Join(r.WhoCan, " "); can != tt.can {
				t.Errorf("who can: %s, want %s", can, tt.can)
			}
		})
		refused[tt.verb] = true
	}
	for _, verb := range engine.Verbs() {
		if !refused[verb] {
			t.Errorf("no refusal of %s is tested", verb)
		}
	}
}

func TestARoleThatNamesNobodySaysSo(t *testing.T) {
	w := newWorld(t)
	w.Roles = Roles{}
	err := w.May(t.Context(), person("out"), engine.VerbApprove, engine.Subject{Action: "opt-out"})
	if err == nil || !strings.Contains(err.Error(), "REGISTRAR_APPROVERS, which names nobody yet") {
		t.Errorf("got %v", err)
	}
}
