package rest

import (
	"context"
	"errors"
	"io"
	"net"
	"net/url"
	"os"
	"regexp"
	"strings"
	"syscall"
	"unicode"
)

const maxMessage = 200

var (
	links     = regexp.MustCompile(`(?i)\b[a-z][a-z0-9+.-]*://\S+|\bwww\.\S+|/\S*\?\S*`)
	addresses = regexp.MustCompile(`(?:"[^"]*"|[^\s"'<>(),:;]*)@[^\s"'<>(),:;]*`)
	secrets   = regexp.MustCompile(`(?i)\b(token|key|password|secret|code)=\S+`)
)

// redact takes links, addresses, tokens and control characters out of a vendor's words and cuts them.
func redact(said string) string {
	said = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return ' '
		}
		return r
	}, said)
	said = links.ReplaceAllString(said, "[link]")
	said = addresses.ReplaceAllString(said, "[address]")
	said = secrets.ReplaceAllString(said, "$1=[hidden]")
	said = strings.Join(strings.Fields(said), " ")
	if runes := []rune(said); len(runes) > maxMessage {
		said = string(runes[:maxMessage-1]) + "…"
	}
	return said
}

// plain reduces a cause to what it is. A *url.Error prints the whole URL, and errors below it may quote what was
// received, so only causes that are known to be clean keep their identity.
func plain(err error) error {
	for _, known := range []error{
		ErrReadOnly, ErrCircuitOpen, ErrBudget, ErrNotHeld, ErrNotApplied, errInvalid, errBody, errCut, errTooLarge, errRedirect,
		context.Canceled, context.DeadlineExceeded,
		syscall.ECONNREFUSED, syscall.ECONNRESET, syscall.EPIPE, io.ErrUnexpectedEOF, io.EOF,
	} {
		if errors.Is(err, known) {
			return known
		}
	}
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return errors.New("the host name cannot be resolved")
	}
	if os.IsTimeout(err) {
		return context.DeadlineExceeded
	}
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err
	}
	return errors.New(redact(err.Error()))
}
