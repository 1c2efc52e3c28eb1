package handlers

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"registrar/bot/runbook"
	"registrar/handlers/findings"
	"registrar/integrations/learnupon"
	"registrar/integrations/salesforce"
)

// madeUser is somebody whom an earlier run made, and what of them is there: the
// command, run again, plans only the rest.
type madeUser struct {
	Contact contact `json:"contact"`
	Account account `json:"account"`
	Grouped bool    `json:"grouped,omitempty"`
	Manager bool    `json:"manager,omitempty"`
	Login   bool    `json:"login,omitempty"`
}

// madeBefore is who was typed, where the records are just what a run would have
// made; nil where they are somebody else's or do not belong together.
func (d Deps) madeBefore(ctx context.Context, t newUserTarget, p findings.Person) (*madeUser, error) {
	contacts, home := p.Salesforce.Contacts, p.Portals[0].Account
	if len(contacts) != 1 || home == nil || !home.Enabled {
		return nil, nil
	}
	c := contacts[0]
	if c.LearnUponID != home.ID.String() || !c.Create || c.AccountID != t.Account.ID ||
		!strings.EqualFold(c.Email, t.Email) || !strings.EqualFold(c.Name(), fullName(t.First, t.Last)) {
		return nil, nil
	}
	groups, err := d.Portals[0].GroupsOf(ctx, home.ID)
	if err != nil {
		return nil, fmt.Errorf("groups of user %d: %w", home.ID, err)
	}
	u := p.Salesforce.UserOf(c)
	return &madeUser{
		Contact: d.plannedContact(c.Contact), Account: accountOf(holding{d.Portals[0], *home}),
		Grouped: t.isIn(groups), Manager: home.Type == "manager", Login: u != nil && u.Active,
	}, nil
}

// isIn reports whether these are all the groups the sync puts the person into.
func (t newUserTarget) isIn(groups []learnupon.Group) bool {
	return !slices.ContainsFunc(t.Groups, func(g groupRef) bool {
		return !slices.ContainsFunc(groups, func(in learnupon.Group) bool { return in.ID == g.ID })
	})
}

// promotes reports whether the person is still to become a manager.
func (t newUserTarget) promotes() bool { return t.Manager && (t.Made == nil || !t.Made.Manager) }

// joins reports whether the person is still to get into the groups.
func (t newUserTarget) joins() bool { return t.Made == nil || !t.Made.Grouped }

// contactRecord names the contact in the plan.
func (t newUserTarget) contactRecord() string {
	if t.Made == nil {
		return "New contact"
	}
	return t.Made.Contact.record()
}

// previewRest is a plan about somebody who is there already.
func (t newUserTarget) previewRest(p *runbook.Preview) {
	p.Records = append(p.Records, t.Made.Contact.planned(), t.Made.Account.planned())
	p.Locks = append(p.Locks, t.Made.Contact.lock(), t.Made.Account.lock())
	if !t.promotes() && !t.joins() && t.Customer == nil {
		p.Nothing = fmt.Sprintf("%s and %s are there, as they are to be.", t.Made.Contact.record(), t.Made.Account.record())
	}
}

// known refuses people one of the systems knows: the sync would answer that the
// address is in use.
func (t newUserTarget) known(format string, args ...any) error {
	refused := runbook.Refuse(format+" Making another one logs “%s”. Fix sync brings together what is there.", append(args, salesforce.TakenAddress)...)
	refused.Suggest = &runbook.Suggestion{Action: "fix-sync", Label: "Fix sync", Values: runbook.Values{"email": t.Email}}
	return refused
}
