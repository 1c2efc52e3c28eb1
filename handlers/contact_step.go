package handlers

import (
	"context"
	"strings"

	"registrar/bot/runbook"
	"registrar/integrations/salesforce"
)

// contactStep sets one field of a contact, on the state it has just read and on
// no other.
type contactStep struct {
	contact contact
	id      string
	title   string
	change  runbook.Change // without the record
	// value is the field as the change has it, and holds whether it is as it is
	// to be.
	value func(salesforce.Contact) string
	holds func(salesforce.Contact) bool
	write func(ctx context.Context, s *salesforce.Client, now salesforce.Contact) error
	left  string // what is left to do where Salesforce refuses
}

func (s contactStep) step(d Deps) runbook.Step {
	s.change.Record = s.contact.record()
	return runbook.Step{
		ID: s.id, Title: s.title, System: runbook.Salesforce, Changes: []runbook.Change{s.change},
		Do: func(ctx context.Context, _ runbook.Answers) (string, error) {
			now, err := s.contact.unchanged(ctx, d.Salesforce)
			if err != nil {
				return "", err
			}
			if value := s.value(now); !strings.EqualFold(value, s.change.From) {
				return "", &runbook.Mismatch{Record: s.change.Record, Field: s.change.Field, Want: s.change.From, Got: value}
			}
			return "", refusedSave(s.change.Record, s.write(ctx, d.Salesforce, now), s.left)
		},
		Done: func(ctx context.Context, _ runbook.Answers) (bool, error) {
			now, err := d.Salesforce.ContactByID(ctx, s.contact.ID)
			if salesforce.IsGone(err) {
				return false, nil
			}
			return err == nil && now.ID == s.contact.ID && s.holds(now), err
		},
	}
}

// refusedSave tells why a record was not saved: because somebody else was
// quicker, or because Salesforce does not let Registrar's user.
func refusedSave(record string, err error, left string) error {
	if salesforce.IsChanged(err) {
		return &runbook.Mismatch{Record: record, Field: "Last change", Want: "before this run read it", Got: "while this run was at it"}
	}
	return declined(err, left)
}

// checked is how a box shows in a plan.
func checked(set bool) string { return pick(set, "checked", "not checked") }

// ticks is a step that checks a box of the contact, or unchecks it.
func (c contact) ticks(id string, f salesforce.Field, on bool, is func(salesforce.Contact) bool,
	write func(context.Context, *salesforce.Client, salesforce.Contact) error) contactStep {
	return contactStep{
		contact: c, id: id, title: pick(on, "Check ", "Uncheck ") + f.Label(),
		change: runbook.Change{Field: f.Label(), From: checked(!on), To: checked(on)},
		value:  func(now salesforce.Contact) string { return checked(is(now)) },
		holds:  func(now salesforce.Contact) bool { return is(now) == on },
		write:  write,
		left:   "Whoever may edit the contact has to do it; then run the command again for what is left.",
	}
}

// ticksCreate checks or unchecks “Create in LearnUpon”.
func (c contact) ticksCreate(id string, on bool) contactStep {
	return c.ticks(id, salesforce.ContactCreate, on, func(now salesforce.Contact) bool { return now.Create },
		func(ctx context.Context, s *salesforce.Client, now salesforce.Contact) error {
			_, err := s.SetCreate(ctx, c.ID, on, now.LastModified)
			return err
		})
}

// readdressed gives the contact another address.
func (c contact) readdressed(to string) contactStep {
	return contactStep{
		contact: c, id: "contact-address", title: "Change the contact's address",
		change: runbook.Change{Field: "Email", From: c.Email, To: to},
		value:  func(now salesforce.Contact) string { return now.Email },
		holds:  func(now salesforce.Contact) bool { return strings.EqualFold(now.Email, to) },
		write: func(ctx context.Context, s *salesforce.Client, now salesforce.Contact) error {
			_, err := s.SetContactEmail(ctx, c.ID, to, now.LastModified)
			return err
		},
		left: "Whoever may edit the contact has to change its address; then run the command again for what is left.",
	}
}
