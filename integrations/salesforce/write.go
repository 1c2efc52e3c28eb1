package salesforce

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"registrar/integrations/rest"
)

// written is a write that Salesforce said yes to and that has not been seen yet.
type written struct {
	api *rest.Client
	r   rest.Request
	res *rest.Response
}

// confirm is nil if the record was read back and shows the write; otherwise the error is an unsure one.
func (w written) confirm(err error, shown bool) error {
	switch {
	case err != nil:
		return w.api.Unclear(w.r, w.res, err)
	case !shown:
		return w.api.Unclear(w.r, w.res, rest.ErrNotApplied)
	default:
		return nil
	}
}

// write sets one field of a record. The guard travels as If-Unmodified-Since, which is exact to the second.
func (c *Client) write(ctx context.Context, object name, id ID, f Field, value any, guard time.Time) (written, error) {
	r := rest.Request{Method: http.MethodPatch, Route: "/sobjects/" + string(object) + "/{id}", Args: []string{string(id)}}
	if _, err := ParseID(string(id)); err != nil {
		return written{}, c.invalid(r, "that is no id of a record")
	}
	s, err := c.schema(ctx, object)
	if err != nil {
		return written{}, err
	}
	col, err := c.field(s, f)
	if err != nil {
		return written{}, err
	}
	if text, isText := value.(string); isText && col.numeric() {
		if value, err = strconv.ParseInt(text, 10, 64); err != nil {
			return written{}, c.invalid(r, "the field takes numbers only")
		}
	}
	r.Body, r.Header = map[name]any{col.Name: value}, guarded(guard)
	res, api, err := c.do(ctx, r)
	if err != nil {
		return written{}, c.forget(err)
	}
	return written{api: api, r: r, res: res}, nil
}

// create makes a record and returns its id.
func (c *Client) create(ctx context.Context, object name, values map[string]any, header http.Header) (ID, written, error) {
	r := rest.Request{Method: http.MethodPost, Route: "/sobjects/" + string(object), Body: values, Header: header}
	res, api, err := c.do(ctx, r)
	if err != nil {
		return "", written{}, c.forget(err)
	}
	written := written{api: api, r: r, res: res}
	var made struct {
		ID ID `json:"id"`
	}
	if json.Unmarshal(res.Body, &made) != nil || made.ID == "" {
		return "", written, written.confirm(errShape, false)
	}
	return made.ID, written, nil
}

// idText is a LearnUpon number as the fields hold it: as text, and none for 0.
func idText(id int64) string {
	if id == 0 {
		return ""
	}
	return itoa(id)
}

func idValue(id int64) any {
	if id == 0 {
		return nil
	}
	return itoa(id)
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// IsGone reports whether err says that there is no such record, or none that can be seen.
func IsGone(err error) bool { return rest.IsNotFound(err) }
