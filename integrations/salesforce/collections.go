package salesforce

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"registrar/integrations/rest"
)

// MostRecords is how many records one call takes.
const MostRecords = 200

// Record is one of several records that are written by one call.
type Record struct {
	ID     ID             // whose values to change; "" where the record is made, or found by its key
	Values map[string]any // by API name
}

// Outcome is what became of one of several records, in the order they were sent.
type Outcome struct {
	ID      ID
	Created bool
	Err     error // a [*RecordError]; nil: it was written
}

// RecordError is why one of several records was not written.
type RecordError struct {
	Code   string // DUPLICATE_VALUE and so on; PROCESSING_HALTED, ALL_OR_NONE_OPERATION_ROLLED_BACK: for another one's sake
	Fields []string
}

func (e *RecordError) Error() string { return system + ": " + e.Code + named(slices.Clone(e.Fields)) }

// Public is the sentence for people.
func (e *RecordError) Public() string {
	switch e.Code {
	case "PROCESSING_HALTED", "ALL_OR_NONE_OPERATION_ROLLED_BACK":
		return "Salesforce did not write this record because it refused another one of them; nothing was changed."
	default:
		return "Salesforce did not write this record (" + e.Code + ")" + named(slices.Clone(e.Fields)) + "."
	}
}

// RetryLater reports whether the record was only being saved by somebody else.
func (e *RecordError) RetryLater() (time.Duration, bool) {
	return lockWait, e.Code == "UNABLE_TO_LOCK_ROW"
}

// CreateAll makes up to [MostRecords] records of an object by one call. With allOrNone either all are made or none is;
// without, each Outcome says for itself. An error means that the call as a whole failed. Salesforce takes no guard for
// several records: what somebody else changed meanwhile is written over.
func (c *Client) CreateAll(ctx context.Context, object string, records []Record, allOrNone bool) ([]Outcome, error) {
	return c.collection(ctx, http.MethodPost, "/composite/sobjects", object, records, allOrNone)
}

// UpdateAll changes records by their ids; see [Client.CreateAll].
func (c *Client) UpdateAll(ctx context.Context, object string, records []Record, allOrNone bool) ([]Outcome, error) {
	return c.collection(ctx, http.MethodPatch, "/composite/sobjects", object, records, allOrNone)
}

// UpsertAll changes the records whose external id is among their values, and makes those that are missing; see
// [Client.CreateAll]. Sent again it makes no second record.
func (c *Client) UpsertAll(ctx context.Context, object, field string, records []Record, allOrNone bool) ([]Outcome, error) {
	if !names.MatchString(field) {
		return nil, c.invalid(rest.Request{Method: http.MethodPatch, Route: "/composite/sobjects"}, "that is no external id")
	}
	return c.collection(ctx, http.MethodPatch, "/composite/sobjects/"+object+"/"+field, object, records, allOrNone)
}

// DeleteAll puts records into the recycle bin; see [Client.CreateAll].
func (c *Client) DeleteAll(ctx context.Context, ids []ID, allOrNone bool) ([]Outcome, error) {
	r := rest.Request{Method: http.MethodDelete, Route: "/composite/sobjects", Query: url.Values{
		"ids": {listed(ids)}, "allOrNone": {strconv.FormatBool(allOrNone)},
	}}
	return c.outcomes(ctx, r, len(ids))
}

func (c *Client) collection(ctx context.Context, method, route, object string, records []Record, allOrNone bool) ([]Outcome, error) {
	r := rest.Request{Method: method, Route: route}
	if !names.MatchString(object) {
		return nil, c.invalid(r, "that is no object")
	}
	sent := make([]map[string]any, len(records))
	for i, record := range records {
		sent[i] = maps.Clone(record.Values)
		if sent[i] == nil {
			sent[i] = map[string]any{}
		}
		sent[i]["attributes"] = map[string]string{"type": object}
		if record.ID != "" {
			sent[i]["id"] = record.ID
		}
	}
	r.Body = map[string]any{"allOrNone": allOrNone, "records": sent}
	return c.outcomes(ctx, r, len(records))
}

func (c *Client) outcomes(ctx context.Context, r rest.Request, sent int) ([]Outcome, error) {
	switch {
	case sent == 0:
		return nil, nil
	case sent > MostRecords:
		return nil, c.invalid(r, fmt.Sprintf("more than %d records at once", MostRecords))
	}
	res, api, err := c.do(ctx, r)
	if err != nil {
		return nil, c.forget(err)
	}
	var said []struct {
		ID      ID `json:"id"`
		Success bool
		Created bool
		Errors  []struct {
			Code   string `json:"statusCode"` // not errorCode, as everywhere else
			Fields []string
		}
	}
	if json.Unmarshal(res.Body, &said) != nil || len(said) != sent {
		return nil, api.Unclear(r, res, errShape)
	}
	outcomes := make([]Outcome, len(said))
	for i, s := range said {
		outcomes[i] = Outcome{ID: s.ID, Created: s.Created || s.Success && r.Method == http.MethodPost}
		if !s.Success {
			outcomes[i] = Outcome{Err: &RecordError{Code: "UNKNOWN_EXCEPTION"}}
			if len(s.Errors) > 0 {
				outcomes[i].Err = &RecordError{Code: s.Errors[0].Code, Fields: s.Errors[0].Fields}
			}
		}
	}
	return outcomes, nil
}

// ContactsByIDs returns the contacts of many ids, by a call for every [MostRecords] of them. One that was deleted, merged
// or cannot be seen is missing; see [Client.ContactByID] for where a merged one went.
func (c *Client) ContactsByIDs(ctx context.Context, ids []ID) (map[ID]Contact, error) {
	rd, err := c.contactReader(ctx)
	if err != nil {
		return nil, err
	}
	found := make(map[ID]Contact, len(ids))
	for some := range slices.Chunk(slices.Compact(slices.Sorted(slices.Values(ids))), MostRecords) {
		r := rest.Request{
			Method: http.MethodPost, Route: "/composite/sobjects/" + string(contactObject), Reads: true,
			Body: map[string]any{"ids": some, "fields": rd.columns},
		}
		res, api, err := c.do(ctx, r)
		if err != nil {
			return nil, c.forget(err)
		}
		var rows []row // null for what is missing
		if json.Unmarshal(res.Body, &rows) != nil || len(rows) != len(some) {
			return nil, api.Unclear(r, res, errShape)
		}
		for i, one := range rows {
			if one == nil {
				continue
			}
			contact, err := rd.contact(one)
			if err != nil {
				return nil, err
			}
			if contact.ID == some[i] && !contact.deleted {
				found[contact.ID] = contact
			}
		}
	}
	return found, nil
}

func listed(ids []ID) string {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = string(id)
	}
	return strings.Join(texts, ",")
}
