package runbook

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Prefill splits the text typed behind a command over the fields, in order.
// Quotes, straight or curly, group words; the last field takes the rest.
// Secret and chosen fields are skipped. A select takes what is one of its
// options, by value or by what people see, without regard to case. What does
// not fit a select, or an optional field, is left to the fields behind it. The
// notes say, one sentence each, what could not be filled in as it was typed.
func Prefill(fields []Field, text string) (v Values, notes []string) {
	var open []Field
	for _, f := range fields {
		if !f.Secret && !f.Chosen {
			open = append(open, f)
		}
	}
	v = Values{}
	text = strings.TrimSpace(text)
	for i, f := range open {
		if text == "" {
			break
		}
		value, rest, ok := f.take(text, i == len(open)-1)
		if ok {
			v[f.Name], text = value, rest
		} else if !f.Optional {
			word, _ := cutWord(text)
			notes = append(notes, fmt.Sprintf("“%s” is none of the choices of “%s”: please choose one.", word, f.Label))
		}
	}
	if text != "" {
		notes = append(notes, fmt.Sprintf("“%s” fits no field here, so it was left out.", text))
	}
	return v, notes
}

// take cuts the field's value off the text; ok tells whether it fits.
func (f Field) take(text string, last bool) (value, rest string, ok bool) {
	switch {
	case len(f.Options) > 0:
		return f.option(text)
	case last || f.WholeText:
		value = unquote(text)
	default:
		value, rest = cutWord(text)
	}
	if m := mailtoLink.FindStringSubmatch(value); m != nil {
		value = m[1]
	}
	// A required field shows what is wrong with what was typed.
	return value, rest, !f.Optional || f.Bind == nil || f.Bind(value) == nil
}

// option cuts off the option that matches most of the text.
func (f Field) option(text string) (value, rest string, ok bool) {
	for _, o := range f.Options {
		for _, name := range []string{o.Value, o.Text} {
			if left, fits := cutName(text, name); fits && (!ok || len(left) < len(rest)) {
				value, rest, ok = o.Value, left, true
			}
		}
	}
	return value, rest, ok
}

// cutName cuts a name of one or more words, quoted or not, off the text.
func cutName(text, name string) (rest string, ok bool) {
	if word, rest := cutWord(text); strings.EqualFold(strings.TrimSpace(word), name) {
		return rest, true
	}
	for want := range strings.FieldsSeq(name) {
		word, left := cutWord(text)
		if !strings.EqualFold(word, want) {
			return "", false
		}
		text = left
	}
	return text, name != ""
}

var closing = map[rune]rune{'"': '"', '\'': '\'', '“': '”', '‘': '’', '„': '“', '«': '»'}

func cutWord(s string) (word, rest string) {
	first, size := utf8.DecodeRuneInString(s)
	if end, ok := closing[first]; ok {
		// A person's keyboard may have turned only one of the two quotes.
		if i := strings.IndexFunc(s[size:], func(r rune) bool { return r == end || r == first || r == '"' && first == '“' }); i >= 0 {
			_, endSize := utf8.DecodeRuneInString(s[size+i:])
			return s[size : size+i], strings.TrimSpace(s[size+i+endSize:])
		}
	}
	if i := strings.IndexFunc(s, unicode.IsSpace); i >= 0 {
		return s[:i], strings.TrimSpace(s[i:])
	}
	return s, ""
}

func unquote(s string) string {
	if word, rest := cutWord(s); rest == "" {
		return word
	}
	return s
}
