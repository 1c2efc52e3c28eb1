package handlers

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon"
	"registrar/integrations/salesforce"
)

// contactMove points a Salesforce contact, which follows the duplicate, at the
// kept account.
type contactMove struct {
	Contact contact      `json:"contact"`
	From    learnupon.ID `json:"from"`
	To      learnupon.ID `json:"to"`
}

const luUserID = "LU User ID"

// planLink finds the contact whose LU User ID names the duplicate.
func (d Deps) planLink(ctx context.Context, t *mergeTarget) error {
	warn := func(format string, args ...any) { t.Warnings = append(t.Warnings, fmt.Sprintf(format, args...)) }
	if d.Salesforce == nil {
		warn("Salesforce is not configured, so a contact that points at the duplicate has to be pointed at the kept account by hand (%s).", luUserID)
		return nil
	}
	runbook.Progress(ctx, "Reading Salesforce…")
	for _, part := range t.Parts {
		found, err := d.Salesforce.ContactsByLearnUponID(ctx, int64(part.Duplicate.ID))
		if hidden, ok := errors.AsType[*salesforce.FieldError](err); ok {
			warn("%s Whether a contact points at the duplicate is not known: point it at user %d by hand.", hidden.Public(), part.Keep.ID)
			return nil
		}
		if err != nil {
			return err
		}
		if len(found) == 0 {
			continue
		}
		kept, err := d.Salesforce.ContactsByLearnUponID(ctx, int64(part.Keep.ID))
		if err != nil {
			return err
		}
		kept = slices.DeleteFunc(kept, func(c salesforce.Contact) bool { return c.ID == found[0].ID })
		switch {
		case len(found) > 1:
			warn("%d Salesforce contacts point at the duplicate, which is a mistake in the data. They stay as they are: merge them in Salesforce first.", len(found))
		case len(kept) > 0:
			warn("Salesforce contact %s points at the duplicate and contact %s at the account to keep. Both stay as they are: merge the contacts in Salesforce first.", found[0].ID, kept[0].ID)
		case t.Link != nil:
			warn("Salesforce contact %s points at the duplicate's account in %s as well; it stays as it is.", found[0].ID, systemName(part.Keep.Portal))
		default:
			t.Link = &contactMove{Contact: d.plannedContact(found[0]), From: part.Duplicate.ID, To: part.Keep.ID}
		}
	}
	return nil
}

// moveLink and linkAgain: the second looks once more when the duplicate is gone,
// because the sync writes the same field.
func (d Deps) moveLink(m contactMove) runbook.Step {
	return runbook.Step{
		ID: "contact", Title: "Point the Salesforce contact at the kept account", System: runbook.Salesforce,
		Changes: []runbook.Change{{Record: m.Contact.record(), Field: luUserID, From: m.From.String(), To: m.To.String()}},
		Do: func(ctx context.Context, _ runbook.Answers) (string, error) {
			if d.Salesforce == nil {
				return "", errNoSalesforce
			}
			now, err := m.Contact.unchanged(ctx, d.Salesforce)
			if err != nil {
				return "", err
			}
			if now.LearnUponID != m.From.String() {
				return "", m.differs(m.From, now)
			}
			_, err = d.Salesforce.SetLearnUponID(ctx, m.Contact.ID, int64(m.To), now.LastModified)
			return "", err
		},
		Done: func(ctx context.Context, _ runbook.Answers) (bool, error) {
			now, err := d.linked(ctx, m)
			if _, gone := errors.AsType[*runbook.Mismatch](err); gone {
				return false, nil
			}
			return err == nil && now.LearnUponID == m.To.String(), err
		},
	}
}

func (m contactMove) differs(want learnupon.ID, now salesforce.Contact) error {
	return &runbook.Mismatch{Record: m.Contact.record(), Field: luUserID, Want: want.String(), Got: now.LearnUponID}
}

func (d Deps) linkAgain(m contactMove) runbook.Step {
	return runbook.Step{
		ID: "contact-again", Title: "See that the Salesforce contact still points at the kept account", System: runbook.Salesforce, Repeatable: true,
		Do: func(ctx context.Context, _ runbook.Answers) (string, error) {
			now, err := d.linked(ctx, m)
			if err == nil && now.LearnUponID != m.To.String() {
				err = m.differs(m.To, now)
			}
			return "It does.", err
		},
	}
}

var errNoSalesforce = runbook.Refuse("Salesforce is not configured any more. Please run the command again.")

func (d Deps) linked(ctx context.Context, m contactMove) (salesforce.Contact, error) {
	if d.Salesforce == nil {
		return salesforce.Contact{}, errNoSalesforce
	}
	now, err := d.Salesforce.ContactByID(ctx, m.Contact.ID)
	if salesforce.IsGone(err) {
		return now, &runbook.Mismatch{Record: m.Contact.record(), Field: "Contact", Want: "there", Got: "gone"}
	}
	return now, err
}
