package handlers

import (
	"context"
	"errors"
	"slices"
	"strings"

	"registrar/bot/runbook"
	"registrar/handlers/findings"
	"registrar/integrations/learnupon"
	"registrar/integrations/rest"
	"registrar/integrations/salesforce"
)

// orgView is what Salesforce told about an address, as far as it got.
type orgView struct {
	client   *salesforce.Client // nil: not configured
	contacts []findings.Contact
	users    []salesforce.User
	problem  error
}

// readByEmail finds those who have the address.
func (v *orgView) readByEmail(ctx context.Context, email string) {
	if v.client == nil {
		return
	}
	v.problem = atOnce(
		func() error { return v.readContacts(ctx, email) },
		func() (err error) { v.users, err = v.client.UsersByEmail(ctx, email); return err },
	)
}

func (v *orgView) readContacts(ctx context.Context, email string) error {
	found, err := v.client.ContactsByEmail(ctx, email)
	if err == nil && len(found) == 0 {
		found, err = v.client.MergedContactsByEmail(ctx, email)
	}
	for _, c := range found {
		v.contacts = append(v.contacts, findings.Contact{Contact: c})
	}
	return err
}

// follow reads what the records found so far are linked to: the same person
// may have another address there.
func (v *orgView) follow(ctx context.Context, d Deps, seen []portalView) {
	if v.client == nil || v.problem != nil {
		return
	}
	for _, p := range seen {
		if p.Account != nil && v.problem == nil {
			v.problem = v.followAccount(ctx, *p.Account)
		}
	}
	for _, u := range slices.Clone(v.users) {
		if v.problem == nil {
			v.problem = v.addContact(ctx, u.ContactID)
		}
	}
	for i := range v.contacts {
		if v.problem == nil {
			v.problem = v.followContact(ctx, d, &v.contacts[i])
		}
	}
}

func (v *orgView) followAccount(ctx context.Context, u learnupon.User) error {
	if id, err := salesforce.ParseID(u.SFContactID); err == nil {
		if err := v.addContact(ctx, id); err != nil {
			return err
		}
	}
	id, err := salesforce.ParseID(u.SFUserID)
	if err != nil {
		return nil
	}
	found, err := v.client.UserByID(ctx, id)
	if salesforce.IsGone(err) {
		return nil
	}
	v.addUsers(found)
	return err
}

func (v *orgView) addContact(ctx context.Context, id salesforce.ID) error {
	known := func(c findings.Contact) bool { return c.ID == id || slices.Contains(c.MergedFrom, id) }
	if !id.IsContact() || slices.ContainsFunc(v.contacts, known) {
		return nil
	}
	c, err := v.client.ContactByID(ctx, id)
	if salesforce.IsGone(err) {
		return nil
	}
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(v.contacts, func(have findings.Contact) bool { return have.ID == c.ID }); i >= 0 {
		v.contacts[i].MergedFrom = append(v.contacts[i].MergedFrom, c.MergedFrom...)
		return nil
	}
	v.contacts = append(v.contacts, findings.Contact{Contact: c})
	return nil
}

func (v *orgView) addUsers(found ...salesforce.User) {
	for _, u := range found {
		if u.ID != "" && !slices.ContainsFunc(v.users, func(have salesforce.User) bool { return have.ID == u.ID }) {
			v.users = append(v.users, u)
		}
	}
}

func (v *orgView) followContact(ctx context.Context, d Deps, c *findings.Contact) error {
	var users []salesforce.User
	err := atOnce(
		func() (err error) { users, err = v.client.UsersOfContact(ctx, c.ID); return err },
		func() error { return nameAccount(ctx, d, c) },
		func() error { return v.placeContact(ctx, c) },
		func() error { return v.readLog(ctx, d, c) },
	)
	v.addUsers(users...)
	return err
}

// logDays is how far back the log of LearnUpon's package is read.
const logDays = 7

// readLog reads what LearnUpon answered to the sync of the contact. An org need
// not have that log, nor show it.
func (v *orgView) readLog(ctx context.Context, d Deps, c *findings.Contact) error {
	var err error
	c.Log, err = v.client.CallLogsOf(ctx, c.ID, d.Now().AddDate(0, 0, -logDays))
	if _, hidden := errors.AsType[*salesforce.FieldError](err); hidden || salesforce.IsGone(err) {
		return nil
	}
	return err
}

// nameAccount reads the account that LU User ID names, in the main portal.
func nameAccount(ctx context.Context, d Deps, c *findings.Contact) error {
	id, ok := learnUponID(c.Contact)
	if !ok {
		return nil
	}
	u, err := d.Portals[0].UserByID(ctx, id)
	if rest.IsNotFound(err) {
		return nil
	}
	if err == nil {
		c.Named = &u
	}
	return err
}

