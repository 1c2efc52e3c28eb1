package salesforce

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// name is an object or a field in a query. Only constants of this package and what [names] accepts become one.
type name string

var names = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,79}$`)

// condition is a part of a WHERE clause. It is made by the functions below and by nothing else.
type condition string

// query is a SELECT. Outside values get into it through conditions only, where they are quoted.
type query struct {
	object  name
	columns []name // field names, or paths such as Account.Name; none: COUNT()
	where   []condition
	order   []name
	limit   int // rows; 0: all
}

func (q query) String() string {
	columns := joined(q.columns, ", ")
	if columns == "" {
		columns = "COUNT()"
	}
	text := "SELECT " + columns + " FROM " + string(q.object)
	if len(q.where) > 0 {
		text += " WHERE " + joined(q.where, " AND ")
	}
	if len(q.order) > 0 {
		text += " ORDER BY " + joined(q.order, ", ")
	}
	if q.limit > 0 {
		text += " LIMIT " + strconv.Itoa(q.limit)
	}
	return text
}

func joined[T ~string](parts []T, between string) string {
	texts := make([]string, len(parts))
	for i, part := range parts {
		texts[i] = string(part)
	}
	return strings.Join(texts, between)
}

func is(field name, value string) condition {
	return condition(string(field) + " = " + quote(value))
}

func isNumber(field name, value int64) condition {
	return condition(fmt.Sprintf("%s = %d", field, value))
}

func isTrue(field name) condition { return condition(string(field) + " = true") }
func isNull(field name) condition { return condition(string(field) + " = null") }
func isSet(field name) condition  { return condition(string(field) + " != null") }

func contains(field name, part string) condition {
	return condition(string(field) + " LIKE '%" + escapeLike(part) + "%'")
}

func later(field name, value string) condition {
	return condition(string(field) + " > " + quote(value))
}

// at compares with a moment: by ">", ">=" or "=".
func at(field name, operator string, when time.Time) condition {
	return condition(string(field) + " " + operator + " " + when.UTC().Format(moments))
}

func either(a, b condition) condition { return "(" + a + " OR " + b + ")" }
func both(a, b condition) condition   { return "(" + a + " AND " + b + ")" }

// moments is how a moment is written in a query, without quotes.
const moments = "2006-01-02T15:04:05.999Z07:00"

// longestLiteral is how many characters SOQL takes between two quotes.
const longestLiteral = 4000

// fits reports whether a value can be searched for at all.
func fits(value string) bool { return utf8.RuneCountInString(escapeLike(value)) < longestLiteral }

// quote makes a string literal.
func quote(value string) string { return "'" + escape(value) + "'" }

// escape makes a value harmless between quotes. A backslash before anything else than these is an error in SOQL.
func escape(value string) string {
	var b strings.Builder
	for _, r := range strings.ToValidUTF8(value, "\uFFFD") {
		switch {
		case r == '\\', r == '\'', r == '"':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < ' ', r == 0x7F, r == 0x2028, r == 0x2029:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// escapeLike makes a value harmless in a pattern too.
func escapeLike(value string) string {
	return strings.NewReplacer("%", `\%`, "_", `\_`).Replace(escape(value))
}
