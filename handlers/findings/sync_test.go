package findings_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"registrar/bot/runbook"
	"registrar/handlers/findings"
	"registrar/integrations/learnupon"
	"registrar/integrations/salesforce"
)

func TestSyncCause(t *testing.T) {
	home := &learnupon.User{ID: 7, Email: "ada@x.edu", Enabled: true}
	other := &learnupon.User{ID: 8, Email: "ada@x.edu", Enabled: true}
	tests := []struct {
		name         string
		home         *learnupon.User
		contact      findings.Contact
		partial      bool
		there, known bool
	}{
		{name: "not linked", home: home, there: true, known: true},
		{name: "not linked, ticked", home: home, contact: findings.Contact{Contact: salesforce.Contact{Create: true}}, there: true, known: true},
		{name: "linked", home: home, contact: findings.Contact{Contact: salesforce.Contact{LearnUponID: "7"}, Named: home}, known: true},
		{name: "linked to another account", home: home, contact: findings.Contact{Contact: salesforce.Contact{LearnUponID: "8"}, Named: other}, there: true, known: true},
		{name: "linked to an account that is gone", home: home, contact: findings.Contact{Contact: salesforce.Contact{LearnUponID: "9"}}, there: true, known: true},
		{name: "linked, the account has another address", contact: findings.Contact{Contact: salesforce.Contact{LearnUponID: "8"}, Named: other}, known: true},
		{name: "waiting for an account", contact: findings.Contact{Contact: salesforce.Contact{Create: true}}, there: true, known: true},
		{name: "not meant for LearnUpon", known: true},
		{name: "LU User ID cannot be seen", home: home, contact: findings.Contact{Contact: salesforce.Contact{Unseen: []salesforce.Field{salesforce.ContactLearnUponID}}}},
		{name: "LearnUpon could not be read", partial: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := findings.Person{Portals: []findings.Portal{{Account: tt.home, Partial: tt.partial}},
				Salesforce: &findings.Salesforce{Contacts: []findings.Contact{tt.contact}}}
			if there, known := findings.SyncCause(p); there != tt.there || known != tt.known {
				t.Errorf("there %t, known %t; want %t, %t", there, known, tt.there, tt.known)
			}
		})
	}
	if there, known := findings.SyncCause(findings.Person{Portals: []findings.Portal{{Account: home}}, Salesforce: &findings.Salesforce{}}); there || known {
		t.Error("a contact that is not seen may be there all the same")
	}
	if _, known := findings.SyncCause(findings.Person{Portals: []findings.Portal{{Account: home}}}); known {
		t.Error("known without Salesforce")
	}
}

// Who left must not be let in again, and has no business in a portal.
func TestStaffWhoLeft(t *testing.T) {
	for _, enabled := range []bool{true, false} {
		var texts []string
		var mends []*runbook.Suggestion
		for _, f := range findings.Of(findings.Person{
			Email: "ada@x.edu", At: now, Staff: &findings.Staff{Left: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)},
			Portals: []findings.Portal{{Name: "LearnUpon", Account: &learnupon.User{ID: 7, Enabled: enabled, SignInCount: 1}}},
		}) {
			texts = append(texts, f.Text)
			if f.Mend != nil {
				mends = append(mends, f.Mend)
			}
		}
		left := slices.ContainsFunc(texts, func(s string) bool { return strings.Contains(s, "left on 1 Nov 2026") })
		if !left || (len(mends) == 1) != enabled || enabled && mends[0].Action != "deactivate" {
			t.Errorf("enabled %t: %q, mended by %+v", enabled, texts, mends)
		}
	}
}

// What was not looked for is not missing.
func TestBriefReading(t *testing.T) {
	if got := findings.Of(findings.Person{Email: "ada@x.edu", At: now, Portals: []findings.Portal{{Name: "LearnUpon", Brief: true}}}); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}
