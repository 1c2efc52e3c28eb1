package mail

import (
	"bytes"
	"io"
	"maps"
	"mime"
	netmail "net/mail"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// FuzzCompose: whatever stands in a mail, it has the headers we wrote and no
// more, goes to one address, and brings its text and subject unharmed.
func FuzzCompose(f *testing.F) {
	for _, s := range []string{"", "plain", "s\r\nBcc: all@x.edu", "s\nBcc: all@x.edu", "s\rBcc: all@x.edu", "Grüße", "=?utf-8?q?Bcc:_x?=", "=?utf-8?b?", "\u2028Bcc: x", "\x00", "\xff", "\u202etxt",
		strings.Repeat("long ", 300), strings.Repeat("ü", 500), "\t x", ".\r\n", "\r\n.\r\nMAIL FROM:<a@x.edu>", "--boundary", "<a@x.edu>", "jo@x.edu", "\"a b\"@x.edu", "jo@[127.0.0.1]", "jürgen@müller.example", "jo@x.edu,all@x.edu"} {
		f.Add("jo@x.edu", s, s, "1")
		f.Add(s, "Subject", "text", s)
	}
	s := &Sender{from: &netmail.Address{Name: "Academy", Address: "academy@example.org"}}
	f.Fuzz(func(t *testing.T, to, subject, text, id string) {
		msg, err := s.compose(Message{ID: id, To: to, Subject: subject, Text: text})
		if err != nil {
			if e, ok := err.(*Error); !ok || e.Public() == "" || strings.Contains(e.Error(), "@") {
				t.Errorf("%v", err)
			}
			return
		}
		var raw bytes.Buffer
		if _, err := msg.WriteTo(&raw); err != nil {
			return // what cannot be written is not sent
		}
		for line := range strings.SplitSeq(raw.String(), "\r\n") {
			if strings.ContainsAny(line, "\r\n") || len(line) > 998 {
				t.Fatalf("a line of %q", line)
			}
		}
		got, err := netmail.ReadMessage(&raw)
		if err != nil {
			t.Fatalf("%q cannot be read: %v", raw.String(), err)
		}
		names := slices.Sorted(maps.Keys(got.Header))
		if subject == "" {
			names = slices.DeleteFunc(append(names, "Subject"), func(n string) bool { return n == "Subject" })
			names = append(names, "Subject")
			slices.Sort(names)
		}
		want := []string{"Auto-Submitted", "Content-Transfer-Encoding", "Content-Type", "Date", "From", "Message-Id", "Mime-Version", "Subject", "To"}
		if !slices.Equal(names, want) {
			t.Errorf("headers %q", names)
		}
		recipients, err := got.Header.AddressList("To")
		if err != nil || len(recipients) != 1 || recipients[0].Address != to {
			t.Errorf("%q became %v (%v)", to, recipients, err)
		}
		if envelope, err := msg.GetRecipients(); err != nil || len(envelope) != 1 || envelope[0] != "<"+to+">" {
			t.Errorf("on the wire %q became %q (%v)", to, envelope, err)
		}
		shown, err := new(mime.WordDecoder).DecodeHeader(got.Header.Get("Subject"))
		if err != nil {
			shown = got.Header.Get("Subject")
		}
		fold := func(s string) string { return strings.Join(strings.Fields(strings.ToValidUTF8(s, "")), " ") }
		if fold(shown) != fold(subject) && !strings.Contains(subject, "=?") {
			t.Errorf("the subject %q became %q", subject, shown)
		}
		if strings.ContainsFunc(shown, unicode.IsControl) {
			t.Errorf("the subject %q shows %q", subject, shown)
		}
		if got.Header.Get("Content-Transfer-Encoding") == "" {
			t.Error("no encoding")
		}
		body, err := io.ReadAll(got.Body)
		if err != nil || len(body) > 0 && bytes.Contains(body, []byte("\n.\r\n")) && !strings.Contains(text, ".") {
			t.Errorf("%q became %q (%v)", text, body, err)
		}
	})
}

// FuzzLetter: a link stays one link in the text and in the HTML of a letter.
func FuzzLetter(f *testing.F) {
	for _, link := range []string{"https://academy.example.org/x?a=b&c=d", "https://academy.example.org/\"><script>alert(1)</script>", "javascript:alert(1)", "' onmouseover='x", "https://academy.example.org/%22", "</a>", "https://x/\u2028"} {
		f.Add(link, "Academy")
		f.Add("https://academy.example.org/x", link)
	}
	f.Fuzz(func(t *testing.T, link, portal string) {
		for _, m := range []Message{AcceptLink("1", "jo@x.edu", portal, link), ConfirmationLink("1", "jo@x.edu", portal, link)} {
			if strings.Count(m.HTML, "<a ") != 1 || strings.Count(m.HTML, "</a>") != 1 || strings.Count(m.HTML, "<p>") != 5 || strings.Count(m.HTML, "<script") != 0 ||
				strings.Count(m.HTML, "\"") != 6 || strings.Count(m.HTML, "<") != 17 {
				t.Errorf("%q and %q made %s", link, portal, m.HTML)
			}
			if strings.Contains(strings.ToLower(m.HTML), "href=\"javascript:") {
				t.Errorf("%q may run: %s", link, m.HTML)
			}
		}
	})
}

// FuzzServerURL: the address of the mail server is taken apart, or refused
// without showing the password in it.
func FuzzServerURL(f *testing.F) {
	for _, raw := range []string{"smtp://u:pLaNtEd@h:587", "smtps://pLaNtEd@h", "smtp://h:pLaNtEd", "smtp://u:pLaNtEd%zz@h", "smtp:pLaNtEd", "smtp://u:p@ss:pLaNtEd@h", "smtp://[::1]:99999/pLaNtEd", "http://pLaNtEd", "\x00pLaNtEd", "smtp://u:pLaNtEd@h:0"} {
		f.Add(raw)
	}
	ledger := Ledger{Sent: nil}
	f.Fuzz(func(t *testing.T, raw string) {
		s, err := New(Config{URL: raw, From: "a@example.org", Ledger: ledger})
		if s != nil {
			t.Fatal("a sender without a ledger")
		}
		if strings.Contains(err.Error(), "pLaNtEd") {
			t.Errorf("%q: %v", raw, err)
		}
	})
}
