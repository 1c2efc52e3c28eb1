package salesforce

import (
	"strings"
	"testing"
	"unicode/utf8"
)

var nasty = []string{
	`O'Brien\`, `\'`, `\\`, `%_`, `\%`, "a\nb\r\tc\x00\x07\x7f", `' OR Name != '`, `") --`, "Zoë \u202e שלום 李", "<!channel>", "\xff\xfe",
	strings.Repeat("界", 300), "\u2028", `{"a":1}`, "''", `\u0041`,
}

// FuzzQuote reads each literal back the way Salesforce documents it: one that ends early, or that holds an escape it
// does not know, or says something else, is a hole.
func FuzzQuote(f *testing.F) {
	for _, value := range nasty {
		f.Add(value)
	}
	f.Fuzz(func(t *testing.T, value string) {
		want := strings.ToValidUTF8(value, "\uFFFD")
		if got, ok := unquote(quote(value), false); !ok || got != want {
			t.Errorf("%q became %q", value, got)
		}
		if got, ok := unquote("'"+escapeLike(value)+"'", true); !ok || got != want {
			t.Errorf("%q as a pattern became %q", value, got)
		}
	})
}

// unquote reads a literal; in a pattern, a wildcard that is not escaped is refused.
func unquote(literal string, pattern bool) (string, bool) {
	if len(literal) < 2 || literal[0] != '\'' || literal[len(literal)-1] != '\'' || !utf8.ValidString(literal) {
		return "", false
	}
	var out strings.Builder
	runes := []rune(literal[1 : len(literal)-1])
	for i := 0; i < len(runes); i++ {
		r := runes[i]
		switch {
		case r == '\'', r < ' ', pattern && (r == '%' || r == '_'):
			return "", false
		case r != '\\':
			out.WriteRune(r)
			continue
		}
		if i++; i == len(runes) {
			return "", false
		}
		switch r := runes[i]; r {
		case 'n', 'r', 't':
			out.WriteString(map[rune]string{'n': "\n", 'r': "\r", 't': "\t"}[r])
		case '\\', '\'', '"':
			out.WriteRune(r)
		case '%', '_':
			if !pattern {
				return "", false
			}
			out.WriteRune(r)
		case 'u':
			code := rune(0)
			for _, digit := range runes[i+1 : i+5] {
				code = code*16 + rune(strings.IndexRune("0123456789ABCDEF", digit))
			}
			out.WriteRune(code)
			i += 4
		default:
			return "", false
		}
	}
	return out.String(), true
}

func TestQueryText(t *testing.T) {
	q := query{
		object: "Contact", columns: []name{"Id", "Account.Name"},
		where: []condition{is("Email", "o'b@x.edu"), either(isTrue("A__c"), isNull("B__c"))}, order: []name{"Name", "Id"}, limit: 5,
	}
	want := `SELECT Id, Account.Name FROM Contact WHERE Email = 'o\'b@x.edu' AND (A__c = true OR B__c = null) ORDER BY Name, Id LIMIT 5`
	if q.String() != want {
		t.Errorf("%s", q)
	}
	if got := (query{object: "Account"}).String(); got != "SELECT COUNT() FROM Account" {
		t.Error(got)
	}
}
