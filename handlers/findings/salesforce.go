package findings

import (
	"fmt"
	"slices"
	"strings"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon"
	"registrar/integrations/salesforce"
)

// Salesforce is what the org holds on a person.
type Salesforce struct {
	Contacts []Contact
	Users    []salesforce.User
}

// Contact is a contact with what it leads to.
type Contact struct {
	salesforce.Contact
	// Of is the contact's account; nil: it has none.
	Of *salesforce.Account
	// Named is the account of the main portal that LU User ID names; nil: none.
	Named *learnupon.User
	// Log is what LearnUpon answered lately to the sync of the contact, oldest
	// first.
	Log []salesforce.CallLog
}

// UserOf is the user by which a contact signs in, an active one if possible; or
// nil.
func (s Salesforce) UserOf(c Contact) *salesforce.User {
	var found *salesforce.User
	for _, u := range s.Users {
		if u.ContactID == c.ID && (found == nil || u.Active) {
			found = &u
		}
	}
	return found
}

// inSalesforce lists the findings that need both systems. The sync is about
// the main portal, which here is home.
func (p Person) inSalesforce(s Salesforce) []runbook.Finding {
	var found []runbook.Finding
	home, read := p.Portals[0].Account, !p.Portals[0].Partial
	say := func(format string, args ...any) { found = append(found, plain(format, args...)) }
	if len(s.Contacts) > 1 {
		found = append(found, severalContacts(s.Contacts))
	}
	for _, c := range s.Contacts {
		found = append(found, p.merged(c, home)...)
		if read {
			found = append(found, p.logged(c, home)...)
			found = append(found, p.link(c, home)...)
			found = append(found, p.untold(c, s.UserOf(c), home)...)
		}
		found = append(found, p.addresses(c, s.UserOf(c), home)...)
		found = append(found, p.institution(c, home)...)
	}
	found = append(found, p.mailChoice(s, home)...)
	for _, u := range s.Users {
		if !u.Active {
			say("The user %s is not active, so nobody can sign in with it through the User Community.", u.ID)
		}
	}
	return append(found, p.registered(home)...)
}

func severalContacts(list []Contact) runbook.Finding {
	return plain("%d contacts belong to this person. LearnUpon syncs with one only; merge them in Salesforce if they are one person.", len(list))
}

func plain(format string, args ...any) runbook.Finding {
	return runbook.Finding{Text: "Salesforce: " + fmt.Sprintf(format, args...)}
}

// merged says that a contact lives on in another one. That is in order unless
// LearnUpon still names the old one.
func (p Person) merged(c Contact, home *learnupon.User) []runbook.Finding {
	if len(c.MergedFrom) == 0 {
		return nil
	}
	f := plain("The contact %s was merged into %s. What still names the old one does not sync.", c.MergedFrom[0], c.ID)
	if l := c.learner(home); l != nil {
		if id, err := salesforce.ParseID(l.SFContactID); err == nil && slices.Contains(c.MergedFrom, id) {
			f.Mend = p.fixSync()
		}
	}
	return []runbook.Finding{f}
}

func (p Person) fixSync() *runbook.Suggestion { return p.mend("fix-sync", "Fix sync") }

// link says whether the sync knows which LearnUpon account is the contact's.
// That "Create in LearnUpon" is not ticked means nothing by itself: people who
// were imported long ago rightly have it so.
func (p Person) link(c Contact, home *learnupon.User) []runbook.Finding {
	one := func(format string, args ...any) []runbook.Finding {
		f := plain(format, args...)
		f.Mend = p.fixSync()
		return []runbook.Finding{f}
	}
	switch {
	case !c.Sees(salesforce.ContactLearnUponID):
		return nil
	case c.LearnUponID == "" && home != nil && c.Create:
		return one("The contact has no LU User ID although Create in LearnUpon is ticked, so it does not sync: the LearnUpon account %d was probably there first. Link the two.", home.ID)
	case c.LearnUponID == "" && home != nil:
		return one("The contact has no LU User ID, so it does not sync with the LearnUpon account %d. Link the two.", home.ID)
	case c.LearnUponID == "" && c.Create:
		return one("Create in LearnUpon is ticked and there is no LU User ID yet: the LearnUpon account is still being made, or could not be made.")
	case c.LearnUponID == "":
		return nil
	case c.Named == nil:
		return one("The contact's LU User ID %s leads to no LearnUpon account, so it does not sync.", c.LearnUponID)
	case home != nil && home.ID != c.Named.ID:
		return []runbook.Finding{p.twoAccounts(c, home)}
	case c.namedByAnother():
		return one("The contact's LU User ID leads to the LearnUpon account %d, which names another contact (%s).", c.Named.ID, c.Named.SFContactID)
	}
	return nil
}

