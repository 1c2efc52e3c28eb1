// Package mail sends the few mails Registrar writes to learners, over SMTP, at most once each.
//
// It does not decide who gets a mail or whether a link may be mailed; the caller has checked that the link lies on the
// portal's own address. It remembers nothing itself: what was sent stands in a [Ledger] it is given.
package mail

import (
	"context"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"net/url"
	"strconv"
	"time"

	"registrar/integrations/rest"

	smtp "github.com/wneessen/go-mail"
)

const defaultTimeout = 15 * time.Second

// Ledger is where sent mails are remembered.
type Ledger struct {
	// Sent counts the mails one address had from us within that time.
	Sent func(ctx context.Context, to string, within time.Duration) (int, error)
	// Has reports whether the mail with that ID was sent.
	Has func(ctx context.Context, id string) (bool, error)
	// Record remembers a mail as sent.
	Record func(ctx context.Context, to, id string) error
}

// Config says through which server mails go.
type Config struct {
	// URL is smtp://user:password@host:port or smtps://… (TLS from the first byte); ports default to 587 and 465.
	// With smtp, TLS is started where the server offers it. With a user name and a host that is not this machine it
	// must, so that a password never crosses a network in clear.
	URL     string
	From    string        // "Support <support@example.org>" or the address alone
	Timeout time.Duration // for one mail; 0: 15 s
	Ledger  Ledger        // all three functions are needed
}

// Sender sends mails. It is safe for concurrent use; each mail has a connection of its own.
type Sender struct {
	Config
	host   string
	port   int
	user   *url.Userinfo
	secure bool // TLS from the first byte
	from   *netmail.Address
}

// New returns a sender, or an error that does not repeat the URL, which may hold a password. Nothing is connected yet.
func New(c Config) (*Sender, error) {
	server, err := url.Parse(c.URL)
	if err != nil || server.Hostname() == "" || server.Scheme != "smtp" && server.Scheme != "smtps" {
		return nil, errors.New("mail: the server's URL must look like smtp://user:password@host:port")
	}
	from, err := netmail.ParseAddress(c.From)
	if err != nil {
		return nil, errors.New("mail: the sender's address cannot be read")
	}
	if c.Ledger.Sent == nil || c.Ledger.Has == nil || c.Ledger.Record == nil {
		return nil, errors.New("mail: no ledger to remember what was sent")
	}
	s := &Sender{Config: c, host: server.Hostname(), port: 587, user: server.User, from: from}
	if server.Scheme == "smtps" {
		s.secure, s.port = true, 465
	}
	if server.Port() != "" {
		if s.port, err = strconv.Atoi(server.Port()); err != nil || s.port < 1 || s.port > 65535 {
			return nil, errors.New("mail: the server's port is not a port")
		}
	}
	if s.Timeout <= 0 {
		s.Timeout = defaultTimeout
	}
	return s, nil
}

// Sent counts the mails an address had from us within that time.
func (s *Sender) Sent(ctx context.Context, to string, within time.Duration) (int, error) {
	n, err := s.Ledger.Sent(ctx, to, within)
	if err != nil {
		return 0, failed(errLedger, err)
	}
	return n, nil
}

// Has reports whether the mail with that ID was sent.
func (s *Sender) Has(ctx context.Context, id string) (bool, error) {
	sent, err := s.Ledger.Has(ctx, id)
	if err != nil {
		return false, failed(errLedger, err)
	}
	return sent, nil
}

// Send sends a mail unless the ledger has it already, and records it. Errors are of type [*Error].
func (s *Sender) Send(ctx context.Context, m Message) error {
	if rest.IsReadOnly(ctx) {
		return failed(errReadOnly, nil)
	}
	msg, err := s.compose(m)
	if err != nil {
		return err
	}
	switch sent, err := s.Has(ctx, m.ID); {
	case err != nil:
		return err
	case sent:
		return nil
	}
	if rest.Allowed(ctx) != nil {
		return failed(errNotHeld, nil)
	}
	if err := s.deliver(ctx, msg); err != nil {
		return err
	}
	// The mail is out; that the caller went away must not make anyone forget it.
	if err := s.Ledger.Record(context.WithoutCancel(ctx), m.To, m.ID); err != nil {
		return failed(errUnrecorded, err)
	}
	return nil
}

// deliver hands one mail to the server.
func (s *Sender) deliver(ctx context.Context, msg *smtp.Msg) error {
	ctx, cancel := context.WithTimeout(ctx, s.Timeout)
	defer cancel()
	client, err := s.client(ctx)
	if err != nil {
		return failed(errSetup, err)
	}
	err = client.DialAndSendWithContext(ctx, msg)
	if msg.IsDelivered() { // what fails after the server took the mail is no failure to send it
		return nil
	}
	return classify(ctx, err)
}

func (s *Sender) client(ctx context.Context) (*smtp.Client, error) {
	options := []smtp.Option{
		smtp.WithPort(s.port), smtp.WithTimeout(s.Timeout), smtp.WithoutNoop(), smtp.WithHELO("localhost"),
		smtp.WithTLSPolicy(smtp.TLSOpportunistic),
	}
	if s.secure {
		options = append(options, smtp.WithSSL())
	} else {
		options = append(options, smtp.WithDialContextFunc(hangUp(ctx)))
	}
	if s.user != nil && s.user.Username() != "" {
		password, _ := s.user.Password()
		options = append(options, smtp.WithUsername(s.user.Username()), smtp.WithPassword(password))
		if loopback(s.host) {
			options = append(options, smtp.WithOpportunisticSMTPAuth(smtp.SMTPAuthPlainNoEnc, smtp.SMTPAuthLoginNoEnc))
		} else {
			options = append(options, smtp.WithSMTPAuth(smtp.SMTPAuthAutoDiscover), smtp.WithTLSPolicy(smtp.TLSMandatory))
		}
	}
	client, err := smtp.NewClient(s.host, options...)
	if err != nil {
		return nil, fmt.Errorf("mail: %w", err)
	}
	return client, nil
}

// hangUp dials such that the connection ends with ctx: the SMTP client itself only knows a deadline.
func hangUp(ctx context.Context) smtp.DialContextFunc {
	return func(dialing context.Context, network, address string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(dialing, network, address)
		if err != nil {
			return nil, err
		}
		context.AfterFunc(ctx, func() { conn.Close() })
		return conn, nil
	}
}

// loopback reports whether the host is this machine, where no network can be listened to.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
