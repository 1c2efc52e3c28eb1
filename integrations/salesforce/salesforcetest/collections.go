package salesforcetest

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

const (
	mostRecords   = 200  // of a call that writes
	mostRetrieved = 2000 // of one that reads
)

// outcome is what became of one of several records.
type outcome struct {
	id      string
	created *bool // of an upsert
	refused *answer
}

// collection serves up to 200 records at once, each with a result of its own. With allOrNone one refusal undoes them all.
func (s *Server) collection(c *call) answer {
	var body struct {
		AllOrNone bool             `json:"allOrNone"`
		Records   []map[string]any `json:"records"`
	}
	if c.Method == http.MethodDelete {
		for id := range strings.SplitSeq(c.URL.Query().Get("ids"), ",") {
			body.Records = append(body.Records, map[string]any{"id": strings.TrimSpace(id)})
		}
		body.AllOrNone, _ = strconv.ParseBool(c.URL.Query().Get("allOrNone"))
	} else if b, err := io.ReadAll(io.LimitReader(c.Body, 4<<20)); err != nil || json.Unmarshal(b, &body) != nil {
		return *bad("JSON_PARSER_ERROR", "Unexpected character")
	}
	if len(body.Records) > mostRecords {
		return *bad("EXCEEDED_ID_LIMIT", "record limit reached. cannot submit more than 200 records into this call")
	}
	before := s.remember()
	outcomes, failed := make([]outcome, len(body.Records)), false
	for i, fields := range body.Records {
		outcomes[i] = s.collected(c, fields)
		failed = failed || outcomes[i].refused != nil
	}
	if failed && body.AllOrNone {
		s.restore(before)
		for i := range outcomes {
			if outcomes[i].refused == nil {
				outcomes[i].refused = bad("ALL_OR_NONE_OPERATION_ROLLED_BACK",
					"Record rolled back because not all records were valid and the request was using AllOrNone header")
			}
		}
	}
	results := make([]any, len(outcomes))
	for i, o := range outcomes {
		results[i] = o.shown()
	}
	return ok(results)
}

// shown is the outcome as it goes over the wire: with statusCode where other refusals have errorCode.
func (o outcome) shown() map[string]any {
	if o.refused == nil {
		shown := map[string]any{"id": o.id, "success": true, "errors": []any{}}
		if o.created != nil {
			shown["created"] = *o.created
		}
		return shown
	}
	p := o.refused.body.([]problem)[0]
	if p.Fields == nil {
		p.Fields = []string{}
	}
	return map[string]any{"success": false, "errors": []any{map[string]any{"statusCode": p.Code, "message": p.Message, "fields": p.Fields}}}
}

// collected does with one record what the call says.
func (s *Server) collected(c *call, fields map[string]any) outcome {
	kind, _ := fields["attributes"].(map[string]any)
	id, _ := fields["id"].(string)
	if upper, set := fields["Id"].(string); set {
		id = upper
	}
	for _, no := range []string{"attributes", "id", "Id"} {
		delete(fields, no)
	}
	if c.Method == http.MethodDelete {
		return s.binned(id)
	}
	o := s.object(fmt.Sprint(kind["type"]))
	switch {
	case o == nil:
		return outcome{refused: bad("INVALID_TYPE", "the record names no type that exists")}
	case c.Method == http.MethodPost:
		return s.inserted(c, o, fields, nil)
	case len(c.parts) == 4:
		return s.upserted(c, o, fields)
	}
	r := s.find(id)
	if r == nil || r.object != o || r.deleted() {
		return outcome{refused: bad("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")}
	}
	return outcome{id: r.id, refused: s.save(r, fields)}
}

func (s *Server) inserted(c *call, o *object, fields map[string]any, created *bool) outcome {
	r, a := s.insert(o, fields, allowsTwin(c.Request))
	if a != nil {
		return outcome{refused: a}
	}
	return outcome{id: r.id, created: created}
}

func (s *Server) upserted(c *call, o *object, fields map[string]any) outcome {
	key := o.field(c.parts[3])
	if o != s.object(c.parts[2]) || key == nil || !key.external {
		return outcome{refused: bad("INVALID_FIELD", "Provided external ID field does not exist or is not accessible: "+c.parts[3])}
	}
	value, _ := fields[key.name].(string)
	if value == "" {
		return outcome{refused: bad("MISSING_ARGUMENT", key.name+" not specified")}
	}
	found := s.keyed(o, key, value)
	created := len(found) == 0
	switch {
	case len(found) > 1:
		return outcome{refused: bad("DUPLICATE_EXTERNAL_ID", key.name+": more than one record found for external id field")}
	case created:
		return s.inserted(c, o, fields, &created)
	}
	return outcome{id: found[0].id, created: &created, refused: s.save(found[0], fields)}
}

func (s *Server) binned(id string) outcome {
	r := s.find(id)
	switch {
	case r == nil:
		return outcome{refused: bad("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")}
	case r.deleted():
		return outcome{refused: bad("ENTITY_IS_DELETED", "entity is deleted")}
	}
	return outcome{id: r.id, refused: s.bin(r)}
}

// remember copies the records, so that restore can undo what is written after.
func (s *Server) remember() []record {
	copies := make([]record, len(s.records))
	for i, r := range s.records {
		copies[i] = *r
		copies[i].values = maps.Clone(r.values)
	}
	return copies
}

func (s *Server) restore(before []record) {
	for _, r := range s.records[len(before):] {
		r.waiting, r.values["IsDeleted"] = false, true // the package never hears of it
	}
	s.records = s.records[:len(before)]
	for i, r := range s.records {
		*r = before[i]
	}
}

// retrieve serves the records of many ids, in their order; null for what is not there.
func (s *Server) retrieve(c *call) answer {
	o := s.object(c.parts[2])
	if o == nil {
		return notFound()
	}
	var body struct{ IDs, Fields []string }
	if c.Method == http.MethodGet {
		body.IDs, body.Fields = strings.Split(c.URL.Query().Get("ids"), ","), strings.Split(c.URL.Query().Get("fields"), ",")
	} else if b, err := io.ReadAll(io.LimitReader(c.Body, 4<<20)); err != nil || json.Unmarshal(b, &body) != nil {
		return *bad("JSON_PARSER_ERROR", "Unexpected character")
	}
	if len(body.IDs) > mostRetrieved {
		return *bad("EXCEEDED_ID_LIMIT", "record limit reached. cannot submit more than 2000 records into this call")
	}
	if i := slices.IndexFunc(body.IDs, func(id string) bool { return !validID(id) }); i >= 0 {
		return *bad("MALFORMED_ID", "malformed id "+body.IDs[i])
	}
	if a := s.checkColumns(o, &statement{columns: body.Fields}); a != nil {
		return *a
	}
	rows := make([]any, len(body.IDs))
	for i, id := range body.IDs {
		r := s.find(id)
		if r == nil || r.object != o || r.deleted() {
			continue
		}
		row, a := s.row(c, r, body.Fields)
		if a != nil {
			return *a
		}
		rows[i] = row
	}
	return ok(rows)
}
