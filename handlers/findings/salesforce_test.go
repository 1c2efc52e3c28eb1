package findings_test

import (
	"strings"
	"testing"

	"registrar/handlers/findings"
	"registrar/integrations/learnupon"
	"registrar/integrations/salesforce"
)

const (
	contactID = salesforce.ID("003000000000001AAA")
	otherID   = salesforce.ID("003000000000002AAA")
	accountID = salesforce.ID("001000000000001AAA")
)

func TestSalesforceFindings(t *testing.T) {
	learner := func(id learnupon.ID, email string) *learnupon.User {
		return &learnupon.User{ID: id, Email: email, Enabled: true, SignInCount: 1, Type: "learner", TimeZone: "Eastern Time (US & Canada)"}
	}
	home := learner(7, "ada@x.edu")
	institute := &salesforce.Account{ID: accountID, Name: "Institute", GroupID: "5", TimeZone: "America/New_York"}
	user := salesforce.User{ID: "005000000000001AAA", Email: "ada@x.edu", Active: true, ContactID: contactID}
	tests := []struct {
		name    string
		contact func(*findings.Contact)
		user    func(*salesforce.User)
		noHome  bool
		unread  bool
		want    []string // part of each finding, then " > " and the action that mends it
	}{
		{name: "in order"},
		{name: "ticked or not is the same", contact: func(c *findings.Contact) { c.Create = true }},
		{name: "no LU User ID", contact: func(c *findings.Contact) { c.LearnUponID, c.Named = "", nil },
			want: []string{"no LU User ID, so it does not sync with the LearnUpon account 7 > fix-sync"}},
		{name: "no LU User ID though ticked", contact: func(c *findings.Contact) { c.LearnUponID, c.Named, c.Create = "", nil, true },
			want: []string{"although Create in LearnUpon is ticked > fix-sync"}},
		{name: "the sync was refused", contact: func(c *findings.Contact) {
			c.LearnUponID, c.Named, c.Create, c.Log = "", nil, true, []salesforce.CallLog{
				{Message: "422: Email address already in use.", At: now.AddDate(0, 0, -1)}, {Message: "Success", At: now}}
		}, want: []string{"“Email address already in use” to the sync of the contact, last on 20 Nov 2026 > fix-sync", "although Create in LearnUpon is ticked > fix-sync"}},
		{name: "the sync was refused once", contact: func(c *findings.Contact) {
			c.Log = []salesforce.CallLog{{Message: "Email address already in use", At: now}}
		}},
		{name: "being made", noHome: true, contact: func(c *findings.Contact) { c.LearnUponID, c.Named, c.Create = "", nil, true },
			want: []string{"still being made, or could not be made > fix-sync"}},
		{name: "a login and no account", noHome: true, contact: func(c *findings.Contact) { c.LearnUponID, c.Named = "", nil },
			want: []string{"Create in LearnUpon is not checked on the contact > fix-sync"}},
		{name: "not meant for LearnUpon", noHome: true, contact: func(c *findings.Contact) { c.LearnUponID, c.Named = "", nil },
			user: func(u *salesforce.User) { u.ContactID = otherID }},
		{name: "LearnUpon could not be read", noHome: true, unread: true, contact: func(c *findings.Contact) { c.LearnUponID, c.Named, c.Create = "", nil, true }},
		{name: "LU User ID cannot be seen", contact: func(c *findings.Contact) {
			c.LearnUponID, c.Named, c.Unseen = "", nil, []salesforce.Field{salesforce.ContactLearnUponID}
		}},
		{name: "LU User ID leads nowhere", contact: func(c *findings.Contact) { c.LearnUponID, c.Named = "99", nil },
			want: []string{"LU User ID 99 leads to no LearnUpon account > fix-sync"}},
		{name: "LU User ID leads elsewhere", contact: func(c *findings.Contact) { c.Named = learner(8, "ada@x.edu") },
			want: []string{"leads to the LearnUpon account 8 (ada@x.edu), and not to 7 > merge-users"}},
		{name: "that account names another contact", noHome: true, contact: func(c *findings.Contact) {
			c.Named = learner(7, "ada@x.edu")
			c.Named.SFContactID = otherID.String()
		}, want: []string{"names another contact (" + otherID.String() + ") > fix-sync"}},
		{name: "that account names a contact merged into this one", noHome: true, contact: func(c *findings.Contact) {
			c.Named = learner(7, "ada@x.edu")
			c.Named.SFContactID, c.MergedFrom = otherID.String(), []salesforce.ID{otherID}
		}, want: []string{"was merged into > fix-sync"}},
		{name: "another address in Salesforce", user: func(u *salesforce.User) { u.Email = "a.byron@x.edu" },
			want: []string{"The addresses disagree: the contact has ada@x.edu, LearnUpon has ada@x.edu, the Salesforce user has a.byron@x.edu > fix-sync"}},
		{name: "case does not matter", user: func(u *salesforce.User) { u.Email = "Ada@X.edu" }},
		{name: "opted out", contact: func(c *findings.Contact) { c.EmailOptOut = true },
			want: []string{"No API tells whether LearnUpon has the same > opt-out"}},
		{name: "opted out, not in LearnUpon", noHome: true, contact: func(c *findings.Contact) { c.EmailOptOut, c.Named, c.LearnUponID = true, nil, "" },
			user: func(u *salesforce.User) { u.ContactID = otherID }},
		{name: "not active", user: func(u *salesforce.User) { u.Active = false }, want: []string{"is not active"}},
		{name: "not active, with an old address", user: func(u *salesforce.User) { u.Active, u.Email = false, "old@x.edu" }, want: []string{"is not active"}},
		{name: "account without a group", contact: func(c *findings.Contact) { c.Of = &salesforce.Account{ID: accountID, Name: "Institute"} },
			want: []string{"The account Institute has no LearnUpon Group ID > create-group"}},
		{name: "another time zone", contact: func(c *findings.Contact) {
			c.Of = &salesforce.Account{ID: accountID, GroupID: "5", TimeZone: "America/Chicago"}
		}, want: []string{"time zone America/Chicago, and LearnUpon shows times in Eastern Time > set-time-zone"}},
		{name: "the same time by another name", contact: func(c *findings.Contact) {
			c.Of = &salesforce.Account{ID: accountID, GroupID: "5", TimeZone: "America/Detroit"}
		}},
		{name: "a time zone nobody knows", contact: func(c *findings.Contact) {
			c.Of = &salesforce.Account{ID: accountID, GroupID: "5", TimeZone: "Mars/Olympus"}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			account, u := *home, user
			account.SFContactID = contactID.String()
			c := findings.Contact{
				Contact: salesforce.Contact{ID: contactID, Email: "ada@x.edu", LearnUponID: "7", AccountID: accountID},
				Of:      institute, Named: &account,
			}
			if tt.contact != nil {
				tt.contact(&c)
			}
			if tt.user != nil {
				tt.user(&u)
			}
			p := findings.Person{Email: "ada@x.edu", At: now, Portals: []findings.Portal{{Name: "LearnUpon", Account: &account, Partial: tt.unread}},
				Salesforce: &findings.Salesforce{Contacts: []findings.Contact{c}, Users: []salesforce.User{u}}}
			if tt.noHome {
				p.Portals[0].Account = nil
			}
			checkFindings(t, p, tt.want)
		})
	}
}

