package salesforce

import (
	"context"
	"strings"
	"time"
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

// SetContactEmail changes the contact's address and reads it back. It changes neither the login of the person, see
// [Client.SetUserEmail], nor what LearnUpon has. See [Client.SetEmailOptOut] for the guard and the errors.
func (c *Client) SetContactEmail(ctx context.Context, contact ID, email string, unmodifiedSince time.Time) (Contact, error) {
	email = strings.TrimSpace(email)
	return c.writeContact(ctx, contact, ContactEmail, email, unmodifiedSince,
		func(now Contact) bool { return strings.EqualFold(now.Email, email) })
}

// SetCreate ticks or unticks "Create in LearnUpon" and reads it back. Where the contact has no LearnUpon user yet,
// ticking it makes the managed package ask LearnUpon for one, which fails where the address is in use. See
// [Client.SetEmailOptOut] for the guard and the errors.
func (c *Client) SetCreate(ctx context.Context, contact ID, tick bool, unmodifiedSince time.Time) (Contact, error) {
	return c.writeContact(ctx, contact, ContactCreate, tick, unmodifiedSince, func(now Contact) bool { return now.Create == tick })
}

// SetCreateAsManager ticks or unticks "Create as Manager in LearnUpon" and reads it back. LearnUpon's package wants it
// ticked after the contact was saved for the first time, not with that. See [Client.SetEmailOptOut] for the guard and
// the errors.
func (c *Client) SetCreateAsManager(ctx context.Context, contact ID, tick bool, unmodifiedSince time.Time) (Contact, error) {
	return c.writeContact(ctx, contact, ContactCreateAsManager, tick, unmodifiedSince,
		func(now Contact) bool { return now.CreateAsManager == tick })
}

func (c *Client) writeContact(ctx context.Context, id ID, f Field, value any, guard time.Time, shows func(Contact) bool) (Contact, error) {
	written, err := c.write(ctx, contactObject, id, f, value, guard)
	if err != nil {
		return Contact{}, err
	}
	contact, err := c.ContactByID(ctx, id)
	return contact, written.confirm(err, contact.ID == id && shows(contact))
}
