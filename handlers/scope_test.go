package handlers_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon/learnupontest"
	"registrar/integrations/salesforce/salesforcetest"
)

// A question names, for scoped roles, at least what the plan names after any
// answer: else who may do the one could not answer the other.
func TestQuestionsNameTheirScope(t *testing.T) {
	for name, tt := range map[string]struct {
		action string
		seed   func(*world) runbook.Values
	}{
		"confirm-user, two portals": {"confirm-user", func(w *world) runbook.Values {
			for _, s := range []*learnupontest.Server{w.academy, w.secondPortal()} {
				s.AddMember(s.AddGroup("East"), s.SelfRegister(learnupontest.User{Email: learner}))
			}
			return runbook.Values{"email": learner}
		}},
		"resend-confirmation, account and invite": {"resend-confirmation", func(w *world) runbook.Values {
			s := w.academy
			s.AddMember(s.AddGroup("East"), s.SelfRegister(learnupontest.User{Email: learner}))
			s.AddInvite(learnupontest.Invite{Email: learner, GroupID: s.AddGroup("West"), CreatedAt: w.daysAgo(2), ExpiresAt: w.now.AddDate(0, 0, 5)})
			return runbook.Values{"email": learner}
		}},
		"opt-out, two contacts": {"opt-out", func(w *world) runbook.Values {
			inBoth(false)(w)
			other := w.academy.AddUser(learnupontest.User{Email: duplicate})
			w.academy.AddMember(w.academy.AddGroup("East"), other)
			w.org.AddContact(salesforcetest.Contact{LastName: "B", Email: learner, AccountID: w.org.AddAccount(salesforcetest.Account{Name: hillcrest}), LearnUponID: number(other)})
			return runbook.Values{"email": learner}
		}},
		"create-group, two accounts": {"create-group", func(w *world) runbook.Values {
			group := number(w.academy.AddGroup(hillcrest))
			for _, city := range []string{"Boston", "Austin"} {
				w.org.AddAccount(salesforcetest.Account{Name: hillcrest, City: city, GroupID: group})
			}
			return runbook.Values{"account": hillcrest}
		}},
		"create-group, who waits": {"create-group", func(w *world) runbook.Values {
			w.seedWaiting(1)
			w.academy.AddGroup(hillcrest)
			return runbook.Values{"account": hillcrest}
		}},
		"merge-users, two types": {"merge-users", func(w *world) runbook.Values {
			keep, dup := w.twoAccounts(learnupontest.User{Type: "instructor"}, learnupontest.User{Type: "manager"})
			for _, id := range []int64{keep, dup} {
				w.academy.AddMember(w.academy.AddGroup(fmt.Sprint("Of ", id)), id)
				account := w.org.AddAccount(salesforcetest.Account{Name: hillcrest})
				w.org.AddContact(salesforcetest.Contact{LastName: "B", Email: "b@x.edu", AccountID: account, LearnUponID: number(id)})
			}
			return merging("deactivate")
		}},
		"change-email, two contacts": {"change-email", func(w *world) runbook.Values {
			w.twoPlaces(false)
			return movingOn
		}},
		"change-email, the same person?": {"change-email", func(w *world) runbook.Values {
			w.academy.AddMember(w.academy.AddGroup("East"), w.academy.AddUser(learnupontest.User{Email: learner}))
			w.org.AddContact(salesforcetest.Contact{LastName: "B", Email: newEmail, AccountID: w.institution(hillcrest, "")})
			return movingOn
		}},
		"fix-sync, two contacts": {"fix-sync", func(w *world) runbook.Values {
			typed := w.seedUnsynced(unsynced{})
			w.academy.AddMember(w.academy.AddGroup("East"), w.academy.Snapshot().Users[0].ID)
			w.org.AddContact(salesforcetest.Contact{LastName: "Byron", Email: learner, AccountID: w.institution("Riverside", "")})
			return typed
		}},
		"fix-sync, which address": {"fix-sync", func(w *world) runbook.Values {
			typed := w.seedUnsynced(unsynced{login: "a.byron@x.edu", tied: true})
			w.academy.AddMember(w.academy.AddGroup("East"), w.academy.Snapshot().Users[0].ID)
			return typed
		}},
		"create-user, the same name": {"create-user", func(w *world) runbook.Values {
			account := w.seedInstitution()
			w.org.AddContact(salesforcetest.Contact{FirstName: "Ada", LastName: "Byron", Email: "ada@home.example", AccountID: account})
			return newLearner(nil)
		}},
		"set-time-zone, two zones": {"set-time-zone", func(w *world) runbook.Values {
			w.twoPlaces(true)
			return runbook.Values{"email": learner}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			typed := maps.Clone(tt.seed(w))
			_, err := w.plan(tt.action, typed)
			asked, ok := errors.AsType[*runbook.Choose](err)
			if !ok || len(asked.Accounts)+len(asked.Groups) == 0 {
				t.Fatalf("%+v; want a question with a scope", err)
			}
			for _, o := range asked.Options {
				typed[asked.Field] = o.Value
				p, err := w.plan(tt.action, typed)
				if err != nil && !isRefusal(err) {
					t.Fatal(err)
				}
				within(t, o.Text+", accounts", p.Plan.Accounts, asked.Accounts)
				within(t, o.Text+", groups", p.Plan.Groups, asked.Groups)
			}
		})
	}
}

