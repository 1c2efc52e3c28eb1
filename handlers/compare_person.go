package handlers

import (
	"strings"

	"registrar/handlers/findings"
	"registrar/integrations/learnupon"
	"registrar/integrations/salesforce"
)

// person looks at the contacts of one address, the first of which is given, with
// the accounts they name and the one of the address.
func (c *Comparison) person(first int32) Drifted {
	main := &c.portals[0]
	email := c.contacts.rows[first].email
	home := main.account(find(main.byEmail, strings.ToLower(email)))
	if email == "" {
		home = nil
	}
	d := Drifted{Person: email}
	var contacts []findings.Contact
	var accounts []*comparedAccount
	if home != nil {
		accounts = append(accounts, home)
	}
	for i := first; ; i = c.contacts.rows[i].next {
		row := c.contacts.rows[i]
		contact := findings.Contact{Contact: c.contacts.contact(row)}
		if named := main.account(find(main.byID, row.account)); named != nil {
			contact.Named = named.user()
			if named != home {
				accounts = append(accounts, named)
			}
		}
		contacts = append(contacts, contact)
		d.Contacts = append(d.Contacts, row.id.String())
		if row.next == 0 {
			break
		}
	}
	for _, a := range accounts {
		a.alone = false
		d.Accounts = append(d.Accounts, main.name+" "+a.id.String())
		if d.Person == "" {
			d.Person = a.email
		}
	}
	p := findings.Person{Email: d.Person, At: c.At, Portals: []findings.Portal{{Name: main.name}}, Salesforce: &findings.Salesforce{Contacts: contacts}}
	if home != nil {
		p.Portals[0].Account = home.user()
	}
	d.Causes = findings.Disagreements(p)
	return d
}

// ofAccount looks at what an account says of a contact. What a contact says of
// an account was looked at with the contact.
func (c *Comparison) ofAccount(portal int, a comparedAccount, unmatched bool) Drifted {
	p := &c.portals[portal]
	d := Drifted{Person: a.email, Accounts: []string{p.name + " " + a.id.String()}}
	if a.contact == "" {
		if portal == 0 && a.alone && !a.tied && unmatched {
			d.Causes = []findings.Disagreement{findings.NoContact(p.name, *a.user())}
		}
		return d
	}
	at, there := c.contacts.byID[a.contact]
	if !there {
		d.Causes = findings.OfAccount(p.name, portal == 0, *a.user(), nil, nil)
		return d
	}
	row := c.contacts.rows[at]
	d.Contacts = []string{row.id.String()}
	contact := c.contacts.contact(row)
	same := strings.EqualFold(row.email, a.email)
	switch follows := c.portals[0].account(find(c.portals[0].byID, row.account)); {
	case portal > 0 && !same:
		d.Causes = findings.OfAccount(p.name, false, *a.user(), &contact, nil)
	case portal == 0 && !same && follows != nil && follows.id != a.id:
		d.Accounts = append(d.Accounts, p.name+" "+follows.id.String())
		d.Causes = findings.OfAccount(p.name, true, *a.user(), &contact, follows.user())
	case portal == 0 && !same && contact.LearnUponID == "":
		d.Causes = c.halfTied(a, contact)
	}
	return d
}

// halfTied is an account that names a contact of another address, which names no
// account.
func (c *Comparison) halfTied(a comparedAccount, contact salesforce.Contact) []findings.Disagreement {
	return findings.Disagreements(findings.Person{
		Email: a.email, At: c.At, Portals: []findings.Portal{{Name: c.portals[0].name, Account: a.user()}},
		Salesforce: &findings.Salesforce{Contacts: []findings.Contact{{Contact: contact}}},
	})
}

func find[K learnupon.ID | string](in map[K]int32, key K) (int32, bool) {
	at, there := in[key]
	return at, there
}
