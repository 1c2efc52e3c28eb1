package salesforce

import (
	"context"
	"slices"
)

// MergedInto returns the ids of the contacts that were merged into one, at once or by way of others, as long as they
// are in the recycle bin. A contact does not tell by itself which others live on in it.
func (c *Client) MergedInto(ctx context.Context, id ID) ([]ID, error) {
	rd, err := c.contactReader(ctx)
	if err != nil || !rd.has("MasterRecordId") {
		return nil, err
	}
	var merged []ID
	for survivors := []ID{id}; len(survivors) > 0 && len(merged) < keysetRows; survivors = survivors[1:] {
		losers, err := c.contacts(ctx, andTrash, rd, func(contact Contact) bool { return contact.deleted && contact.master == survivors[0] },
			is("MasterRecordId", string(survivors[0])))
		if err != nil {
			return nil, err
		}
		for _, loser := range losers {
			if loser.ID != id && !slices.Contains(merged, loser.ID) {
				merged, survivors = append(merged, loser.ID), append(survivors, loser.ID)
			}
		}
	}
	return merged, nil
}
