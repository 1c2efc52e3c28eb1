package salesforce

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"time"

	"registrar/integrations/rest"
)

// schemaLife is how long a description of an object is believed. A field made by an admin is seen after that.
const schemaLife = 10 * time.Minute

// schema is what the user the client signs in as can see of an object.
type schema struct {
	object name
	fields map[name]column
	until  time.Time
}

type column struct {
	Name       name   `json:"name"`
	Label      string `json:"label"`
	Type       string `json:"type"`
	Updatable  bool   `json:"updateable"`
	Filterable bool   `json:"filterable"` // not so for long text
	RefersTo   []name `json:"referenceTo"`
	Relation   name   `json:"relationshipName"` // how a query follows the reference
	Custom     bool   `json:"custom"`
	ExternalID bool   `json:"externalId"`
}

// refersTo reports whether the field holds ids of an object, and of none else.
func (c column) refersTo(object name) bool {
	return c.Type == "reference" && len(c.RefersTo) == 1 && c.RefersTo[0] == object && names.MatchString(string(c.Relation))
}

// numeric says that values are written without quotes.
func (c column) numeric() bool {
	return c.Type == "double" || c.Type == "int" || c.Type == "long" || c.Type == "currency"
}

// schemas keeps the descriptions.
type schemas struct {
	turn  turn
	mu    sync.Mutex
	known map[name]*schema
}

func (s *schemas) get(object name, now time.Time) *schema {
	s.mu.Lock()
	defer s.mu.Unlock()
	if known := s.known[object]; known != nil && now.Before(known.until) {
		return known
	}
	return nil
}

func (s *schemas) put(object name, found *schema) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil {
		s.known = map[name]*schema{}
	}
	s.known[object] = found
}

// forget drops what is known of all objects if err says that it is wrong.
func (c *Client) forget(err error) error {
	if HasCode(err, "INVALID_FIELD", "INVALID_TYPE", "INVALID_FIELD_FOR_INSERT_UPDATE") {
		c.schemas.mu.Lock()
		defer c.schemas.mu.Unlock()
		c.schemas.known = nil
	}
	return err
}

// schema describes an object. However many ask at once, one call is made.
func (c *Client) schema(ctx context.Context, object name) (*schema, error) {
	if known := c.schemas.get(object, c.config.Now()); known != nil {
		return known, nil
	}
	if err := c.schemas.turn.take(ctx); err != nil {
		return nil, &waited{err}
	}
	defer c.schemas.turn.give()
	if known := c.schemas.get(object, c.config.Now()); known != nil {
		return known, nil
	}
	found, err := c.describe(ctx, object)
	if err != nil {
		return nil, err
	}
	c.schemas.put(object, found)
	return found, nil
}

func (c *Client) describe(ctx context.Context, object name) (*schema, error) {
	api := object
	if object == callLogObject {
		var err error
		if api, err = c.objectLabelled(ctx, callLogLabel, callLogObject); err != nil {
			return nil, err
		}
	}
	var reply struct {
		Fields []column `json:"fields"`
	}
	if err := c.read(ctx, get("/sobjects/{object}/describe", nil, string(api)), &reply); err != nil {
		return nil, err
	}
	found := &schema{object: api, fields: map[name]column{}, until: c.config.Now().Add(schemaLife)}
	for _, f := range reply.Fields {
		if names.MatchString(string(f.Name)) {
			found.fields[f.Name] = f
		}
	}
	return found, nil
}

// objectLabelled finds an object by its label, or takes the usual name.
func (c *Client) objectLabelled(ctx context.Context, label string, usual name) (name, error) {
	var reply struct {
		Objects []struct {
			Name   name   `json:"name"`
			Plural string `json:"labelPlural"`
		} `json:"sobjects"`
	}
	if err := c.read(ctx, get("/sobjects", nil), &reply); err != nil {
		return "", err
	}
	found := usual
	for _, o := range reply.Objects {
		if o.Name == usual {
			return usual, nil
		}
		if sameLabel(o.Plural, label) && names.MatchString(string(o.Name)) {
			found = o.Name
		}
	}
	return found, nil
}

// read makes a call and decodes its answer.
func (c *Client) read(ctx context.Context, r rest.Request, out any) error {
	res, api, err := c.do(ctx, r)
	if err != nil {
		return err
	}
	if json.Unmarshal(res.Body, out) != nil {
		return api.Unclear(r, res, errShape)
	}
	return nil
}

// field finds a field among what an object has; the error is a [*FieldError].
func (c *Client) field(s *schema, f Field) (column, error) {
	for _, fixed := range []name{c.override[f], fields[f].standard} {
		if col, ok := s.fields[fixed]; ok {
			return col, nil
		}
	}
	if _, fixed := c.override[f]; fixed {
		return column{}, &FieldError{Field: f, Candidates: s.nearest(f.Label())}
	}
	var found []column
	for _, col := range s.fields {
		if sameLabel(col.Label, f.Label()) {
			found = append(found, col)
		}
	}
	switch len(found) {
	case 0:
		return column{}, &FieldError{Field: f, Candidates: s.nearest(f.Label())}
	case 1:
		return found[0], nil
	default:
		return column{}, &FieldError{Field: f, Ambiguous: true, Candidates: described(found)}
	}
}

// nearest are the fields whose labels have most in common with a label, three at most.
func (s *schema) nearest(label string) []string {
	type near struct {
		column
		common float64
	}
	var found []near
	for _, col := range s.fields {
		if common := likeness(label, col.Label); common >= 0.4 {
			found = append(found, near{col, common})
		}
	}
	slices.SortFunc(found, func(a, b near) int {
		if a.common != b.common {
			if a.common > b.common {
				return -1
			}
			return 1
		}
		return strings.Compare(string(a.Name), string(b.Name))
	})
	var columns []column
	for _, n := range found[:min(3, len(found))] {
		columns = append(columns, n.column)
	}
	return described(columns)
}

func described(columns []column) []string {
	var out []string
	for _, col := range columns {
		out = append(out, col.Label+" ("+string(col.Name)+")")
	}
	slices.Sort(out)
	return out
}

// likeness is how many pairs of neighbouring letters two labels share, from 0 to 1.
func likeness(a, b string) float64 {
	pairs := func(label string) map[string]int {
		letters := []rune(strings.ToLower(strings.Join(strings.Fields(label), "")))
		found := map[string]int{}
		for i := range max(0, len(letters)-1) {
			found[string(letters[i:i+2])]++
		}
		return found
	}
	left, right := pairs(a), pairs(b)
	shared, all := 0, 0
	for pair, n := range left {
		shared += min(n, right[pair])
		all += n
	}
	for _, n := range right {
		all += n
	}
	if all == 0 {
		return 0
	}
	return 2 * float64(shared) / float64(all)
}
