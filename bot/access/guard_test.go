package access

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"registrar/bot/engine"
	"registrar/bot/runbook"
	"registrar/bot/slacktest"
)

type world struct {
	*Guard
	slack *slacktest.Server
	now   time.Time
}

// newWorld has support (sam, eve), approvers (ann, eve), admins (ada), and
// support-east (eli), who may opt out people of one account.
func newWorld(t *testing.T) *world {
	w := &world{slack: slacktest.New(slacktest.WithRateLimits(0)), now: time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)}
	t.Cleanup(w.slack.Close)
	for _, name := range []string{"sam", "eve", "ann", "ada", "eli", "out"} {
		w.slack.AddUser(slacktest.User{ID: id(name), Name: name, Email: name + "@x.edu"})
	}
	w.slack.AddUser(slacktest.User{ID: "UANON", Name: "anon"})
	w.slack.AddUserGroup("SSUP", "support", id("sam"), id("eve"))
	w.slack.AddUserGroup("SAPP", "approvers", id("ann"), id("eve"), "UANON")
	w.slack.AddUserGroup("SEAST", "east", id("eli"))
	c := catalog(t)
	policy, err := ParsePolicy("policy.yaml", []byte(`
actions:
  confirm-user: {request: [support, admins]}
groups:
  support-east: {people: [SEAST], actions: [opt-out], accounts: [001000000000001AAA]}
`), c)
	if err != nil {
		t.Fatal(err)
	}
	roles, err := ParseRoles("SSUP", "SAPP", id("ada"))
	if err != nil {
		t.Fatal(err)
	}
	api := slack.New(slacktest.BotToken, slack.OptionAPIURL(w.slack.APIURL()))
	people := NewPeople(api, func() time.Time { return w.now }, slog.New(slog.DiscardHandler))
	w.Guard = &Guard{Policy: policy, Roles: roles, People: people, Catalog: c}
	return w
}

func id(name string) string { return "U" + strings.ToUpper(name) }

func person(name string) engine.Person {
	return engine.Person{ID: id(name), Name: name, Email: name + "@x.edu"}
}

func TestMay(t *testing.T) {
	w := newWorld(t)
	planned := func(s engine.Subject) engine.Subject {
		s.Known = true
		s.Approval = w.Policy.Rule(s.Action, runbook.ApprovalsBy(1, ""))
		return s
	}
	bySam := planned(engine.Subject{Action: "opt-out", Requester: person("sam")})
	byEve := planned(engine.Subject{Action: "opt-out", Requester: person("eve")})
	aboutAnn := planned(engine.Subject{Action: "opt-out", Requester: person("sam"), Beneficiaries: []string{"ANN@x.edu"}})
	east := planned(engine.Subject{Action: "opt-out", Requester: person("eli"), Accounts: []string{"001000000000001AAA"}})
	west := planned(engine.Subject{Action: "opt-out", Requester: person("eli"), Accounts: []string{"001000000000002AAA"}})
	byAdmins := bySam
	byAdmins.Approval.From = []runbook.Role{runbook.Admins}
	tests := []struct {
		name string
		who  string
		verb engine.Verb
		s    engine.Subject
		want string // part of the refusal; empty: may
	}{
		{"support requests", "sam", engine.VerbRequest, engine.Subject{Action: "opt-out"}, ""},
		{"outsiders do not", "out", engine.VerbRequest, engine.Subject{Action: "opt-out"}, "Only support or support-east may use Opt out (REGISTRAR_SUPPORT; groups.support-east in policy.yaml line 5)."},
		{"approvers are not support", "ann", engine.VerbRequest, engine.Subject{Action: "opt-out"}, "Only support"},
		{"the policy names another role", "ada", engine.VerbRequest, engine.Subject{Action: "confirm-user"}, ""},
		{"admins are not support", "ada", engine.VerbRequest, engine.Subject{Action: "lookup"}, "Only support may use Look up"},
		{"scoped, not planned yet", "eli", engine.VerbRequest, engine.Subject{Action: "opt-out"}, ""},
		{"scoped, another action", "eli", engine.VerbRequest, engine.Subject{Action: "lookup"}, "Only support"},
		{"scoped, inside", "eli", engine.VerbRequest, east, ""},
		{"scoped, outside", "eli", engine.VerbRequest, west, "lies outside the accounts and groups of support-east"},
		{"scoped, nothing known of what it touches", "eli", engine.VerbRequest, bySam, "lies outside"},

		{"an approver approves", "ann", engine.VerbApprove, bySam, ""},
		{"support does not", "sam", engine.VerbApprove, byEve, "Only approvers may approve this run (REGISTRAR_APPROVERS)."},
		{"nobody approves their own", "eve", engine.VerbApprove, byEve, "You asked for this run"},
		{"nor what they gain by", "ann", engine.VerbApprove, aboutAnn, "This run is about you"},
		{"nor resolves it", "eve", engine.VerbResolve, byEve, "You asked for this run"},
		{"admins imply nothing", "ada", engine.VerbApprove, bySam, "Only approvers"},
		{"the rule names admins", "ada", engine.VerbApprove, byAdmins, ""},
		{"and then approvers do not", "ann", engine.VerbApprove, byAdmins, "Only admins may approve"},
		{"an approver rejects", "ann", engine.VerbReject, bySam, ""},
		{"others do not", "out", engine.VerbReject, bySam, "Only approvers may reject"},

		{"the requester cancels", "sam", engine.VerbCancel, bySam, ""},
		{"an admin cancels for somebody who is away", "ada", engine.VerbCancel, bySam, ""},
		{"an approver does not, but rejects", "ann", engine.VerbCancel, bySam, "Only admins may cancel"},
		{"others do not", "out", engine.VerbCancel, bySam, "Only admins may cancel"},
		{"the requester extends", "sam", engine.VerbExtend, bySam, ""},
		{"an approver does not", "ann", engine.VerbExtend, bySam, "Only the person who asked"},
		{"anyone stops", "out", engine.VerbStop, bySam, ""},
		{"support answers", "eve", engine.VerbAnswer, bySam, ""},
		{"an approver answers", "ann", engine.VerbAnswer, bySam, ""},
		{"a scoped requester answers", "eli", engine.VerbAnswer, east, ""},
		{"others do not", "out", engine.VerbAnswer, bySam, "Only support or"},
		{"an approver sees what was given", "ann", engine.VerbReveal, bySam, ""},
		{"support does not", "sam", engine.VerbReveal, bySam, "Only approvers"},
		{"the requester sees", "eli", engine.VerbSee, east, ""},
		{"an admin sees", "ada", engine.VerbSee, bySam, ""},
		{"others do not", "out", engine.VerbSee, bySam, "Only"},
		{"an unknown verb is nobody's", "ada", engine.Verb("delete"), bySam, "Nobody may"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := w.May(t.Context(), person(tt.who), tt.verb, tt.s)
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("refused: %v", err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("got %v, want a refusal with %q", err, tt.want)
			}
		})
	}
}

