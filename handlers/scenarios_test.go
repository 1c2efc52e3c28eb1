package handlers_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon/learnupontest"
	"registrar/integrations/salesforce/salesforcetest"
)

// scenario is a situation an action is for, with the end state it promises. The
// contract is checked in each; every action that changes something needs one.
type scenario struct {
	action string
	name   string
	noMail bool // no mail server is configured
	// seed fills the world and returns what the requester types.
	seed func(*world) runbook.Values
	// holds checks the end state.
	holds func(*testing.T, *run)
}

func scenarios() []scenario {
	email := runbook.Values{"email": learner}
	selfRegistered := func(w *world) runbook.Values {
		w.academy.SelfRegister(learnupontest.User{Email: learner})
		return email
	}
	withLink := func(w *world) runbook.Values {
		selfRegistered(w)
		return runbook.Values{"email": learner, "confirmation-link": w.confirmationLink()}
	}
	adminInvite := func(w *world) runbook.Values {
		w.academy.AddInvite(learnupontest.Invite{Email: learner, Type: "admin", CreatedAt: w.daysAgo(2), ExpiresAt: w.now.AddDate(0, 0, 5)})
		return email
	}
	openInvite := func(w *world) runbook.Values {
		w.academy.AddInvite(learnupontest.Invite{Email: learner, GroupID: w.academy.AddGroup("Admissions"), CreatedAt: w.daysAgo(2), ExpiresAt: w.now.AddDate(0, 0, 5)})
		return email
	}
	lapsedInvite := func(w *world) runbook.Values { return seedLapsed(w, "manager") }
	return append(accountScenarios(), []scenario{
		{"confirm-user", "link copied from the record", false, selfRegistered, isConfirmed},
		{"confirm-user", "link given with the request", false, withLink, isConfirmed},
		{"resend-confirmation", "open invite", false, openInvite, gotLink("/invites/accept/")},
		{"resend-confirmation", "open invite, no mail", true, openInvite, isShown("/invites/accept/")},
		{"resend-confirmation", "open invite of an admin", false, adminInvite, gotLink("/invites/accept/")},
		{"resend-confirmation", "lapsed invite", false, lapsedInvite, isInvitedAgain},
		{"resend-confirmation", "lapsed admin invite, no mail", true, func(w *world) runbook.Values { return seedLapsed(w, "admin") }, isShown("/invites/accept/")},
		{"resend-confirmation", "self-registered", false, selfRegistered, gotLink("confirmation_token=")},
		{"resend-confirmation", "self-registered, link given", false, withLink, gotLink("confirmation_token=")},
		{"resend-confirmation", "self-registered, no mail", true, selfRegistered, isShown("confirmation_token=")},
		{"resend-confirmation", "invited from the Users page", false, func(*world) runbook.Values {
			return runbook.Values{"email": learner, "invited": "main"}
		}, func(t *testing.T, r *run) {
			if len(r.asked) != 1 || len(r.did) != 0 {
				t.Errorf("asked %v, did %v; want one ask alone", r.asked, r.did)
			}
		}},
		{"opt-out", "in both systems", false, inBoth(false), hasOptOut(true, 1)},
		{"opt-out", "in Salesforce only", false, func(w *world) runbook.Values {
			w.org.AddContact(salesforcetest.Contact{LastName: "Byron", Email: learner})
			return email
		}, hasOptOut(true, 0)},
		{"opt-out", "two contacts", false, func(w *world) runbook.Values {
			w.org.AddContact(salesforcetest.Contact{LastName: "Byron", Email: learner})
			inBoth(false)(w)
			return runbook.Values{"email": learner, "which": "all"}
		}, hasOptOut(true, 1)},
		{"opt-in", "in both systems", false, inBoth(true), hasOptOut(false, 1)},
		{"merge-users", "everything, deactivated", false, mergeOf("deactivate"), isMerged(false)},
		{"merge-users", "everything, deleted", false, mergeOf("delete"), isMerged(true)},
		{"merge-users", "nothing but the account", false, func(w *world) runbook.Values {
			w.academy.AddUser(learnupontest.User{Email: learner})
			w.academy.AddUser(learnupontest.User{Email: duplicate})
			return merging("deactivate")
		}, isRetired},
		{"create-group", "none yet", false, func(w *world) runbook.Values {
			w.org.AddAccount(salesforcetest.Account{Name: hillcrest})
			return runbook.Values{"account": hillcrest}
		}, hasGroup(0)},
		{"create-group", "a group of that title is there", false, func(w *world) runbook.Values {
			w.academy.AddGroup(strings.ToUpper(hillcrest))
			w.org.AddAccount(salesforcetest.Account{Name: hillcrest})
			return runbook.Values{"account": hillcrest}
		}, hasGroup(0)},
		{"create-group", "people waited", false, func(w *world) runbook.Values {
			w.seedWaiting(2)
			return runbook.Values{"account": hillcrest, "add": "yes"}
		}, hasGroup(2)},
		{"fix-sync", "existing account, without group", false, func(w *world) runbook.Values { return w.seedUnsynced(unsynced{noGroup: true}) }, isSynced},
		{"fix-sync", "account to be made", false, func(w *world) runbook.Values { return w.seedUnsynced(unsynced{account: "-", ticked: true}) }, isSynced},
		{"fix-sync", "Salesforce user differs", false, func(w *world) runbook.Values {
			w.seedUnsynced(unsynced{login: "old@x.edu"})
			return runbook.Values{"email": learner, "address": learner}
		}, isSynced},
		{"create-user", "learner", false, seedNewcomer(nil), isMade("learner", false)},
		{"create-user", "manager with a customer user", false, seedNewcomer(runbook.Values{"as-manager": "yes", "customer-user": "yes"}), isMade("manager", true)},
		{"set-time-zone", "the Flow's else-branch", false, inDenver(24 * time.Hour), seesTime(mountain)},
		{"set-time-zone", "the Flow is under way", false, inDenver(time.Minute), seesTime(mountain)},
		{"set-time-zone", "everybody", false, everybodyInDenver(45), seesTime(mountain)},
		{"change-email", "everywhere", false, addressed{}.seed, hasMoved},
		{"change-email", "no login", false, addressed{login: "-"}.seed, hasMoved},
		{"change-email", "only LearnUpon is left", false, addressed{contact: newEmail, login: newEmail}.seed, hasMoved},
		{"reuse-email", "kept, deactivated", false, seedFreeing("deactivate"), freedAs("deleted+"+learner, false)},
		{"reuse-email", "deleted", false, seedFreeing("delete"), freedAs("deleted+"+learner, true)},
	}...)
}

