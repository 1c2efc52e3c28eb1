package handlers_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon/learnupontest"
	"registrar/integrations/salesforce"
	"registrar/integrations/salesforce/salesforcetest"
)

// withoutLog is an org that has no call log, or keeps the whole of it from
// Registrar's user.
type withoutLog struct{}

func (withoutLog) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.Contains(r.URL.String(), "API_Call_Logs") {
		return http.DefaultTransport.RoundTrip(r)
	}
	return &http.Response{
		StatusCode: http.StatusNotFound, Request: r, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(`[{"message":"The requested resource does not exist","errorCode":"NOT_FOUND"}]`)),
	}, nil
}

// What the package answered cannot be seen: its account is waited for all the
// same.
func TestFixSyncWithoutACallLog(t *testing.T) {
	w := newWorld(t)
	typed := w.seedUnsynced(unsynced{account: "-"})
	var err error
	if w.deps.Salesforce, err = salesforce.New(salesforce.Config{
		URL: w.org.URL, ClientID: w.org.ClientID(), ClientSecret: w.org.ClientSecret(), Now: w.clock, HTTP: &http.Client{Transport: withoutLog{}},
	}); err != nil {
		t.Fatal(err)
	}
	r := w.newRun(typed, nil)
	if err := r.apply("fix-sync", w.mustPlan("fix-sync", typed)); err != nil {
		t.Fatal(err)
	}
	isSynced(t, r)
}

// The counts of an account that the run had made are compared as well: its
// groups may bring courses.
func TestFixSyncCountsOfANewAccount(t *testing.T) {
	w := newWorld(t)
	typed := w.seedUnsynced(unsynced{account: "-"})
	r := w.newRun(typed, nil)
	steps, err := w.action("fix-sync").Steps(w.mustPlan("fix-sync", typed).Target)
	if err != nil {
		t.Fatal(err)
	}
	last := len(steps) - 1
	for _, s := range steps[:last] {
		if err := r.step(s); err != nil {
			t.Fatal(err)
		}
	}
	u, _ := w.academy.Snapshot().User(learner)
	w.academy.AddEnrollment(learnupontest.Enrollment{UserID: u.ID, CourseID: w.academy.AddCourse(learnupontest.Course{Name: "Welcome"}), Status: "not_started"})
	if done, err := r.done(steps[last]); done || err != nil || steps[last].ID != "counts" {
		t.Fatalf("step %s: the counts agree: %t, %v", steps[last].ID, done, err)
	}
	if err := r.step(steps[last]); err != nil {
		t.Fatal(err)
	}
	isSynced(t, r)
}

// The group of the institution is made, and its other people are nobody's
// business here: they are neither read nor part of what is approved.
func TestFixSyncLeavesColleaguesAlone(t *testing.T) {
	w := newWorld(t)
	typed := w.seedUnsynced(unsynced{noGroup: true})
	institution := w.org.Snapshot().Accounts[0].ID
	colleague := func(i int) salesforcetest.Contact {
		return salesforcetest.Contact{LastName: "C", Email: fmt.Sprintf("c%d@x.edu", i), AccountID: institution}
	}
	p := w.mustPlan("fix-sync", typed)
	w.called()
	for i := range 5 {
		c := colleague(i)
		c.LearnUponID = number(w.academy.AddUser(learnupontest.User{Email: c.Email}))
		w.org.AddContact(c)
	}
	waiting := colleague(9)
	waiting.Create = true
	w.org.AddContact(waiting)
	again := w.mustPlan("fix-sync", typed)
	if n := w.called()["GET /users/{id}"]; n > 0 {
		t.Errorf("%d accounts were read", n)
	}
	if p.Plan.Hash() != again.Plan.Hash() {
		t.Errorf("another plan: %v", p.Plan.Diff(again.Plan))
	}
	if !slices.ContainsFunc(p.Plan.Warnings, func(s string) bool { return strings.Contains(s, "Others of the account") }) {
		t.Errorf("warnings %q; want what the group does for others", p.Plan.Warnings)
	}
}