func TestAnApproverWithoutAddressMayNotApproveWhatSomebodyGainsBy(t *testing.T) {
	w := newWorld(t)
	anon := engine.Person{ID: "UANON", Name: "anon"}
	s := engine.Subject{Action: "opt-out", Requester: person("sam"), Beneficiaries: []string{"b@x.edu"}}
	if err := w.May(t.Context(), anon, engine.VerbApprove, s); err == nil || !strings.Contains(err.Error(), "does not tell your e-mail") {
		t.Errorf("got %v", err)
	}
	s.Beneficiaries = nil
	if err := w.May(t.Context(), anon, engine.VerbApprove, s); err != nil {
		t.Errorf("got %v", err)
	}
}

func TestTodaysMembershipCounts(t *testing.T) {
	w := newWorld(t)
	s := engine.Subject{Action: "opt-out", Requester: person("sam")}
	may := func() error { return w.May(t.Context(), person("ann"), engine.VerbApprove, s) }
	if err := may(); err != nil {
		t.Fatal(err)
	}
	w.slack.AddUserGroup("SAPP", "approvers", id("eve"))
	w.now = w.now.Add(maxAge + time.Second)
	if err := may(); err == nil {
		t.Error("somebody taken out of the group more than a minute ago still approves")
	}
}

func TestDeactivatedPeopleAreRefused(t *testing.T) {
	w := newWorld(t)
	w.slack.RemoveUser(id("ada"))
	err := w.May(t.Context(), person("ada"), engine.VerbStop, engine.Subject{Action: "opt-out"})
	if err == nil || !strings.Contains(err.Error(), "deactivated") {
		t.Errorf("got %v", err)
	}
}

func TestWithoutSlackNobodyMay(t *testing.T) {
	w := newWorld(t)
	s := engine.Subject{Action: "opt-out", Requester: person("sam")}
	may := func() error { return w.May(t.Context(), person("ann"), engine.VerbApprove, s) }
	if err := may(); err != nil {
		t.Fatal(err)
	}
	for _, method := range []string{"users.info", "usergroups.users.list"} {
		w.slack.FailNext(method, slacktest.Fault{Status: 503}, 100)
	}
	w.now = w.now.Add(50 * time.Second)
	if err := may(); err != nil {
		t.Errorf("answers of 50 seconds ago are still good, got %v", err)
	}
	w.now = w.now.Add(11 * time.Second)
	var unknown *Unknown
	if err := may(); !errors.As(err, &unknown) || !errors.Is(err, engine.ErrUnjudged) {
		t.Errorf("older answers were believed: %v", err)
	}
	if text, ok := runbook.PublicText(unknown); !ok || !strings.Contains(text, "Nothing was changed") {
		t.Errorf("public text %q", text)
	}
}

func TestOneQuestionAtATime(t *testing.T) {
	w := newWorld(t)
	s := engine.Subject{Action: "opt-out", Requester: person("sam")}
	done := make(chan error)
	for range 20 {
		go func() { done <- w.May(context.WithoutCancel(t.Context()), person("ann"), engine.VerbApprove, s) }()
	}
	for range 20 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if n := len(w.slack.Calls("usergroups.users.list")); n != 1 {
		t.Errorf("usergroups.users.list was called %d times for 20 presses", n)
	}
}
