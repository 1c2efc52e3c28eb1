package runbook

import (
	"errors"
	"fmt"
)

// UserError is a refusal a person can act on: Text is one or two clear
// sentences, without secrets, that say what to do next. Anything that is not a
// UserError is shown as an internal error and logged.
type UserError struct {
	Text string
	// Suggest is an action that would help, if there is one.
	Suggest *Suggestion
}

func (e *UserError) Error() string { return e.Text }

// Public marks the text as safe to show.
func (e *UserError) Public() string { return e.Text }

// Refuse makes a UserError.
func Refuse(format string, args ...any) *UserError {
	return &UserError{Text: fmt.Sprintf(format, args...)}
}

// Choose is returned by Plan when it needs one more field: the modal is drawn
// again with it, and the plan is made again with the answer.
type Choose struct {
	Field   string // a field with Chosen set
	Text    string // why it is asked
	Options []Option
	// Accounts and Groups are what the options show, for scoped roles, as in a
	// [Document].
	Accounts []string `json:",omitempty"`
	Groups   []string `json:",omitempty"`
}

func (c *Choose) Error() string { return "choose " + c.Field + ": " + c.Text }

// Mismatch is returned by Do, before it writes, and by Done when a record no
// longer holds what the plan said it would. The run stops as needs-review.
type Mismatch struct{ Record, Field, Want, Got string }

func (m *Mismatch) Error() string {
	return fmt.Sprintf("%s: %s is %q, the approved plan expected %q", m.Record, m.Field, m.Got, m.Want)
}

// Public marks the text as safe to show.
func (m *Mismatch) Public() string { return m.Error() }

// AskAgain is returned by Do when the answer of an earlier ask is of no use,
// for instance because its secret has expired. The ask is opened again.
type AskAgain struct {
	Step   string
	Reason string
}

func (a *AskAgain) Error() string { return "ask " + a.Step + " again: " + a.Reason }

// ErrSecretLost says a secret has expired, was used or never given.
var ErrSecretLost = errors.New("secret not available")

// PublicText is the sentence of err that is safe to show a person: that of the
// first error in its tree that says it has one. The second result is false
// where there is none; then err belongs in the log only.
func PublicText(err error) (string, bool) {
	var p interface{ Public() string }
	if errors.As(err, &p) {
		return p.Public(), true
	}
	return "", false
}
