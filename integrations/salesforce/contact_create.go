package salesforce

import (
	"context"
	"errors"
	"net/http"
	"strings"
)

// NewContact is what to make a contact of. "Create as Manager in LearnUpon" is not part of it: it counts only once the
// contact was saved, see [Client.SetCreateAsManager].
type NewContact struct {
	FirstName string
	LastName  string // needed
	Email     string
	AccountID ID
	Create    bool // tick "Create in LearnUpon", upon which the managed package makes a LearnUpon user
	// Key, where the org has a text field "Registrar Key" that is a unique external id, is kept in it: the same Key never
	// makes a second contact, however often it is sent. Without such a field it is left aside.
	Key string
	// AllowDuplicate saves the contact where a duplicate rule only warns of one that looks alike. A rule that forbids
	// it is not moved by that.
	AllowDuplicate bool
}

// CreateContact adds a person to an account and reads the record back. Salesforce makes as many contacts of one address
// as it is asked for, unless the org has a rule against it, see [IsDuplicate]: look for the address first. The error is
// a [*FieldError] where the box is to be ticked and cannot be seen.
func (c *Client) CreateContact(ctx context.Context, n NewContact) (Contact, error) {
	n.FirstName, n.LastName, n.Email = strings.TrimSpace(n.FirstName), strings.TrimSpace(n.LastName), strings.TrimSpace(n.Email)
	s, err := c.schema(ctx, contactObject)
	if err != nil {
		return Contact{}, err
	}
	values := map[string]any{"FirstName": n.FirstName, "LastName": n.LastName, "Email": n.Email}
	if n.AccountID != "" {
		values["AccountId"] = n.AccountID
	}
	if n.Create {
		box, err := c.field(s, ContactCreate)
		if err != nil {
			return Contact{}, err
		}
		values[string(box.Name)] = true
	}
	header := http.Header{}
	if n.AllowDuplicate {
		header.Set("Sforce-Duplicate-Rule-Header", "allowSave=true; includeRecordDetails=false; runAsCurrentUser=true")
	}
	made, written, err := c.createOnce(ctx, s, n.Key, values, header)
	if err != nil {
		return Contact{}, err
	}
	contact, err := c.ContactByID(ctx, made)
	return contact, written.confirm(err, contact.Name() == Contact{FirstName: n.FirstName, LastName: n.LastName}.Name() &&
		contact.AccountID == n.AccountID && contact.Create == n.Create)
}

// createOnce makes a contact, under a key if the org can keep one. What was lost on the way is then asked for again.
func (c *Client) createOnce(ctx context.Context, s *schema, key string, values map[string]any, header http.Header) (ID, written, error) {
	field, err := c.field(s, ContactKey)
	if key == "" || err != nil || !field.ExternalID {
		return c.create(ctx, contactObject, values, header)
	}
	id, _, said, err := c.upsert(ctx, string(contactObject), string(field.Name), key, values, header)
	if unsure, ok := errors.AsType[interface {
		error
		Unsure() bool
	}](err); ok && unsure.Unsure() && ctx.Err() == nil {
		if again, _, saidAgain, failed := c.upsert(ctx, string(contactObject), string(field.Name), key, values, header); failed == nil {
			return again, saidAgain, nil
		}
	}
	return id, said, err // of the first time: the second tells nothing about it
}

// IsDuplicate reports whether err says that the org's rules hold the record for a second one of the same person. Nothing
// was made.
func IsDuplicate(err error) bool { return HasCode(err, "DUPLICATES_DETECTED") }
