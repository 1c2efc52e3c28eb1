// Package findings compares what the systems hold on one person and names, in
// words, what disagrees or is amiss, each time with the action that mends it.
//
// It reads nothing itself and decides nothing: it is given records and returns
// sentences.
package findings

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon"
)

// Person is what was read about one address.
type Person struct {
	Email   string
	At      time.Time // when it was read
	Portals []Portal  // the main one first
	// Salesforce is nil where it is not configured or could not be read.
	Salesforce *Salesforce
	// Staff is nil where BambooHR is not configured, could not be read, or knows
	// nobody of the address.
	Staff *Staff
}

// Portal is what one LearnUpon portal holds.
type Portal struct {
	Name    string // as people read it
	Account *learnupon.User
	Alike   []learnupon.User   // accounts of addresses that are probably the same person's
	Waiting []learnupon.Invite // unanswered invites
	Partial bool               // not all could be read, so that absence proves nothing
	// Brief says that only the account was looked for: nothing is said of the
	// rest.
	Brief bool
}

// Of lists the findings, the most pressing of each portal first.
func Of(p Person) []runbook.Finding {
	var found []runbook.Finding
	nowhere := true
	for _, portal := range p.Portals {
		nowhere = nowhere && !portal.Partial && !portal.Brief && portal.Account == nil && len(portal.Waiting) == 0
		if portal.Account != nil {
			found = append(found, p.account(portal.Name, *portal.Account)...)
		}
		found = append(found, p.invites(portal)...)
		for _, other := range portal.Alike {
			found = append(found, alike(portal, other))
		}
	}
	if p.Salesforce != nil && len(p.Portals) > 0 {
		found = append(found, p.inSalesforce(*p.Salesforce)...)
	}
	found = append(found, p.employment()...)
	if nowhere {
		found = append(found, runbook.Finding{
			Text: "No account and no group invite has this address. Somebody invited from the Users page shows only there, in Pending Users.",
			Mend: p.mend("resend-confirmation", "Resend confirmation"),
		})
	}
	return found
}

// alike offers to merge two accounts, if there are two. One that is deactivated
// cannot be the one to keep.
func alike(portal Portal, other learnupon.User) runbook.Finding {
	f := runbook.Finding{Text: fmt.Sprintf(
		"%s: The account %d (%s) looks like the same person's. Keep one, and move to it what the other has.", portal.Name, other.ID, other.Email)}
	if !other.Enabled {
		f.Text = fmt.Sprintf("%s: The deactivated account %d (%s) looks like the same person's; their earlier courses may be there.", portal.Name, other.ID, other.Email)
	}
	if u := portal.Account; u != nil && (u.Enabled || other.Enabled) {
		keep, duplicate := u.Email, other.Email
		if !u.Enabled {
			keep, duplicate = duplicate, keep
		}
		f.Mend = &runbook.Suggestion{Action: "merge-users", Label: "Merge users", Values: runbook.Values{"keep": keep, "duplicate": duplicate}}
	}
	return f
}

func (p Person) mend(action, label string) *runbook.Suggestion {
	return &runbook.Suggestion{Action: action, Label: label, Values: runbook.Values{"email": p.Email}}
}

func (p Person) account(portal string, u learnupon.User) []runbook.Finding {
	var found []runbook.Finding
	say := func(format string, args ...any) {
		found = append(found, runbook.Finding{Text: portal + ": " + fmt.Sprintf(format, args...)})
	}
	linked, ended := Linked(u), Expired(u, p.At)
	if !u.Enabled {
		f := runbook.Finding{Text: portal + ": The account is deactivated, so the person cannot sign in and gets no mail from the portal."}
		if !p.left() {
			f.Mend = p.mend("reactivate", "Reactivate")
		}
		found = append(found, f)
	}
	if ended {
		say("The account expired on %s.", Day(u.AccountExpires))
	}
	if linked {
		found = append(found, runbook.Finding{
			Text:  portal + ": The account is linked to Salesforce, so the person signs in through the User Community. If they tried to register and were told that the address is taken, this is the answer:",
			Paste: UserCommunity,
		})
	}
	if !linked && !ended && u.Enabled && !u.SignedIn() && u.Type == "learner" && !p.inCommunity() {
		found = append(found, p.maybeUnconfirmed(portal, u)...)
	}
	return found
}

