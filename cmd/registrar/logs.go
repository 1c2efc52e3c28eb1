package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"regexp"
)

// newLogger writes one JSON object a line, or plain text for a person. Every
// line written under [withRun] names the run. E-mail addresses, tokens and what
// comes behind a link's host are masked, wherever a message or an attribute
// holds them: the code logs ids, and this catches what slips through.
func newLogger(w io.Writer, plain bool, level slog.Leveler) *slog.Logger {
	options := &slog.HandlerOptions{Level: level, ReplaceAttr: maskAttr}
	if plain {
		return slog.New(runHandler{slog.NewTextHandler(w, options)})
	}
	return slog.New(runHandler{slog.NewJSONHandler(w, options)})
}

type runKey struct{}

// withRun has every line logged with the context name the run.
func withRun(ctx context.Context, run string) context.Context {
	return context.WithValue(ctx, runKey{}, run)
}

// runHandler adds the context's run to each line.
type runHandler struct{ slog.Handler }

func (h runHandler) Handle(ctx context.Context, r slog.Record) error {
	if run, ok := ctx.Value(runKey{}).(string); ok {
		r = r.Clone()
		r.AddAttrs(slog.String("run", run))
	}
	return h.Handler.Handle(ctx, r)
}

func (h runHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return runHandler{h.Handler.WithAttrs(attrs)}
}

func (h runHandler) WithGroup(name string) slog.Handler {
	return runHandler{h.Handler.WithGroup(name)}
}

var (
	loggedLink    = regexp.MustCompile(`(?i)\b([a-z][a-z0-9+.-]*://)(?:[^\s/?#"'<>@]*@)?([^\s/?#"'<>]*)(?:[/?#][^\s"'<>]*)?`)
	loggedAddress = regexp.MustCompile(`(?:"[^"]*"|[^\s@<>"'():;,=|]+)@[^\s@<>"'():;,|]+\.[\pL\pN]+`)
	// loggedPath is a link without a host, such as LearnUpon's own.
	loggedPath  = regexp.MustCompile(`(/[^\s?"'<>]*)\?[^\s"'<>]+`)
	loggedToken = regexp.MustCompile(`\bx(?:ox[a-z]|app)-[\w-]+`)
	// loggedSecret is what forms and headers call their secrets.
	loggedSecret = regexp.MustCompile(`(?i)\b([\w-]*(?:token|secret|password)=)[^\s&"'<>]+|\b((?:bearer|basic) )[^\s"'<>]{16,}`)
)

// mask takes out of a text what a log must not hold.
func mask(text string) string {
	text = loggedLink.ReplaceAllString(text, "$1$2/…")
	text = loggedPath.ReplaceAllString(text, "$1?…")
	text = loggedSecret.ReplaceAllString(text, "$1$2[hidden]")
	text = loggedAddress.ReplaceAllString(text, "[address]")
	return loggedToken.ReplaceAllString(text, "[token]")
}

func maskAttr(groups []string, a slog.Attr) slog.Attr {
	switch value := a.Value.Resolve(); value.Kind() {
	case slog.KindString:
		a.Value = slog.StringValue(mask(value.String()))
	case slog.KindAny:
		// A time under this key is the handler's own, and so is the level.
		if len(groups) == 0 && (a.Key == slog.LevelKey || a.Key == slog.SourceKey) {
			return a
		}
		a.Value = slog.StringValue(mask(fmt.Sprint(value.Any())))
	}
	return a
}
