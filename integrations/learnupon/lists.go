package learnupon

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"registrar/integrations/rest"
)

// wrapped is how writes travel: the fields in one capitalised key.
func wrapped(resource string, fields any) map[string]any {
	return map[string]any{resource: fields}
}

// pages walks through a list, 500 records a page. LearnUpon says in a header whether there is more; an empty page ends
// the walk as well, because the header has been seen to promise too much.
func pages[T any](ctx context.Context, api *rest.Client, r rest.Request, keys ...string) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for page := 1; ; page++ {
			r.Query = clone(r.Query)
			r.Query.Set("page", strconv.Itoa(page))
			records, res, err := list[T](ctx, api, r, keys...)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, record := range records {
				if !yield(record, nil) {
					return
				}
			}
			if len(records) == 0 || !strings.EqualFold(res.Header.Get("LU-Has-Next-Page"), "true") {
				return
			}
		}
	}
}

// list makes one call and returns the records in its answer.
func list[T any](ctx context.Context, api *rest.Client, r rest.Request, keys ...string) ([]T, *rest.Response, error) {
	res, err := api.Do(ctx, r)
	if err != nil {
		return nil, nil, err
	}
	records, err := decode[T](res.Body, keys...)
	if err != nil {
		return nil, nil, api.Unclear(r, res, err)
	}
	return records, res, nil
}

var errShape = errors.New("the answer does not have the expected shape")

// decode finds the records under the first of the keys that is there. A single record in place of the array is
// accepted, and null is none.
func decode[T any](body []byte, keys ...string) ([]T, error) {
	var fields map[string]json.RawMessage
	if json.Unmarshal(body, &fields) != nil {
		return nil, errShape
	}
	for _, key := range keys {
		raw, there := fields[key]
		if !there {
			continue
		}
		if raw = bytes.TrimSpace(raw); len(raw) > 0 && raw[0] == '{' {
			raw = bytes.Join([][]byte{{'['}, raw, {']'}}, nil)
		}
		var records []T
		if json.Unmarshal(raw, &records) != nil {
			return nil, errShape
		}
		return records, nil
	}
	return nil, errShape
}

// all collects what an iterator yields and keep accepts.
func all[T any](records iter.Seq2[T, error], keep func(T) bool) ([]T, error) {
	var kept []T
	for record, err := range records {
		if err != nil {
			return nil, err
		}
		if keep(record) {
			kept = append(kept, record)
		}
	}
	return kept, nil
}

func clone(q url.Values) url.Values {
	c := url.Values{}
	for name, values := range q {
		c[name] = values
	}
	return c
}

func get(route string, query url.Values, args ...string) rest.Request {
	return rest.Request{Method: http.MethodGet, Route: route, Query: query, Args: args}
}
