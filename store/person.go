package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/mail"
	"net/url"
	"regexp"
	"strings"
	"unicode"
)

// Person is somebody to be looked for in everything that is stored: by their
// addresses, also with a tag ("ada+x@x.edu") and as they are renamed to set them
// free ("deleted+ada@x.edu"), and by other texts such as their name. Case does
// not matter, nor how a text is escaped.
type Person struct {
	addresses []string // lower case
	patterns  []*regexp.Regexp
}

// leastText is how many characters a name must have, or it is half of all texts.
const leastText = 3

// NewPerson makes a Person of at least one address. Two people may share a name:
// also holds what surely is theirs alone.
func NewPerson(addresses, also []string) (Person, error) {
	var p Person
	if len(addresses) == 0 {
		return p, errors.New("at least one address is needed")
	}
	for _, a := range addresses {
		a = strings.ToLower(strings.TrimSpace(a))
		parsed, err := mail.ParseAddress(a)
		if err != nil || parsed.Address != a || parsed.Name != "" {
			return p, fmt.Errorf("%q is not an address such as learner@x.edu", a)
		}
		at := strings.LastIndexByte(a, '@')
		// Before and behind it nothing that would make it another address, such as
		// that of bob+ada@x.edu or o'ada@x.edu.
		p.add(`(?:^|[^\pL\pN._'+-]|(?:^|[^\pL\pN])[._'+-]+)(?:deleted\d*\+(?:\d+\+)?)?` + regexp.QuoteMeta(a[:at]) + `(?:\+[\pL\pN._+-]*)?@` + regexp.QuoteMeta(a[at+1:]) + `(?:$|[^\pL\pN.-]|[.-]+(?:$|[^\pL\pN]))`)
		p.addresses = append(p.addresses, a)
	}
	for _, text := range also {
		words := strings.FieldsFunc(strings.ToLower(text), unicode.IsSpace)
		text = strings.Join(words, " ")
		if len([]rune(text)) < leastText {
			return p, fmt.Errorf("%q is too short to look for: at least %d characters are needed", text, leastText)
		}
		for i, w := range words {
			words[i] = regexp.QuoteMeta(w)
		}
		p.add(`(?:^|[^\pL\pN])` + strings.Join(words, `[\s\pZ]+`) + `(?:$|[^\pL\pN])`)
	}
	return p, nil
}

func (p *Person) add(pattern string) { p.patterns = append(p.patterns, regexp.MustCompile(pattern)) }

// In reports whether a text names the person. JSON is looked through as what it
// stands for.
func (p Person) In(text string) bool {
	if text == "" {
		return false
	}
	if c := text[0]; c == '{' || c == '[' || c == '"' {
		var v any
		if json.Unmarshal([]byte(text), &v) == nil {
			return p.inValue(v)
		}
	}
	text = strings.ToLower(text)
	return p.matches(text) || strings.ContainsRune(text, '%') && p.matches(strings.ToLower(unescaped(text)))
}

func (p Person) inValue(v any) bool {
	switch v := v.(type) {
	case string:
		return p.In(v)
	case []any:
		for _, e := range v {
			if p.inValue(e) {
				return true
			}
		}
	case map[string]any:
		for k, e := range v {
			if p.In(k) || p.inValue(e) {
				return true
			}
		}
	}
	return false
}

func (p Person) matches(text string) bool {
	for _, pattern := range p.patterns {
		if pattern.MatchString(text) {
			return true
		}
	}
	return false
}

var percent = regexp.MustCompile(`(?:%[0-9a-f]{2})+`)

// unescaped is a text with its percent escapes undone, as links have them; what
// is none stays.
func unescaped(text string) string {
	return percent.ReplaceAllStringFunc(text, func(escape string) string {
		plain, err := url.PathUnescape(escape)
		if err != nil {
			return escape
		}
		return plain
	})
}
