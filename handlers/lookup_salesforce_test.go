package handlers_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon/learnupontest"
	"registrar/integrations/salesforce/salesforcetest"
)

func checkShows(t *testing.T, doc runbook.Document, want ...string) {
	t.Helper()
	got := text(doc)
	for _, w := range want {
		if !strings.Contains(got, w) {
			t.Errorf("%q is missing in:\n%s", w, got)
		}
	}
}

// One system that cannot be read does not hide the other, and nothing is
// concluded from what was not read.
func TestLookupToleratesASystemBeingDown(t *testing.T) {
	w := newWorld(t)
	w.academy.AddUser(learnupontest.User{Email: learner, SignIns: 1})
	w.org.AddContact(salesforcetest.Contact{FirstName: "Ada", LastName: "Byron", Email: learner, Create: true})
	w.org.Fail(salesforcetest.Fault{Route: "/query", Status: 503, Body: "<html>maintenance"})
	doc := w.read(learner)
	checkShows(t, doc, "Last sign-in", "Salesforce\n  Not everything could be read here: Salesforce")
	if got := text(doc); strings.Contains(got, "- Salesforce") {
		t.Errorf("something is concluded:\n%s", got)
	}
}

func TestLookupConcludesNothingFromAPortalBeingDown(t *testing.T) {
	w := newWorld(t)
	w.org.AddContact(salesforcetest.Contact{FirstName: "Ada", LastName: "Byron", Email: learner, Create: true})
	w.academy.Fail(learnupontest.Fault{Status: 403})
	doc := w.read(learner)
	checkShows(t, doc, "Not everything could be read here: LearnUpon", "Name: Ada Byron")
	if got := text(doc); strings.Contains(got, "still being made") {
		t.Errorf("the account is said to be missing although LearnUpon could not be read:\n%s", got)
	}
}

// Records that are linked to each other are found under whatever address.
func TestLookupFollowsLinks(t *testing.T) {
	w := newWorld(t)
	account := w.org.AddAccount(salesforcetest.Account{Name: hillcrest})
	contact := w.org.AddContact(salesforcetest.Contact{LastName: "Byron", Email: "byron@home.example", AccountID: account})
	w.org.AddUser(salesforcetest.User{LastName: "Byron", Email: "byron@work.example", ContactID: contact, Inactive: true})
	group := w.academy.AddGroup("Admissions")
	w.academy.AddMember(group, w.academy.AddUser(learnupontest.User{Email: learner, SignIns: 1, SFContactID: contact}))
	doc := w.read(learner)
	checkShows(t, doc, "Email: byron@home.example", "Email: byron@work.example", "State: not active", "The addresses disagree",
		"[Create group] create-group map[account:"+account+"]")
	for _, address := range []string{learner, "byron@home.example", "byron@work.example"} {
		if !slices.Contains(doc.Personal, address) {
			t.Errorf("%s was looked at and is not in %v", address, doc.Personal)
		}
	}
	if !slices.Contains(doc.Accounts, account) || !slices.Contains(doc.Groups, fmt.Sprint(group)) {
		t.Errorf("accounts %v, groups %v", doc.Accounts, doc.Groups)
	}
}

func TestLookupOfAMergedContact(t *testing.T) {
	w := newWorld(t)
	lost := w.org.AddContact(salesforcetest.Contact{LastName: "Byron", Email: learner})
	kept := w.org.AddContact(salesforcetest.Contact{LastName: "Byron", Email: "kept@x.edu"})
	w.org.Merge(kept, lost)
	w.academy.AddUser(learnupontest.User{Email: learner, SignIns: 1, SFContactID: lost})
	doc := w.read(learner)
	checkShows(t, doc, "Contact: "+kept, "The contact "+lost+" was merged into "+kept)
	if n := strings.Count(text(doc), "Salesforce contact\n"); n != 1 {
		t.Errorf("%d contacts are shown", n)
	}
}

// What each finding offers can be followed at once.
func TestSalesforceSuggestionsCanBeFollowed(t *testing.T) {
	w := newWorld(t)
	account := w.org.AddAccount(salesforcetest.Account{Name: hillcrest})
	w.org.AddContact(salesforcetest.Contact{LastName: "Byron", Email: learner, AccountID: account, EmailOptOut: true})
	w.academy.AddUser(learnupontest.User{Email: learner, SignIns: 1})
	var followed []string
	for _, f := range w.read(learner).Findings {
		if f.Mend != nil {
			w.mustPlan(f.Mend.Action, f.Mend.Values)
			followed = append(followed, f.Mend.Action)
		}
	}
	if !slices.Equal(followed, []string{"fix-sync", "create-group", "opt-out"}) {
		t.Errorf("followed %v", followed)
	}
}

func TestLookupInAnyOrg(t *testing.T) {
	w := newWorld(t)
	w.org.RandomNames(3)
	w.org.Hide("Contact", "Email Opt Out")
	account := w.org.AddAccount(salesforcetest.Account{Name: hillcrest, GroupID: "77"})
	w.org.AddContact(salesforcetest.Contact{LastName: "Byron", Email: learner, Create: true, LearnUponID: "12", AccountID: account, EmailOptOut: true})
	checkShows(t, w.read(learner), "Create in LearnUpon: checked", "LU User ID: 12", "Email Opt Out: cannot be seen", "LearnUpon Group ID: 77")
}

func TestLookupWithoutSalesforce(t *testing.T) {
	w := newWorld(t)
	w.deps.Salesforce = nil
	w.academy.AddUser(learnupontest.User{Email: learner, SignIns: 1})
	if got := text(w.read(learner)); strings.Contains(got, "Salesforce") {
		t.Errorf("a system that is off shows:\n%s", got)
	}
}

// Who can sign in through the User Community is not confirmed by hand.
func TestNobodyOfTheCommunityIsConfirmed(t *testing.T) {
	w := newWorld(t)
	contact := w.org.AddContact(salesforcetest.Contact{LastName: "Byron", Email: "byron@home.example"})
	w.org.AddUser(salesforcetest.User{LastName: "Byron", Email: learner, ContactID: contact})
	w.academy.SelfRegister(learnupontest.User{Email: learner})
	for _, action := range []string{"confirm-user", "resend-confirmation"} {
		_, err := w.plan(action, runbook.Values{"email": learner})
		checkRefusal(t, err, "sign in through the User Community")
	}
	doc := w.read(learner)
	checkShows(t, doc, "probably registered by hand")
	for _, f := range doc.Findings {
		if f.Mend != nil && (f.Mend.Action == "confirm-user" || f.Mend.Action == "resend-confirmation") {
			t.Errorf("offered all the same: %+v", f)
		}
	}
}
