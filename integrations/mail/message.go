package mail

import (
	"crypto/sha256"
	"encoding/hex"
	netmail "net/mail"
	"strings"
	"unicode"

	smtp "github.com/wneessen/go-mail"
)

// Message is one mail.
type Message struct {
	// ID names this mail for good: a mail with the same ID is sent once, however often it is asked for. It is not
	// sent itself; the Message-ID header is derived from it.
	ID      string
	To      string // one address, without a name
	Subject string
	Text    string
	HTML    string // the same as Text, for programs that prefer it; "": none
}

// compose builds the mail. Nothing from outside can add a header: addresses are parsed, and a subject with a control
// character is refused.
func (s *Sender) compose(m Message) (*smtp.Msg, error) {
	to, err := netmail.ParseAddress(m.To)
	if err != nil || to.Address != m.To || m.ID == "" || strings.ContainsFunc(m.Subject, unicode.IsControl) {
		return nil, failed(errMessage, nil)
	}
	msg := smtp.NewMsg(smtp.WithNoDefaultUserAgent())
	msg.FromMailAddress(s.from)
	msg.ToMailAddress(to)
	msg.Subject(m.Subject)
	msg.SetDate()
	msg.SetMessageIDWithValue(s.messageID(m.ID))
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // keeps out-of-office replies away
	msg.SetBodyString(smtp.TypeTextPlain, m.Text)
	if m.HTML != "" {
		msg.AddAlternativeString(smtp.TypeTextHTML, m.HTML)
	}
	return msg, nil
}

// messageID is the same for the same mail, so that a mailbox that gets it twice can tell.
func (s *Sender) messageID(id string) string {
	sum := sha256.Sum256([]byte(id))
	domain := s.from.Address[strings.LastIndex(s.from.Address, "@")+1:]
	return hex.EncodeToString(sum[:16]) + "@" + domain
}
