package mailtest

import (
	"net/smtp"
	"strings"
	"testing"
)

// The standard library's client, which nobody here wrote, can talk to the server.
func TestStandardClient(t *testing.T) {
	s := New(Options{Username: "me", Password: "secret"})
	t.Cleanup(s.Close)
	_, address, _ := strings.Cut(s.URL(), "@")
	text := "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\r\nSee https://x.edu/a?b=c, and https://x.edu/a?b=c.\r\n.\r\nbye\r\n"
	send := func(password string) error {
		return smtp.SendMail(address, smtp.PlainAuth("", "me", password, "127.0.0.1"), "a@x.edu", []string{"b@x.edu", "c@x.edu"}, []byte(text))
	}
	if err := send("wrong"); err == nil || !strings.HasPrefix(err.Error(), "535") {
		t.Errorf("wrong password: %v", err)
	}
	if err := send("secret"); err != nil {
		t.Fatal(err)
	}
	got := s.Messages()
	if len(got) != 1 || got[0].Subject != "Grüße" || len(got[0].To) != 2 || !strings.HasSuffix(got[0].Text, "\n.\nbye\n") ||
		len(got[0].Links) != 1 || got[0].Links[0] != "https://x.edu/a?b=c" {
		t.Errorf("%+v", got)
	}
	s.Fail(Fault{Refuse: "451 later"})
	if err := send("secret"); err == nil || !strings.HasPrefix(err.Error(), "451") {
		t.Errorf("refused: %v", err)
	}
}

// Whether a mail is kept and whether it is answered are two things.
func TestAround(t *testing.T) {
	s := New(Options{})
	t.Cleanup(s.Close)
	address := strings.TrimPrefix(s.URL(), "smtp://")
	send := func() error {
		return smtp.SendMail(address, nil, "a@x.edu", []string{"b@x.edu"}, []byte("Subject: x\r\n\r\nHello\r\n"))
	}
	for _, tt := range []struct {
		keeps, replies bool
		total          int
	}{{false, false, 0}, {true, false, 1}, {false, true, 1}, {true, true, 2}} {
		s.Around(func(m Message, keep, reply func()) {
			if m.Subject != "x" {
				t.Errorf("subject %q", m.Subject)
			}
			if tt.keeps {
				keep()
			}
			if tt.replies {
				reply()
			}
		})
		if err := send(); (err == nil) != tt.replies || len(s.Messages()) != tt.total {
			t.Errorf("%+v: %v, %d mails", tt, err, len(s.Messages()))
		}
	}
	s.Around(nil)
	if err := send(); err != nil || len(s.Messages()) != 3 {
		t.Errorf("%v, %d mails", err, len(s.Messages()))
	}
}