// twoPlaces is somebody with two contacts, one of which names an account of
// another address; perhaps with an account of their own.
func (w *world) twoPlaces(own bool) {
	for zone, email := range map[string]string{"America/Denver": learner, "America/Chicago": duplicate} {
		contact := salesforcetest.Contact{LastName: "B", Email: learner, AccountID: w.institution(zone, zone), LastModified: w.daysAgo(3)}
		if own || email == duplicate {
			user := w.academy.AddUser(learnupontest.User{Email: email, TimeZone: eastern})
			w.academy.AddMember(w.academy.AddGroup("Of "+email), user)
			if email == duplicate {
				contact.LearnUponID = number(user)
			}
		}
		w.org.AddContact(contact)
	}
}

func within(t *testing.T, what string, planned, asked []string) {
	t.Helper()
	for _, id := range planned {
		if !slices.Contains(asked, id) {
			t.Errorf("%s: the plan names %s, the question only %v", what, id, asked)
		}
	}
}

const outside = "outside any account or group"

// A merge concerns both people: a scoped role reaches neither by way of the
// other.
func TestMergeNamesTheScopeOfBoth(t *testing.T) {
	type belongs struct{ group, institution bool }
	for name, tt := range map[string]struct {
		keep, dup        belongs
		accounts, groups int // named
		alone            bool
	}{
		"neither":                  {},
		"both of both":             {belongs{true, true}, belongs{true, true}, 2, 2, false},
		"kept one is nowhere":      {belongs{}, belongs{true, true}, 1, 1, true},
		"duplicate is nowhere":     {belongs{true, true}, belongs{}, 1, 1, true},
		"each of another kind":     {belongs{true, false}, belongs{false, true}, 1, 1, true},
		"both in an account alone": {belongs{false, true}, belongs{false, true}, 2, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			keep, dup := w.twoAccounts(learnupontest.User{}, learnupontest.User{})
			for id, b := range map[int64]belongs{keep: tt.keep, dup: tt.dup} {
				if b.group {
					w.academy.AddMember(w.academy.AddGroup(fmt.Sprint("Of ", id)), id)
				}
				if b.institution {
					account := w.org.AddAccount(salesforcetest.Account{Name: hillcrest})
					w.org.AddContact(salesforcetest.Contact{LastName: "B", Email: "b@x.edu", AccountID: account, LearnUponID: number(id)})
				}
			}
			p := w.mustPlan("merge-users", merging("deactivate")).Plan
			for kind, of := range map[string]struct {
				named []string
				want  int
			}{"accounts": {p.Accounts, tt.accounts}, "groups": {p.Groups, tt.groups}} {
				marked := slices.Contains(of.named, outside)
				if want := of.want; marked != tt.alone || len(of.named) != want && !(marked && len(of.named) == want+1) {
					t.Errorf("%s %v; want %d of them, one outside: %v", kind, of.named, want, tt.alone)
				}
			}
		})
	}
}

// Deactivating the duplicate may reach its account in a portal where the kept
// person has none.
func TestMergeNamesTheGroupsElsewhere(t *testing.T) {
	w := newWorld(t)
	keep, dup := w.twoAccounts(learnupontest.User{}, learnupontest.User{})
	east := w.academy.AddGroup("East")
	w.academy.AddMember(east, keep)
	w.academy.AddMember(east, dup)
	partners := w.secondPortal()
	there := partners.AddUser(learnupontest.User{Email: duplicate})
	if p := w.mustPlan("merge-users", merging("deactivate")).Plan; !slices.Contains(p.Groups, outside) {
		t.Errorf("groups %v; the account elsewhere is in none", p.Groups)
	}
	west := partners.AddGroup("West")
	partners.AddMember(west, there)
	if p := w.mustPlan("merge-users", merging("deactivate")).Plan; !slices.Contains(p.Groups, number(west)) || slices.Contains(p.Groups, outside) {
		t.Errorf("groups %v; want those of both portals", p.Groups)
	}
}

// One of two contacts belongs to no account: the other's does not cover it.
func TestOptOutNamesWhatIsOutside(t *testing.T) {
	w := newWorld(t)
	w.org.AddContact(salesforcetest.Contact{LastName: "A", Email: learner})
	w.org.AddContact(salesforcetest.Contact{LastName: "B", Email: learner, AccountID: w.org.AddAccount(salesforcetest.Account{Name: hillcrest})})
	p := w.mustPlan("opt-out", runbook.Values{"email": learner, "which": "all"}).Plan
	if len(p.Accounts) != 2 || !slices.Contains(p.Accounts, outside) {
		t.Errorf("accounts %v", p.Accounts)
	}
}
