package slackui

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestCut(t *testing.T) {
	for _, test := range []struct {
		in    string
		limit int
		want  string
	}{
		{"", 24, ""},
		{"short", 5, "short"},
		{"longer than that", 5, "long…"},
		{strings.Repeat("a", 100), 50, strings.Repeat("a", 39) + "…(61 more)"},
		{"e\u0301e\u0301e\u0301", 4, "e\u0301…"},
		{"👩‍👩‍👧‍👦 family", 6, "…"},
		{"🇩🇪🇫🇷", 6, "🇩🇪…"},
		{"👍🏽👍🏽", 7, "👍🏽…"},
	} {
		if got := cut(test.in, test.limit); got != test.want {
			t.Errorf("cut(%q, %d) = %q, want %q", test.in, test.limit, got, test.want)
		}
	}
}

func FuzzCut(f *testing.F) {
	for i, name := range nasty {
		f.Add(name, i*7)
	}
	f.Add(strings.Repeat("e\u0301", 200), 40)
	f.Add(strings.Repeat("\u0301", 2000), 24)
	f.Fuzz(func(t *testing.T, s string, limit int) {
		s, limit = strings.ToValidUTF8(s, "?"), 1+abs(limit)%400
		got := cut(s, limit)
		if length(got) > limit || !utf8.ValidString(got) {
			t.Errorf("cut(%q, %d) = %q, %d long", s, limit, got, length(got))
		}
		if length(s) <= limit && got != s {
			t.Errorf("cut(%q, %d) = %q, though it fits", s, limit, got)
		}
		kept, _, was := strings.Cut(got, "…")
		if was && length(s) > limit && !strings.HasPrefix(s, kept) {
			t.Errorf("cut(%q, %d) = %q, which is no beginning of it", s, limit, got)
		}
	})
}

func FuzzPieces(f *testing.F) {
	for i, name := range nasty {
		f.Add(name, i)
	}
	f.Fuzz(func(t *testing.T, s string, limit int) {
		s, limit = strings.ToValidUTF8(s, "?"), 1+abs(limit)%50
		all := pieces(s, limit)
		if strings.Join(all, "") != s {
			t.Errorf("pieces(%q, %d) = %q loses something", s, limit, all)
		}
		for _, p := range all {
			if length(p) > limit && utf8.RuneCountInString(p) > 1 {
				t.Errorf("pieces(%q, %d) has %q", s, limit, p)
			}
		}
	})
}

func abs(n int) int {
	if n < 0 {
		return -(n + 1)
	}
	return n
}

func TestVisible(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                   "plain",
		"safe\u202Egpj.exe":       "safe⟨U+202E⟩gpj.exe",
		"a\nb\r\nc":               "a ⏎ b ⏎ c",
		"\x00\x1b":                "⟨U+0000⟩⟨U+001B⟩",
		"p\u200Daypal":            "p⟨U+200D⟩aypal",
		"👩‍👩‍👧":                   "👩‍👩‍👧",
		"می\u200Cخواهم":           "می\u200Cخواهم",
		"\u3164\u2800":            "⟨U+3164⟩⟨U+2800⟩",
		"a\xffb":                  "a\uFFFDb",
		"\U000E0041":              "⟨U+E0041⟩",
		"soft\u00ADhyphen\u2060.": "soft⟨U+00AD⟩hyphen⟨U+2060⟩.",
		"O'Brien\\ <!channel> %_": "O'Brien\\ <!channel> %_",
		"שלום":                    "שלום",
	} {
		if got := visible(in); got != want {
			t.Errorf("visible(%q) = %q, want %q", in, got, want)
		}
	}
	if got := visibleLines("a\r\nb\n\u202Ec"); got != "a\nb\n⟨U+202E⟩c" {
		t.Errorf("visibleLines keeps lines: %q", got)
	}
}

func FuzzVisible(f *testing.F) {
	for _, name := range nasty {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := visible(s)
		if !utf8.ValidString(got) || strings.ContainsAny(got, "\n\r") {
			t.Errorf("visible(%q) = %q", s, got)
		}
		var before rune
		for _, r := range got {
			if hidden(r) && !joins(before, r) {
				t.Errorf("visible(%q) = %q hides %U", s, got, r)
			}
			before = r
		}
		if again := visible(got); again != got {
			t.Errorf("visible twice: %q, then %q", got, again)
		}
	})
}

func FuzzParseRef(f *testing.F) {
	f.Add(`{"a":"opt-out","v":{"email":"x@y.z"}}`)
	f.Add(`{"p":-1}`)
	f.Fuzz(func(t *testing.T, s string) {
		ref, err := ParseRef(s)
		if err != nil {
			return
		}
		again, err := ParseRef(ref.Encode())
		if err != nil && len(ref.Encode()) <= 3000 || err == nil && again.Encode() != ref.Encode() {
			t.Errorf("ParseRef(%q) = %+v, again %+v, %v", s, ref, again, err)
		}
	})
}
