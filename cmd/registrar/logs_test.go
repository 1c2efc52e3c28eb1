package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestMask(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"run 0190-abc started", "run 0190-abc started"},
		{"user anna.obrien+x@mail.x.edu not found", "user [address] not found"},
		{"<mailto:a@x.edu|a@x.edu>", "<mailto:[address]|[address]>"},
		{`Get "https://academy.example.com/users/confirmation?confirmation_token=abc": EOF`, `Get "https://academy.example.com/…": EOF`},
		{"smtp://bob:hunter2@mail.example.com:587", "smtp://mail.example.com:587/…"},
		{"token xoxb-1-2-abc and xapp-1-A-9", "token [token] and [token]"},
		{"jürgen@bücher.de", "[address]"},
		{`no "a hunter2"@x.edu, but "x"`, `no [address], but "x"`},
		{"10:15 @here, 3 @ 4", "10:15 @here, 3 @ 4"},
	} {
		if got := mask(tt.in); got != tt.want {
			t.Errorf("mask(%q) = %q, want %q", tt.in, got, tt.want)
		}
		if got := mask(tt.in); strings.Contains(got, "x.edu") || strings.Contains(got, "hunter2") {
			t.Errorf("mask(%q) = %q", tt.in, got)
		}
	}
}

type person struct{ Email string }

func TestLogHoldsNoAddressAndNamesTheRun(t *testing.T) {
	for _, plain := range []bool{false, true} {
		var out strings.Builder
		log := newLogger(&out, plain, slog.LevelDebug).With("who", "anna@x.edu").WithGroup("g")
		ctx := withRun(context.Background(), "run-1")
		log.InfoContext(ctx, "mail to anna@x.edu", "to", "anna@x.edu", "err", fmt.Errorf("refused: %w", errors.New("<anna@x.edu>")),
			"person", person{"anna@x.edu"}, "people", []string{"anna@x.edu"}, slog.Group("more", "link", "https://x.edu/accept/anna@x.edu"))
		if got := out.String(); strings.Contains(got, "anna") || !strings.Contains(got, "run-1") {
			t.Errorf("plain %v: %s", plain, got)
		}
	}
}

func TestLogLineIsJSON(t *testing.T) {
	var out strings.Builder
	log := newLogger(&out, false, slog.LevelInfo)
	log.DebugContext(t.Context(), "not this one")
	log.WarnContext(withRun(t.Context(), "run-2"), "slow", "took_ms", 12)
	var line map[string]any
	if err := json.Unmarshal([]byte(out.String()), &line); err != nil {
		t.Fatal(err)
	}
	if line["level"] != "WARN" || line["msg"] != "slow" || line["run"] != "run-2" || line["took_ms"] != 12.0 {
		t.Errorf("line %v", line)
	}
}
