package rest

import (
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

// FuzzRetryAfter: whatever a vendor puts into the header, nobody waits for less
// than nothing or for more than an hour; and who asks for a long time gets the
// hour, however long it is.
func FuzzRetryAfter(f *testing.F) {
	for _, header := range []string{"", "5", " 5 ", "-5", "+5", "0", "5.5", "1e3", "soon", "999999999", "9223372037", "18446744074", "99999999999999999999",
		"Mon, 02 Nov 2026 09:00:30 GMT", "Monday, 02-Nov-26 09:00:30 GMT", "Mon Nov  2 09:00:30 2026", "Mon, 02 Nov 9999 09:00:30 GMT"} {
		f.Add(header)
	}
	now := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, header string) {
		got := retryAfter(header, now)
		if got < 0 || got > time.Hour {
			t.Errorf("%q: %v", header, got)
		}
		plain := strings.Trim(header, "0123456789") == "" && header != ""
		if n, ok := new(big.Int).SetString(header, 10); plain && ok && n.Cmp(big.NewInt(3600)) >= 0 && got != time.Hour {
			t.Errorf("%q is more than an hour, and became %v", header, got)
		}
	})
}

// FuzzRedact plants what must not be told into a vendor's words.
func FuzzRedact(f *testing.F) {
	for _, said := range []string{"", "user %s not found", "see %s.", "<%s>", "(%s)", "\"%s\"", "a\x00%s\u202e", "x=%s&y", "%s%s", "é%s", "\xff%s", strings.Repeat("x ", 200) + "%s"} {
		f.Add(said, "?")
		f.Add(said, "/a b")
	}
	planted := []struct{ whole, secret string }{
		{"https://academy.example.org/users/confirmation?confirmation_token=PLANTED", "PLANTED"},
		{"HTTPS://PLANTED.example/", "PLANTED"},
		{"/invites/accept/1?token=PLANTED", "PLANTED"},
		{"PLANTED@x.edu", "PLANTED"},
		{"o'PLANTED+a@mail.x.edu", "PLANTED"},
		{`"a PLANTED"@x.edu`, "PLANTED"},
		{"token=PLANTED", "PLANTED"},
		{"Password=PLANTED", "PLANTED"},
	}
	f.Fuzz(func(t *testing.T, around, between string) {
		around = strings.ReplaceAll(around, "PLANTED", "")
		between = strings.ReplaceAll(between, "PLANTED", "")
		for _, p := range planted {
			got := redact(strings.ReplaceAll(around, "%s", " "+p.whole+" ") + between)
			if strings.Contains(got, p.secret) {
				t.Errorf("%q in %q is still there: %q", p.whole, around, got)
			}
			oneSafeLine(t, got)
		}
	})
}

// oneSafeLine checks that a text can stand in a line of a log.
func oneSafeLine(t *testing.T, text string) {
	t.Helper()
	if !utf8.ValidString(text) || utf8.RuneCountInString(text) > maxMessage ||
		strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }) {
		t.Errorf("%q cannot stand in a log", text)
	}
}

// FuzzAddress: a value in a path stays one segment of it, on the client's host,
// and comes out of it as it went in.
func FuzzAddress(f *testing.F) {
	for _, arg := range []string{"7", "..", ".", "", "a/b", "../../x", "%2e%2e", "a?b#c", "//evil.example/x", `\\evil`, "\r\nHost: evil", "é", "\x00", "\xff", "a;b=c", " ", "@evil.example", ":80", "{id}", "%", "a+b"} {
		f.Add(arg, arg)
	}
	root, err := url.Parse("https://api.example.org/api/v1")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, arg, query string) {
		r := Request{Route: "/users/{id}/x", Args: []string{arg}, Query: url.Values{"q": {query}}, Header: http.Header{}}
		req, err := r.build(t.Context(), root)
		if err != nil {
			if arg != "" && arg != "." && arg != ".." {
				t.Errorf("%q is refused: %v", arg, err)
			}
			return
		}
		if req.URL.Host != root.Host || req.URL.Scheme != "https" || req.URL.User != nil || req.URL.Fragment != "" {
			t.Errorf("%q led to %s", arg, req.URL)
		}
		// As the server sees it.
		parts := strings.Split(req.URL.EscapedPath(), "/")
		if len(parts) != 6 || parts[5] != "x" {
			t.Fatalf("%q became the path %s", arg, req.URL.EscapedPath())
		}
		if got, err := url.PathUnescape(parts[4]); err != nil || got != arg || parts[4] == "." || parts[4] == ".." {
			t.Errorf("%q became %q (%v)", arg, parts[4], err)
		}
		if got := req.URL.Query(); len(got) != 1 || got.Get("q") != query {
			t.Errorf("%q became the query %v", query, got)
		}
		if strings.ContainsFunc(req.URL.RequestURI(), func(r rune) bool { return r <= ' ' || r == 0x7F }) {
			t.Errorf("%q: the request line is %q", arg, req.URL.RequestURI())
		}
	})
}
