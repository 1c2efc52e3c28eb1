package handlers_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"registrar/bot/runbook"
	"registrar/handlers"
	"registrar/integrations/learnupon/learnupontest"
)

func TestConfirmUserPlan(t *testing.T) {
	tests := []struct {
		name    string
		seed    func(*world)
		refused string // part of the refusal
		nothing string // part of why there is nothing to do
		warns   string // part of a warning
	}{
		{name: "self-registered", seed: func(w *world) { w.academy.SelfRegister(learnupontest.User{Email: learner}) }},
		{name: "address in capitals", seed: func(w *world) { w.academy.SelfRegister(learnupontest.User{Email: "Learner@X.edu"}) }},
		{name: "has a name", seed: func(w *world) {
			w.academy.SelfRegister(learnupontest.User{Email: learner, FirstName: "Ada"})
		}, warns: "has a name already"},
		{name: "unknown", seed: func(*world) {}, refused: "no account with this address"},
		{name: "only invited", seed: func(w *world) {
			w.academy.AddInvite(learnupontest.Invite{Email: learner})
		}, refused: "Resend confirmation helps them"},
		{name: "signed in before", seed: func(w *world) {
			w.academy.AddUser(learnupontest.User{Email: learner, SignIns: 3, LastSignInAt: w.daysAgo(1)})
		}, nothing: "signed in to LearnUpon before (last on 20 Nov 2026)"},
		{name: "linked to Salesforce", seed: func(w *world) {
			w.academy.AddUser(learnupontest.User{Email: learner, SFContactID: "003000000000001AAA"})
		}, refused: "User Community"},
		{name: "Salesforce user", seed: func(w *world) {
			w.academy.AddUser(learnupontest.User{Email: learner, SFUserID: "005000000000001AAA"})
		}, refused: "User Community"},
		{name: "deactivated", seed: func(w *world) {
			w.academy.SelfRegister(learnupontest.User{Email: learner, Disabled: true})
		}, refused: "Reactivate it"},
		{name: "expired", seed: func(w *world) {
			w.academy.SelfRegister(learnupontest.User{Email: learner, AccountExpires: "2026-11-01"})
		}, refused: "expired on 1 Nov 2026"},
		{name: "admin", seed: func(w *world) {
			w.academy.AddUser(learnupontest.User{Email: learner, Type: "admin"})
		}, refused: "of type admin"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			tt.seed(w)
			p, err := w.plan("confirm-user", runbook.Values{"email": learner})
			if tt.refused != "" {
				checkRefusal(t, err, tt.refused)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if tt.nothing != "" {
				checkNothing(t, p.Plan, tt.nothing)
				return
			}
			if p.Plan.Approval.Needed != 1 || !strings.Contains(p.Plan.Lead, "mailbox check") {
				t.Errorf("approval %+v, first line %q", p.Plan.Approval, p.Plan.Lead)
			}
			if tt.warns != "" && !slices.ContainsFunc(p.Plan.Warnings, func(s string) bool { return strings.Contains(s, tt.warns) }) {
				t.Errorf("warnings %q; want %q", p.Plan.Warnings, tt.warns)
			}
			if !p.Plan.Steps[0].Ask.NotRequester {
				t.Error("the requester could give the link that nobody else has seen")
			}
		})
	}
}

// checkRefusal: a person is told, in whole sentences, why not and what to do.
func checkRefusal(t *testing.T, err error, part string) {
	t.Helper()
	refusal, ok := errors.AsType[*runbook.UserError](err)
	if !ok {
		t.Fatalf("%v; want a refusal with %q", err, part)
	}
	if !strings.Contains(refusal.Text, part) || !strings.HasSuffix(refusal.Text, ".") || strings.Contains(refusal.Text, learner) {
		t.Errorf("refusal %q; want a sentence with %q and no address", refusal.Text, part)
	}
}

func checkNothing(t *testing.T, p runbook.Plan, part string) {
	t.Helper()
	if !strings.Contains(p.Nothing, part) || !strings.HasSuffix(p.Nothing, ".") || len(p.Steps) != 0 || p.Approval.Needed != 0 {
		t.Errorf("nothing to do: %q, %d steps; want %q", p.Nothing, len(p.Steps), part)
	}
}

