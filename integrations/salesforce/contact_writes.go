package salesforce

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"registrar/integrations/rest"
)

// SetEmailOptOut says whether the contact gets e-mail, and reads it back. With a guard the write is refused, see
// [IsChanged], where somebody changed the record since. The error is a [*FieldError] where the field cannot be seen.
func (c *Client) SetEmailOptOut(ctx context.Context, contact ID, optOut bool, unmodifiedSince time.Time) (Contact, error) {
	return c.writeContact(ctx, contact, ContactEmailOptOut, optOut, unmodifiedSince,
		func(now Contact) bool { return now.EmailOptOut == optOut })
}

// SetLearnUponID ties the contact to a LearnUpon user, or to none where user is 0, and reads it back. See
// [Client.SetEmailOptOut] for the guard and the errors.
func (c *Client) SetLearnUponID(ctx context.Context, contact ID, user int64, unmodifiedSince time.Time) (Contact, error) {
	return c.writeContact(ctx, contact, ContactLearnUponID, idValue(user), unmodifiedSince,
		func(now Contact) bool { return now.LearnUponID == idText(user) })
}

func (c *Client) writeContact(ctx context.Context, id ID, f Field, value any, guard time.Time, shows func(Contact) bool) (Contact, error) {
	written, err := c.write(ctx, contactObject, id, f, value, guard)
	if err != nil {
		return Contact{}, err
	}
	contact, err := c.ContactByID(ctx, id)
	return contact, written.confirm(err, contact.ID == id && shows(contact))
}

// NewContact is what to make a contact of.
type NewContact struct {
	FirstName string
	LastName  string // needed
	Email     string
	AccountID ID
	Create    bool // tick "Create in LearnUpon", upon which the managed package makes a LearnUpon user
}

// CreateContact adds a person to an account and reads the record back. Salesforce makes as many contacts of one address
// as it is asked for: look for the address first. The error is a [*FieldError] where the box is to be ticked and cannot
// be seen.
func (c *Client) CreateContact(ctx context.Context, n NewContact) (Contact, error) {
	n.FirstName, n.LastName, n.Email = strings.TrimSpace(n.FirstName), strings.TrimSpace(n.LastName), strings.TrimSpace(n.Email)
	r := rest.Request{Method: http.MethodPost, Route: "/sobjects/" + string(contactObject)}
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
	r.Body = values
	res, api, err := c.do(ctx, r)
	if err != nil {
		return Contact{}, c.forget(err)
	}
	written := written{api: api, r: r, res: res}
	var made struct {
		ID ID `json:"id"`
	}
	if json.Unmarshal(res.Body, &made) != nil || made.ID == "" {
		return Contact{}, written.confirm(errShape, false)
	}
	contact, err := c.ContactByID(ctx, made.ID)
	return contact, written.confirm(err, contact.Name() == Contact{FirstName: n.FirstName, LastName: n.LastName}.Name() &&
		contact.AccountID == n.AccountID && contact.Create == n.Create)
}
