package runbook

import (
	"errors"
	"strings"
	"testing"
)

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
	for _, bad := range []string{"learner", "a@b", "a@x.edu b@x.edu", "Name <a@x.edu>", "a@x.edu\r\nBcc: b@x.edu", "a\u202e@x.edu", "a@x.edu\u200b", "a\u00a0b@x.edu", "@x.edu", strings.Repeat("a", 250) + "@x.edu"} {
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
