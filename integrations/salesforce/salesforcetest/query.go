package salesforcetest

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// cursor is what is left of a result.
type cursor struct {
	rows []any
	size int // of a page
}

// query serves SOQL; queryAll sees the recycle bin as well.
func (s *Server) query(c *call) answer {
	q, err := parse(c.URL.Query().Get("q"))
	if err != nil {
		return refuse(http.StatusBadRequest, "MALFORMED_QUERY", "\n"+c.URL.Query().Get("q")+"\n^\n"+err.Error())
	}
	found, a := s.run(q, c.parts[0] == "queryAll")
	if a != nil {
		return *a
	}
	if len(q.columns) == 0 {
		return ok(map[string]any{"totalSize": len(found), "done": true, "records": []any{}})
	}
	rows := make([]any, 0, len(found))
	for _, r := range found {
		row, a := s.row(c, r, q.columns)
		if a != nil {
			return *a
		}
		rows = append(rows, row)
	}
	size := s.options.PageSize
	if option, set := strings.CutPrefix(c.Header.Get("Sforce-Query-Options"), "batchSize="); set {
		if n, err := strconv.Atoi(option); err == nil && n >= 200 {
			size = min(n, size)
		}
	}
	return s.page(c, "01g"+strings.TrimPrefix(s.newID("01g"), "01g"), cursor{rows, size}, 0)
}

// page answers with the rows from one on, and keeps the rest under a locator.
func (s *Server) page(c *call, locator string, from cursor, at int) answer {
	to := min(at+from.size, len(from.rows))
	body := map[string]any{"totalSize": len(from.rows), "done": to == len(from.rows), "records": from.rows[at:to]}
	if to < len(from.rows) {
		s.cursors[locator] = from
		body["nextRecordsUrl"] = fmt.Sprintf("%s/query/%s-%d", c.root(), locator, to)
	}
	return ok(body)
}

// more serves the next page of a result.
func (s *Server) more(c *call) answer {
	locator, position, _ := strings.Cut(c.parts[1], "-")
	from, known := s.cursors[locator]
	at, err := strconv.Atoi(position)
	if !known || err != nil || at < 0 || at > len(from.rows) {
		return refuse(http.StatusBadRequest, "INVALID_QUERY_LOCATOR", "invalid query locator")
	}
	return s.page(c, locator, from, at)
}

// ExpireCursors makes the rest of every result so far unreachable.
func (s *Server) ExpireCursors() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.cursors)
}

// run finds the records a query means.
func (s *Server) run(q *statement, withDeleted bool) ([]*record, *answer) {
	o := s.object(q.from)
	if o == nil {
		return nil, bad("INVALID_TYPE", fmt.Sprintf("sObject type '%s' is not supported.", q.from))
	}
	if q.offset > 2000 {
		return nil, bad("NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000")
	}
	if a := s.checkColumns(o, q); a != nil {
		return nil, a
	}
	is, a := s.compile(o, q.where)
	if a != nil {
		return nil, a
	}
	var sort []path
	for _, by := range q.order {
		p, a := s.resolve(o, by.path)
		if a != nil {
			return nil, a
		}
		sort = append(sort, p)
	}
	found := slices.DeleteFunc(s.of(o.name), func(r *record) bool { return r.deleted() && !withDeleted || !is(r) })
	slices.SortStableFunc(found, func(a, b *record) int {
		for i, p := range sort {
			if n := before(s.value(a, p), s.value(b, p), q.order[i]); n != 0 {
				return n
			}
		}
		return 0
	})
	found = found[min(q.offset, len(found)):]
	if q.limit >= 0 {
		found = found[:min(q.limit, len(found))]
	}
	return found, nil
}

func (s *Server) checkColumns(o *object, q *statement) *answer {
	seen := map[string]bool{}
	for _, column := range q.columns {
		if _, a := s.resolve(o, column); a != nil {
			return a
		}
		if seen[strings.ToLower(column)] {
			return bad("INVALID_FIELD", "duplicate field selected: "+column)
		}
		seen[strings.ToLower(column)] = true
	}
	return nil
}

// row shows a record's columns. Fields of other records are nested.
func (s *Server) row(c *call, r *record, columns []string) (map[string]any, *answer) {
	row := attributes(c, r)
	for _, column := range columns {
		p, a := s.resolve(r.object, column)
		if a != nil {
			return nil, a
		}
		into, at := row, r
		for _, over := range p.over {
			if at = s.find(at.text(over.key)); at == nil {
				into[over.relation] = nil
				break
			}
			nested, there := into[over.relation].(map[string]any)
			if !there {
				nested = attributes(c, at)
				into[over.relation] = nested
			}
			into = nested
		}
		if at != nil {
			into[p.field.name] = shown(at.get(p.field))
		}
	}
	return row, nil
}

func attributes(c *call, r *record) map[string]any {
	return map[string]any{"attributes": map[string]string{
		"type": r.object.name, "url": c.root() + "/sobjects/" + r.object.name + "/" + r.id,
	}}
}
