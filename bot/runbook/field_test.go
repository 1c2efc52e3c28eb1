package runbook

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPrefill(t *testing.T) {
	ignore := func(string) error { return nil }
	mergeLike := []Field{{Name: "keep", Bind: ignore}, {Name: "link", Secret: true, Bind: ignore}, {Name: "duplicate", Bind: ignore}, {Name: "reason", Bind: ignore}}
	whole := []Field{{Name: "account", WholeText: true, Bind: ignore}, {Name: "reason", Bind: ignore}}
	tests := []struct {
		name   string
		fields []Field
		text   string
		want   Values
	}{
		{"nothing", mergeLike, "  ", Values{}},
		{"in order, the last takes the rest", mergeLike, "a@x b@x because of ticket 7", Values{"keep": "a@x", "duplicate": "b@x", "reason": "because of ticket 7"}},
		{"straight quotes group", mergeLike, `"a b" c "d e"`, Values{"keep": "a b", "duplicate": "c", "reason": "d e"}},
		{"curly quotes group", mergeLike, "“a b” ‘c d’ e", Values{"keep": "a b", "duplicate": "c d", "reason": "e"}},
		{"half curled quotes", mergeLike, "“a b\" c", Values{"keep": "a b", "duplicate": "c"}},
		{"an open quote is a letter", mergeLike, `"a b`, Values{"keep": `"a`, "duplicate": "b"}},
		{"Slack's mail links", mergeLike, "<mailto:a@x.edu|a@x.edu> <mailto:b@x.edu>", Values{"keep": "a@x.edu", "duplicate": "b@x.edu"}},
		{"secrets are never taken", mergeLike, "a b", Values{"keep": "a", "duplicate": "b"}},
		{"the whole text", whole, "State University of New York", Values{"account": "State University of New York"}},
		{"quotes inside the rest stay", whole, `The "Old" College`, Values{"account": `The "Old" College`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, Prefill(tt.fields, tt.text)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEmail(t *testing.T) {
	good := map[string]string{
		"Learner@X.edu":                           "learner@x.edu",
		"<mailto:learner@x.edu|learner@x.edu>":    "learner@x.edu",
		"o'brien+tag@sub.x.edu":                   "o'brien+tag@sub.x.edu",
		strings.Repeat("a", 60) + "@example.info": strings.Repeat("a", 60) + "@example.info",
	}
	for in, want := range good {
		var got string
		if err := Email(&got)(in); err != nil || got != want {
			t.Errorf("Email(%q) = %q, %v", in, got, err)
		}
	}
	for _, bad := range []string{"learner", "a@b", "a@x.edu b@x.edu", "Name <a@x.edu>", "a@x.edu\r\nBcc: b@x.edu", "a\u202e@x.edu", "@x.edu", strings.Repeat("a", 250) + "@x.edu"} {
		got := "unset"
		if err := Email(&got)(bad); err == nil || got != "unset" {
			t.Errorf("Email(%q) = %q, %v", bad, got, err)
		}
	}
}

func FuzzEmail(f *testing.F) {
	f.Add("a@x.edu")
	f.Add("<mailto:a@x.edu|b>")
	f.Fuzz(func(t *testing.T, in string) {
		var got string
		if Email(&got)(in) == nil && strings.ContainsAny(got, "\r\n<>\"\x00\u202e ") {
			t.Errorf("Email(%q) let %q through", in, got)
		}
	})
}

func TestDecodeNamesEveryWrongField(t *testing.T) {
	var in struct{ A, B string }
	_, err := decode(func(*struct{ A, B string }) []Field {
		return []Field{{Name: "a", Bind: Email(&in.A)}, {Name: "b", Bind: Email(&in.B)}, {Name: "c", Optional: true, Bind: Email(&in.B)}}
	}, Values{"b": "nonsense"})
	var wrong FieldErrors
	if !errors.As(err, &wrong) || len(wrong) != 2 || wrong["a"] == "" || wrong["b"] == "" {
		t.Fatalf("%v", err)
	}
}
