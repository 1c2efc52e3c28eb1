package salesforce

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"net/url"
	"strings"

	"registrar/integrations/rest"
)

// keysetRows is how many rows of a long list are asked for at a time.
const keysetRows = 500

// scope is which rows a query sees: the live ones, or those in the recycle bin as well.
type scope string

const (
	live     scope = "/query"
	andTrash scope = "/queryAll"
)

// row is a record as it came: values by API name.
type row map[string]json.RawMessage

// page is a part of a result.
type page struct {
	Total   int    `json:"totalSize"`
	Done    bool   `json:"done"`
	Next    string `json:"nextRecordsUrl"`
	Records []row  `json:"records"`
}

// rows walks through the result of a query. Salesforce cuts pages where it likes.
func (c *Client) rows(ctx context.Context, in scope, q query) iter.Seq2[row, error] {
	return func(yield func(row, error) bool) {
		r := get(string(in), url.Values{"q": {q.String()}})
		for {
			p, api, err := c.page(ctx, r)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, record := range p.Records {
				if !yield(record, nil) {
					return
				}
			}
			if p.Done {
				return
			}
			next, ok := c.next(p.Next)
			// A page that is its own successor would be read for ever.
			if !ok || len(p.Records) == 0 || r.Link != nil && *next == *r.Link {
				yield(nil, api.Unclear(r, nil, errShape))
				return
			}
			r = rest.Request{Method: http.MethodGet, Route: string(live) + "/{cursor}", Link: next}
		}
	}
}

func (c *Client) page(ctx context.Context, r rest.Request) (page, *rest.Client, error) {
	res, api, err := c.do(ctx, r)
	if err != nil {
		return page{}, nil, c.forget(err)
	}
	var p page
	if json.Unmarshal(res.Body, &p) != nil {
		return page{}, nil, api.Unclear(r, res, errShape)
	}
	return p, api, nil
}

// next is the address of the next page, which comes as a path with the version in it. Only a path below the API of the
// instance is followed.
func (c *Client) next(path string) (*url.URL, bool) {
	s := c.current.get()
	if s == nil || !strings.HasPrefix(path, c.apiRoot()+"/query") || strings.Contains(path, "..") {
		return nil, false
	}
	u, err := s.instance.Parse(path)
	return u, err == nil && rest.SameOrigin(u, s.instance)
}

// keyset walks through a long result in the order of ids, a query for each part, so that no cursor can expire on the
// way and rows that come or go meanwhile do not shift the others. The columns must include Id.
func (c *Client) keyset(ctx context.Context, in scope, q query) iter.Seq2[row, error] {
	return func(yield func(row, error) bool) {
		last := ID("")
		for {
			part := q
			part.order, part.limit = []name{"Id"}, keysetRows
			if last != "" {
				part.where = append(append([]condition(nil), q.where...), later("Id", string(last)))
			}
			count := 0
			for record, err := range c.rows(ctx, in, part) {
				if err == nil {
					err = json.Unmarshal(record["Id"], &last)
				}
				if !yield(record, err) || err != nil {
					return
				}
				count++
			}
			if count < keysetRows {
				return
			}
		}
	}
}

// count returns how many rows there are.
func (c *Client) count(ctx context.Context, q query) (int, error) {
	q.columns, q.order, q.limit = nil, nil, 0
	p, _, err := c.page(ctx, get(string(live), url.Values{"q": {q.String()}}))
	return p.Total, err
}

// collect decodes the rows of a query and keeps those that hold, checked again.
func collect[T any](rows iter.Seq2[row, error], decode func(row) (T, error), holds func(T) bool) ([]T, error) {
	var all []T
	for r, err := range rows {
		if err != nil {
			return nil, err
		}
		record, err := decode(r)
		if err != nil {
			return nil, err
		}
		if holds(record) {
			all = append(all, record)
		}
	}
	return all, nil
}
