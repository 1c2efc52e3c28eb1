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
