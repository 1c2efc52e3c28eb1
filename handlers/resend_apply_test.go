package handlers_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon"
	"registrar/integrations/learnupon/learnupontest"
	"registrar/integrations/mail/mailtest"
	"registrar/integrations/salesforce/salesforcetest"
)

var resendEmail = runbook.Values{"email": learner}

// What was planned no longer holds when it is applied: nothing is sent.
func TestResendChangedMeanwhile(t *testing.T) {
	tests := []struct {
		name   string
		seed   func(*world) runbook.Values
		happen func(*world)
	}{
		{"open invite is cancelled", func(w *world) runbook.Values {
			w.academy.AddInvite(learnupontest.Invite{Email: learner})
			return resendEmail
		}, func(w *world) { w.cancelAll() }},
		{"open invite lapses", func(w *world) runbook.Values {
			w.academy.AddInvite(learnupontest.Invite{Email: learner, ExpiresAt: w.now.Add(time.Hour)})
			return resendEmail
		}, func(w *world) { w.later(2 * time.Hour) }},
		{"invite cannot be found", func(w *world) runbook.Values {
			w.academy.AddInvite(learnupontest.Invite{Email: learner})
			return resendEmail
		}, func(w *world) { w.academy.Fail(learnupontest.Fault{Route: "/group_invites/{id}", Status: 404}) }},
		{"account is deactivated", func(w *world) runbook.Values {
			w.academy.SelfRegister(learnupontest.User{Email: learner})
			return runbook.Values{"email": learner, "confirmation-link": w.confirmationLink()}
		}, func(w *world) { w.deactivate() }},
		{"portal is not configured any more", func(w *world) runbook.Values {
			w.academy.AddInvite(learnupontest.Invite{Email: learner})
			return resendEmail
		}, func(w *world) { w.deps.Portals = []*learnupon.Client{w.client("other", w.academy)} }},
		{"mail server is not configured any more", func(w *world) runbook.Values {
			w.academy.AddInvite(learnupontest.Invite{Email: learner})
			return resendEmail
		}, func(w *world) { w.deps.Mail = nil }},
		{"lapsed invite is cancelled, a new one is not made", func(w *world) runbook.Values {
			return seedLapsed(w, "learner")
		}, func(w *world) {
			w.academy.Fail(learnupontest.Fault{Method: "POST", Route: "/group_invites", Status: 400})
		}},
		{"person signs in", func(w *world) runbook.Values {
			w.academy.SelfRegister(learnupontest.User{Email: learner, Password: "long-enough"})
			return runbook.Values{"email": learner, "confirmation-link": w.confirmationLink()}
		}, func(w *world) { w.confirmAndSignIn() }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			typed := tt.seed(w)
			p := w.mustPlan("resend-confirmation", typed)
			tt.happen(w)
			if err := w.newRun(typed, w.copiesLink).apply("resend-confirmation", p); err == nil {
				t.Error("it was applied all the same")
			} else if _, ok := runbook.PublicText(err); !ok {
				t.Errorf("%v says nothing to people", err)
			}
			if n := len(w.post.Messages()); n != 0 {
				t.Errorf("%d mails were sent", n)
			}
		})
	}
}

func (w *world) cancelAll() {
	w.Helper()
	for _, i := range w.academy.Snapshot().Invites {
		if err := w.deps.Portals[0].CancelInvite(w.Context(), learnupon.ID(i.ID)); err != nil {
			w.Fatal(err)
		}
	}
}

func (w *world) deactivate() {
	w.Helper()
	u, _ := w.academy.Snapshot().User(learner)
	if _, err := w.deps.Portals[0].SetEnabled(w.Context(), learnupon.ID(u.ID), false); err != nil {
		w.Fatal(err)
	}
}

func (w *world) confirmAndSignIn() {
	w.Helper()
	if err := w.deps.Portals[0].OpenLink(w.Context(), w.confirmationLink()); err != nil {
		w.Fatal(err)
	}
	if err := w.academy.SignIn(learner, "long-enough"); err != nil {
		w.Fatal(err)
	}
}

// A run that stopped after the cancellation is finished by running it again.
func TestResendLapsedGoesOnWhereItStopped(t *testing.T) {
	w := newWorld(t)
	typed := seedLapsed(w, "manager")
	p := w.mustPlan("resend-confirmation", typed)
	w.academy.Fail(learnupontest.Fault{Method: "POST", Route: "/group_invites", Times: 1, Status: 400})
	if err := w.newRun(typed, nil).apply("resend-confirmation", p); err == nil {
		t.Fatal("the portal's refusal was not noticed")
	}
	p = w.mustPlan("resend-confirmation", typed)
	checkStepIDs(t, p.Plan, []string{"invite", "course-", "mail"})
	r := w.newRun(typed, nil)
	r.id = "run-2"
	if err := r.apply("resend-confirmation", p); err != nil {
		t.Fatal(err)
	}
	isInvitedAgain(t, r)
}

// The reply to the creation is lost: the new invite is found, not made twice.
func TestResendLapsedReplyLost(t *testing.T) {
	w := newWorld(t)
	typed := seedLapsed(w, "manager")
	p := w.mustPlan("resend-confirmation", typed)
	w.academy.Fail(learnupontest.Fault{Method: "POST", Route: "/group_invites", Times: 1, Cut: true, Apply: true})
	r := w.newRun(typed, nil)
	err := r.apply("resend-confirmation", p)
	if unsure, ok := errors.AsType[interface {
		error
		Unsure() bool
	}](err); !ok || !unsure.Unsure() {
		t.Fatalf("%v; want an unsure error", err)
	}
	if err := r.apply("resend-confirmation", p); err != nil {
		t.Fatal(err)
	}
	isInvitedAgain(t, r)
}

