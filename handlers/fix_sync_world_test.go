package handlers_test

import (
	"strconv"
	"strings"
	"testing"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon/learnupontest"
	"registrar/integrations/salesforce"
	"registrar/integrations/salesforce/salesforcetest"
)

// packageSays is what the package writes into its call log, word for word.
type packageSays string

func (s packageSays) Error() string { return string(s) }

// withPackage puts LearnUpon's package to work in the org: it makes accounts for
// contacts whose box is checked and tells the org of their courses.
func (w *world) withPackage() {
	w.Helper()
	w.org.Close()
	w.org = salesforcetest.New(salesforcetest.Options{Now: w.clock, LearnUpon: w.makeUser, Counts: w.countsOf})
	w.Cleanup(w.org.Close)
	w.deps.Salesforce = w.orgClient()
}

func (w *world) makeUser(want salesforcetest.Sync) (string, error) {
	if want.UserID != "" {
		id, _ := strconv.ParseInt(want.UserID, 10, 64)
		w.setType(id, "manager")
		return want.UserID, nil
	}
	if _, taken := w.academy.Snapshot().User(want.Email); taken {
		return "", packageSays(salesforce.TakenAddress)
	}
	id := w.academy.AddUser(learnupontest.User{
		Email: want.Email, FirstName: want.FirstName, LastName: want.LastName, FromSalesforce: true, SFContactID: want.ContactID,
	})
	for _, g := range w.academy.Snapshot().Groups {
		if g.Title == targetX || strconv.FormatInt(g.ID, 10) == want.GroupID {
			w.academy.AddMember(g.ID, id)
		}
	}
	return strconv.FormatInt(id, 10), nil
}

const targetX = "TargetX"

func (w *world) countsOf(user string) (enrolled, inProgress, completed int) {
	for _, u := range w.academy.Snapshot().Users {
		if strconv.FormatInt(u.ID, 10) != user {
			continue
		}
		for _, e := range u.Courses {
			enrolled++
			switch e.Status {
			case "in_progress":
				inProgress++
			case "completed", "passed":
				completed++
			}
		}
	}
	return enrolled, inProgress, completed
}

// unsynced is somebody whom LearnUpon knew before Salesforce did.
type unsynced struct {
	contact, account, login string // the addresses; "-": there is none
	ticked, noGroup, merged bool
	tied                    bool // the account names the contact
}

func (w *world) seedUnsynced(p unsynced) runbook.Values {
	w.withPackage()
	address := func(email string) string {
		if email == "" {
			return learner
		}
		return email
	}
	institution := salesforcetest.Account{Name: hillcrest}
	if !p.noGroup {
		institution.GroupID = strconv.FormatInt(w.academy.AddGroup(hillcrest), 10)
	}
	of := w.org.AddAccount(institution)
	c := salesforcetest.Contact{FirstName: "Ada", LastName: "Byron", Email: address(p.contact), AccountID: of, Create: p.ticked}
	id := w.org.AddContact(c)
	named := ""
	if p.merged {
		middle := w.org.AddContact(salesforcetest.Contact{LastName: "Byron", Email: "middle@x.edu", AccountID: of})
		named = w.org.AddContact(salesforcetest.Contact{LastName: "Byron", Email: "first@x.edu", AccountID: of})
		w.org.Merge(middle, named)
		w.org.Merge(id, middle)
	}
	if p.tied {
		named = id
	}
	if p.account != "-" {
		user := w.academy.AddUser(learnupontest.User{Email: address(p.account), FirstName: "Ada", LastName: "Byron", SignIns: 3, SFContactID: named})
		for i, status := range []string{"in_progress", "completed", "passed"} {
			course := w.academy.AddCourse(learnupontest.Course{Name: "Course " + strconv.Itoa(i)})
			w.academy.AddEnrollment(learnupontest.Enrollment{UserID: user, CourseID: course, Status: status})
		}
		if p.merged {
			w.org.Edit(id, "LU User ID", strconv.FormatInt(user, 10))
		}
	}
	if p.login != "-" {
		w.org.AddUser(salesforcetest.User{Email: address(p.login), FirstName: "Ada", LastName: "Byron", ContactID: id})
	}
	return runbook.Values{"email": learner}
}

// isSynced: LU User ID leads to the account, which names the contact; all
// addresses are the learner's; Salesforce has LearnUpon's counts.
func isSynced(t *testing.T, r *run) {
	t.Helper()
	c, ok := r.org.Snapshot().Contact(learner)
	u, there := r.academy.Snapshot().User(learner)
	if !ok || !there {
		t.Fatalf("contact with the right address: %t; account: %t", ok, there)
	}
	if c.LearnUponID != strconv.FormatInt(u.ID, 10) || u.SFContactID != c.ID {
		t.Errorf("LU User ID %q of contact %s, account %d names %q", c.LearnUponID, c.ID, u.ID, u.SFContactID)
	}
	for _, login := range r.org.Snapshot().Users {
		if login.ContactID == c.ID && !strings.EqualFold(login.Email, learner) {
			t.Errorf("the Salesforce user has %s", login.Email)
		}
	}
	enrolled, inProgress, completed := r.countsOf(c.LearnUponID)
	if c.Enrolled != enrolled || c.InProgress != inProgress || c.Completed != completed {
		t.Errorf("Salesforce counts %d, %d, %d; LearnUpon %d, %d, %d", c.Enrolled, c.InProgress, c.Completed, enrolled, inProgress, completed)
	}
	if len(r.org.Snapshot().CallLogs) > 0 {
		for _, row := range r.org.Snapshot().CallLogs {
			if row.Response != "Success" {
				t.Errorf("the fix logged a new error: %s", row.Response)
			}
		}
	}
	for _, a := range r.org.Snapshot().Accounts {
		if a.GroupID == "" {
			t.Error("the institution has no group")
		}
	}
}
