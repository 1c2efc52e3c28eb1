package salesforce

import (
	"context"
	"time"
)

// CallLogsOf returns what LearnUpon answered the managed package about a contact from a moment on, whatever it was,
// oldest first, and at most 500 rows. It is empty in an org whose rows do not refer to contacts. The error is a
// [*FieldError] where the message cannot be seen.
func (c *Client) CallLogsOf(ctx context.Context, contact ID, since time.Time) ([]CallLog, error) {
	rd, err := c.callLogReader(ctx)
	if err != nil || rd.contact.id == "" {
		return nil, err
	}
	q := rd.query(is(rd.contact.id, string(contact)), at("SystemModstamp", ">=", since))
	q.order, q.limit = []name{"SystemModstamp", "Id"}, keysetRows
	return collect(c.rows(ctx, live, q), rd.callLog, func(l CallLog) bool { return l.Contact == contact && !l.At.Before(since) })
}
