package salesforcetest

import (
	"encoding/json"
	"fmt"
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
	if since := c.Header.Get("If-Unmodified-Since"); since != "" {
		at, err := http.ParseTime(since)
		if err != nil {
			return refuse(http.StatusBadRequest, "INVALID_DATE", "The If-Unmodified-Since header cannot be read")
		}
		if r.time("LastModifiedDate").Truncate(time.Second).After(at) {
			return answer{status: http.StatusPreconditionFailed}
		}
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
	found := slices.DeleteFunc(s.of(o.name), func(r *record) bool {
		return r.deleted() || !strings.EqualFold(r.text(key.key), c.parts[3])
	})
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
	if a := s.save(found[0], fields); a != nil {
		return *a
	}
	return made(found[0].id, &created)
}

func (s *Server) remove(c *call) answer {
	r, a := s.target(c)
	switch {
	case a != nil:
		return *a
	case r.object.field("IsDeleted") == nil:
		return refuse(http.StatusMethodNotAllowed, "METHOD_NOT_ALLOWED", "HTTP Method 'DELETE' not allowed")
	case s.locked[r.id]:
		return rowLock(r)
	}
	r.values["IsDeleted"] = true
	s.stamp(r)
	return answer{status: http.StatusNoContent}
}

func rowLock(r *record) answer {
	return refuse(http.StatusBadRequest, "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record or 1 records: "+r.id)
}

// collection serves up to 200 records at once, each with a result of its own.
func (s *Server) collection(c *call) answer {
	var body struct {
		AllOrNone bool             `json:"allOrNone"`
		Records   []map[string]any `json:"records"`
	}
	b, err := io.ReadAll(io.LimitReader(c.Body, 4<<20))
	switch {
	case c.Method != http.MethodPost && c.Method != http.MethodPatch:
		return notFound()
	case err != nil || json.Unmarshal(b, &body) != nil:
		return *bad("JSON_PARSER_ERROR", "Unexpected character")
	case len(body.Records) > 200:
		return *bad("EXCEEDED_MAX_SIZE_REQUEST", "record limit reached. cannot submit more than 200 records in this collection")
	case body.AllOrNone:
		return *bad("INVALID_INPUT", "allOrNone is not part of this org")
	}
	results := make([]any, 0, len(body.Records))
	for _, fields := range body.Records {
		id, a := s.collected(c, fields)
		if a == nil {
			results = append(results, map[string]any{"id": id, "success": true, "errors": []any{}})
			continue
		}
		p := a.body.([]problem)[0]
		if p.Fields == nil {
			p.Fields = []string{}
		}
		results = append(results, map[string]any{"success": false, "errors": []any{
			map[string]any{"statusCode": p.Code, "message": p.Message, "fields": p.Fields},
		}})
	}
	return ok(results)
}

func (s *Server) collected(c *call, fields map[string]any) (string, *answer) {
	kind, _ := fields["attributes"].(map[string]any)
	o := s.object(fmt.Sprint(kind["type"]))
	if o == nil {
		return "", bad("INVALID_TYPE", "the record names no type that exists")
	}
	delete(fields, "attributes")
	if c.Method == http.MethodPost {
		r, a := s.insert(o, fields, allowsTwin(c.Request))
		if a != nil {
			return "", a
		}
		return r.id, nil
	}
	id, _ := fields["id"].(string)
	if upper, set := fields["Id"].(string); set {
		id = upper
	}
	delete(fields, "id")
	delete(fields, "Id")
	r := s.find(id)
	if r == nil || r.object != o || r.deleted() {
		return "", bad("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
	}
	return id, s.save(r, fields)
}
