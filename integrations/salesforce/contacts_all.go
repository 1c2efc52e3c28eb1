package salesforce

import (
	"context"
	"iter"
)

// Contacts walks through all contacts that are not deleted, oldest first: one call for each 500. It keeps none of them.
// The error is a [*FieldError] where "LU User ID" cannot be seen: without it no contact can be told to be tied.
func (c *Client) Contacts(ctx context.Context) iter.Seq2[Contact, error] {
	return func(yield func(Contact, error) bool) {
		if err := c.Check(ctx, ContactLearnUponID); err != nil {
			yield(Contact{}, err)
			return
		}
		rd, err := c.contactReader(ctx)
		if err != nil {
			yield(Contact{}, err)
			return
		}
		for r, err := range c.keyset(ctx, live, rd.query()) {
			var contact Contact
			if err == nil {
				contact, err = rd.contact(r)
			}
			if err == nil && contact.deleted {
				continue
			}
			if !yield(contact, err) || err != nil {
				return
			}
		}
	}
}