func TestConfirmUserInTwoPortals(t *testing.T) {
	w := newWorld(t)
	partners := w.secondPortal()
	w.academy.SelfRegister(learnupontest.User{Email: learner})
	partners.SelfRegister(learnupontest.User{Email: learner})
	_, err := w.plan("confirm-user", runbook.Values{"email": learner})
	choose, ok := errors.AsType[*runbook.Choose](err)
	if !ok || len(choose.Options) != 2 || !strings.Contains(choose.Options[1].Text, "partners") {
		t.Fatalf("%v; want a choice between the two portals", err)
	}
	p := w.mustPlan("confirm-user", runbook.Values{"email": learner, choose.Field: choose.Options[1].Value})
	if !strings.HasPrefix(p.Plan.Records[0].URL, partners.URL) {
		t.Errorf("record %+v; want the one in partners", p.Plan.Records[0])
	}
	// So did runs of the first release name it.
	p, err = w.action("confirm-user").Plan(w.Context(), json.RawMessage(`{"email":"learner@x.edu","which":"partners/user/7"}`))
	if err != nil || !strings.HasPrefix(p.Plan.Records[0].URL, partners.URL) {
		t.Errorf("record %+v, %v; want the one in partners", p.Plan.Records, err)
	}
	// The portal in which the person is active needs no choice.
	other := newWorld(t)
	other.secondPortal().AddUser(learnupontest.User{Email: learner, SignIns: 1})
	other.academy.SelfRegister(learnupontest.User{Email: learner})
	other.mustPlan("confirm-user", runbook.Values{"email": learner})
}

func TestPlanNeedsEveryPortal(t *testing.T) {
	w := newWorld(t)
	w.academy.SelfRegister(learnupontest.User{Email: learner})
	w.secondPortal().Fail(learnupontest.Fault{Status: 400})
	for _, action := range []string{"confirm-user", "resend-confirmation"} {
		_, err := w.plan(action, runbook.Values{"email": learner})
		if text, ok := runbook.PublicText(err); !ok || isRefusal(err) || !strings.Contains(text, "partners") {
			t.Errorf("%s: %v; want an outage of partners in words", action, err)
		}
	}
}

// The link is opened only as long as the record is what was approved.
func TestConfirmUserChangedMeanwhile(t *testing.T) {
	for field, record := range map[string]string{
		"Account":        `"enabled":false`,
		"E-mail address": `"enabled":true,"email":"other@x.edu"`,
		"Sign-ins":       `"enabled":true,"sign_in_count":1`,
		"Salesforce":     `"enabled":true,"sf_contact_id":"003000000000001AAA"`,
	} {
		t.Run(field, func(t *testing.T) {
			w := newWorld(t)
			id := w.academy.SelfRegister(learnupontest.User{Email: learner})
			typed := runbook.Values{"email": learner, "confirmation-link": w.confirmationLink()}
			p := w.mustPlan("confirm-user", typed)
			w.academy.Fail(learnupontest.Fault{Route: "/users/{id}", Status: 200, Body: fmt.Sprintf(
				`{"user":[{"id":%d,"email":"learner@x.edu","user_type":"learner",%s}]}`, id, record)})
			err := w.newRun(typed, w.copiesLink).apply("confirm-user", p)
			if mismatch, ok := errors.AsType[*runbook.Mismatch](err); !ok || mismatch.Field != field {
				t.Errorf("%v; want a mismatch in %s", err, field)
			}
			if len(w.academy.Writes()) != 0 || len(w.used) != 0 {
				t.Error("the link was opened, or counts as opened, all the same")
			}
		})
	}
}

func TestConfirmationLinkIsChecked(t *testing.T) {
	w := newWorld(t)
	w.academy.SelfRegister(learnupontest.User{Email: learner})
	good := w.confirmationLink()
	a := w.action("confirm-user")
	p := w.mustPlan("confirm-user", runbook.Values{"email": learner})
	steps, err := a.Steps(p.Target)
	if err != nil {
		t.Fatal(err)
	}
	check := steps[0].Ask.Inputs[0].Check
	for _, link := range []string{
		"https://evil.example/users/confirmation?confirmation_token=x", strings.Replace(good, "127.0.0.1", "user@127.0.0.1", 1),
		strings.Replace(good, "http:", "ftp:", 1), "javascript:alert(1)", w.academy.URL, "two words",
	} {
		checkRefusal(t, check(t.Context(), link), "portal's own address")
		_, err := a.Decode(runbook.Values{"email": learner, "confirmation-link": link})
		wrong, ok := errors.AsType[runbook.FieldErrors](err)
		if !ok || wrong["confirmation-link"] == "" || strings.Contains(err.Error(), link) {
			t.Errorf("a request with a foreign link: %v", err)
		}
	}
	if err := check(t.Context(), good); err != nil {
		t.Errorf("the record's own link: %v", err)
	}
	w.used[good] = "run-0"
	checkRefusal(t, check(t.Context(), good), "opened before, by run run-0")
}

