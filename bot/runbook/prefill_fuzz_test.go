package runbook

import (
	"encoding/json"
	"net/mail"
	"strings"
	"testing"
	"unicode"
)

// FuzzPrefill: whatever is typed behind a command, nothing of it goes into a
// field that keeps it secret or that a plan has to ask for, nothing is made up,
// and nothing is lost without a word.
func FuzzPrefill(f *testing.F) {
	for _, text := range []string{"", "  ", "a@x.edu b@x.edu because", `"a b" c`, "“a b” ‘c’ „d“ «e»", `"`, `""`, `“”`, "<mailto:a@x.edu|a@x.edu> x", "<mailto:|>", "<mailto:a|b|c>", "in  Progress a@x.edu",
		"“in progress", "\"\"\"\"", "\u00a0\u2003x", "\xff\xfe", "\x00", "a\u202eb", strings.Repeat("\"a ", 1000), "group manager since May", "IN-PROGRESS", "ſupport", "İn"} {
		f.Add(text)
	}
	var email string
	fields := []Field{
		{Name: "state", Label: "State", Optional: true, Options: []Option{{Value: "in", Text: "Inside"}, {Value: "in-progress", Text: "In progress"}}},
		{Name: "by", Label: "By", Optional: true, Bind: Email(&email)},
		{Name: "secret", Label: "Secret", Secret: true},
		{Name: "which", Label: "Which", Chosen: true},
		{Name: "who", Label: "Who", Bind: Email(&email)},
		{Name: "role", Label: "Role", Options: []Option{{Value: "manager", Text: "Group manager"}}},
		{Name: "reason", Label: "Reason"},
	}
	for _, n := range []int{1, 4, 6, 7} {
		some := fields[:n]
		f.Add(some[0].Name)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, n := range []int{0, 1, 2, 5, 6, 7} {
			v, notes := Prefill(fields[:n], text)
			for name, value := range v {
				switch {
				case name == "secret", name == "which":
					t.Errorf("%q went into %s", value, name)
				case name == "state":
					if value != "in" && value != "in-progress" {
						t.Errorf("%q is no choice of %s", value, name)
					}
				case name == "role":
					if value != "manager" {
						t.Errorf("%q is no choice of %s", value, name)
					}
				case !strings.Contains(text, value):
					t.Errorf("%q was made up of %q", value, text)
				}
			}
			if len(v) == 0 && len(notes) == 0 && strings.TrimSpace(text) != "" && n < 5 {
				t.Errorf("%q was lost without a word", text)
			}
			for _, note := range notes {
				if note == "" {
					t.Error("an empty note")
				}
			}
		}
	})
}

// FuzzBinders: what the fields of forms take is clean, and taken again it stays
// what it is.
func FuzzBinders(f *testing.F) {
	for _, s := range []string{"a@x.edu", "A@X.EDU", "<mailto:a@x.edu|b>", "a@x.edu\u200b", "\u200ba@x.edu", "a\u00ad@x.edu", "a@x\u2024edu.x", "a@x.edu\x7f", `"a b"@x.edu`, "a@[127.0.0.1]", "İ@x.edu", "ẞ@x.edu", "K@x.edu",
		strings.Repeat("é", 500), strings.Repeat("é", 501), "a@x.edu.", "a..b@x.edu", "a@x.edu,b@x.edu", "=a@x.edu", "'a@x.edu", "|a@x.edu"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		var email, again, text string
		if Email(&email)(in) == nil {
			addr, err := mail.ParseAddress(email)
			if err != nil || addr.Address != email || len(email) > 260 {
				t.Errorf("%q became %q (%v)", in, email, err)
			}
			if strings.ContainsFunc(email, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }) {
				t.Errorf("%q became %q, in which something cannot be seen", in, email)
			}
			if err := Email(&again)(email); err != nil || again != email {
				t.Errorf("%q became %q, then %q (%v)", in, email, again, err)
			}
		}
		if Text(&text)(in) == nil && text != in {
			t.Errorf("%q became %q", in, text)
		}
		raw, err := decode(func(p *struct{ A, B string }) []Field {
			return []Field{{Name: "a", Bind: Email(&p.A)}, {Name: "b", Optional: true, Bind: Text(&p.B)}}
		}, Values{"a": in, "b": in, "c": in})
		if err == nil && !json.Valid(raw) {
			t.Errorf("%q was stored as %s", in, raw)
		}
	})
}
