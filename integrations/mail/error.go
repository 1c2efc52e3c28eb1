package mail

import (
	"context"
	"errors"
	"io"
	"net"
	"net/textproto"
	"strconv"
	"time"

	smtp "github.com/wneessen/go-mail"
)

// Why a mail was not, or may not have been, sent. A text names neither address nor link.
var (
	errReadOnly    = errors.New("refused: nothing is sent while planning")
	errMessage     = errors.New("not sent: the mail is not well formed")
	errSetup       = errors.New("not sent: the settings of the mail server cannot be used")
	errLedger      = errors.New("not sent: what was sent before cannot be looked up")
	errNotHeld     = errors.New("not sent: it is not certain that this process may go on with the run")
	errUnrecorded  = errors.New("sent, but that could not be recorded")
	errUnreachable = errors.New("not sent: the mail server cannot be reached")
	errBusy        = errors.New("not sent: the mail server asks to try later")
	errLogin       = errors.New("not sent: the mail server does not accept our login")
	errRefused     = errors.New("not sent: the mail server refused it")
	errNoReply     = errors.New("handed to the mail server, which did not say whether it took it")
)

const retryIn = 30 * time.Second

var public = map[error]string{
	errReadOnly:    "A mail would have been sent while only planning, so it was refused.",
	errMessage:     "The mail could not be written, so it was not sent. Please check the address.",
	errSetup:       "The mail server's settings cannot be used; nothing was sent. Whoever runs Registrar has to look.",
	errLedger:      "It cannot be looked up which mails were sent before, so nothing was sent. Try again later.",
	errNotHeld:     "Registrar was held up for so long that it cannot be certain whether another process goes on with this; nothing was sent.",
	errUnrecorded:  "The mail was sent, but that could not be recorded.",
	errUnreachable: "The mail server cannot be reached; nothing was sent. Try again later.",
	errBusy:        "The mail server asks to try again later; nothing was sent.",
	errLogin:       "The mail server does not accept our login; nothing was sent. Whoever runs Registrar has to look.",
	errRefused:     "The mail server refused the mail; nothing was sent.",
	errNoReply:     "The mail server gave no answer, so the mail may or may not have been sent. Please ask the person.",
}

// Error is how sending fails. It holds no address, no link and nothing the server said but its code.
type Error struct {
	Code  int // the server's SMTP reply; 0: none
	why   error
	cause error
}

// failed keeps a cause from within the program; causes from the wire are reduced to a code by classify.
func failed(why, cause error) *Error { return &Error{why: why, cause: cause} }

func (e *Error) Error() string {
	text := "mail: " + e.why.Error()
	if e.Code != 0 {
		text += " (" + strconv.Itoa(e.Code) + ")"
	}
	return text
}

// Unwrap gives the cause within the program, such as a store that cannot be read, or nil.
func (e *Error) Unwrap() error { return e.cause }

// Unsure reports whether the mail may have been sent although sending failed.
func (e *Error) Unsure() bool { return e.why == errNoReply || e.why == errUnrecorded }

// RetryLater reports whether nothing was sent and the same mail may go through after the returned time.
func (e *Error) RetryLater() (time.Duration, bool) {
	switch e.why {
	case errUnreachable, errBusy, errLedger, errNotHeld:
		return retryIn, true
	default:
		return 0, false
	}
}

// Public is one sentence that may be shown to anybody.
func (e *Error) Public() string { return public[e.why] }

// classify reduces what went wrong on the wire to what it means. Only a reply to the mail itself settles its fate once
// its text was on the way.
func classify(ctx context.Context, err error) *Error {
	code := 0
	if reply, ok := errors.AsType[*textproto.Error](err); ok {
		code = reply.Code
	}
	why := errUnreachable
	if sending, ok := errors.AsType[*smtp.SendError](err); ok {
		code = sending.ErrorCode()
		if code == 0 && (sending.Reason == smtp.ErrSMTPDataClose || sending.Reason == smtp.ErrWriteContent) {
			return &Error{why: errNoReply}
		}
	}
	switch {
	case code == 530 || code == 534 || code == 535:
		why = errLogin
	case code >= 500:
		why = errRefused
	case code >= 400:
		why = errBusy
	case ctx.Err() == nil && !onTheWire(err):
		why = errSetup
	}
	return &Error{Code: code, why: why, cause: ctx.Err()}
}

// onTheWire tells a network that failed from a server that cannot do what the settings ask: STARTTLS, or a login.
func onTheWire(err error) bool {
	_, network := errors.AsType[net.Error](err)
	_, sending := errors.AsType[*smtp.SendError](err)
	return network || sending || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}