// placeContact reads the Salesforce account a contact belongs to.
func (v *orgView) placeContact(ctx context.Context, c *findings.Contact) error {
	if c.AccountID == "" {
		return nil
	}
	a, err := v.client.AccountByID(ctx, c.AccountID)
	if salesforce.IsGone(err) {
		return nil
	}
	if err == nil {
		c.Of = &a
	}
	return err
}

// found is what can be compared: nothing where something is missing, because
// what was not read would look like what is not there.
func (v *orgView) found() *findings.Salesforce {
	if v.client == nil || v.problem != nil {
		return nil
	}
	return &findings.Salesforce{Contacts: v.contacts, Users: v.users}
}

// personal are the addresses that came up beside the one asked for.
func (v *orgView) personal(asked string) []string {
	var others []string
	add := func(email string) {
		if email != "" && !strings.EqualFold(email, asked) && !slices.Contains(others, email) {
			others = append(others, email)
		}
	}
	for _, c := range v.contacts {
		add(c.Email)
		if c.Named != nil {
			add(c.Named.Email)
		}
	}
	for _, u := range v.users {
		add(u.Email)
	}
	return others
}

// accounts are the institutions the person belongs to, for scoped roles.
func (v *orgView) accounts() []string {
	var ids []string
	for _, c := range v.contacts {
		if c.AccountID != "" {
			ids = append(ids, c.AccountID.String())
		}
	}
	return ids
}

func (v *orgView) sections() []runbook.Section {
	if v.client == nil {
		return nil
	}
	var out []runbook.Section
	shown := map[salesforce.ID]bool{}
	for _, c := range v.contacts {
		out = append(out, v.contactSection(c))
		if c.Of != nil && !shown[c.AccountID] {
			shown[c.AccountID] = true
			out = append(out, v.accountSection(*c.Of))
		}
	}
	for _, u := range v.users {
		out = append(out, v.userSection(u))
	}
	rest := runbook.Section{Heading: "Salesforce"}
	switch {
	case v.problem != nil:
		rest.Lines = []string{unreadable(v.problem)}
	case len(out) == 0:
		rest.Lines = []string{"No contact and no user has this address."}
	default:
		return out
	}
	return append(out, rest)
}

func (v *orgView) contactSection(c findings.Contact) runbook.Section {
	flag := func(set bool) string { return pick(set, "checked", "not checked") }
	fact := func(f salesforce.Field, value string) runbook.Fact {
		if !c.Sees(f) {
			value = "cannot be seen"
		}
		return runbook.Fact{Label: f.Label(), Value: value}
	}
	s := runbook.Section{
		Heading: "Salesforce contact", Link: runbook.Link{Text: "Open the contact", URL: v.client.Link(c.ID)},
		Facts: []runbook.Fact{
			{Label: "Contact", Value: c.ID.String()}, {Label: "Name", Value: orNone(c.Name())}, {Label: "Email", Value: orNone(c.Email)},
			fact(salesforce.ContactCreate, flag(c.Create)), fact(salesforce.ContactCreateAsManager, flag(c.CreateAsManager)),
			fact(salesforce.ContactLearnUponID, orNone(c.LearnUponID)), fact(salesforce.ContactEmailOptOut, flag(c.EmailOptOut)),
		},
	}
	if c.Of == nil {
		s.Facts = append(s.Facts, runbook.Fact{Label: "Account", Value: orNone(c.Account)})
	}
	return s
}

func (v *orgView) accountSection(a salesforce.Account) runbook.Section {
	return runbook.Section{
		Heading: "Salesforce account", Link: runbook.Link{Text: "Open the account", URL: v.client.Link(a.ID)},
		Facts: []runbook.Fact{
			{Label: "Account", Value: a.ID.String()}, {Label: "Name", Value: a.Name},
			{Label: groupIDField, Value: pick(a.Sees(salesforce.AccountGroupID), orNone(a.GroupID), "cannot be seen")},
			{Label: "Time zone", Value: pick(a.Sees(salesforce.AccountTimeZone), orNone(a.TimeZone), "cannot be seen")},
		},
	}
}

func (v *orgView) userSection(u salesforce.User) runbook.Section {
	signIn := "never"
	if !u.LastSignIn.IsZero() {
		signIn = findings.Day(learnupon.Time{Time: u.LastSignIn})
	}
	return runbook.Section{
		Heading: "Salesforce user", Link: runbook.Link{Text: "Open the user", URL: v.client.Link(u.ID)},
		Facts: []runbook.Fact{
			{Label: "User", Value: u.ID.String()}, {Label: "Name", Value: u.Name}, {Label: "Username", Value: u.Username},
			{Label: "Email", Value: orNone(u.Email)}, {Label: "State", Value: pick(u.Active, "active", "not active")},
			{Label: "Profile", Value: orNone(u.Profile)}, {Label: "Contact", Value: orNone(u.ContactID.String())},
			{Label: "Last sign-in", Value: signIn},
		},
	}
}
