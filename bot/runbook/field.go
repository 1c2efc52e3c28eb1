package runbook

import (
	"encoding/json"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Values is what a person typed, by field name.
type Values map[string]string

// Field is one input of a modal.
type Field struct {
	Name        string // stable id within the action, kebab-case
	Label       string // what people and outside tests find it by
	Hint        string
	Placeholder string
	Optional    bool
	Multiline   bool
	// Secret values are kept encrypted apart from the run and are never taken
	// from the text behind a command, because Slack keeps that text.
	Secret bool
	// WholeText takes all the text behind the command, spaces included.
	WholeText bool
	// Options make the field a select.
	Options []Option
	// Chosen fields are hidden until the plan asks for them with [Choose].
	Chosen bool
	// Bind checks the trimmed value and stores it. Its error is shown under
	// the field. It is not called for an empty optional field.
	Bind func(value string) error
}

// Option is one entry of a select. Value is at most 75 characters.
type Option struct{ Value, Text, Description string }

// FieldErrors has one sentence per field that is wrong, by field name.
type FieldErrors map[string]string

// Error lists the sentences in the order of the field names.
func (e FieldErrors) Error() string {
	names := make([]string, 0, len(e))
	for name := range e {
		names = append(names, name)
	}
	slices.Sort(names)
	var b strings.Builder
	for i, name := range names {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(name + ": " + e[name])
	}
	return b.String()
}

// Text binds any text of at most 500 characters.
func Text(p *string) func(string) error {
	return func(s string) error {
		if utf8.RuneCountInString(s) > 500 {
			return Refuse("At most 500 characters, please.")
		}
		*p = s
		return nil
	}
}

// mailtoLink is how Slack hands over an address it has made a link of.
var mailtoLink = regexp.MustCompile(`^<mailto:([^|>]+)(?:\|[^>]*)?>$`)

// Email binds one e-mail address. It accepts Slack's <mailto:a@x|a@x> form and
// keeps the address in lower case: LearnUpon and Salesforce compare addresses
// without regard to case.
func Email(p *string) func(string) error {
	return func(s string) error {
		if m := mailtoLink.FindStringSubmatch(s); m != nil {
			s = m[1]
		}
		addr, err := mail.ParseAddress(s)
		if err != nil || addr.Address != s || len(s) > 254 || !strings.Contains(s[strings.LastIndexByte(s, '@'):], ".") {
			return Refuse("That is not one e-mail address, such as learner@x.edu.")
		}
		if strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsGraphic(r) || unicode.IsSpace(r) }) {
			return Refuse("The address contains an invisible character. Please type it again.")
		}
		*p = strings.ToLower(s)
		return nil
	}
}

// Choice binds the value of a select; the plan that asked for it knows which
// values are good.
func Choice(p *string) func(string) error {
	return func(s string) error { *p = s; return nil }
}

// Given binds the fact that a secret was typed, and checks it. The secret
// itself never enters the input of an action.
func Given(p *bool, check func(secret string) error) func(string) error {
	return func(s string) error {
		if err := check(s); err != nil {
			return err
		}
		*p = true
		return nil
	}
}

func decode[In any](fields func(*In) []Field, v Values) (json.RawMessage, error) {
	var in In
	wrong := FieldErrors{}
	for _, f := range fields(&in) {
		value := strings.TrimSpace(v[f.Name])
		switch {
		case value == "" && (f.Optional || f.Chosen):
		case value == "":
			wrong[f.Name] = "Please fill this in."
		default:
			if err := f.Bind(value); err != nil {
				wrong[f.Name] = err.Error()
			}
		}
	}
	if len(wrong) > 0 {
		return nil, wrong
	}
	return json.Marshal(in)
}