// Of two accounts the one that people can sign in to is offered as the one to
// keep.
func TestFixSyncOffersToKeepTheActiveAccount(t *testing.T) {
	w := newWorld(t)
	w.academy.AddUser(learnupontest.User{Email: learner})
	named := byron
	named.LearnUponID = number(w.academy.AddUser(learnupontest.User{Email: "old@x.edu", Disabled: true}))
	w.org.AddContact(named)
	_, err := w.plan("fix-sync", runbook.Values{"email": learner})
	refusal, ok := errors.AsType[*runbook.UserError](err)
	if !ok || refusal.Suggest == nil || refusal.Suggest.Values["keep"] != learner || refusal.Suggest.Values["duplicate"] != "old@x.edu" {
		t.Errorf("%+v", refusal)
	}
}

// Whose account is being made by one run is not the business of another.
func TestFixSyncLocksOutCreateUser(t *testing.T) {
	w := newWorld(t)
	w.seedInstitution()
	making := w.mustPlan("create-user", newLearner(nil)).Plan.Locks
	typed := w.seedUnsynced(unsynced{account: "-"})
	if mending := w.mustPlan("fix-sync", typed).Plan.Locks; !slices.ContainsFunc(mending, func(l string) bool { return slices.Contains(making, l) }) {
		t.Errorf("locks %v and %v", making, mending)
	}
}

// Only the main portal syncs; an account elsewhere keeps its address, and the
// plan says so.
func TestFixSyncTellsOfOtherPortals(t *testing.T) {
	w := newWorld(t)
	typed := w.seedUnsynced(unsynced{account: "old@x.edu", tied: true})
	w.secondPortal().AddUser(learnupontest.User{Email: "old@x.edu"})
	typed["email"] = "old@x.edu"
	p := w.mustPlan("fix-sync", typed).Plan
	if said := strings.Join(p.Warnings, "\n"); !strings.Contains(said, "LearnUpon (partners)") {
		t.Errorf("warnings %q", said)
	}
}

// LearnUpon does not take the contact's id: a person is told of the import.
func TestFixSyncLinkNotTaken(t *testing.T) {
	for name, fault := range map[string]learnupontest.Fault{
		"refused": {Method: "PUT", Route: "/users/{id}", Status: 400},
		"ignored": {Method: "PUT", Route: "/users/{id}", Status: 200, Body: `{"id":1}`},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			typed := w.seedUnsynced(unsynced{})
			p := w.mustPlan("fix-sync", typed)
			w.academy.Fail(fault)
			checkRefusal(t, w.newRun(typed, nil).apply("fix-sync", p), "Import Salesforce Contacts")
		})
	}
}

// A Salesforce user nobody can sign in with is not brought into line: nobody
// would open the link.
func TestFixSyncLeavesInactiveUsers(t *testing.T) {
	w := newWorld(t)
	typed := w.seedUnsynced(unsynced{login: "-"})
	c, _ := w.org.Snapshot().Contact(learner)
	w.org.Edit(w.org.AddUser(salesforcetest.User{Email: "old@x.edu", ContactID: c.ID}), "Active", false)
	if got := stepsOf(w.mustPlan("fix-sync", typed).Plan); got != "link-main contact-link read-back counts" {
		t.Errorf("steps %s", got)
	}
}

// The account has the address of a contact that was merged away, two merges ago,
// and names that one. Nothing of the survivor leads there: without a look it
// would get a second account.
func TestFixSyncFindsTheAccountOfAMergedContact(t *testing.T) {
	w := newWorld(t)
	typed := w.seedUnsynced(unsynced{account: "-"})
	kept, _ := w.org.Snapshot().Contact(learner)
	middle := w.org.AddContact(salesforcetest.Contact{LastName: "Byron", Email: "middle@x.edu"})
	first := w.org.AddContact(salesforcetest.Contact{LastName: "Byron", Email: "first@x.edu"})
	w.org.Merge(middle, first)
	w.org.Merge(kept.ID, middle)
	w.academy.AddUser(learnupontest.User{Email: "first@x.edu", SFContactID: first, SignIns: 1})
	if got := stepsOf(w.mustPlan("fix-sync", typed).Plan); got != "link-main contact-link address-main read-back counts" {
		t.Errorf("steps %s", got)
	}
}
