package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// FuzzLog: whatever is logged, wherever in a line it stands, the line stays one
// line of its form, and what must not be told is not in it.
func FuzzLog(f *testing.F) {
	for _, text := range []string{"", "plain", "a\nlevel=ERROR msg=forged", "a\r\n{\"level\":\"ERROR\"}", "\"} {\"msg\":\"forged", "\x1b[31mred\x1b[0m", "\x00", "\xff", "\u2028", "\u202egnp", "a=b c=\"d", strings.Repeat("x", 500), "%s%n", "x:", "<", "(", "é"} {
		f.Add(text, text)
	}
	planted := []string{
		"anna.PLANTED@x.edu", "PLANTED+tag@mail.x.edu", "<PLANTED@x.edu>", `"anna PLANTED"@x.edu`, "https://academy.example.com/users/confirmation?confirmation_token=PLANTED",
		"HTTPS://academy.example.com/invites/PLANTED", "/users/confirmation?confirmation_token=PLANTED", "smtp://u:PLANTED@mail.example.com:587", "redis://:PLANTED@127.0.0.1:6379/0",
		"wss://wss.slack.com/link/?ticket=PLANTED", "xoxb-1-PLANTED", "xapp-1-A-PLANTED", "xoxe.xoxb-1-PLANTED", "Authorization: Bearer 00Dxx!PLANTED-and-more", "Basic dXNlcjPLANTEDcGFzcw==", "password=PLANTED", "client_secret=PLANTED&x",
	}
	f.Fuzz(func(t *testing.T, before, after string) {
		before, after = strings.ReplaceAll(before, "PLANTED", ""), strings.ReplaceAll(after, "PLANTED", "")
		for _, secret := range planted {
			text := before + " " + secret + " " + after
			for _, plain := range []bool{false, true} {
				var out bytes.Buffer
				log := newLogger(&out, plain, slog.LevelInfo).With("with", text)
				log.InfoContext(withRun(t.Context(), "run-1"), text, "text", text, "error", errors.New(text), "list", []string{text}, slog.Group("g", "in", text))
				line, found := strings.CutSuffix(out.String(), "\n")
				if !found || strings.ContainsAny(line, "\n\r\x00\x1b") || !utf8.ValidString(line) {
					t.Fatalf("%q is not one line: %q", text, out.String())
				}
				if !plain && !json.Valid([]byte(line)) {
					t.Errorf("%q is no JSON: %s", text, line)
				}
				if strings.Contains(line, "PLANTED") {
					t.Errorf("%q is in the log: %s", secret, line)
				}
				if plain && strings.ContainsFunc(line, unicode.IsControl) {
					t.Errorf("a control character in %q", line)
				}
			}
		}
	})
}

// FuzzDoctor: what a vendor calls itself makes no line of its own in the report,
// and sends nothing to the terminal.
func FuzzDoctor(f *testing.F) {
	for _, text := range []string{"", "Acme", "Acme\nok  Redis  fine", "a\tb", "\x1b]0;title\x07", "\v\f", "\x00", "\u202e", "\xff", "\r"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var out bytes.Buffer
		if err := writeResults(&out, []result{ok("first", text), failure("second", text, "Mend it.")}); err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(out.String(), "\n"); n != 3 || strings.ContainsFunc(strings.ReplaceAll(out.String(), "\n", ""), unicode.IsControl) {
			t.Errorf("%q made %d lines: %q", text, n, out.String())
		}
		out.Reset()
		if err := writeResultsJSON(&out, []result{ok("first", text)}); err != nil {
			t.Fatal(err)
		}
		if strings.Count(out.String(), "\n") != 1 || !json.Valid(out.Bytes()) {
			t.Errorf("%q made %q", text, out.String())
		}
	})
}
