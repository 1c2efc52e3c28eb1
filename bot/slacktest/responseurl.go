package slacktest

import (
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"time"
)

// Documented: five uses within thirty minutes.
const (
	responseURLUses = 5
	responseURLLife = 30 * time.Minute
)

type responseURL struct {
	channel *channel
	user    string
	until   time.Time
	left    int
	origin  *Message // the message that was clicked, if any
}

// newResponseURL hands one out. The caller holds s.mu.
func (s *Server) newResponseURL(c *channel, user string, origin *Message) string {
	secret := rand.Text()
	s.urls[secret] = &responseURL{
		channel: c, user: user, until: s.cfg.now().Add(responseURLLife), left: responseURLUses, origin: origin,
	}
	return s.url("/response/" + secret)
}

// An answer is the message an app sends to a response_url or inside a slash command's ack.
type answer struct {
	Text            string          `json:"text"`
	Blocks          json.RawMessage `json:"blocks"`
	ResponseType    string          `json:"response_type"`
	ReplaceOriginal bool            `json:"replace_original"`
	DeleteOriginal  bool            `json:"delete_original"`
	ThreadTS        string          `json:"thread_ts"`
}

func (a *answer) problems() []string {
	if len(a.Blocks) == 0 || string(a.Blocks) == "null" {
		a.Blocks = nil
		return nil
	}
	return CheckBlocks(a.Blocks, OnMessage)
}

func (s *Server) serveResponseURL(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	var a answer
	if err == nil {
		err = json.Unmarshal(body, &a)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	code := ""
	u := s.urls[r.PathValue("secret")]
	switch {
	case u == nil:
		code = "invalid_url"
	case s.cfg.now().After(u.until):
		code = "expired_url"
	case u.left == 0:
		code = "used_url"
		s.violation("response_url used more than %d times", responseURLUses)
	case err != nil:
		code = "invalid_payload"
	}
	status := http.StatusNotFound
	if code == "" {
		u.left--
		status = http.StatusBadRequest
		code = s.respond(u, &a)
	}
	call := Call{Method: "response_url", At: s.cfg.now(), OK: code == "", Error: code, Status: http.StatusOK}
	_ = json.Unmarshal(body, &call.Args) // a body that is no object shows as no arguments
	if code != "" {
		call.Status = status
	}
	s.calls = append(s.calls, call)
	s.notify()
	w.WriteHeader(call.Status)
	if code != "" {
		_, _ = w.Write(marshal(reply{"ok": false, "error": code}))
		return
	}
	_, _ = io.WriteString(w, "ok")
}

// respond carries an answer out and returns Slack's error, "" when it was fine.
func (s *Server) respond(u *responseURL, a *answer) string {
	if problems := a.problems(); len(problems) > 0 {
		s.violation("response_url: invalid_blocks %s", problems[0])
		return "invalid_blocks"
	}
	switch {
	case a.DeleteOriginal:
		s.removeOrigin(u)
		return ""
	case a.Text == "" && a.Blocks == nil:
		s.violation("response_url: no_text")
		return "no_text"
	case a.ReplaceOriginal && u.origin != nil:
		u.origin.Text, u.origin.Blocks = a.Text, s.complete(a.Blocks)
		u.origin.revision++
		s.notify()
		return ""
	}
	s.place(u.channel, u.user, a)
	return ""
}

// place puts an answer where its response_type says. The bot need not be in the channel.
func (s *Server) place(c *channel, user string, a *answer) {
	m := &Message{User: BotUser, Text: a.Text, Blocks: s.complete(a.Blocks), ThreadTS: a.ThreadTS}
	if a.ResponseType == "in_channel" {
		s.add(c, m)
		return
	}
	s.show(c, user, m)
}

func (s *Server) removeOrigin(u *responseURL) {
	same := func(m *Message) bool { return m == u.origin }
	u.channel.messages = slices.DeleteFunc(u.channel.messages, same)
	p := s.person(u.user)
	p.ephemerals = slices.DeleteFunc(p.ephemerals, same)
	s.notify()
}