// Linked reports whether an account belongs to somebody in Salesforce. They
// sign in through the User Community and have no address to confirm.
func Linked(u learnupon.User) bool {
	return u.FromSalesforce || u.SFContactID != "" || u.SFUserID != ""
}

// Expired reports whether the account's last day is over.
func Expired(u learnupon.User, at time.Time) bool {
	return !u.AccountExpires.IsZero() && at.After(u.AccountExpires.AddDate(0, 0, 1))
}

// Day is a date as people read it, in UTC as LearnUpon keeps it; "" for none.
func Day(t learnupon.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2 Jan 2006")
}

// UserCommunity is what to write to somebody who tried to register by hand and
// is in Salesforce already.
const UserCommunity = "Hello,\n\nyou already have an account with us, so there is no need to register. " +
	"Please sign in to the User Community as usual and open the academy from there.\n\nBest regards"

// maybeUnconfirmed: that nobody has signed in is all the API tells. A name
// speaks against people who registered by themselves.
func (p Person) maybeUnconfirmed(portal string, u learnupon.User) []runbook.Finding {
	if u.FirstName != "" || u.LastName != "" {
		return []runbook.Finding{{
			Text: portal + ": Nobody has signed in to the account yet, and it has a name, so an admin or the sync probably made it. Password reset helps; if its record shows N/A, the address is not confirmed.",
			Mend: p.mend("resend-confirmation", "Resend confirmation"),
		}}
	}
	return []runbook.Finding{
		{
			Text: portal + ": Nobody has signed in to the account yet, and it has no name: the address is probably not confirmed (N/A on the record).",
			Mend: p.mend("resend-confirmation", "Resend confirmation"),
		},
		{
			Text: portal + ": If no mail reaches the person, somebody else can agree to confirm the address for them.",
			Mend: p.mend("confirm-user", "Confirm user"),
		},
	}
}

func (p Person) invites(portal Portal) []runbook.Finding {
	var found []runbook.Finding
	for _, i := range portal.Waiting {
		text := fmt.Sprintf("%s: Invited on %s and not accepted yet.", portal.Name, Day(i.CreatedAt))
		if i.Lapsed(p.At) {
			text = fmt.Sprintf("%s: The invite of %s lapsed on %s.", portal.Name, Day(i.CreatedAt), Day(i.ExpiresAt))
		}
		found = append(found, runbook.Finding{Text: text, Mend: p.mend("resend-confirmation", "Resend confirmation")})
	}
	return found
}

// freed is how an address looks whose account was renamed to set it free:
// "deleted+me@x.edu", "deleted2+me@x.edu", "deleted+2+me@x.edu".
var freed = regexp.MustCompile(`^deleted\d*\+(?:\d+\+)?`)

// Variants lists the addresses under which the same person may have a second
// account: without a +tag, and as freed accounts are named. LearnUpon finds
// accounts by whole addresses only, so there is no looking for every tag.
func Variants(email string) []string {
	var out []string
	add := func(address string) {
		if address != "" && !strings.EqualFold(address, email) {
			out = append(out, address)
		}
	}
	if original := freed.ReplaceAllString(email, ""); original != email {
		add(original)
		return out
	}
	add("deleted+" + email)
	if at := strings.LastIndexByte(email, '@'); at > 0 {
		if local, _, tagged := strings.Cut(email[:at], "+"); tagged && local != "" {
			add(local + email[at:])
		}
	}
	return out
}
