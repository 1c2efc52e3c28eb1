package handlers

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon"
	"registrar/integrations/salesforce"
)

// targetX is the group of everybody whom the sync makes.
const targetX = "TargetX"

func (d Deps) planNewUser(ctx context.Context, in newUserInput) (newUserTarget, error) {
	t := newUserTarget{First: in.First, Last: in.Last, Email: in.Email, Manager: in.Manager}
	fields := []salesforce.Field{salesforce.ContactCreate, salesforce.ContactLearnUponID, salesforce.AccountGroupID}
	if in.Manager {
		fields = append(fields, salesforce.ContactCreateAsManager)
	}
	if err := d.Salesforce.Check(ctx, fields...); err != nil {
		return t, err
	}
	runbook.Progress(ctx, "Reading Salesforce…")
	found, err := d.findAccount(ctx, groupInput{Account: in.Account, Which: in.Which})
	if err != nil {
		return t, err
	}
	t.Account = institution{ID: found.ID, Name: found.Name, GroupID: found.GroupID, Page: d.Salesforce.Link(found.ID)}
	t.TimeZone = found.TimeZone
	if err := d.planNewGroups(ctx, &t); err != nil {
		return t, err
	}
	if err := d.stranger(ctx, &t); err != nil {
		return t, err
	}
	if t.Made == nil {
		if err := d.planSeat(ctx, &t); err != nil {
			return t, err
		}
		if err := d.planAlike(ctx, in.Alike, &t); err != nil {
			return t, err
		}
	}
	if in.Customer && (t.Made == nil || !t.Made.Login) {
		return t, d.planCustomer(ctx, in.Profile, &t)
	}
	return t, nil
}

// planNewGroups finds the groups the sync puts the person into. Without that of
// the account it makes an account in no group at all, or none.
func (d Deps) planNewGroups(ctx context.Context, t *newUserTarget) error {
	runbook.Progress(ctx, "Reading the groups of LearnUpon…")
	main := d.Portals[0]
	refuse := func(format string, args ...any) error {
		refused := runbook.Refuse(format+" Create the group first; then run the command again.", args...)
		refused.Suggest = &runbook.Suggestion{Action: "create-group", Label: "Create group", Values: runbook.Values{"account": t.Account.ID.String()}}
		return refused
	}
	if t.Account.GroupID == "" {
		return refuse("The account %s has no %s, and without one its people do not sync.", t.Account.Name, groupIDField)
	}
	var everybody *groupRef
	for g, err := range main.Groups(ctx) {
		switch {
		case err != nil:
			return fmt.Errorf("groups of %s: %w", systemName(portalName(main)), err)
		case g.ID.String() == t.Account.GroupID:
			t.Groups = []groupRef{{ID: g.ID, Title: g.Title}}
		case strings.EqualFold(strings.TrimSpace(g.Title), targetX):
			everybody = &groupRef{ID: g.ID, Title: g.Title}
		}
	}
	if len(t.Groups) == 0 {
		return refuse("The account %s names the group %s, which LearnUpon does not have.", t.Account.Name, t.Account.GroupID)
	}
	if everybody == nil {
		t.Notes = append(t.Notes, "LearnUpon has no group “"+targetX+"”, so only the group of the account is looked for.")
	} else {
		t.Groups = append(t.Groups, *everybody)
	}
	return nil
}

// planSeat looks whether there is place for one more.
func (d Deps) planSeat(ctx context.Context, t *newUserTarget) error {
	main := d.Portals[0]
	portals, err := d.realm(ctx)
	if err != nil {
		return err
	}
	seats, none := portals.seats(main)
	if none {
		return runbook.Refuse("The portal has no seat left (%s), so LearnUpon would not make the account. Free one, or buy more; then run the command again.", seats)
	}
	t.Facts = append(t.Facts, runbook.Fact{Label: "Seats", Value: cmp.Or(seats, "not counted")})
	return nil
}

