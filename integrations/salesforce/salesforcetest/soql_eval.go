package salesforcetest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// path is a field of a record, or of one it refers to.
type path struct {
	over  []*field // references to follow
	field *field
}

// resolve finds what a path names; the answer says what is wrong with it.
func (s *Server) resolve(o *object, dotted string) (path, *answer) {
	var p path
	steps := strings.Split(dotted, ".")
	for _, step := range steps[:len(steps)-1] {
		i := slices.IndexFunc(o.fields, func(f *field) bool { return f.relation != "" && strings.EqualFold(f.relation, step) && !f.hidden })
		if i < 0 {
			return path{}, bad("INVALID_FIELD", fmt.Sprintf("Didn't understand relationship '%s' in field path.", step))
		}
		p.over = append(p.over, o.fields[i])
		o = s.object(o.fields[i].to)
	}
	if p.field = o.field(steps[len(steps)-1]); p.field == nil {
		return path{}, bad("INVALID_FIELD", fmt.Sprintf(
			"No such column '%s' on entity '%s'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name.",
			steps[len(steps)-1], o.name))
	}
	return p, nil
}

// follow returns the record a path ends at, nil if it breaks off.
func (s *Server) follow(r *record, p path) *record {
	for _, over := range p.over {
		if r = s.find(r.text(over.key)); r == nil {
			return nil
		}
	}
	return r
}

func (s *Server) value(r *record, p path) any {
	if r = s.follow(r, p); r == nil {
		return nil
	}
	return r.get(p.field)
}

// predicate says whether a record is meant.
type predicate func(*record) bool

func (s *Server) compile(o *object, e expression) (predicate, *answer) {
	several := func(parts []expression) (compiled []predicate, wrong *answer) {
		for _, part := range parts {
			one, wrong := s.compile(o, part)
			if wrong != nil {
				return nil, wrong
			}
			compiled = append(compiled, one)
		}
		return compiled, nil
	}
	switch {
	case e.test != nil:
		return s.compare(o, e.test)
	case e.not != nil:
		inner, wrong := s.compile(o, *e.not)
		return func(r *record) bool { return !inner(r) }, wrong
	case e.any != nil:
		parts, wrong := several(e.any)
		return func(r *record) bool {
			return slices.ContainsFunc(parts, func(is predicate) bool { return is(r) })
		}, wrong
	default:
		parts, wrong := several(e.all)
		return func(r *record) bool {
			return !slices.ContainsFunc(parts, func(is predicate) bool { return !is(r) })
		}, wrong
	}
}

// compare makes a predicate of one comparison, if its value can be one of the field's.
func (s *Server) compare(o *object, t *comparison) (predicate, *answer) {
	p, wrong := s.resolve(o, t.path)
	if wrong != nil {
		return nil, wrong
	}
	if !p.field.filterable() {
		return nil, bad("INVALID_FIELD", fmt.Sprintf("field '%s' can not be filtered in a query call", p.field.name))
	}
	for i, l := range t.values {
		if wrong := comparable(p.field, t.operator, &t.values[i]); wrong != nil {
			return nil, wrong
		}
		if l.kind == "null" && t.operator != "=" && t.operator != "!=" && t.operator != "<>" {
			return nil, bad("INVALID_QUERY_FILTER_OPERATOR", "null cannot be compared so")
		}
	}
	return func(r *record) bool { return holds(s.value(r, p), t) }, nil
}

// comparable checks a literal against the field's type, and brings ids to one length.
func comparable(f *field, operator string, l *literal) *answer {
	want := map[string]string{"boolean": "boolean", "double": "number", "datetime": "datetime"}[f.kind]
	if want == "" {
		want = "string"
	}
	if l.kind != "null" && l.kind != want {
		return bad("INVALID_FIELD", fmt.Sprintf("value of filter criterion for field '%s' must be of type %s", f.name, f.kind))
	}
	ids := f.kind == "id" || f.kind == "reference"
	switch {
	case operator == "like" && (ids || want != "string"),
		want == "boolean" && operator != "=" && operator != "!=" && operator != "<>":
		return bad("INVALID_QUERY_FILTER_OPERATOR", "invalid operator on "+f.kind+" field")
	case ids && l.kind == "string" && l.text != "" && !validID(l.text):
		return bad("INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: "+l.text)
	case ids:
		l.text = fullID(l.text)
	}
	return nil
}

func holds(value any, t *comparison) bool {
	switch t.operator {
	case "in", "not in":
		found := slices.ContainsFunc(t.values, func(l literal) bool { return order(value, l) == 0 })
		return found == (t.operator == "in")
	case "like":
		text, _ := value.(string)
		return text != "" && like([]rune(strings.ToLower(text)), t.values[0].like)
	}
	l := t.values[0]
	if l.kind == "null" || value == nil || value == "" {
		same := (l.kind == "null" || l.kind == "string" && l.text == "") && (value == nil || value == "")
		switch t.operator {
		case "=":
			return same
		case "!=", "<>":
			return !same
		default:
			return false
		}
	}
	n := order(value, l)
	switch t.operator {
	case "=":
		return n == 0
	case "!=", "<>":
		return n != 0
	case "<":
		return n < 0
	case "<=":
		return n <= 0
	case ">":
		return n > 0
	default:
		return n >= 0
	}
}

// order compares as Salesforce does: strings without case, except ids.
func order(value any, l literal) int {
	switch v := value.(type) {
	case string:
		if validID(v) && validID(l.text) {
			return strings.Compare(v, l.text)
		}
		return strings.Compare(strings.ToLower(v), strings.ToLower(l.text))
	case bool:
		if v == l.flag {
			return 0
		}
		return 1
	case float64:
		return cmp.Compare(v, l.num)
	case time.Time:
		return v.Compare(l.at)
	default:
		return 1
	}
}

// like matches a pattern without case.
func like(text []rune, pattern []char) bool {
	if len(pattern) == 0 {
		return len(text) == 0
	}
	first, rest := pattern[0], pattern[1:]
	switch {
	case first.wild && first.r == '%':
		for i := range len(text) + 1 {
			if like(text[i:], rest) {
				return true
			}
		}
		return false
	case len(text) == 0:
		return false
	case first.wild, strings.ToLower(string(first.r)) == string(text[0]):
		return like(text[1:], rest)
	default:
		return false
	}
}

// before sorts two values, null first unless the ordering says otherwise.
func before(a, b any, o ordering) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil, b == nil:
		first := -1
		if b == nil {
			first = 1
		}
		if o.nullsLast {
			return -first
		}
		return first
	}
	n := 0
	switch v := a.(type) {
	case string:
		n = order(v, literal{text: b.(string)})
	case float64:
		n = cmp.Compare(v, b.(float64))
	case time.Time:
		n = v.Compare(b.(time.Time))
	case bool:
		n = order(v, literal{flag: b.(bool)})
	}
	if o.down {
		return -n
	}
	return n
}
