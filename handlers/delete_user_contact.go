package handlers

import (
	"context"
	"errors"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon"
	"registrar/integrations/salesforce"
)

// tie is a contact whose LU User ID names an account that is deleted.
type tie struct {
	Contact contact      `json:"contact"`
	User    learnupon.ID `json:"user"`
	Checked bool         `json:"checked,omitempty"` // Create in LearnUpon is
	Locked  bool         `json:"locked,omitempty"`  // and Registrar's user may not edit it
}

const createBox = "Create in LearnUpon"

// planUntying finds the contacts that name an account that is deleted. The field
// is about the main portal. Untied while the box is checked, a contact is one
// that waits for an account, and the sync makes it a new one: the box comes
// first.
func (d Deps) planUntying(ctx context.Context, s subject, t *deleteTarget) error {
	var user learnupon.ID
	for _, a := range t.Gone {
		if a.Portal == portalName(d.Portals[0]) {
			user = a.ID
		}
	}
	switch {
	case user == 0:
		t.fact("Salesforce", "contacts name accounts of the main portal, which is not touched")
		return nil
	case d.Salesforce == nil:
		t.warn("Salesforce is not configured: a contact with the number %d as %s keeps it. Clear it by hand, and see that %s is not checked.", user, luUserID, createBox)
		return nil
	}
	if hidden, err := d.hides(ctx, salesforce.ContactLearnUponID, salesforce.ContactCreate); hidden != nil || err != nil {
		if hidden != nil {
			t.warn("%s A contact that names user %d keeps the number: clear it by hand, and see that %s is not checked.", hidden.Public(), user, createBox)
		}
		return err
	}
	editable, err := d.Salesforce.Editable(ctx, salesforce.ContactLearnUponID)
	if err != nil {
		return err
	}
	box, err := d.Salesforce.Editable(ctx, salesforce.ContactCreate)
	if err != nil {
		return err
	}
	for _, c := range s.contacts {
		named, names := learnUponID(c)
		switch {
		case !names || named != user:
			t.fact("Contact "+c.ID.String(), luUserID+": "+orNone(c.LearnUponID)+", stays")
		case !editable:
			t.warn("Salesforce does not let Registrar's user edit %s, so contact %s goes on naming user %d. Somebody who may edit it has to clear it; where %s is checked, not before it is unchecked, or the sync makes the account again.",
				luUserID, c.ID, user, createBox)
		default:
			t.Untie = append(t.Untie, tie{Contact: d.plannedContact(c), User: user, Checked: c.Create, Locked: c.Create && !box})
		}
	}
	if len(s.contacts) > 0 {
		t.warn("What LearnUpon's package has noted of the person's enrollments stays in Salesforce, and so does their Salesforce user: nobody can delete one.")
	}
	return nil
}

// hides tells which of the fields Registrar's user may not see, if any.
func (d Deps) hides(ctx context.Context, fields ...salesforce.Field) (*salesforce.FieldError, error) {
	err := d.Salesforce.Check(ctx, fields...)
	if hidden, ok := errors.AsType[*salesforce.FieldError](err); ok {
		return hidden, nil
	}
	return nil, err
}

// uncheck comes before the deletion: after it, a sync that is quicker would have
// made the account again.
func (d Deps) uncheck(u tie) runbook.Step {
	step := d.onContact(u.Contact.ticksCreate("uncheck-"+u.Contact.ID.String(), false))
	if u.Locked {
		step.Do, step.Ask = nil, &runbook.Ask{
			Instruction: "This person must not be made again in LearnUpon: " + createBox + " is not checked on the contact.",
			Link:        u.Contact.link(),
		}
	}
	return step
}

// untie clears the number of an account that is gone. A contact that was pointed
// elsewhere meanwhile is left alone.
func (d Deps) untie(u tie) runbook.Step {
	return d.onContact(contactStep{
		contact: u.Contact, id: "untie-" + u.Contact.ID.String(), title: "Clear " + luUserID + " on the Salesforce contact",
		change: runbook.Change{Field: luUserID, From: u.User.String()},
		value:  func(now salesforce.Contact) string { return now.LearnUponID },
		holds:  func(now salesforce.Contact) bool { return now.LearnUponID != u.User.String() },
		write: func(ctx context.Context, s *salesforce.Client, now salesforce.Contact) error {
			_, err := s.SetLearnUponID(ctx, u.Contact.ID, 0, now.LastModified)
			return err
		},
		left: "The account is deleted and " + u.Contact.record() + " still names it: whoever may edit the contact has to clear " + luUserID + ".",
	})
}

// onContact is a step on a contact in an action that works without Salesforce
// too: it may have been planned when there was one.
func (d Deps) onContact(s contactStep) runbook.Step {
	step := s.step(d)
	if d.Salesforce == nil {
		step.Done = func(context.Context, runbook.Answers) (bool, error) { return false, errNoSalesforce }
	}
	return step
}
