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
	Ticked  bool         `json:"ticked,omitempty"` // Create in LearnUpon
}

const createBox = "Create in LearnUpon"

// planUntying finds the contacts that name an account that is deleted. The field
// is about the main portal. Untied while the box is checked, a contact is one
// that waits for an account, and the sync makes it a new one: so a person
// unticks the box first.
func (d Deps) planUntying(ctx context.Context, s subject, t *deleteTarget) error {
	var user learnupon.ID
	for _, a := range t.Gone {
		if a.Portal == portalName(d.Portals[0]) {
			user = a.ID
		}
	}
	switch {
	case d.Salesforce == nil:
		t.warn("Salesforce is not configured: a contact with the number %d as %s keeps it. Clear it by hand, and see that %s is not checked.", user, luUserID, createBox)
		return nil
	case user == 0:
		t.fact("Salesforce", "contacts name accounts of the main portal, which is not touched")
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
	for _, c := range s.contacts {
		named, names := learnUponID(c)
		switch {
		case !names || named != user:
			t.fact("Contact "+c.ID.String(), luUserID+": "+orNone(c.LearnUponID)+", stays")
		case !editable:
			t.warn("Salesforce does not let Registrar's user edit %s, so contact %s goes on naming user %d. Somebody who may edit it has to clear it, with %s unchecked.", luUserID, c.ID, user, createBox)
		default:
			t.Untie = append(t.Untie, tie{Contact: d.plannedContact(c), User: user, Ticked: c.Create})
		}
		if c.Create && names && named == user {
			t.warn("Contact %s has %s checked: the sync would make the account again. It has to be unchecked first.", c.ID, createBox)
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

// askUntick comes before the deletion: after it, a sync that is quicker would
// have made the account again.
func (d Deps) askUntick(u tie) runbook.Step {
	return runbook.Step{
		ID: "untick-" + u.Contact.ID.String(), Title: "Have " + createBox + " unchecked", System: runbook.Salesforce,
		Changes: []runbook.Change{{Record: u.Contact.record(), Field: createBox, From: "checked", To: "not checked"}},
		Ask: &runbook.Ask{
			Instruction: "This person must not be made again in LearnUpon: " + createBox + " is not checked on the contact.",
			Link:        u.Contact.link(),
		},
		Done: func(ctx context.Context, _ runbook.Answers) (bool, error) {
			if d.Salesforce == nil {
				return false, errNoSalesforce
			}
			now, err := d.Salesforce.ContactByID(ctx, u.Contact.ID)
			if salesforce.IsGone(err) {
				return true, nil
			}
			return err == nil && now.Sees(salesforce.ContactCreate) && !now.Create, err
		},
	}
}

// untie clears the number of an account that is gone. A contact that was pointed
// elsewhere meanwhile, or is gone itself, is left alone.
func (d Deps) untie(u tie) runbook.Step {
	return runbook.Step{
		ID: "untie-" + u.Contact.ID.String(), Title: "Clear " + luUserID + " on the Salesforce contact", System: runbook.Salesforce,
		Changes: []runbook.Change{{Record: u.Contact.record(), Field: luUserID, From: u.User.String(), To: "empty"}},
		Do: func(ctx context.Context, _ runbook.Answers) (string, error) {
			if d.Salesforce == nil {
				return "", errNoSalesforce
			}
			now, err := u.Contact.unchanged(ctx, d.Salesforce)
			if err != nil {
				return "", err
			}
			if now.LearnUponID != u.User.String() {
				return "", &runbook.Mismatch{Record: u.Contact.record(), Field: luUserID, Want: u.User.String(), Got: now.LearnUponID}
			}
			_, err = d.Salesforce.SetLearnUponID(ctx, u.Contact.ID, 0, now.LastModified)
			return "", declined(err, "The account is deleted. "+u.Contact.record()+" still names it: whoever may edit the contact has to clear "+luUserID+".")
		},
		Done: func(ctx context.Context, _ runbook.Answers) (bool, error) {
			if d.Salesforce == nil {
				return false, errNoSalesforce
			}
			now, err := d.Salesforce.ContactByID(ctx, u.Contact.ID)
			if salesforce.IsGone(err) {
				return true, nil
			}
			return err == nil && now.LearnUponID != u.User.String(), err
		},
	}
}