// untold: the box that is not checked is the reason only where somebody can
// sign in through the User Community and has no account to get to.
func (p Person) untold(c Contact, u *salesforce.User, home *learnupon.User) []runbook.Finding {
	if home != nil || c.Create || c.LearnUponID != "" || u == nil || !u.Active ||
		!c.Sees(salesforce.ContactCreate) || !c.Sees(salesforce.ContactLearnUponID) {
		return nil
	}
	f := plain("The person can sign in to the User Community and has no LearnUpon account: Create in LearnUpon is not checked on the contact. Fix sync checks it, if they should have one.")
	f.Mend = p.fixSync()
	return []runbook.Finding{f}
}

// twoAccounts: the contact follows one account, and another one has its
// address. Nothing links them but a merge.
func (p Person) twoAccounts(c Contact, home *learnupon.User) runbook.Finding {
	f := plain("The contact's LU User ID leads to the LearnUpon account %d (%s), and not to %d, which has this address.", c.Named.ID, c.Named.Email, home.ID)
	if keep, duplicate := c.Named, home; keep.Enabled || duplicate.Enabled {
		if !keep.Enabled {
			keep, duplicate = duplicate, keep
		}
		f.Mend = &runbook.Suggestion{Action: "merge-users", Label: "Merge users", Values: runbook.Values{"keep": keep.Email, "duplicate": duplicate.Email}}
	}
	return f
}

// namedByAnother reports whether the LearnUpon account names somebody else's
// contact. One that was merged into this one is this one.
func (c Contact) namedByAnother() bool {
	id, err := salesforce.ParseID(c.Named.SFContactID)
	return err == nil && id.IsContact() && id != c.ID && !slices.Contains(c.MergedFrom, id)
}

// addresses compares the three addresses of a person. A user nobody can sign in
// with may keep an old one.
func (p Person) addresses(c Contact, u *salesforce.User, home *learnupon.User) []runbook.Finding {
	known := []string{"the contact " + address(c.Email)}
	differ := false
	compare := func(what, email string) {
		known = append(known, what+" "+address(email))
		differ = differ || !strings.EqualFold(c.Email, email)
	}
	if l := c.learner(home); l != nil {
		compare("LearnUpon", l.Email)
	}
	if u != nil && u.Active {
		compare("the Salesforce user", u.Email)
	}
	if !differ {
		return nil
	}
	f := plain("The addresses disagree: %s. To sign in through the User Community, LearnUpon and the Salesforce user have to agree; the contact should.", strings.Join(known, ", "))
	f.Mend = p.fixSync()
	return []runbook.Finding{f}
}

func address(email string) string {
	if email == "" {
		return "has none"
	}
	return "has " + email
}

// learner is the contact's LearnUpon account: the one it names, or the one of
// the address.
func (c Contact) learner(home *learnupon.User) *learnupon.User {
	if c.Named != nil {
		return c.Named
	}
	return home
}

// institution looks at the contact's account.
func (p Person) institution(c Contact, home *learnupon.User) []runbook.Finding {
	var found []runbook.Finding
	l := c.learner(home)
	if c.Of == nil || l == nil && !c.Create {
		return nil
	}
	if c.Of.Sees(salesforce.AccountGroupID) && c.Of.GroupID == "" {
		f := plain("The account %s has no LearnUpon Group ID, so its people do not sync as they should.", c.Of.Name)
		f.Mend = &runbook.Suggestion{Action: "create-group", Label: "Create group", Values: runbook.Values{"account": c.Of.ID.String()}}
		found = append(found, f)
	}
	if l != nil {
		found = append(found, p.timeZone(*c.Of, *l)...)
	}
	return found
}

// mailChoice: whether LearnUpon keeps an opt-out no API tells, so that an
// opt-out in Salesforce is all that can be known.
func (p Person) mailChoice(s Salesforce, home *learnupon.User) []runbook.Finding {
	out, in, learner := 0, 0, home != nil
	for _, c := range s.Contacts {
		switch {
		case !c.Sees(salesforce.ContactEmailOptOut):
		case c.EmailOptOut:
			out++
		default:
			in++
		}
		learner = learner || c.Named != nil
	}
	f := plain("The person is opted out of mail. No API tells whether LearnUpon has the same: see that it does.")
	switch {
	case out > 0 && in > 0:
		f = plain("One contact of this person is opted out of mail, and another one is not.")
	case out == 0 || !learner:
		return nil
	}
	f.Mend = p.mend("opt-out", "Opt out")
	return []runbook.Finding{f}
}

// inCommunity reports whether the person can sign in through the User
// Community.
func (p Person) inCommunity() bool {
	return p.Salesforce != nil && slices.ContainsFunc(p.Salesforce.Users, func(u salesforce.User) bool { return u.Active && u.ContactID != "" })
}

// registered: somebody who can sign in through the User Community and has an
// account that is not linked has probably registered by hand.
func (p Person) registered(home *learnupon.User) []runbook.Finding {
	if home == nil || Linked(*home) || !p.inCommunity() {
		return nil
	}
	f := plain("The person has a Salesforce user, and their LearnUpon account is not linked to it: they probably registered by hand. They should sign in through the User Community:")
	f.Paste = UserCommunity
	return []runbook.Finding{f}
}
