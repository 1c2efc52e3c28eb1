package slacktest

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// content reads and checks what the chat methods have in common.
func (s *Server) content(q *request) (*Message, error) {
	m := &Message{Text: q.args.str("text"), User: BotUser, ThreadTS: q.args.str("thread_ts")}
	if q.args.has("markdown_text") {
		m.Text = q.args.str("markdown_text")
	}
	if utf8.RuneCountInString(m.Text) > maxText {
		return nil, refuse("msg_too_long")
	}
	if blocks := q.args.json("blocks"); blocks != nil {
		var list []json.RawMessage
		if json.Unmarshal(blocks, &list) != nil {
			return nil, refuse("invalid_blocks_format")
		}
		if problems := CheckBlocks(blocks, OnMessage); len(problems) > 0 {
			return nil, refuse("invalid_blocks", problems...)
		}
		m.Blocks = s.complete(blocks)
	}
	metadata := q.args.json("metadata")
	if metadata == nil {
		return m, nil
	}
	if err := checkMetadata(metadata); err != nil {
		return nil, err
	}
	m.Metadata = metadata
	return m, nil
}

// checkMetadata holds metadata to its documented form: a type and a payload of flat values,
// lists, or objects one level deep.
func checkMetadata(raw json.RawMessage) error {
	var md struct {
		EventType    string         `json:"event_type"`
		EventPayload map[string]any `json:"event_payload"`
	}
	if json.Unmarshal(raw, &md) != nil {
		return refuse("invalid_metadata_format")
	}
	if md.EventType == "" || md.EventPayload == nil {
		return refuse("invalid_metadata_schema")
	}
	for _, v := range md.EventPayload {
		inner, _ := v.(map[string]any)
		for _, deep := range inner {
			if _, object := deep.(map[string]any); object {
				return refuse("invalid_metadata_schema")
			}
		}
	}
	return nil
}

func (m *Message) empty() bool {
	return m.Text == "" && (len(m.Blocks) == 0 || string(m.Blocks) == "[]")
}

// postable finds the channel a message is for, a person's id standing for the direct message.
func (s *Server) postable(to string) (*channel, error) {
	if strings.HasPrefix(to, "U") || strings.HasPrefix(to, "W") {
		u := s.user(to)
		switch {
		case u == nil:
			return nil, refuse("channel_not_found")
		case u.Deleted:
			return nil, refuse("user_disabled")
		}
		c, _ := s.direct(to)
		return c, nil
	}
	c := s.channel(to)
	if c == nil {
		c = s.channelNamed(to)
	}
	switch {
	case c == nil, c.Private && !c.has(BotUser):
		return nil, refuse("channel_not_found")
	case c.Archived:
		return nil, refuse("is_archived")
	case !c.has(BotUser) && !s.granted("chat:write.public"):
		return nil, refuse("not_in_channel")
	}
	return c, nil
}

func chatPostMessage(s *Server, q *request) (reply, error) {
	c, err := s.postable(q.args.str("channel"))
	if err != nil {
		return nil, err
	}
	if err := s.limitPost(c.ID); err != nil {
		return nil, err
	}
	m, err := s.content(q)
	if err != nil {
		return nil, err
	}
	if m.empty() && !q.args.has("attachments") {
		return nil, refuse("no_text")
	}
	if m.ThreadTS != "" {
		parent := c.find(m.ThreadTS)
		switch {
		case parent == nil:
			return nil, refuse("thread_not_found")
		case parent.ThreadTS != "" && parent.ThreadTS != parent.TS:
			return nil, refuse("cannot_reply_to_message")
		}
	}
	s.add(c, m)
	return reply{"channel": c.ID, "ts": m.TS, "message": *m}, nil
}

func chatPostEphemeral(s *Server, q *request) (reply, error) {
	c, err := s.postable(q.args.str("channel"))
	if err != nil {
		return nil, err
	}
	user := q.args.str("user")
	if !c.has(user) {
		return nil, refuse("user_not_in_channel")
	}
	m, err := s.content(q)
	if err != nil {
		return nil, err
	}
	if m.empty() && !q.args.has("attachments") {
		return nil, refuse("no_text")
	}
	s.show(c, user, m)
	return reply{"message_ts": m.TS}, nil
}

// own finds a message the bot may change.
func (s *Server) own(q *request, refusal string) (*channel, *Message, error) {
	c := s.channel(q.args.str("channel"))
	if c == nil {
		return nil, nil, refuse("channel_not_found")
	}
	m := c.find(q.args.str("ts"))
	switch {
	case m == nil:
		return nil, nil, refuse("message_not_found")
	case c.Archived:
		return nil, nil, refuse("is_archived")
	case m.User != BotUser:
		return nil, nil, refuse(refusal)
	}
	return c, m, nil
}

// chatUpdate follows the documented rule for blocks: text without blocks removes the old blocks
// and marks the message as edited; blocks replace them without the mark. Metadata stays when
// none is sent.
func chatUpdate(s *Server, q *request) (reply, error) {
	c, m, err := s.own(q, "cant_update_message")
	if err != nil {
		return nil, err
	}
	next, err := s.content(q)
	if err != nil {
		return nil, err
	}
	if next.empty() && !q.args.has("blocks") && !q.args.has("attachments") && next.Metadata == nil {
		return nil, refuse("no_text")
	}
	switch {
	case q.args.has("blocks"):
		m.Blocks = next.Blocks
		if q.args.has("text") {
			m.Text = next.Text
		}
	case next.Text != "":
		m.Text, m.Blocks = next.Text, nil
		m.Edited = &Edited{User: BotUser, TS: s.stamp(c)}
	}
	if next.Metadata != nil {
		m.Metadata = next.Metadata
	}
	m.revision++
	return reply{"channel": c.ID, "ts": m.TS, "text": m.Text, "message": *m}, nil
}

func chatDelete(s *Server, q *request) (reply, error) {
	c, m, err := s.own(q, "cant_delete_message")
	if err != nil {
		return nil, err
	}
	c.messages = slices.DeleteFunc(c.messages, func(x *Message) bool { return x == m })
	return reply{"channel": c.ID, "ts": m.TS}, nil
}

func chatGetPermalink(s *Server, q *request) (reply, error) {
	c := s.channel(q.args.str("channel"))
	if c == nil {
		return nil, refuse("channel_not_found")
	}
	m := c.find(q.args.str("message_ts"))
	if m == nil {
		return nil, refuse("message_not_found")
	}
	link := "https://" + s.cfg.teamDomain + ".slack.com/archives/" + c.ID + "/p" + strings.ReplaceAll(m.TS, ".", "")
	if m.ThreadTS != "" && m.ThreadTS != m.TS {
		link += "?" + url.Values{"thread_ts": {m.ThreadTS}, "cid": {c.ID}}.Encode()
	}
	return reply{"channel": c.ID, "permalink": link}, nil
}
