package findings

import (
	"slices"
	"strings"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon"
	"registrar/integrations/salesforce"
)

// SyncCause reports whether what makes LearnUpon answer "Email address already
// in use" is still so: an account has the address of a contact that is not tied
// to it, or the contact waits for an account that was not made. Where not all
// could be read nobody can tell, and known is false; nor where no contact is
// seen, which may be out of Registrar's sight only.
func SyncCause(p Person) (there, known bool) {
	if p.Salesforce == nil || len(p.Salesforce.Contacts) == 0 || len(p.Portals) == 0 || p.Portals[0].Partial {
		return false, false
	}
	home := p.Portals[0].Account
	for _, c := range p.Salesforce.Contacts {
		if !c.Sees(salesforce.ContactLearnUponID) {
			return false, false
		}
		there = there || c.apart(home)
	}
	return there, true
}

// apart reports whether the account with the contact's address is not tied to
// it, or was not made.
func (c Contact) apart(home *learnupon.User) bool {
	if home == nil {
		return c.Named == nil && c.Create
	}
	return c.Named == nil || c.Named.ID != home.ID
}

// logged is what LearnUpon's package ran into, as long as its cause is there.
func (p Person) logged(c Contact, home *learnupon.User) []runbook.Finding {
	if !c.apart(home) {
		return nil
	}
	for _, row := range slices.Backward(c.Log) {
		if strings.Contains(strings.ToLower(row.Message), strings.ToLower(salesforce.TakenAddress)) {
			f := plain("LearnUpon answered “%s” to the sync of the contact, last on %s.", salesforce.TakenAddress, Day(learnupon.Time{Time: row.At}))
			f.Mend = p.fixSync()
			return []runbook.Finding{f}
		}
	}
	return nil
}
