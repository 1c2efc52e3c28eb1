package main

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"registrar/bot/slacktest"
	"registrar/integrations/learnupon/learnupontest"
	"registrar/integrations/salesforce/salesforcetest"
)

// request is what people do with one action: what is typed, what the plan shows,
// who may not approve and who does, and what the portal holds in the end.
type request struct {
	command string
	plan    []string // parts of it
	gains   bool     // U2 would, and so may not approve
	agree   []string
	holds   func(u learnupontest.UserView, there bool) bool
}

// TestAccessThroughSlack has rights and access of one person changed, one after
// the other, by the real program through the fake Slack: the form, the plan, the
// card, those who may approve and those who may not, the end.
func TestAccessThroughSlack(t *testing.T) {
	at := newInstallation(t)
	at.slack.AddUser(slacktest.User{ID: "U4", Name: "U4", Email: "U4@x.edu"})
	at.slack.AddUserGroup("S2", "approvers", "U2", "U3", "U4")
	at.slack.AddChannel(slacktest.Channel{ID: "C1", Name: "approvals", Members: []string{slacktest.BotUser, "U1", "U2", "U3", "U4"}})
	policy := filepath.Join(t.TempDir(), "policy.yaml")
	if err := os.WriteFile(policy, []byte("actions:\n  delete-user: {delay: 1s}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	at.env = append(at.env, "REGISTRAR_POLICY="+policy)
	const email = "u2@x.edu" // U2 in Slack, who is an approver
	user := at.learnupon.AddUser(learnupontest.User{Email: email, SignIns: 1})
	at.learnupon.AddGroup("Lakeside")
	at.learnupon.AddGroup("Institution Group Manager")
	at.learnupon.AddEnrollment(learnupontest.Enrollment{UserID: user, CourseID: at.learnupon.AddCourse(learnupontest.Course{Name: "Basics"}), Status: "in_progress"})
	at.org.AddContact(salesforcetest.Contact{LastName: "Lake", Email: email, LearnUponID: strconv.FormatInt(user, 10)})
	at.serving(t)

	for i, e := range []request{
		{command: "/add-manager u2@x.edu Lakeside", plan: []string{"Make the person a manager", "Let the person manage the group"}, gains: true, agree: []string{"U3"},
			holds: func(u learnupontest.UserView, _ bool) bool {
				return u.Type == "manager" && len(u.Manages) == 1 && len(u.Groups) == 1
			}},
		{command: "/change-role u2@x.edu learner", plan: []string{"The right to manage “Lakeside”"}, agree: []string{"U3"},
			holds: func(u learnupontest.UserView, _ bool) bool {
				return u.Type == "learner" && len(u.Manages)+len(u.Groups) == 0
			}},
		{command: "/deactivate u2@x.edu", plan: []string{"your contract decides", "1 in progress"}, agree: []string{"U3"},
			holds: func(u learnupontest.UserView, _ bool) bool { return u.Disabled && len(u.Courses) == 1 }},
		{command: "/reactivate u2@x.edu", plan: []string{"takes one at once"}, agree: []string{"U3"},
			holds: func(u learnupontest.UserView, _ bool) bool { return !u.Disabled }},
		{command: "/delete-user u2@x.edu", plan: []string{"This cannot be undone", "enrollments: 1 in progress", "Clear LU User ID"}, gains: true, agree: []string{"U3", "U4"},
			holds: func(_ learnupontest.UserView, there bool) bool {
				c, _ := at.org.Snapshot().Contact(email)
				return !there && c.LearnUponID == ""
			}},
	} {
		at.carryOut(t, e, i+1, email)
	}
	if v := at.slack.Violations(); len(v) > 0 {
		t.Errorf("against Slack's rules: %v", v)
	}
}

// carryOut takes a request from the command to its end. It is the nth in the
// channel.
func (at installation) carryOut(t *testing.T, e request, nth int, email string) {
	t.Helper()
	sam := at.slack.Person("U1")
	submit := func(values map[string]any) {
		t.Helper()
		if wrong, err := sam.Submit(t.Context(), values); err != nil || wrong != nil {
			t.Fatalf("%s: %v, %v", e.command, wrong, err)
		}
	}
	if _, err := sam.Command(t.Context(), "C1", e.command); err != nil {
		t.Fatal(err)
	}
	at.wait(t, e.command+": the form", func() bool { return sam.Modal() != nil })
	submit(map[string]any{"Reason": "Ticket 4711"})
	at.wait(t, e.command+": the plan", func() bool {
		return sam.Modal() != nil && sam.Modal().SubmitText() == "Request approval"
	})
	for _, part := range e.plan {
		if !strings.Contains(string(sam.Modal().Blocks), part) {
			t.Errorf("%s: the plan does not say %q:\n%s", e.command, part, sam.Modal().Blocks)
		}
	}
	submit(nil)
	at.wait(t, e.command+": the card", func() bool { return len(at.slack.Messages("C1")) == nth })
	at.wait(t, e.command+": the answer", func() bool { return sam.Modal() == nil || sam.Modal().SubmitText() == "" })
	if sam.Modal() != nil {
		if err := sam.CloseModal(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if e.gains {
		him := at.slack.Person("U2")
		told := len(him.Ephemerals())
		at.press(t, him, nth, "Approve")
		at.wait(t, e.command+": why not", func() bool { return len(him.Ephemerals()) > told })
	}
	for _, who := range e.agree {
		at.press(t, at.slack.Person(who), nth, "Approve")
	}
	at.wait(t, e.command+": the end", func() bool {
		return strings.HasSuffix(at.slack.Messages("C1")[nth-1].Text, ": done.")
	})
	if u, there := at.learnupon.Snapshot().User(email); !e.holds(u, there) {
		t.Errorf("%s: there: %t, %+v", e.command, there, u)
	}
}

// press presses a button of the nth card as soon as it is there.
func (at installation) press(t *testing.T, who *slacktest.Person, nth int, button string) {
	t.Helper()
	at.wait(t, button, func() bool {
		return slices.Contains(slacktest.Buttons(at.slack.Messages("C1")[nth-1].Blocks), button)
	})
	if _, err := who.Click(t.Context(), at.slack.Messages("C1")[nth-1], button); err != nil {
		t.Fatal(err)
	}
}
