package mailtest

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Message is a mail that arrived, taken apart.
type Message struct {
	From     string   // of the envelope
	To       []string // of the envelope
	Header   mail.Header
	ID       string // Message-ID, without its brackets
	Subject  string
	Text     string   // the plain part
	HTML     string   // the HTML part; "": none
	Links    []string // in Text, each once
	Received time.Time
	Raw      string
}

var links = regexp.MustCompile(`https?://[^\s<>"]+`)

// parse takes a mail apart. What cannot be read is left empty; Raw is always there.
func parse(from string, to []string, raw []byte) Message {
	m := Message{From: from, To: slices.Clone(to), Received: time.Now(), Raw: string(raw)}
	read, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return m
	}
	m.Header = read.Header
	m.ID = strings.Trim(read.Header.Get("Message-Id"), "<> ")
	if m.Subject, err = new(mime.WordDecoder).DecodeHeader(read.Header.Get("Subject")); err != nil {
		m.Subject = read.Header.Get("Subject")
	}
	m.body(textproto.MIMEHeader(read.Header), read.Body)
	for _, link := range links.FindAllString(m.Text, -1) {
		if link = strings.TrimRight(link, ".,;:!?)"); !slices.Contains(m.Links, link) {
			m.Links = append(m.Links, link)
		}
	}
	return m
}

// body reads a part, or the parts in it.
func (m *Message) body(header textproto.MIMEHeader, content io.Reader) {
	kind, params, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil {
		kind = "text/plain"
	}
	if strings.HasPrefix(kind, "multipart/") {
		parts := multipart.NewReader(content, params["boundary"])
		for part, err := parts.NextRawPart(); err == nil; part, err = parts.NextRawPart() {
			m.body(part.Header, part)
		}
		return
	}
	switch strings.ToLower(header.Get("Content-Transfer-Encoding")) {
	case "quoted-printable":
		content = quotedprintable.NewReader(content)
	case "base64":
		content = base64.NewDecoder(base64.StdEncoding, content)
	}
	text, err := io.ReadAll(content)
	if err != nil {
		return
	}
	plain := strings.ReplaceAll(string(text), "\r\n", "\n")
	switch {
	case kind == "text/html" && m.HTML == "":
		m.HTML = plain
	case kind == "text/plain" && m.Text == "":
		m.Text = plain
	}
}