const hillcrest = "Hillcrest University"

// inBoth is a person with an account and a contact.
func inBoth(optedOut bool) func(*world) runbook.Values {
	return func(w *world) runbook.Values {
		w.academy.AddUser(learnupontest.User{Email: learner, SignIns: 1})
		w.org.AddContact(salesforcetest.Contact{LastName: "Byron", Email: learner, EmailOptOut: optedOut})
		return runbook.Values{"email": learner}
	}
}

// hasOptOut: every contact of the learner is set, and so many asks set the rest.
func hasOptOut(out bool, asks int) func(*testing.T, *run) {
	return func(t *testing.T, r *run) {
		for _, c := range r.org.Snapshot().Contacts {
			if c.EmailOptOut != out {
				t.Errorf("contact %s: opted out %v", c.ID, c.EmailOptOut)
			}
		}
		if len(r.asked) != asks {
			t.Errorf("asked %v; want %d asks", r.asked, asks)
		}
	}
}

// seedWaiting fills an account with people who have a LearnUpon account.
func (w *world) seedWaiting(n int) {
	account := w.org.AddAccount(salesforcetest.Account{Name: hillcrest})
	for i := range n {
		email := fmt.Sprintf("person%d@x.edu", i)
		id := w.academy.AddUser(learnupontest.User{Email: email, FirstName: "Person"})
		w.org.AddContact(salesforcetest.Contact{LastName: "P", Email: email, AccountID: account, LearnUponID: fmt.Sprint(id)})
	}
}

// hasGroup: there is one group of the account's name, with so many people, and
// the account names it.
func hasGroup(members int) func(*testing.T, *run) {
	return func(t *testing.T, r *run) {
		groups := r.academy.Snapshot().Groups
		if len(groups) != 1 || !strings.EqualFold(groups[0].Title, hillcrest) || groups[0].Members != members {
			t.Fatalf("groups %+v; want one with %d members", groups, members)
		}
		if a, _ := r.org.Snapshot().Account(hillcrest); a.GroupID != fmt.Sprint(groups[0].ID) {
			t.Errorf("the account names group %q, not %d", a.GroupID, groups[0].ID)
		}
	}
}

func seedLapsed(w *world, role string) runbook.Values {
	invite := w.academy.AddInvite(learnupontest.Invite{
		Email: learner, GroupID: w.academy.AddGroup("Admissions"), Type: role, FirstName: "Ada", LastName: "Byron",
		CreatedAt: w.daysAgo(40), ExpiresAt: w.daysAgo(10),
	})
	w.academy.AddPending(invite, w.academy.AddCourse(learnupontest.Course{Name: "Basics"}))
	return runbook.Values{"email": learner}
}

func isConfirmed(t *testing.T, r *run) {
	if u, _ := r.academy.Snapshot().User(learner); !u.Confirmed {
		t.Error("the address is not confirmed")
	}
}

// gotLink: exactly one mail, to the learner alone, with that link of the portal.
func gotLink(part string) func(*testing.T, *run) {
	return func(t *testing.T, r *run) {
		got := r.post.Messages()
		if len(got) != 1 || len(got[0].To) != 1 || got[0].To[0] != learner {
			t.Fatalf("mails: %+v; want one to the learner", got)
		}
		if links := got[0].Links; len(links) != 1 || !strings.HasPrefix(links[0], r.academy.URL) || !strings.Contains(links[0], part) {
			t.Errorf("the mail does not hold the one link of the portal with %s", part)
		}
	}
}

// isShown: no mail, but the requester is shown that link of the portal.
func isShown(part string) func(*testing.T, *run) {
	return func(t *testing.T, r *run) {
		if len(r.post.Messages()) != 0 {
			t.Error("a mail was sent without a mail server")
		}
		if len(r.gifts) != 1 || !strings.HasPrefix(r.gifts[0], r.academy.URL) || !strings.Contains(r.gifts[0], part) {
			t.Errorf("the requester was shown %d links; want the one with %s", len(r.gifts), part)
		}
	}
}

func isInvitedAgain(t *testing.T, r *run) {
	gotLink("/invites/accept/")(t, r)
	invites := r.academy.Snapshot().Invites
	if len(invites) != 2 || invites[0].Status != "canceled" {
		t.Fatalf("invites: %+v; want the old one cancelled and one new", invites)
	}
	fresh := invites[1]
	if fresh.Lapsed || fresh.Group != "Admissions" || fresh.Type != "manager" || fresh.FirstName != "Ada" || fresh.LastName != "Byron" {
		t.Errorf("new invite: %+v; it does not hold what the old one did", fresh)
	}
	if r.post.Messages()[0].Links[0] != fresh.Link {
		t.Error("the mail holds another link than the new invite's")
	}
	if n := r.academy.Count("POST", "/group_invite_course_enrollments"); n != 1 {
		t.Errorf("%d courses were made to wait for the new invite; want 1", n)
	}
}
