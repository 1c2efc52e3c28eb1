package handlers

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon"
	"registrar/integrations/salesforce"
)

// contact is a Salesforce Contact as a plan keeps it.
type contact struct {
	ID      salesforce.ID `json:"id"`
	Email   string        `json:"email,omitempty"`
	Name    string        `json:"name,omitempty"`
	Account salesforce.ID `json:"account,omitempty"` // for scoped roles
	Page    string        `json:"page"`
}

func (d Deps) plannedContact(c salesforce.Contact) contact {
	return contact{ID: c.ID, Email: c.Email, Name: c.Name(), Account: c.AccountID, Page: d.Salesforce.Link(c.ID)}
}

// record names the contact for people, without its address.
func (c contact) record() string { return "Contact " + c.ID.String() }

func (c contact) lock() string { return "salesforce:contact:" + c.ID.String() }

func (c contact) link() runbook.Link { return runbook.Link{Text: "Open the contact", URL: c.Page} }

func (c contact) planned() runbook.Record {
	return runbook.Record{System: runbook.Salesforce, ID: c.ID.String(), Title: c.record(), URL: c.Page}
}

// unchanged reads the contact before a write and checks that it still is the
// person the plan was about.
func (c contact) unchanged(ctx context.Context, s *salesforce.Client) (salesforce.Contact, error) {
	now, err := s.ContactByID(ctx, c.ID)
	differs := func(field, want, got string) (salesforce.Contact, error) {
		return now, &runbook.Mismatch{Record: c.record(), Field: field, Want: want, Got: got}
	}
	switch {
	case salesforce.IsGone(err):
		return differs("Contact", "there", "gone")
	case err != nil:
		return now, err
	case now.ID != c.ID:
		return differs("Contact", "there", "merged into "+now.ID.String())
	case !strings.EqualFold(now.Email, c.Email):
		return differs("E-mail address", "as planned", "another one")
	}
	return now, nil
}

// contactsOf finds the contacts of a person: those with the address, and where
// there is none, those their LearnUpon accounts are linked to or another one
// with the address was merged into.
func (d Deps) contactsOf(ctx context.Context, email string, accounts []holding) ([]salesforce.Contact, error) {
	runbook.Progress(ctx, "Reading Salesforce…")
	found, err := d.Salesforce.ContactsByEmail(ctx, email)
	if err != nil || len(found) > 0 {
		return found, err
	}
	for _, h := range accounts {
		linked, err := d.linkedContact(ctx, h.user)
		if err != nil {
			return nil, err
		}
		if linked != nil && !slices.ContainsFunc(found, func(c salesforce.Contact) bool { return c.ID == linked.ID }) {
			found = append(found, *linked)
		}
	}
	if len(found) > 0 {
		return found, nil
	}
	return d.Salesforce.MergedContactsByEmail(ctx, email)
}

// linkedContact is the contact a LearnUpon account names, or nil.
func (d Deps) linkedContact(ctx context.Context, u learnupon.User) (*salesforce.Contact, error) {
	id, err := salesforce.ParseID(u.SFContactID)
	if err != nil || !id.IsContact() {
		return nil, nil
	}
	c, err := d.Salesforce.ContactByID(ctx, id)
	if salesforce.IsGone(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &c, nil
}

// learnUponID is the LearnUpon user a contact names, if it is a number.
func learnUponID(c salesforce.Contact) (learnupon.ID, bool) {
	id, err := strconv.ParseInt(c.LearnUponID, 10, 64)
	return learnupon.ID(id), err == nil && id > 0
}

// inCommunity reports whether somebody signs in through the User Community:
// they have an active Salesforce user that belongs to a contact.
func (d Deps) inCommunity(ctx context.Context, email string) (bool, error) {
	if d.Salesforce == nil {
		return false, nil
	}
	found, err := d.Salesforce.UsersByEmail(ctx, email)
	return slices.ContainsFunc(found, func(u salesforce.User) bool { return u.Active && u.ContactID != "" }), err
}

// optedOut reports whether Salesforce knows that a person wants no mail. Where
// it may not tell, nothing is known.
func (d Deps) optedOut(ctx context.Context, email string) (bool, error) {
	if d.Salesforce == nil {
		return false, nil
	}
	found, err := d.Salesforce.ContactsByEmail(ctx, email)
	return slices.ContainsFunc(found, func(c salesforce.Contact) bool { return c.EmailOptOut }), err
}

// declined tells what a write that certainly was not made leaves to do. Any
// other error stays as it is: the engine knows what to make of it.
func declined(err error, left string) error {
	later, isLater := errors.AsType[interface {
		error
		RetryLater() (time.Duration, bool)
	}](err)
	if isLater {
		if _, ok := later.RetryLater(); ok {
			return err
		}
	}
	unsure, known := errors.AsType[interface {
		error
		Unsure() bool
	}](err)
	_, hidden := errors.AsType[*salesforce.FieldError](err)
	text, public := runbook.PublicText(err)
	if !public || !hidden && (!known || unsure.Unsure()) {
		return err
	}
	return runbook.Refuse("%s %s", text, left)
}
