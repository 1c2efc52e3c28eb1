package handlers

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"time"

	"registrar/bot/runbook"
	"registrar/handlers/findings"
	"registrar/integrations/learnupon"
	"registrar/integrations/salesforce"
)

// Comparison holds of everybody in every portal and in Salesforce what tells
// whether their records agree: about 1 kB for each account with its contact, so
// that a million people take a gigabyte. It is a picture of some minutes; who was
// changed meanwhile may look as if their records disagreed.
type Comparison struct {
	At       time.Time // when the reading began
	Accounts int       // of all portals
	Contacts int

	portals  []comparedPortal
	contacts comparedContacts
}

// Drifted is a person whose records disagree.
type Drifted struct {
	Person   string   // an address under which they are found
	Accounts []string // "LearnUpon 1204"
	Contacts []string // ids
	Causes   []findings.Disagreement
}

// Compare reads all accounts and all contacts, each once, page by page, several
// systems at a time. Progress hears now and then how many records of a system
// were read, from several goroutines. A system that cannot be read to its end is
// an error, because what was not read would look like what is not there.
func Compare(ctx context.Context, d Deps, progress func(system string, records int)) (*Comparison, error) {
	if d.Salesforce == nil || len(d.Portals) == 0 {
		return nil, runbook.Refuse("Comparing needs LearnUpon and Salesforce, and one of them is not configured.")
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	c := &Comparison{At: d.Now(), portals: make([]comparedPortal, len(d.Portals))}
	// What fails first is why the others end too.
	var first error
	failed := make(chan error, len(d.Portals)+1)
	reads := []func() error{func() error { return c.contacts.read(ctx, d.Salesforce, progress) }}
	for i, portal := range d.Portals {
		reads = append(reads, func() error { return c.portals[i].read(ctx, portal, i == 0, progress) })
	}
	for _, read := range reads {
		go func() {
			err := read()
			failed <- err // before the others fail because of it
			if err != nil {
				stop()
			}
		}()
	}
	for range reads {
		if err := <-failed; err != nil && first == nil {
			first = err
		}
	}
	if first != nil {
		return nil, first
	}
	for _, p := range c.portals {
		c.Accounts += len(p.rows)
	}
	c.Contacts = len(c.contacts.rows)
	return c, nil
}

// comparedAccount is what a comparison keeps of an account.
type comparedAccount struct {
	id      learnupon.ID
	email   string
	contact salesforce.ID // that it names; "": none
	tied    bool          // to Salesforce in some way
	enabled bool
	// alone is true until a contact is found to which it belongs.
	alone bool
}

type comparedPortal struct {
	name    string // as people read it
	rows    []comparedAccount
	byID    map[learnupon.ID]int32
	byEmail map[string]int32 // of the main portal only
}

// every is how many records are read between two words on progress.
const every = 5000

func (p *comparedPortal) read(ctx context.Context, c *learnupon.Client, main bool, progress func(string, int)) error {
	p.name, p.byID, p.byEmail = systemName(portalName(c)), map[learnupon.ID]int32{}, map[string]int32{}
	for u, err := range c.Users(ctx) {
		if err != nil {
			return fmt.Errorf("reading the accounts of %s, after %d: %w", p.name, len(p.rows), err)
		}
		if _, twice := p.byID[u.ID]; twice { // pages shift where an account is added or deleted meanwhile
			continue
		}
		a := comparedAccount{id: u.ID, email: u.Email, tied: findings.Linked(u), enabled: u.Enabled, alone: true}
		if id, err := salesforce.ParseID(u.SFContactID); err == nil && id.IsContact() {
			a.contact = id
		}
		p.byID[a.id] = int32(len(p.rows))
		if main {
			p.byEmail[strings.ToLower(a.email)] = int32(len(p.rows))
		}
		p.rows = append(p.rows, a)
		if len(p.rows)%every == 0 {
			progress(p.name, len(p.rows))
		}
	}
	return nil
}

// user is an account as findings know it.
func (a comparedAccount) user() *learnupon.User {
	return &learnupon.User{ID: a.id, Email: a.email, Enabled: a.enabled, SFContactID: string(a.contact)}
}

func (p *comparedPortal) account(at int32, there bool) *comparedAccount {
	if !there {
		return nil
	}
	return &p.rows[at]
}

// comparedContact is what a comparison keeps of a contact.
type comparedContact struct {
	id              salesforce.ID
	email           string
	account         learnupon.ID // LU User ID; 0: none, or no number
	typed           string       // LU User ID where it is no number
	optedOut, meant bool
	next            int32 // the next contact of the address; 0: it is the last
	first           bool  // of the address
}

type comparedContacts struct {
	rows   []comparedContact
	byID   map[salesforce.ID]int32
	unseen []salesforce.Field
}

func (s *comparedContacts) read(ctx context.Context, c *salesforce.Client, progress func(string, int)) error {
	s.byID = map[salesforce.ID]int32{}
	last := map[string]int32{} // contact of each address so far
	for contact, err := range c.Contacts(ctx) {
		if err != nil {
			return fmt.Errorf("reading the contacts of Salesforce, after %d: %w", len(s.rows), err)
		}
		s.unseen = contact.Unseen
		at := int32(len(s.rows))
		row := comparedContact{id: contact.ID, email: contact.Email, optedOut: contact.EmailOptOut, meant: contact.Create, first: true}
		if id, isNumber := learnUponID(contact); isNumber {
			row.account = id
		} else {
			row.typed = contact.LearnUponID
		}
		if key := strings.ToLower(row.email); key != "" {
			if before, there := last[key]; there {
				s.rows[before].next, row.first = at, false
			}
			last[key] = at
		}
		s.byID[row.id] = at
		s.rows = append(s.rows, row)
		if len(s.rows)%every == 0 {
			progress("Salesforce", len(s.rows))
		}
	}
	return nil
}

// contact is a contact as findings know it.
func (s *comparedContacts) contact(row comparedContact) salesforce.Contact {
	c := salesforce.Contact{ID: row.id, Email: row.email, EmailOptOut: row.optedOut, Create: row.meant, LearnUponID: row.typed, Unseen: s.unseen}
	if row.account != 0 {
		c.LearnUponID = row.account.String()
	}
	return c
}

// Drift walks through everybody whose records disagree, contacts first, each in
// the order in which they were made. With unmatched, accounts of which
// Salesforce knows nobody are among them: portals where people register by
// themselves have many. It can be walked once.
func (c *Comparison) Drift(unmatched bool) iter.Seq[Drifted] {
	return func(yield func(Drifted) bool) {
		for i := range c.contacts.rows {
			if c.contacts.rows[i].first {
				if d := c.person(int32(i)); len(d.Causes) > 0 && !yield(d) {
					return
				}
			}
		}
		for i := range c.portals {
			for _, a := range c.portals[i].rows {
				if d := c.ofAccount(i, a, unmatched); len(d.Causes) > 0 && !yield(d) {
					return
				}
			}
		}
	}
}