// What a new invite cannot carry is a loss, one by one.
func TestResendLapsedLosses(t *testing.T) {
	w := newWorld(t)
	w.academy.AddInvite(learnupontest.Invite{
		Email: learner, ExpiresAt: w.daysAgo(1), SFContactID: "003000000000001AAA", CustomData: map[string]string{"Region": "West"},
	})
	p := w.mustPlan("resend-confirmation", resendEmail).Plan
	if got := strings.Join(p.Losses, "\n"); len(p.Losses) != 2 || !strings.Contains(got, "003000000000001AAA") || !strings.Contains(got, "custom user data (1 field)") {
		t.Errorf("losses:\n%s", got)
	}
}

// Some portals tell an accept link only when the invite is made.
func TestResendWhereLinksAreNotTold(t *testing.T) {
	w := newWorld(t)
	silent := w.academy.SubPortal(learnupontest.Options{LinkOnce: true, Now: w.deps.Now})
	t.Cleanup(silent.Close)
	w.deps.Portals = []*learnupon.Client{w.client("silent", silent)}
	silent.AddInvite(learnupontest.Invite{Email: learner})
	p := w.mustPlan("resend-confirmation", resendEmail).Plan
	if len(p.Steps) != 1 || p.Steps[0].Ask == nil {
		t.Errorf("open invite: %+v; want one ask", p.Steps)
	}
	silent.AddInvite(learnupontest.Invite{Email: "other@x.edu", ExpiresAt: w.daysAgo(1)})
	p = w.mustPlan("resend-confirmation", runbook.Values{"email": "other@x.edu"}).Plan
	checkStepIDs(t, p, []string{"cancel", "invite"})
}

func TestResendToSomebodyOptedOut(t *testing.T) {
	w := newWorld(t)
	w.academy.AddInvite(learnupontest.Invite{Email: learner})
	w.org.AddContact(salesforcetest.Contact{LastName: "Byron", Email: learner})
	w.org.AddContact(salesforcetest.Contact{LastName: "Byron", Email: learner, EmailOptOut: true})
	p := w.mustPlan("resend-confirmation", resendEmail).Plan
	if p.Approval.Needed != 1 || !strings.Contains(p.Approval.Why, "opted out") {
		t.Errorf("approval %+v", p.Approval)
	}
}

// The mail server takes the mail and its reply is lost: nobody can tell, so a
// person decides.
func TestResendMailReplyLost(t *testing.T) {
	w := newWorld(t)
	w.academy.AddInvite(learnupontest.Invite{Email: learner})
	p := w.mustPlan("resend-confirmation", resendEmail)
	w.post.Fail(mailtest.Fault{Drop: true})
	r := w.newRun(nil, nil)
	err := r.apply("resend-confirmation", p)
	if unsure, ok := errors.AsType[interface {
		error
		Unsure() bool
	}](err); !ok || !unsure.Unsure() || strings.Contains(err.Error(), "/invites/") || strings.Contains(err.Error(), learner) {
		t.Errorf("%v; want an unsure error without link and address", err)
	}
}

func TestMailHoldsNothingTheLearnerTyped(t *testing.T) {
	w := newWorld(t)
	w.academy.SelfRegister(learnupontest.User{Email: learner, FirstName: "Buy at evil.example", LastName: "Inc"})
	typed := runbook.Values{"email": learner, "confirmation-link": w.confirmationLink()}
	if err := w.newRun(typed, w.copiesLink).apply("resend-confirmation", w.mustPlan("resend-confirmation", typed)); err != nil {
		t.Fatal(err)
	}
	if raw := w.post.Messages()[0].Raw; strings.Contains(raw, "evil") {
		t.Errorf("the mail carries the learner's words:\n%s", raw)
	}
}

// An invite to a group that is gone is still told apart from others.
func TestResendToAGroupThatIsGone(t *testing.T) {
	w := newWorld(t)
	w.academy.AddInvite(learnupontest.Invite{Email: learner, GroupID: 4711})
	p := w.mustPlan("resend-confirmation", resendEmail).Plan
	if got := p.Requires[0].Value; !strings.Contains(got, "“group 4711”") {
		t.Errorf("invite: %s", got)
	}
}

// The portal makes another invite than it was asked for: a person has to look.
func TestResendLapsedMadeDifferently(t *testing.T) {
	w := newWorld(t)
	typed := seedLapsed(w, "learner")
	p := w.mustPlan("resend-confirmation", typed)
	made := `{"group_invite":[{"id":9999,"invite_email_address":"learner@x.edu","invite_status":"sent","user_type":"admin","group_id":` +
		p.Plan.Groups[0] + `,"created_at":"2026-11-21T12:00:00Z"}]}`
	w.academy.Fail(learnupontest.Fault{Method: "POST", Route: "/group_invites", Status: 200, Body: made})
	w.academy.Fail(learnupontest.Fault{Method: "GET", Route: "/group_invites", Status: 200, Body: made})
	err := w.newRun(typed, nil).apply("resend-confirmation", p)
	if mismatch, ok := errors.AsType[*runbook.Mismatch](err); !ok || mismatch.Field != "Role" || mismatch.Got != "admin" {
		t.Errorf("%v; want a mismatch in the role", err)
	}
}

// Each run mails once; another run may mail again.
func TestResendTwice(t *testing.T) {
	w := newWorld(t)
	w.academy.AddInvite(learnupontest.Invite{Email: learner})
	for _, id := range []string{"run-1", "run-1", "run-2"} {
		r := w.newRun(nil, nil)
		r.id = id
		if err := r.apply("resend-confirmation", w.mustPlan("resend-confirmation", resendEmail)); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(w.post.Messages()); n != 2 {
		t.Errorf("%d mails; want one for each of two runs", n)
	}
}
