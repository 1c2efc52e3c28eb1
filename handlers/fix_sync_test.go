package handlers_test

import (
	"strconv"
	"testing"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon/learnupontest"
	"registrar/integrations/salesforce/salesforcetest"
)

// unsyncedPeople are the cases the runbook is for, with the address that is
// chosen where only a person can tell.
var unsyncedPeople = map[string]struct {
	who       unsynced
	chosen    bool
	steps     string
	approvals int
}{
	"existing account":                         {unsynced{login: "-"}, false, "link-main contact-link read-back counts", 0},
	"existing account, box checked":            {unsynced{ticked: true}, false, "link-main contact-link read-back counts", 0},
	"contact box not checked":                  {unsynced{account: "-"}, false, "check answered read-back counts", 1},
	"box checked, nothing came of it":          {unsynced{account: "-", ticked: true}, false, "uncheck check answered read-back counts", 1},
	"contact differs":                          {unsynced{contact: "old@x.edu"}, false, "link-main contact-link contact-address read-back counts", 1},
	"LearnUpon differs":                        {unsynced{account: "old@x.edu", tied: true}, false, "contact-link address-main read-back counts", 1},
	"Salesforce user differs":                  {unsynced{login: "old@x.edu"}, true, "link-main contact-link login-address login-confirmed read-back counts", 1},
	"all three differ":                         {unsynced{contact: "old@x.edu", account: "older@x.edu", tied: true}, true, "contact-link contact-address address-main read-back counts", 1},
	"merged in Salesforce":                     {unsynced{merged: true}, false, "link-main read-back counts", 0},
	"account without group":                    {unsynced{noGroup: true}, false, "group link link-main contact-link read-back counts", 1},
	"nowhere but in Salesforce, without group": {unsynced{noGroup: true, account: "-"}, false, "group link check answered read-back counts", 1},
}

// The account still names the contact that was merged away and has its address;
// the survivor has another one and is tied to nothing.
func TestFixSyncByTheOldAddress(t *testing.T) {
	w := newWorld(t)
	w.withPackage()
	of := w.org.AddAccount(salesforcetest.Account{Name: hillcrest, GroupID: strconv.FormatInt(w.academy.AddGroup(hillcrest), 10)})
	old := w.org.AddContact(salesforcetest.Contact{LastName: "Byron", Email: "old@x.edu", AccountID: of})
	kept := w.org.AddContact(salesforcetest.Contact{LastName: "Byron", Email: learner, AccountID: of})
	w.org.AddUser(salesforcetest.User{Email: learner, ContactID: kept})
	w.academy.AddUser(learnupontest.User{Email: "old@x.edu", SFContactID: old, SignIns: 1})
	w.org.Merge(kept, old)
	typed := runbook.Values{"email": "old@x.edu"}
	r := w.newRun(typed, nil)
	p := w.mustPlan("fix-sync", typed)
	if got := stepsOf(p.Plan); got != "link-main contact-link address-main read-back counts" {
		t.Errorf("steps %s", got)
	}
	if err := r.apply("fix-sync", p); err != nil {
		t.Fatal(err)
	}
	isSynced(t, r)
}

func TestFixSync(t *testing.T) {
	for name, tt := range unsyncedPeople {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			typed := w.seedUnsynced(tt.who)
			if tt.chosen {
				typed["address"] = learner
			}
			p := w.mustPlan("fix-sync", typed)
			if got := stepsOf(p.Plan); got != tt.steps || p.Plan.Approval.Needed != tt.approvals {
				t.Errorf("steps %s, %d approvals; want %s, %d", got, p.Plan.Approval.Needed, tt.steps, tt.approvals)
			}
			r := w.newRun(typed, nil)
			if err := r.apply("fix-sync", p); err != nil {
				t.Fatal(err)
			}
			isSynced(t, r)
			checkNothing(t, w.mustPlan("fix-sync", runbook.Values{"email": learner}).Plan, "There is nothing to fix")
		})
	}
}