// stranger refuses people one of the systems knows, but for those whom an
// earlier run made.
func (d Deps) stranger(ctx context.Context, t *newUserTarget) error {
	runbook.Progress(ctx, "Looking whether somebody has this address…")
	p, err := Person(ctx, d, t.Email)
	if err != nil {
		return err
	}
	if t.Made, err = d.madeBefore(ctx, *t, p); err != nil || t.Made != nil {
		return err
	}
	if contacts := p.Salesforce.Contacts; len(contacts) > 0 {
		c := contacts[0]
		return t.known("Salesforce has the contact %s (%s) for this address.", c.ID, listed(c.Name(), c.Account))
	}
	for i, portal := range p.Portals {
		switch {
		case portal.Account == nil:
		case i == 0:
			return t.known("%s has the account %d with this address.", portal.Name, portal.Account.ID)
		default:
			t.Notes = append(t.Notes, secondPortal(portal.Name, portal.Account.ID))
		}
	}
	if users := p.Salesforce.Users; len(users) > 0 {
		t.Notes = append(t.Notes, fmt.Sprintf("The Salesforce user %s has this address already (%s).", users[0].ID, users[0].Name))
	}
	open, err := waitingFor(ctx, d.Portals[0], t.Email)
	if len(open) > 0 {
		t.Notes = append(t.Notes, "This address was invited to LearnUpon and has not accepted. Whoever accepts later finds the account made here.")
	}
	return err
}

func secondPortal(name string, user learnupon.ID) string {
	return fmt.Sprintf("%s has an account with this address (%d). LearnUpon makes a second one only where the portal allows creating users that exist already.", name, user)
}

// somebodyElse is the answer that a contact of the same name is another person.
const somebodyElse = "new"

// planAlike asks about people of the account who have the same name: Salesforce
// makes as many contacts of one person as it is asked for.
func (d Deps) planAlike(ctx context.Context, answer string, t *newUserTarget) error {
	people, err := d.Salesforce.ContactsOfAccount(ctx, t.Account.ID)
	if err != nil {
		return err
	}
	var alike []salesforce.Contact
	options := []runbook.Option{{Value: somebodyElse, Text: "Somebody else: make a new contact"}}
	for _, c := range people {
		if strings.EqualFold(c.Name(), fullName(t.First, t.Last)) && len(alike) < maxChoice {
			alike = append(alike, c)
			options = append(options, runbook.Option{Value: c.ID.String(), Text: listed(c.Name(), orNone(c.Email)), Description: c.ID.String()})
		}
	}
	if len(alike) == 0 {
		return nil
	}
	i, err := choose("alike", "The account has "+count(len(alike), "contact")+" of this name. Is it the same person with another address?", options, answer)
	if err != nil {
		return concerning(err, []string{t.Account.ID.String()}, t.scope())
	}
	if t.Alike = i == 0; t.Alike {
		return nil
	}
	same := alike[i-1]
	refused := runbook.Refuse("Then the contact %s is the one to use: correct its address, and no second one is needed.", same.ID)
	if same.Email != "" {
		refused.Suggest = &runbook.Suggestion{Action: "change-email", Label: "Change email", Values: runbook.Values{"email": same.Email}}
	}
	return refused
}

// planCustomer picks the profile of the customer user.
func (d Deps) planCustomer(ctx context.Context, chosen string, t *newUserTarget) error {
	profiles, err := d.Salesforce.CommunityProfiles(ctx)
	if err != nil {
		return err
	}
	if len(profiles) == 0 {
		return runbook.Refuse("Salesforce shows Registrar's user no community profile, so it cannot make a customer user. Run the command without one, and enable the customer user on the contact.")
	}
	var options []runbook.Option
	for _, p := range profiles[:min(len(profiles), maxProfiles)] {
		options = append(options, runbook.Option{Value: p.ID.String(), Text: p.Name})
	}
	i, err := choose("profile", "Salesforce has several community profiles.", options, chosen)
	if err != nil {
		return concerning(err, []string{t.Account.ID.String()}, t.scope())
	}
	t.Customer = &communityID{ID: profiles[i].ID, Name: profiles[i].Name}
	return nil
}

// maxProfiles is how many options a select of Slack's can have.
const maxProfiles = 100
