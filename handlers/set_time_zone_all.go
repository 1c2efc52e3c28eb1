package handlers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"registrar/bot/runbook"
	"registrar/handlers/findings"
	"registrar/integrations/learnupon"
	"registrar/integrations/salesforce"
)

// maxZones is how many people one run sets: it has to stay something a person
// can read, and some minutes of the portal's calls.
const maxZones = 500

// backfill gathers whom a run for many people is about.
type backfill struct {
	d      Deps
	people map[learnupon.ID]learnupon.User // of the main portal
	seen   map[learnupon.ID]bool
	t      *zoneTarget
	right  int // people who see the right time
	off    int // deactivated ones, who see none
	held   []zoneChange
	more   bool // than one run sets
	// sorry are the reasons why some accounts are left out, one each.
	sorry []string
}

// planZones finds everybody whose zone is not that of their institution. It
// reads the portal's people page by page, once, and the accounts and contacts of
// Salesforce in the same way: how many institutions there are costs nothing.
func (d Deps) planZones(ctx context.Context, in zoneInput) (zoneTarget, error) {
	t := zoneTarget{Subject: "everybody"}
	if err := d.Salesforce.Check(ctx, salesforce.ContactLearnUponID); err != nil {
		return t, err
	}
	accounts, err := d.zoneAccounts(ctx, in)
	if err != nil {
		return t, err
	}
	if in.Account != "" {
		t.Subject = "everybody of " + accounts[0].Name
	}
	b := backfill{d: d, t: &t, people: map[learnupon.ID]learnupon.User{}, seen: map[learnupon.ID]bool{}}
	runbook.Progress(ctx, "Reading the people of LearnUpon…")
	for u, err := range d.Portals[0].Users(ctx) {
		if err != nil {
			return t, fmt.Errorf("reading all accounts of LearnUpon: %w", err)
		}
		b.people[u.ID] = u
	}
	runbook.Progress(ctx, "Reading the contacts of Salesforce…")
	contacts, err := d.zoneContacts(ctx, in, accounts)
	if err != nil {
		return t, err
	}
	var institutions, groups [][]string
	for _, a := range accounts {
		if err := b.account(a, contacts[a.ID]); err != nil {
			return t, err
		}
		institutions, groups = append(institutions, []string{a.ID.String()}), append(groups, groupOf(a))
		if b.more {
			break
		}
	}
	t.Accounts, t.Groups = together(institutions...), together(groups...)
	b.finish(len(institutions))
	return t, nil
}

func groupOf(a salesforce.Account) []string {
	if a.GroupID == "" {
		return nil
	}
	return []string{a.GroupID}
}

// zoneAccounts is the account that was typed, or all that have a group: those
// are the ones whose people sync.
func (d Deps) zoneAccounts(ctx context.Context, in zoneInput) ([]salesforce.Account, error) {
	if in.Account != "" {
		a, err := d.findAccount(ctx, groupInput{Account: in.Account, Which: in.Which})
		return []salesforce.Account{a}, err
	}
	all, err := d.Salesforce.AccountsWithGroup(ctx)
	if err == nil && len(all) == 0 {
		err = runbook.Refuse("No account in Salesforce names a group of LearnUpon's, so nobody's institution is known.")
	}
	return all, err
}

// zoneContacts are the people of the accounts, by account.
func (d Deps) zoneContacts(ctx context.Context, in zoneInput, accounts []salesforce.Account) (map[salesforce.ID][]salesforce.Contact, error) {
	read := d.Salesforce.TiedContacts
	if in.Account != "" {
		read = func(ctx context.Context) ([]salesforce.Contact, error) {
			return d.Salesforce.ContactsOfAccount(ctx, accounts[0].ID)
		}
	}
	people, err := read(ctx)
	of := map[salesforce.ID][]salesforce.Contact{}
	for _, c := range people {
		of[c.AccountID] = append(of[c.AccountID], c)
	}
	return of, err
}

// account looks at the people of one account.
func (b *backfill) account(a salesforce.Account, contacts []salesforce.Contact) error {
	zone, err := findings.ZoneOf(a.TimeZone, b.d.Now())
	if refused, ok := errors.AsType[*runbook.UserError](err); ok {
		b.sorry = append(b.sorry, a.Name+": "+refused.Text)
		return nil
	}
	if err != nil {
		return err
	}
	for _, c := range contacts {
		id, tied := learnUponID(c)
		u, there := b.people[id]
		if !tied || !there || b.seen[id] {
			continue
		}
		b.seen[id] = true
		if !u.Enabled {
			b.off++
			continue
		}
		b.person(a, c, zone, u)
	}
	return nil
}

// person adds somebody whose zone is not right.
func (b *backfill) person(a salesforce.Account, c salesforce.Contact, zone findings.Zone, u learnupon.User) {
	main := b.d.Portals[0]
	if findings.SameTime(a.TimeZone, u.TimeZone, b.d.Now()) {
		b.right++
		return
	}
	if len(b.t.People)+len(b.held) == maxZones {
		b.more = true
		return
	}
	h := holding{main, u}
	change := zoneChange{Account: accountOf(h), From: u.TimeZone, To: zone.Name}
	b.t.warn(a.TimeZone, zone, b.d.Now())
	until := b.d.flowUntil(c, h)
	if !until.After(b.d.Now()) {
		b.t.People = append(b.t.People, change)
		return
	}
	change.Flow = findings.FlowZone(a.TimeZone)
	b.held = append(b.held, change)
	if until.After(b.t.Until) {
		b.t.Until = until
	}
}

// finish puts the plan into words. Who is first is always the same, so that the
// same records give the same plan.
func (b *backfill) finish(accounts int) {
	t := b.t
	byNumber := func(x, y zoneChange) int { return cmp.Compare(x.Account.ID, y.Account.ID) }
	slices.SortFunc(t.People, byNumber)
	slices.SortFunc(b.held, byNumber)
	t.People = append(t.People, b.held...)
	t.Requires = []runbook.Fact{{Label: "People to set", Value: fmt.Sprint(len(t.People))}}
	t.Facts = []runbook.Fact{
		{Label: "Accounts compared", Value: fmt.Sprint(accounts)}, {Label: "People who see the right time", Value: fmt.Sprint(b.right)},
		{Label: "Deactivated, left out", Value: fmt.Sprint(b.off)},
	}
	for _, reason := range b.sorry {
		t.note("Left out: %s", reason)
	}
	if b.more {
		t.note("There are more people to set than the %d of one run. Run the command again when this one is over.", maxZones)
	}
	if len(t.People) == 0 {
		t.Nothing = strings.Join(append([]string{"Everybody whose institution's time zone is known sees the right time."}, t.Notes...), " ")
		t.Notes = nil
	}
}
