package findings

import "registrar/integrations/salesforce"

// SyncCause reports whether what makes LearnUpon answer "Email address already
// in use" is still so: an account has the address of a contact that is not tied
// to it, or the contact waits for an account that was not made. Where not all
// could be read nobody can tell, and known is false. With no contact left there
// is nothing to sync.
func SyncCause(p Person) (there, known bool) {
	if p.Salesforce == nil || len(p.Portals) == 0 || p.Portals[0].Partial {
		return false, false
	}
	home := p.Portals[0].Account
	for _, c := range p.Salesforce.Contacts {
		switch {
		case !c.Sees(salesforce.ContactLearnUponID):
			return false, false
		case home != nil && (c.Named == nil || c.Named.ID != home.ID),
			home == nil && c.Named == nil && c.Create:
			there = true
		}
	}
	return there, true
}
