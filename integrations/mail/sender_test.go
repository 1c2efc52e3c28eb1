package mail_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"registrar/integrations/mail"
	"registrar/integrations/mail/mailtest"
	"registrar/integrations/rest"
)

const link = "https://academy.example.org/users/confirmation?confirmation_token=abc&x=1"

// memory is a ledger that can be made to fail.
type memory struct {
	mu                sync.Mutex
	sent              map[string]string // id → address
	failHas, failSave error
}

func (m *memory) ledger() mail.Ledger {
	m.sent = map[string]string{}
	return mail.Ledger{
		Sent: func(_ context.Context, to string, _ time.Duration) (int, error) {
			m.mu.Lock()
			defer m.mu.Unlock()
			n := 0
			for _, other := range m.sent {
				if other == to {
					n++
				}
			}
			return n, m.failHas
		},
		Has: func(_ context.Context, id string) (bool, error) {
			m.mu.Lock()
			defer m.mu.Unlock()
			_, there := m.sent[id]
			return there, m.failHas
		},
		Record: func(ctx context.Context, to, id string) error {
			m.mu.Lock()
			defer m.mu.Unlock()
			if m.failSave == nil {
				m.sent[id] = to
			}
			return errors.Join(m.failSave, ctx.Err())
		},
	}
}

