package salesforce

import (
	"context"
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
	// AllowDuplicate saves the contact where a duplicate rule only warns of one that looks alike. A rule that forbids
	// it is not moved by that.
	AllowDuplicate bool
}

// CreateContact adds a person to an account and reads the record back. Salesforce makes as many contacts of one address
// as it is asked for, unless the org has a rule against it, see [IsDuplicate]: look for the address first. The error is
// a [*FieldError] where the box is to be ticked and cannot be seen.
func (c *Client) CreateContact(ctx context.Context, n NewContact) (Contact, error) {
	n.FirstName, n.LastName, n.Email = strings.TrimSpace(n.FirstName), strings.TrimSpace(n.LastName), strings.TrimSpace(n.Email)
	values := map[name]any{"FirstName": n.FirstName, "LastName": n.LastName, "Email": n.Email}
	if n.AccountID != "" {
		values["AccountId"] = n.AccountID
	}
	if n.Create {
		s, err := c.schema(ctx, contactObject)
		if err != nil {
			return Contact{}, err
		}
		box, err := c.field(s, ContactCreate)
		if err != nil {
			return Contact{}, err
		}
		values[box.Name] = true
	}
	header := http.Header{}
	if n.AllowDuplicate {
		header.Set("Sforce-Duplicate-Rule-Header", "allowSave=true; includeRecordDetails=false; runAsCurrentUser=true")
	}
	made, written, err := c.create(ctx, contactObject, values, header)
	if err != nil {
		return Contact{}, err
	}
	contact, err := c.ContactByID(ctx, made)
	return contact, written.confirm(err, contact.Name() == Contact{FirstName: n.FirstName, LastName: n.LastName}.Name() &&
		contact.AccountID == n.AccountID && contact.Create == n.Create)
}

// IsDuplicate reports whether err says that the org's rules hold the record for a second one of the same person. Nothing
// was made.
func IsDuplicate(err error) bool { return HasCode(err, "DUPLICATES_DETECTED") }
