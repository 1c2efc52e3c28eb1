package salesforce

import (
	"context"
	"errors"
)

// Org is what a look at the org itself tells.
type Org struct {
	ID            ID
	Name          string
	Sandbox       bool
	User          ID  // who the client is there; "": not told
	Used, Allowed int // calls in 24 hours
}

// Probe signs in and looks at the org: whether the credentials work, in which org they do, and what is left of its calls.
func (c *Client) Probe(ctx context.Context) (Org, error) {
	var org struct {
		ID        ID `json:"Id"`
		Name      string
		IsSandbox bool
	}
	found := false
	q := query{object: orgObject, columns: []name{"Id", "Name", "IsSandbox"}, limit: 1}
	for r, err := range c.rows(ctx, live, q) {
		if err == nil {
			err = decode(r, &org)
		}
		if err != nil {
			return Org{}, err
		}
		found = true
	}
	s := c.current.get()
	if !found || s == nil {
		return Org{}, c.login.NotFound(get(string(live), nil))
	}
	probed := Org{ID: org.ID, Name: org.Name, Sandbox: org.IsSandbox, User: s.user}
	probed.Used, probed.Allowed = c.Usage()
	return probed, nil
}

// Resolution says which field of the org a label stands for.
type Resolution struct {
	Field      Field
	Object     string
	Label      string
	APIName    string   // "": none could be found
	Override   bool     // by configuration
	Candidates []string // where none could be found: Label (API_Name__c)
	Err        error
}

// Resolved looks for all fields the runbooks name. One that an org need not have is left out where it has none.
func (c *Client) Resolved(ctx context.Context) []Resolution {
	var found []Resolution
	for f := range fieldCount {
		_, overridden := c.override[f]
		r := Resolution{Field: f, Object: f.Object(), Label: f.Label(), Override: overridden}
		s, err := c.schema(ctx, fields[f].object)
		if err == nil {
			var col column
			col, err = c.field(s, f)
			r.Object, r.APIName = string(s.object), string(col.Name)
		}
		r.Err = err
		if missing, ok := errors.AsType[*FieldError](err); ok {
			if fields[f].optional && !overridden {
				continue
			}
			r.Candidates = missing.Candidates
		}
		found = append(found, r)
	}
	return found
}

// Check returns nil if all the fields can be read, otherwise what is wrong with the first that cannot: a [*FieldError],
// or why the org could not be asked.
func (c *Client) Check(ctx context.Context, wanted ...Field) error {
	for _, f := range wanted {
		s, err := c.schema(ctx, fields[f].object)
		if err != nil {
			return err
		}
		if _, err := c.field(s, f); err != nil {
			return err
		}
	}
	return nil
}

// Editable reports whether the user the client signs in as may change a field; not if it cannot even be seen.
func (c *Client) Editable(ctx context.Context, f Field) (bool, error) {
	s, err := c.schema(ctx, fields[f].object)
	if err != nil {
		return false, err
	}
	col, err := c.field(s, f)
	return err == nil && col.Updatable, nil
}

// Link is the address of a record's page, for people: contacts, accounts and users.
func (c *Client) Link(id ID) string {
	root := c.root
	if s := c.current.get(); s != nil {
		root = s.instance
	}
	var object name
	switch {
	case id.IsContact():
		object = contactObject
	case id.IsAccount():
		object = accountObject
	case id.IsUser():
		object = userObject
	default:
		return root.String()
	}
	return root.String() + "/lightning/r/" + string(object) + "/" + string(id) + "/view"
}
