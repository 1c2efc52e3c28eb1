package handlers_test

import (
	"slices"
	"testing"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon/learnupontest"
)

func TestActionsOnAnAccountSurviveEveryCrash(t *testing.T) {
	email := runbook.Values{"email": learner}
	account := func(holds func(learnupontest.UserView) bool) func(*testing.T, *world) {
		return func(t *testing.T, w *world) {
			t.Helper()
			if u, there := w.academy.Snapshot().User(learner); !there || !holds(u) {
				t.Errorf("the account: %t, %+v", there, u)
			}
		}
	}
	for name, tt := range map[string]struct {
		action string
		writes int
		seed   func(*world) runbook.Values
		holds  func(*testing.T, *world)
	}{
		"add manager": {"add-manager", 3, func(w *world) runbook.Values {
			w.seedManager(learnupontest.User{SignIns: 1}, false)
			return runbook.Values{"email": learner, "group": hillcrest}
		}, account(func(u learnupontest.UserView) bool {
			return u.Type == "manager" && slices.Equal(u.Manages, []string{hillcrest}) && len(u.Groups) == 2 && len(u.Courses) == 1
		})},
		"change role": {"change-role", 4, func(w *world) runbook.Values {
			id := w.seedManager(learnupontest.User{Type: "manager", SignIns: 1}, true)
			for _, title := range []string{"East", "West"} {
				w.academy.AddRights(w.academy.AddGroup(title), id)
			}
			return runbook.Values{"email": learner, "role": "learner"}
		}, account(func(u learnupontest.UserView) bool {
			return u.Type == "learner" && len(u.Manages) == 0 && slices.Equal(u.Groups, []string{hillcrest})
		})},
		"deactivate": {"deactivate", 1, func(w *world) runbook.Values {
			w.seedHistory(learnupontest.User{})
			return email
		}, account(func(u learnupontest.UserView) bool { return u.Disabled && len(u.Courses) == 2 })},
		"reactivate": {"reactivate", 1, func(w *world) runbook.Values {
			w.seedHistory(learnupontest.User{Disabled: true})
			return email
		}, account(func(u learnupontest.UserView) bool { return !u.Disabled })},
		"delete user": {"delete-user", 3, func(w *world) runbook.Values {
			w.seedContact(w.seedHistory(learnupontest.User{}), true)
			return email
		}, func(t *testing.T, w *world) {
			t.Helper()
			_, there := w.academy.Snapshot().User(learner)
			if c, _ := w.org.Snapshot().Contact(learner); there || c.LearnUponID != "" || c.Create {
				t.Errorf("the account is there: %t; the contact: %+v", there, c)
			}
			for name, times := range w.saved {
				if times != 1 {
					t.Errorf("%s was saved %d times", name, times)
				}
			}
			if len(w.saved) != 1 {
				t.Errorf("saved: %v", w.saved)
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			survives(t, tt.action, tt.writes, tt.seed, tt.holds)
		})
	}
}
