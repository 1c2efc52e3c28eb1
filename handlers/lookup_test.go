package handlers_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"registrar/bot/runbook"
	"registrar/integrations/bamboohr/bamboohrtest"
	"registrar/integrations/learnupon/learnupontest"
	"registrar/integrations/rest/resttest"
	"registrar/integrations/salesforce/salesforcetest"
)

func TestLookupDocument(t *testing.T) {
	w := newWorld(t)
	partners := w.secondPortal()
	account := w.org.AddAccount(salesforcetest.Account{Name: hillcrest, GroupID: "77", TimeZone: "America/Chicago"})
	contact := w.org.AddContact(salesforcetest.Contact{FirstName: "Ada", LastName: "Byron", Email: learner, AccountID: account})
	user := w.org.AddUser(salesforcetest.User{FirstName: "Ada", LastName: "Byron", Email: "a.byron@x.edu", ContactID: contact, LastSignIn: w.daysAgo(5)})
	admissions := w.academy.AddGroup("Admissions")
	basics, advanced := w.academy.AddCourse(learnupontest.Course{Name: "Basics"}), w.academy.AddCourse(learnupontest.Course{Name: "Advanced"})
	id := w.academy.AddUser(learnupontest.User{
		Email: learner, FirstName: "Ada", LastName: "Byron", SignIns: 4, LastSignInAt: w.daysAgo(3), CreatedAt: w.daysAgo(90),
		AccountExpires: "2027-01-01", SFContactID: contact, TimeZone: "Eastern Time (US & Canada)",
	})
	w.academy.AddMember(admissions, id)
	w.academy.AddEnrollment(learnupontest.Enrollment{UserID: id, CourseID: basics, Status: "completed"})
	w.academy.AddEnrollment(learnupontest.Enrollment{UserID: id, CourseID: advanced})
	w.academy.AddUser(learnupontest.User{Email: "deleted+" + learner, Disabled: true})
	partners.AddInvite(learnupontest.Invite{
		Email: learner, GroupID: partners.AddGroup("Resellers"), Type: "manager", CreatedAt: w.daysAgo(40), ExpiresAt: w.daysAgo(10),
	})
	w.company(bamboohrtest.Options{}, bamboohrtest.Employee{FirstName: "Ada", WorkEmail: learner, Hired: "2024-03-01"})
	ids := strings.NewReplacer(account, "<account>", contact, "<contact>", user, "<user>")
	golden(t, filepath.Join("testdata", "lookup.txt"), ids.Replace(text(w.read(strings.ToUpper(learner)))))
	if n := w.writes(); n != 0 {
		t.Errorf("looking up wrote %d times", n)
	}
}

// text is a document as lines, without what differs from run to run.
func text(doc runbook.Document) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", doc.Title, doc.Subject)
	for _, s := range doc.Sections {
		fmt.Fprintf(&b, "\n%s\n", s.Heading)
		for _, f := range s.Facts {
			fmt.Fprintf(&b, "  %s: %s\n", f.Label, f.Value)
		}
		for _, line := range s.Lines {
			fmt.Fprintf(&b, "  %s\n", line)
		}
	}
	b.WriteString("\nFindings\n")
	for _, f := range doc.Findings {
		fmt.Fprintf(&b, "- %s\n", f.Text)
		if f.Mend != nil {
			fmt.Fprintf(&b, "  [%s] %s %v\n", f.Mend.Label, f.Mend.Action, f.Mend.Values)
		}
		if f.Paste != "" {
			fmt.Fprintf(&b, "  | %s\n", strings.ReplaceAll(f.Paste, "\n", "\n  | "))
		}
	}
	return b.String()
}

// One portal that cannot be read does not hide the other, and what is not
// known is not said to be absent.
func TestLookupToleratesAPortalBeingDown(t *testing.T) {
	w := newWorld(t)
	partners := w.secondPortal()
	w.academy.SelfRegister(learnupontest.User{Email: learner})
	partners.Fail(learnupontest.Fault{Status: 403})
	got := text(w.read(learner))
	for _, want := range []string{"Last sign-in: never", "Not everything could be read here: LearnUpon partners", "probably not confirmed"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in:\n%s", want, got)
		}
	}
	got = text(w.read("nobody@x.edu"))
	if strings.Contains(got, "No account and no group invite") {
		t.Errorf("somebody is said to be unknown although a portal could not be read:\n%s", got)
	}
}

// Every action a finding or a plan suggests is there and takes the values.
func TestSuggestionsCanBeFollowed(t *testing.T) {
	w := newWorld(t)
	w.academy.SelfRegister(learnupontest.User{Email: learner})
	w.academy.AddInvite(learnupontest.Invite{Email: learner, ExpiresAt: w.daysAgo(1)})
	var suggested []runbook.Suggestion
	for _, f := range append(w.read(learner).Findings, w.read("nobody@x.edu").Findings...) {
		if f.Mend != nil {
			suggested = append(suggested, *f.Mend)
		}
	}
	suggested = append(suggested, w.mustPlan("confirm-user", runbook.Values{"email": learner}).Plan.Suggest...)
	if len(suggested) < 5 {
		t.Errorf("only %d suggestions: %v", len(suggested), suggested)
	}
	for _, s := range suggested {
		if _, err := w.action(s.Action).Decode(s.Values); err != nil {
			t.Errorf("%s with %v: %v", s.Action, s.Values, err)
		}
	}
}

// A look-up costs every system a few calls, which are the same however many
// systems there are.
func TestLookupIsCheap(t *testing.T) {
	w := newWorld(t)
	partners := w.secondPortal()
	company := w.company(bamboohrtest.Options{}, bamboohrtest.Employee{FirstName: "Ada", WorkEmail: learner})
	account := w.org.AddAccount(salesforcetest.Account{Name: hillcrest})
	contact := w.org.AddContact(salesforcetest.Contact{LastName: "Byron", Email: learner, AccountID: account})
	w.org.AddUser(salesforcetest.User{LastName: "Byron", Email: learner, ContactID: contact})
	for _, s := range []*learnupontest.Server{w.academy, partners} {
		s.AddMember(s.AddGroup("Admissions"), s.AddUser(learnupontest.User{Email: learner, SignIns: 1}))
	}
	w.read(learner) // also learns the org's fields
	calls := []*resttest.Journal{&w.academy.Journal, &partners.Journal, &w.org.Journal, &company.Journal}
	for _, j := range calls {
		j.ResetCalls()
	}
	w.read(learner)
	for i, most := range []int{5, 5, 5, 2} {
		if n := len(calls[i].Calls()); n > most {
			t.Errorf("system %d was called %d times, %v", i, n, calls[i].Calls())
		}
	}
}