func setup(t *testing.T, o mailtest.Options) (*mailtest.Server, *mail.Sender, *memory) {
	t.Helper()
	server, ledger := mailtest.New(o), new(memory)
	t.Cleanup(server.Close)
	sender, err := mail.New(mail.Config{
		URL: server.URL(), From: "Support <support@example.org>", Timeout: 5 * time.Second, Ledger: ledger.ledger(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return server, sender, ledger
}

func TestSendOnce(t *testing.T) {
	for name, o := range map[string]mailtest.Options{"open": {}, "with login": {Username: "me@example.org", Password: "p:w"}} {
		t.Run(name, func(t *testing.T) {
			server, sender, _ := setup(t, o)
			m := mail.ConfirmationLink("run-1/mail", "jo@x.edu", "Academy", link)
			arrived, stop := server.Subscribe()
			defer stop()
			for range 2 {
				if err := sender.Send(t.Context(), m); err != nil {
					t.Fatal(err)
				}
			}
			<-arrived
			got := server.Messages()
			if len(got) != 1 {
				t.Fatalf("%d mails", len(got))
			}
			mailed := got[0]
			if mailed.From != "support@example.org" || len(mailed.To) != 1 || mailed.To[0] != "jo@x.edu" ||
				mailed.Subject != "Please confirm your address for Academy" {
				t.Errorf("%+v", mailed)
			}
			if len(mailed.Links) != 1 || mailed.Links[0] != link || !strings.Contains(mailed.HTML, "confirmation_token=abc&amp;x=1") {
				t.Errorf("links %q in\n%s\n%s", mailed.Links, mailed.Text, mailed.HTML)
			}
			if !strings.HasSuffix(mailed.ID, "@example.org") || strings.Contains(mailed.Raw, "run-1") {
				t.Errorf("Message-ID %q", mailed.ID)
			}
			if n, err := sender.Sent(t.Context(), "jo@x.edu", time.Hour); err != nil || n != 1 {
				t.Errorf("%d sent, %v", n, err)
			}
		})
	}
}

// The same mail has the same Message-ID whoever sends it, so that a mailbox that gets it twice can tell.
func TestMessageID(t *testing.T) {
	server, sender, ledger := setup(t, mailtest.Options{})
	for _, id := range []string{"a", "a", "b"} {
		clear(ledger.sent)
		if err := sender.Send(t.Context(), mail.AcceptLink(id, "jo@x.edu", "Academy", link)); err != nil {
			t.Fatal(err)
		}
	}
	got := server.Messages()
	if got[0].ID != got[1].ID || got[0].ID == got[2].ID {
		t.Errorf("%s, %s, %s", got[0].ID, got[1].ID, got[2].ID)
	}
}

type outcome struct {
	unsure, later bool
}

func outcomeOf(t *testing.T, err error) outcome {
	t.Helper()
	e, ok := errors.AsType[*mail.Error](err)
	if !ok {
		t.Fatalf("%v is not a *mail.Error", err)
	}
	if e.Public() == "" {
		t.Errorf("%v has no sentence for people", err)
	}
	for _, secret := range []string{"jo@x.edu", "academy", "confirmation_token", "127.0.0.1", "hunter2", "nasty"} {
		if text := err.Error() + e.Public(); strings.Contains(text, secret) {
			t.Errorf("%q tells %q", text, secret)
		}
	}
	_, later := e.RetryLater()
	return outcome{e.Unsure(), later}
}

func TestFailures(t *testing.T) {
	nothing := outcome{false, false}
	tests := map[string]struct {
		fault mailtest.Fault
		want  outcome
		kept  int
	}{
		"busy":               {mailtest.Fault{Refuse: "451 nasty jo@x.edu later"}, outcome{false, true}, 0},
		"refused":            {mailtest.Fault{Refuse: "550 nasty jo@x.edu no"}, nothing, 0},
		"text refused":       {mailtest.Fault{Reject: "554 nasty spam"}, nothing, 0},
		"text later":         {mailtest.Fault{Reject: "452 nasty full"}, outcome{false, true}, 0},
		"taken, no reply":    {mailtest.Fault{Drop: true}, outcome{true, false}, 1},
		"lost, no reply":     {mailtest.Fault{Drop: true, Lose: true}, outcome{true, false}, 0},
		"too slow to answer": {mailtest.Fault{Delay: time.Hour}, outcome{true, false}, 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, sender, ledger := setup(t, mailtest.Options{})
			server.Fail(test.fault)
			patience := 20 * time.Second
			if test.fault.Delay > 0 {
				patience = 300 * time.Millisecond
			}
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			err := sender.Send(ctx, mail.ConfirmationLink("m", "jo@x.edu", "Academy", link))
			if got := outcomeOf(t, err); got != test.want {
				t.Errorf("%+v, want %+v: %v", got, test.want, err)
			}
			if n := len(server.Messages()); n != test.kept {
				t.Errorf("%d mails kept", n)
			}
			if len(ledger.sent) != 0 {
				t.Error("recorded as sent")
			}
		})
	}
}

func TestServerOutOfReach(t *testing.T) {
	server, sender, _ := setup(t, mailtest.Options{})
	server.Close()
	m := mail.AcceptLink("m", "jo@x.edu", "Academy", link)
	if got := outcomeOf(t, sender.Send(t.Context(), m)); got != (outcome{false, true}) {
		t.Errorf("%+v", got)
	}
}

func TestWrongLogin(t *testing.T) {
	server := mailtest.New(mailtest.Options{Username: "me", Password: "right"})
	t.Cleanup(server.Close)
	sender, err := mail.New(mail.Config{
		URL: strings.Replace(server.URL(), "right", "hunter2", 1), From: "a@example.org", Ledger: new(memory).ledger(),
	})
	if err != nil {
		t.Fatal(err)
	}
	err = sender.Send(t.Context(), mail.AcceptLink("m", "jo@x.edu", "Academy", link))
	if got := outcomeOf(t, err); got != (outcome{}) || !strings.Contains(err.Error(), "login") {
		t.Errorf("%+v: %v", got, err)
	}
}

// A password must not go to another machine in clear: without STARTTLS nothing is sent.
func TestPasswordsNeedTLS(t *testing.T) {
	server := mailtest.New(mailtest.Options{Username: "me", Password: "hunter2"})
	t.Cleanup(server.Close)
	// 0.0.0.0 leads to this machine, but does not say so.
	elsewhere := strings.Replace(server.URL(), "127.0.0.1", "0.0.0.0", 1)
	sender, err := mail.New(mail.Config{URL: elsewhere, From: "a@example.org", Ledger: new(memory).ledger()})
	if err != nil {
		t.Fatal(err)
	}
	err = sender.Send(t.Context(), mail.AcceptLink("m", "jo@x.edu", "Academy", link))
	if got := outcomeOf(t, err); got != (outcome{}) || !strings.Contains(err.Error(), "settings") {
		t.Errorf("%+v: %v", got, err)
	}
	if len(server.Messages()) != 0 {
		t.Error("a mail arrived")
	}
}

func TestLedgerFailures(t *testing.T) {
	server, sender, ledger := setup(t, mailtest.Options{})
	m := mail.AcceptLink("m", "jo@x.edu", "Academy", link)
	ledger.failHas = errors.New("store gone")
	if got := outcomeOf(t, sender.Send(t.Context(), m)); got != (outcome{false, true}) || len(server.Messages()) != 0 {
		t.Errorf("cannot look up: %+v, %d mails", got, len(server.Messages()))
	}
	ledger.failHas, ledger.failSave = nil, errors.New("store gone")
	if got := outcomeOf(t, sender.Send(t.Context(), m)); got != (outcome{true, false}) || len(server.Messages()) != 1 {
		t.Errorf("cannot record: %+v, %d mails", got, len(server.Messages()))
	}
}

func TestPlanningSendsNothing(t *testing.T) {
	server, sender, _ := setup(t, mailtest.Options{})
	err := sender.Send(rest.ReadOnly(t.Context()), mail.AcceptLink("m", "jo@x.edu", "Academy", link))
	if got := outcomeOf(t, err); got != (outcome{}) || len(server.Messages()) != 0 {
		t.Errorf("%+v, %d mails", got, len(server.Messages()))
	}
}

func TestAGuardedSenderAsksFirst(t *testing.T) {
	server, sender, _ := setup(t, mailtest.Options{})
	may := errors.New("another process has the run")
	ctx := rest.Guarded(t.Context(), func() error { return may })
	m := mail.AcceptLink("m", "jo@x.edu", "Academy", link)
	if got := outcomeOf(t, sender.Send(ctx, m)); got != (outcome{later: true}) || len(server.Messages()) != 0 {
		t.Errorf("%+v, %d mails", got, len(server.Messages()))
	}
	may = nil
	if err := sender.Send(ctx, m); err != nil || len(server.Messages()) != 1 {
		t.Errorf("allowed: %v, %d mails", err, len(server.Messages()))
	}
}

func TestInjection(t *testing.T) {
	server, sender, _ := setup(t, mailtest.Options{})
	for _, m := range []mail.Message{
		{ID: "1", To: "jo@x.edu\r\nBcc: all@x.edu", Subject: "s", Text: "t"},
		{ID: "2", To: "jo@x.edu, all@x.edu", Subject: "s", Text: "t"},
		{ID: "3", To: "Jo <jo@x.edu>", Subject: "s", Text: "t"},
		{ID: "4", To: "jo@x.edu", Subject: "s\r\nBcc: all@x.edu", Text: "t"},
		{ID: "5", To: "jo@x.edu> SIZE=1", Subject: "s", Text: "t"},
		{ID: "", To: "jo@x.edu", Subject: "s", Text: "t"},
	} {
		if err := sender.Send(t.Context(), m); err == nil {
			t.Errorf("%q was sent", m.To)
		}
	}
	// A dot alone on a line ends a mail on the wire; it must not end this one.
	text := "one\n.\nMAIL FROM:<evil@x.edu>\n..two\n"
	if err := sender.Send(t.Context(), mail.Message{ID: "7\r\nBcc: all@x.edu", To: "jo@x.edu", Subject: "Grüße", Text: text}); err != nil {
		t.Fatal(err)
	}
	got := server.Messages()
	if len(got) != 1 || got[0].Text != text || got[0].Subject != "Grüße" || got[0].Header.Get("Bcc") != "" {
		t.Errorf("%+v", got)
	}
}

func TestNewRefuses(t *testing.T) {
	good := mail.Config{URL: "smtp://me:hunter2@mail.example.org", From: "a@example.org", Ledger: new(memory).ledger()}
	if _, err := mail.New(good); err != nil {
		t.Error(err)
	}
	for name, break_ := range map[string]func(*mail.Config){
		"scheme": func(c *mail.Config) { c.URL = "http://me:hunter2@x" }, "host": func(c *mail.Config) { c.URL = "smtp://" },
		"port": func(c *mail.Config) { c.URL = "smtp://me:hunter2@x:99999" }, "garbage": func(c *mail.Config) { c.URL = "smtp://me:hunter2@%zz" },
		"from": func(c *mail.Config) { c.From = "nobody" }, "ledger": func(c *mail.Config) { c.Ledger.Has = nil },
	} {
		c := good
		break_(&c)
		if _, err := mail.New(c); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
