package salesforcetest

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// get serves one record: the fields asked for, or all.
func (s *Server) get(c *call) answer {
	r, a := s.target(c)
	if a != nil {
		return *a
	}
	var columns []string
	if wanted := c.URL.Query().Get("fields"); wanted != "" {
		columns = strings.Split(wanted, ",")
	} else {
		for _, f := range r.object.fields {
			if !f.hidden {
				columns = append(columns, f.name)
			}
		}
	}
	row, a := s.row(c, r, columns)
	if a != nil {
		return *a
	}
	return ok(row)
}

// target is the record a path names, if it is not in the recycle bin.
func (s *Server) target(c *call) (*record, *answer) {
	o := s.object(c.parts[1])
	none := notFound()
	if o == nil {
		return nil, &none
	}
	if !validID(c.parts[2]) {
		none = refuse(http.StatusNotFound, "NOT_FOUND", "Provided external ID field does not exist or is not accessible: "+c.parts[2])
		return nil, &none
	}
	r := s.find(c.parts[2])
	switch {
	case r == nil || r.object != o:
		return nil, &none
	case r.deleted():
		gone := refuse(http.StatusNotFound, "ENTITY_IS_DELETED", "entity is deleted")
		return nil, &gone
	}
	return r, nil
}

// fields are the values in a call's body, as JSON has them.
func (c *call) fields() (map[string]any, *answer) {
	fields := map[string]any{}
	b, err := io.ReadAll(io.LimitReader(c.Body, 1<<20))
	if err != nil || json.Unmarshal(b, &fields) != nil {
		return nil, bad("JSON_PARSER_ERROR", "Unexpected character")
	}
	delete(fields, "attributes")
	return fields, nil
}

func (s *Server) create(c *call) answer {
	o := s.object(c.parts[1])
	if o == nil {
		return notFound()
	}
	fields, a := c.fields()
	if a != nil {
		return *a
	}
	r, a := s.insert(o, fields, allowsTwin(c.Request))
	if a != nil {
		return *a
	}
	return made(r.id, nil)
}

// made is the answer to a new record; to an upsert it says as well whether it is new.
func made(id string, created *bool) answer {
	body := map[string]any{"id": id, "success": true, "errors": []any{}}
	status := http.StatusCreated
	if created != nil {
		body["created"] = *created
		if !*created {
			status = http.StatusOK
		}
	}
	return answer{status: status, body: body}
}

func (s *Server) update(c *call) answer {
	r, a := s.target(c)
	if a != nil {
		return *a
	}
	if a := c.unmodified(r); a != nil {
		return *a
	}
	fields, a := c.fields()
	if a == nil {
		a = s.save(r, fields)
	}
	if a != nil {
		return *a
	}
	return answer{status: http.StatusNoContent}
}

// unmodified refuses a write to a record that was changed after the moment the call names.
func (c *call) unmodified(r *record) *answer {
	since := c.Header.Get("If-Unmodified-Since")
	if since == "" {
		return nil
	}
	at, err := http.ParseTime(since)
	if err != nil {
		return bad("INVALID_DATE", "The If-Unmodified-Since header cannot be read")
	}
	if r.time("LastModifiedDate").Truncate(time.Second).After(at) {
		return &answer{status: http.StatusPreconditionFailed}
	}
	return nil
}

// upsert changes the record with a value in its external id, or makes one.
func (s *Server) upsert(c *call) answer {
	o := s.object(c.parts[1])
	if o == nil {
		return notFound()
	}
	key := o.field(c.parts[2])
	if key == nil || !key.external {
		return refuse(http.StatusNotFound, "NOT_FOUND", "Provided external ID field does not exist or is not accessible: "+c.parts[2])
	}
	fields, a := c.fields()
	if a != nil {
		return *a
	}
	found := s.keyed(o, key, c.parts[3])
	created := len(found) == 0
	switch {
	case len(found) > 1:
		urls := []string{}
		for _, r := range found {
			urls = append(urls, c.root()+"/sobjects/"+o.name+"/"+r.id)
		}
		return answer{status: http.StatusMultipleChoices, body: urls}
	case created && c.URL.Query().Get("updateOnly") == "true":
		return notFound()
	case created:
		fields[key.name] = c.parts[3]
		r, a := s.insert(o, fields, allowsTwin(c.Request))
		if a != nil {
			return *a
		}
		return made(r.id, &created)
	}
	if a := c.unmodified(found[0]); a != nil {
		return *a
	}
	if a := s.save(found[0], fields); a != nil {
		return *a
	}
	return made(found[0].id, &created)
}

// keyed lists the records with a value in an external id.
func (s *Server) keyed(o *object, key *field, value string) []*record {
	return slices.DeleteFunc(s.of(o.name), func(r *record) bool { return r.deleted() || !strings.EqualFold(r.text(key.key), value) })
}

func (s *Server) remove(c *call) answer {
	r, a := s.target(c)
	if a == nil {
		a = s.bin(r)
	}
	if a != nil {
		return *a
	}
	return answer{status: http.StatusNoContent}
}

// bin puts a record into the recycle bin.
func (s *Server) bin(r *record) *answer {
	switch {
	case r.object.field("IsDeleted") == nil:
		a := refuse(http.StatusMethodNotAllowed, "METHOD_NOT_ALLOWED", "HTTP Method 'DELETE' not allowed")
		return &a
	case s.locked[r.id]:
		a := rowLock(r)
		return &a
	}
	r.values["IsDeleted"] = true
	s.stamp(r)
	return nil
}

func rowLock(r *record) answer {
	return refuse(http.StatusBadRequest, "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record or 1 records: "+r.id)
}
