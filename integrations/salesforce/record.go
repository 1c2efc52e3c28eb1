package salesforce

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
)

// reader is what one kind of record is read with: the columns this org has and this user may see.
type reader struct {
	object  name
	columns []name
	custom  map[Field]column
	unseen  []Field
}

// reader finds out which columns there are. What is missing among the fixed ones, because it is hidden or because the
// org lacks a feature, is left out; which of the custom ones are missing, the record says.
func (c *Client) reader(ctx context.Context, object name, fixed []name, custom ...Field) (reader, error) {
	s, err := c.schema(ctx, object)
	if err != nil {
		return reader{}, err
	}
	rd := reader{object: s.object, custom: map[Field]column{}}
	for _, column := range fixed {
		if _, there := s.fields[firstOf(column)]; there || column == "Id" {
			rd.columns = append(rd.columns, column)
		}
	}
	for _, f := range custom {
		found, err := c.field(s, f)
		if err != nil {
			rd.unseen = append(rd.unseen, f)
			continue
		}
		rd.custom[f] = found
		if !slices.Contains(rd.columns, found.Name) {
			rd.columns = append(rd.columns, found.Name)
		}
	}
	return rd, nil
}

// firstOf is the field a path such as Account.Name starts with.
func firstOf(path name) name {
	switch path {
	case "Account.Name":
		return "AccountId"
	case "Owner.Name":
		return "OwnerId"
	case "Profile.Name":
		return "ProfileId"
	default:
		return path
	}
}

func (rd reader) query(where ...condition) query {
	return query{object: rd.object, columns: rd.columns, where: where, order: []name{"Id"}}
}

// has reports whether a column is read.
func (rd reader) has(column name) bool { return slices.Contains(rd.columns, column) }

// value decodes one of the custom fields; what cannot be seen stays as it is.
func (rd reader) value(r row, f Field, out any) error {
	col, seen := rd.custom[f]
	raw := r[string(col.Name)]
	if !seen || len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	return json.Unmarshal(raw, out)
}

// decode reads the fixed columns of a row into a record. The row is put together again as it came: encoding/json would
// sort it and check every value once more, and there may be a hundred thousand of them.
func decode(r row, out any) error {
	whole := []byte{'{'}
	for name, value := range r {
		if len(whole) > 1 {
			whole = append(whole, ',')
		}
		whole = strconv.AppendQuote(whole, name)
		whole = append(append(whole, ':'), value...)
	}
	if err := json.Unmarshal(append(whole, '}'), out); err != nil {
		return errShape
	}
	return nil
}
