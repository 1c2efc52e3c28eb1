package salesforce

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"registrar/integrations/rest"
)

// Upsert changes the one record whose external id is the key, or makes it. Because the key is ours, sending it again
// makes no second record. The values go by API name, without the key itself. Where several records bear the key nothing
// is written, see [IsAmbiguous]; the guard, see [Client.SetEmailOptOut], holds only where there is a record already.
func (c *Client) Upsert(ctx context.Context, object, field, key string, values map[string]any, unmodifiedSince time.Time) (id ID, created bool, err error) {
	id, created, _, err = c.upsert(ctx, object, field, key, values, guarded(unmodifiedSince))
	return id, created, err
}

func (c *Client) upsert(ctx context.Context, object, field, key string, values map[string]any, header http.Header) (ID, bool, written, error) {
	if !names.MatchString(object) || !names.MatchString(field) || key == "" || !fits(key) {
		return "", false, written{}, c.invalid(rest.Request{Method: http.MethodPatch, Route: "/sobjects"}, "that is no external id")
	}
	r := rest.Request{
		Method: http.MethodPatch, Route: "/sobjects/" + object + "/" + field + "/{value}", Args: []string{key}, Body: values, Header: header,
	}
	res, api, err := c.do(ctx, r)
	if err != nil {
		return "", false, written{}, c.forget(err)
	}
	said := written{api: api, r: r, res: res}
	var reply struct {
		ID      ID `json:"id"`
		Created bool
	}
	if json.Unmarshal(res.Body, &reply) != nil || reply.ID == "" {
		return "", false, said, said.confirm(errShape, false)
	}
	return reply.ID, reply.Created, said, nil
}

// IsAmbiguous reports whether err says that several records bear the key of an upsert. Nothing was written.
func IsAmbiguous(err error) bool { return HasCode(err, ambiguous) }

// ambiguous is our own code for an answer that consists of the records' addresses.
const ambiguous = "MULTIPLE_CHOICES"

// guarded has a write refused where somebody changed the record since, exact to the second.
func guarded(unmodifiedSince time.Time) http.Header {
	if unmodifiedSince.IsZero() {
		return nil
	}
	return http.Header{"If-Unmodified-Since": {unmodifiedSince.UTC().Truncate(time.Second).Format(http.TimeFormat)}}
}