// checkFindings looks at what takes both systems to find.
func checkFindings(t *testing.T, p findings.Person, want []string) {
	t.Helper()
	var got, mends []string
	for _, f := range findings.Of(p) {
		if !strings.HasPrefix(f.Text, "Salesforce: ") {
			continue
		}
		mend := ""
		if f.Mend != nil {
			mend = f.Mend.Action
		}
		got, mends = append(got, f.Text), append(mends, mend)
	}
	if len(got) != len(want) {
		t.Fatalf("findings %q; want %q", got, want)
	}
	for i, w := range want {
		part, mend, _ := strings.Cut(w, " > ")
		if !strings.Contains(got[i], part) || mends[i] != mend || !strings.HasSuffix(got[i], ".") && !strings.HasSuffix(got[i], ":") {
			t.Errorf("finding %q, mended by %q; want %q", got[i], mends[i], w)
		}
	}
}

func TestTwoContactsDisagree(t *testing.T) {
	one := findings.Contact{Contact: salesforce.Contact{ID: contactID, Email: "ada@x.edu", EmailOptOut: true}}
	two := findings.Contact{Contact: salesforce.Contact{ID: otherID, Email: "ada@x.edu"}}
	checkFindings(t, findings.Person{Email: "ada@x.edu", At: now, Portals: []findings.Portal{{Name: "LearnUpon"}},
		Salesforce: &findings.Salesforce{Contacts: []findings.Contact{one, two}}},
		[]string{"2 contacts belong to this person", "One contact of this person is opted out of mail, and another one is not > opt-out"})
}

// Somebody who can sign in through the User Community has registered by hand.
func TestRegisteredByHand(t *testing.T) {
	p := findings.Person{Email: "ada@x.edu", At: now,
		Portals:    []findings.Portal{{Name: "LearnUpon", Account: &learnupon.User{ID: 7, Email: "ada@x.edu", Enabled: true, Type: "learner"}}},
		Salesforce: &findings.Salesforce{Users: []salesforce.User{{ID: "005000000000001AAA", Email: "ada@x.edu", Active: true, ContactID: contactID}}}}
	checkFindings(t, p, []string{"probably registered by hand"})
	all := findings.Of(p)
	if last := all[len(all)-1]; last.Paste != findings.UserCommunity {
		t.Errorf("%+v; want a text to paste", last)
	}
}
