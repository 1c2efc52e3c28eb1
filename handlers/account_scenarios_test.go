package handlers_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon/learnupontest"
	"registrar/integrations/salesforce/salesforcetest"
)

const managersGroup = "Institution Group Manager"

// accountScenarios are those of the actions about one account.
func accountScenarios() []scenario {
	has := func(want record, more ...func(*testing.T, *run)) func(*testing.T, *run) {
		return func(t *testing.T, r *run) {
			t.Helper()
			u, _ := r.academy.Snapshot().User(learner)
			if diff := cmp.Diff(want, recordOf(u)); diff != "" {
				t.Errorf("the account is not as promised (-want +got):\n%s", diff)
			}
			for _, holds := range more {
				holds(t, r)
			}
		}
	}
	enabled := func(want bool) func(*testing.T, *run) {
		return func(t *testing.T, r *run) {
			if u, there := r.academy.Snapshot().User(learner); !there || u.Disabled == want {
				t.Errorf("there: %t, deactivated: %t", there, u.Disabled)
			}
		}
	}
	return []scenario{
		{"add-manager", "a learner", false, func(w *world) runbook.Values {
			w.seedManager(learnupontest.User{SignIns: 1}, false)
			return runbook.Values{"email": learner, "group": hillcrest}
		}, has(record{Type: "manager", Groups: []string{hillcrest, managersGroup}, Manages: []string{hillcrest}, Courses: []string{"Managing not_started"}})},
		{"add-manager", "a manager of other groups", false, func(w *world) runbook.Values {
			id := w.seedManager(learnupontest.User{SignIns: 1, Type: "manager"}, true)
			w.academy.AddRights(w.academy.AddGroup("East"), id)
			return runbook.Values{"email": learner, "group": "hillcrest"}
		}, has(record{Type: "manager", Groups: []string{hillcrest, managersGroup}, Manages: []string{"East", hillcrest}})},
		{"change-role", "a manager becomes a learner", false, func(w *world) runbook.Values {
			id := w.seedManager(learnupontest.User{SignIns: 1, Type: "manager"}, true)
			w.academy.AddRights(w.academy.AddGroup("East"), id)
			return runbook.Values{"email": learner, "role": "learner"}
		}, has(record{Type: "learner", Groups: []string{hillcrest}})},
		{"change-role", "a learner becomes an admin", false, func(w *world) runbook.Values {
			w.seedManager(learnupontest.User{SignIns: 1}, false)
			return runbook.Values{"email": learner, "role": "Admin"}
		}, has(record{Type: "admin", Groups: []string{hillcrest}})},
		{"deactivate", "a learner with history", false, func(w *world) runbook.Values {
			w.seedHistory(learnupontest.User{})
			return runbook.Values{"email": learner}
		}, has(record{Type: "learner", Groups: []string{"East"}, Courses: []string{"Basics passed 81 2026-11-11", "Selling in_progress"}}, enabled(false))},
		{"reactivate", "a manager", false, func(w *world) runbook.Values {
			w.academy.AddRights(w.academy.AddGroup("West"), w.seedHistory(learnupontest.User{Disabled: true, Type: "manager"}))
			return runbook.Values{"email": learner}
		}, has(record{Type: "manager", Groups: []string{"East"}, Manages: []string{"West"}, Courses: []string{"Basics passed 81 2026-11-11", "Selling in_progress"}}, enabled(true))},
		{"reactivate", "an admin", false, func(w *world) runbook.Values {
			w.seedHistory(learnupontest.User{Disabled: true, Type: "admin"})
			return runbook.Values{"email": learner}
		}, has(record{Type: "admin", Groups: []string{"East"}, Courses: []string{"Basics passed 81 2026-11-11", "Selling in_progress"}}, enabled(true))},
		{"delete-user", "with history and a contact", false, func(w *world) runbook.Values {
			w.seedContact(w.seedHistory(learnupontest.User{}), false)
			return runbook.Values{"email": learner}
		}, isDeleted},
		{"delete-user", "nothing but the account", false, func(w *world) runbook.Values {
			w.academy.AddUser(learnupontest.User{Email: learner})
			return runbook.Values{"email": learner}
		}, func(t *testing.T, r *run) {
			if _, there := r.academy.Snapshot().User(learner); there || len(r.files) != 1 {
				t.Errorf("there: %t, %d files", there, len(r.files))
			}
		}},
	}
}

// seedManager seeds somebody who may become a manager of their institution's
// group, and the group of managers with its course.
func (w *world) seedManager(u learnupontest.User, managing bool) int64 {
	u.Email = learner
	id := w.academy.AddUser(u)
	group, managers := w.academy.AddGroup(hillcrest), w.academy.AddGroup(managersGroup)
	w.academy.AddGroupCourse(managers, w.course("Managing"))
	w.academy.AddMember(group, id)
	if managing {
		w.academy.AddMember(managers, id)
	}
	account := w.org.AddAccount(salesforcetest.Account{Name: hillcrest, GroupID: number(group)})
	w.org.AddContact(salesforcetest.Contact{LastName: "Byron", Email: learner, AccountID: account, LearnUponID: number(id)})
	return id
}

// seedHistory seeds an account with something of each kind that can be lost.
func (w *world) seedHistory(u learnupontest.User) int64 {
	u.Email = learner
	id := w.academy.AddUser(u)
	w.academy.AddMember(w.academy.AddGroup("East"), id)
	w.academy.AddEnrollment(learnupontest.Enrollment{
		UserID: id, CourseID: w.course("Basics"), Status: "passed", Percentage: "81", CompletedAt: w.daysAgo(10), Certificate: "Licence", CertificateExpires: "2027-11-11",
	})
	w.academy.AddEnrollment(learnupontest.Enrollment{UserID: id, CourseID: w.course("Selling"), Status: "in_progress"})
	return id
}

func (w *world) seedContact(user int64, ticked bool) string {
	return w.org.AddContact(salesforcetest.Contact{
		LastName: "Byron", Email: learner, AccountID: w.org.AddAccount(salesforcetest.Account{Name: hillcrest}),
		LearnUponID: number(user), Create: ticked,
	})
}

func isDeleted(t *testing.T, r *run) {
	t.Helper()
	if u, there := r.academy.Snapshot().User(learner); there {
		t.Errorf("the account is there: %+v", u)
	}
	if c, _ := r.org.Snapshot().Contact(learner); c.LearnUponID != "" {
		t.Errorf("the contact names user %s", c.LearnUponID)
	}
	if len(r.files) != 1 || !strings.Contains(r.files[0], "Basics") || !strings.Contains(r.files[0], "Licence") {
		t.Errorf("files: %q", r.files)
	}
}

// said reports whether one of the sentences holds a part.
func said(sentences []string, part string) bool {
	return slices.ContainsFunc(sentences, func(s string) bool { return strings.Contains(s, part) })
}