// A link that was opened by another run and given with the request is not
// opened again: somebody is asked for the present one.
func TestUsedLinkIsAskedForAgain(t *testing.T) {
	w := newWorld(t)
	w.academy.SelfRegister(learnupontest.User{Email: learner})
	typed := runbook.Values{"email": learner, "confirmation-link": w.academy.URL + "/users/confirmation?confirmation_token=old"}
	w.used[typed["confirmation-link"]] = "run-0"
	p := w.mustPlan("confirm-user", typed)
	if p.Plan.SecretGiven != "confirmation-link" || !slices.ContainsFunc(p.Plan.Warnings, func(s string) bool { return strings.Contains(s, "compare it with the record") }) {
		t.Errorf("the approver is not told of the given link: %+v", p.Plan)
	}
	r := w.newRun(typed, w.copiesLink)
	if err := r.apply("confirm-user", p); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(r.asked, []string{"link", "confirmed"}) {
		t.Errorf("asked %v", r.asked)
	}
	isConfirmed(t, r)
}

func TestOpeningTheLinkGoesWrong(t *testing.T) {
	w := newWorld(t)
	w.academy.SelfRegister(learnupontest.User{Email: learner})
	typed := runbook.Values{"email": learner, "confirmation-link": w.confirmationLink()}
	p := w.mustPlan("confirm-user", typed)
	r := w.newRun(typed, w.copiesLink)

	w.academy.Fail(learnupontest.Fault{Route: learnupontest.ConfirmationRoute, Times: 1, Cut: true})
	err := r.apply("confirm-user", p)
	if unsure, ok := errors.AsType[interface {
		error
		Unsure() bool
	}](err); !ok || !unsure.Unsure() {
		t.Errorf("%v; want an unsure error", err)
	}
	if strings.Contains(err.Error(), "confirmation_token") || w.used[typed["confirmation-link"]] != r.id {
		t.Error("the link is in the error, or does not count as opened")
	}
	// A person looked and said that it did not happen: the same run may try again.
	if err := r.apply("confirm-user", p); err != nil && !strings.Contains(err.Error(), "does not know this link") {
		t.Errorf("the same run, again: %v", err)
	}

	delete(r.secrets, "/confirmation-link")
	steps, stepsErr := w.action("confirm-user").Steps(p.Target)
	if stepsErr != nil {
		t.Fatal(stepsErr)
	}
	_, err = steps[1].Do(t.Context(), r.answers("open"))
	if again, ok := errors.AsType[*runbook.AskAgain](err); !ok || again.Step != "link" {
		t.Errorf("a lost link: %v; want it to be asked for again", err)
	}
}

// Registrar's own store fails before anything was sent: the step is put off.
func TestStoreDownBeforeTheLinkIsOpened(t *testing.T) {
	down := errors.New("connection refused")
	for name, breakIt := range map[string]func(*handlers.Deps){
		"reading": func(d *handlers.Deps) {
			d.LinkUsed = func(context.Context, string) (string, error) { return "", down }
		},
		"marking": func(d *handlers.Deps) {
			d.MarkLinkUsed = func(context.Context, string, string) error { return down }
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.academy.SelfRegister(learnupontest.User{Email: learner})
			typed := runbook.Values{"email": learner, "confirmation-link": w.confirmationLink()}
			p := w.mustPlan("confirm-user", typed)
			breakIt(&w.deps)
			err := w.newRun(typed, w.copiesLink).apply("confirm-user", p)
			later, ok := errors.AsType[interface {
				error
				RetryLater() (time.Duration, bool)
			}](err)
			if !ok || !errors.Is(err, down) || w.academy.Count("GET", learnupontest.ConfirmationRoute) != 0 {
				t.Fatalf("%v; want to try later, and nothing opened", err)
			}
			if _, again := later.RetryLater(); !again {
				t.Errorf("%v is final", err)
			}
		})
	}
}

// A link that came with an earlier version of the request, which the plan does
// not speak of, is not used: no approver was told to compare it.
func TestLinkOutsideThePlanIsNotUsed(t *testing.T) {
	w := newWorld(t)
	w.academy.SelfRegister(learnupontest.User{Email: learner})
	p := w.mustPlan("confirm-user", runbook.Values{"email": learner})
	r := w.newRun(runbook.Values{"confirmation-link": w.confirmationLink()}, w.copiesLink)
	steps, err := w.action("confirm-user").Steps(p.Target)
	if err != nil {
		t.Fatal(err)
	}
	_, err = steps[1].Do(t.Context(), r.answers("open"))
	if _, ok := errors.AsType[*runbook.AskAgain](err); !ok || len(w.academy.Writes()) != 0 {
		t.Errorf("%v; want the link to be asked for", err)
	}
}
