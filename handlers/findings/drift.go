package findings

import (
	"fmt"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon"
	"registrar/integrations/salesforce"
)

// Cause is a short name for what disagrees, to count and to filter by. It is
// part of what `registrar compare` writes and is never renamed.
type Cause string

// Every cause.
const (
	AddressesDiffer    Cause = "addresses-differ"      // LearnUpon and the contact have different ones
	NotTied            Cause = "not-tied"              // an account has the address, and the contact no LU User ID
	NotMade            Cause = "not-made"              // the contact is meant to have an account and has none
	LeadsNowhere       Cause = "leads-nowhere"         // LU User ID names no account
	TwoAccounts        Cause = "two-accounts"          // the contact follows one account, another one is the person's too
	NamesAnother       Cause = "names-another"         // the account that LU User ID names is another contact's
	SeveralContacts    Cause = "several-contacts"      // contacts share the address
	OptOutDiffers      Cause = "opt-out-differs"       // one contact of the person is opted out of mail, another is not
	ContactGone        Cause = "contact-gone"          // the account names a contact that is not there
	AccountOfNoContact Cause = "account-of-no-contact" // nothing ties the account to Salesforce, and no contact has its address
)

// Disagreement is a finding of which the records alone tell that something has
// to be mended.
type Disagreement struct {
	Cause Cause
	runbook.Finding
}

// Disagreements lists what the contacts of a person and their account in the
// main portal disagree in. It is what [Of] finds without what needs more than
// these records: the Salesforce user, the institution, the log of the sync, and
// who may just not have signed in yet.
func Disagreements(p Person) []Disagreement {
	var found []Disagreement
	add := func(cause Cause, list ...runbook.Finding) {
		for _, f := range list {
			found = append(found, Disagreement{cause, f})
		}
	}
	home, contacts := p.Portals[0].Account, p.Salesforce.Contacts
	if len(contacts) > 1 {
		add(SeveralContacts, severalContacts(contacts))
	}
	in, out := 0, 0
	for _, c := range contacts {
		add(c.linkCause(home), p.link(c, home)...)
		add(AddressesDiffer, p.addresses(c, nil, home)...)
		if c.EmailOptOut {
			out++
		} else if c.Sees(salesforce.ContactEmailOptOut) {
			in++
		}
	}
	if in > 0 && out > 0 {
		add(OptOutDiffers, p.mailChoice(*p.Salesforce, home)...)
	}
	return found
}

// linkCause names what [Person.link] says of a contact.
func (c Contact) linkCause(home *learnupon.User) Cause {
	switch {
	case c.LearnUponID == "" && home != nil:
		return NotTied
	case c.LearnUponID == "":
		return NotMade
	case c.Named == nil:
		return LeadsNowhere
	case home != nil && home.ID != c.Named.ID:
		return TwoAccounts
	}
	return NamesAnother
}

// OfAccount lists what an account says of a contact that does not hold. The
// portal is named as people read it; only the main one is the sync's, which the
// action that mends it is about. Contact is the one the account names; nil: it
// is not there. Follows is the account that this contact names, if it is there.
func OfAccount(portal string, main bool, u learnupon.User, contact *salesforce.Contact, follows *learnupon.User) []Disagreement {
	p := Person{Email: u.Email}
	mend := p.mend("lookup", "Look up")
	if main {
		mend = p.fixSync()
	}
	one := func(cause Cause, mend *runbook.Suggestion, format string, args ...any) []Disagreement {
		return []Disagreement{{cause, runbook.Finding{Text: portal + ": " + fmt.Sprintf(format, args...), Mend: mend}}}
	}
	switch {
	case contact == nil:
		return one(ContactGone, mend, "The account %d names the contact %s, which is not in Salesforce or cannot be seen there.", u.ID, u.SFContactID)
	case main && follows != nil && follows.ID != u.ID:
		f := p.twoAccounts(Contact{Contact: *contact, Named: follows}, &u)
		f.Text = fmt.Sprintf("%s: The account %d names the contact %s, whose LU User ID leads to the account %d (%s).", portal, u.ID, contact.ID, follows.ID, follows.Email)
		return []Disagreement{{TwoAccounts, f}}
	case !main:
		return one(AddressesDiffer, mend, "The account %d has %s, and the contact %s it names %s.", u.ID, u.Email, contact.ID, address(contact.Email))
	}
	return nil
}

// NoContact says of an account that Salesforce knows nobody like it.
func NoContact(portal string, u learnupon.User) Disagreement {
	return Disagreement{AccountOfNoContact, runbook.Finding{
		Text: fmt.Sprintf("%s: The account %d is tied to no contact, and no contact has its address.", portal, u.ID),
		Mend: Person{Email: u.Email}.mend("lookup", "Look up"),
	}}
}
