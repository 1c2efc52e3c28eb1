package findings_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"registrar/handlers/findings"
	"registrar/integrations/learnupon"
)

var now = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func at(day int) learnupon.Time {
	return learnupon.Time{Time: time.Date(2026, 11, day, 0, 0, 0, 0, time.UTC)}
}

func TestFindings(t *testing.T) {
	account := func(u learnupon.User) findings.Portal {
		return findings.Portal{Name: "LearnUpon", Account: &u}
	}
	tests := []struct {
		name    string
		portal  findings.Portal
		partial bool
		want    []string // part of each finding, then " > " and the action that mends it
	}{
		{"in order", account(learnupon.User{Enabled: true, Type: "learner", SignInCount: 2}), false, nil},
		{"never signed in, no name", account(learnupon.User{Enabled: true, Type: "learner"}), false,
			[]string{"probably not confirmed > resend-confirmation", "confirm the address for them > confirm-user"}},
		{"never signed in, named", account(learnupon.User{Enabled: true, Type: "learner", LastName: "Byron"}), false,
			[]string{"an admin or the sync probably made it > resend-confirmation"}},
		{"never signed in, admin", account(learnupon.User{Enabled: true, Type: "admin"}), false, nil},
		{"deactivated, never signed in", account(learnupon.User{Type: "learner"}), false, []string{"is deactivated > reactivate"}},
		{"expired yesterday", account(learnupon.User{Enabled: true, SignInCount: 1, AccountExpires: at(20)}), false, []string{"expired on 20 Nov 2026"}},
		{"expires today", account(learnupon.User{Enabled: true, SignInCount: 1, AccountExpires: at(21)}), false, nil},
		{"linked to Salesforce", account(learnupon.User{Enabled: true, Type: "learner", SFUserID: "005"}), false, []string{"User Community"}},
		{"open invite", findings.Portal{Name: "LearnUpon", Waiting: []learnupon.Invite{{Status: "sent", CreatedAt: at(19)}}}, false,
			[]string{"Invited on 19 Nov 2026 and not accepted yet > resend-confirmation"}},
		{"lapsed invite", findings.Portal{Name: "LearnUpon", Waiting: []learnupon.Invite{{Status: "sent", CreatedAt: at(1), ExpiresAt: at(8)}}}, false,
			[]string{"The invite of 1 Nov 2026 lapsed on 8 Nov 2026 > resend-confirmation"}},
		{"second account", findings.Portal{Name: "LearnUpon", Account: &learnupon.User{Enabled: true, SignInCount: 1}, Alike: []learnupon.User{
			{ID: 7, Email: "ada@x.edu", Enabled: true}, {ID: 8, Email: "deleted+ada@x.edu"}}}, false,
			[]string{"account 7 (ada@x.edu) looks like the same person's. Keep one > merge-users", "deactivated account 8 > merge-users"}},
		{"second account, none of this address", findings.Portal{Name: "LearnUpon", Alike: []learnupon.User{{ID: 7, Enabled: true}}}, true,
			[]string{"account 7"}},
		{"unknown", findings.Portal{Name: "LearnUpon"}, false, []string{"Pending Users > resend-confirmation"}},
		{"perhaps unknown", findings.Portal{Name: "LearnUpon"}, true, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.portal.Partial = tt.partial
			got := findings.Of(findings.Person{Email: "ada+work@x.edu", At: now, Portals: []findings.Portal{tt.portal}})
			if len(got) != len(tt.want) {
				t.Fatalf("%d findings: %+v; want %q", len(got), got, tt.want)
			}
			for i, f := range got {
				part, mend, _ := strings.Cut(tt.want[i], " > ")
				if !strings.Contains(f.Text, part) || !strings.HasPrefix(f.Text, "LearnUpon: ") && tt.name != "unknown" {
					t.Errorf("finding %q; want %q", f.Text, part)
				}
				if (f.Mend == nil) != (mend == "") || f.Mend != nil && (f.Mend.Action != mend || mend != "merge-users" && f.Mend.Values["email"] != "ada+work@x.edu") {
					t.Errorf("finding %q is mended by %+v; want %q", f.Text, f.Mend, mend)
				}
			}
		})
	}
}

// A deactivated account is never the one to keep.
func TestMergeKeepsTheActiveAccount(t *testing.T) {
	active, old := learnupon.User{ID: 7, Email: "ada@x.edu", Enabled: true, SignInCount: 1}, learnupon.User{ID: 8, Email: "ada+old@x.edu"}
	for _, portal := range []findings.Portal{
		{Account: &active, Alike: []learnupon.User{old}}, {Account: &old, Alike: []learnupon.User{active}},
	} {
		found := findings.Of(findings.Person{Email: portal.Account.Email, At: now, Portals: []findings.Portal{portal}})
		mend := found[len(found)-1].Mend
		if mend == nil || mend.Values["keep"] != active.Email || mend.Values["duplicate"] != old.Email {
			t.Errorf("%+v", mend)
		}
	}
	for _, f := range findings.Of(findings.Person{At: now, Portals: []findings.Portal{{Account: &old, Alike: []learnupon.User{old}}}}) {
		if f.Mend != nil && f.Mend.Action == "merge-users" {
			t.Errorf("two deactivated accounts: %+v", f)
		}
	}
}

func TestVariants(t *testing.T) {
	for email, want := range map[string][]string{
		"ada@x.edu":           {"deleted+ada@x.edu"},
		"ada+work@x.edu":      {"deleted+ada+work@x.edu", "ada@x.edu"},
		"deleted+ada@x.edu":   {"ada@x.edu"},
		"deleted2+ada@x.edu":  {"ada@x.edu"},
		"deleted+3+ada@x.edu": {"ada@x.edu"},
		"deleted+a+b@x.edu":   {"a+b@x.edu"},
		"+@x.edu":             {"deleted++@x.edu"},
		"undeleted+ada@x.edu": {"deleted+undeleted+ada@x.edu", "undeleted@x.edu"},
	} {
		if got := findings.Variants(email); !slices.Equal(got, want) {
			t.Errorf("Variants(%s) = %v; want %v", email, got, want)
		}
	}
}
