package slacktest

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
)

// visible finds a channel the bot may know of, and checks the scope its kind asks for:
// channels:x for public ones, groups:x for private ones, im:x for direct messages.
func (s *Server) visible(id, scope string) (*channel, error) {
	c := s.channel(id)
	if c == nil || c.Private && !c.has(BotUser) {
		return nil, refuse("channel_not_found")
	}
	kind := "channels:"
	switch {
	case c.IM != "":
		kind = "im:"
	case c.Private:
		kind = "groups:"
	}
	if !s.granted(kind + scope) {
		return nil, &refusal{code: "missing_scope", needed: kind + scope}
	}
	return c, nil
}

func (c *channel) object() map[string]any {
	o := map[string]any{
		"id": c.ID, "is_im": c.IM != "", "is_private": c.Private, "is_archived": c.Archived, "context_team_id": TeamID,
		"is_member": c.has(BotUser), "is_ext_shared": c.ExtShared, "is_shared": c.ExtShared, "num_members": len(c.Members),
	}
	if c.IM != "" {
		o["user"], o["is_open"] = c.IM, true
		return o
	}
	o["name"], o["name_normalized"] = c.Name, c.Name
	o["is_channel"], o["is_group"], o["is_mpim"] = !c.Private, c.Private, false
	return o
}

func conversationsOpen(s *Server, q *request) (reply, error) {
	if id := q.args.str("channel"); id != "" {
		c := s.channel(id)
		if c == nil || c.IM == "" {
			return nil, refuse("channel_not_found")
		}
		return reply{"channel": c.object(), "no_op": true, "already_open": true}, nil
	}
	users := q.args.list("users")
	switch {
	case len(users) == 0:
		return nil, refuse("users_list_not_supplied")
	case len(users) > 1:
		return nil, &refusal{code: "missing_scope", needed: "mpim:write"}
	}
	u := s.user(users[0])
	switch {
	case u == nil:
		return nil, refuse("user_not_found")
	case u.Deleted:
		return nil, refuse("user_disabled")
	case u.IsBot:
		return nil, refuse("cannot_dm_bot")
	}
	c, opened := s.direct(u.ID)
	object := map[string]any{"id": c.ID}
	if q.args.flag("return_im") {
		object = c.object()
	}
	return reply{"channel": object, "no_op": !opened, "already_open": !opened}, nil
}

func conversationsInfo(s *Server, q *request) (reply, error) {
	c, err := s.visible(q.args.str("channel"), "read")
	if err != nil {
		return nil, err
	}
	return reply{"channel": c.object()}, nil
}

func conversationsMembers(s *Server, q *request) (reply, error) {
	c, err := s.visible(q.args.str("channel"), "read")
	if err != nil {
		return nil, err
	}
	members, next, err := page(q, c.Members, 100)
	if err != nil {
		return nil, err
	}
	return reply{"members": members, "response_metadata": map[string]any{"next_cursor": next}}, nil
}

func conversationsList(s *Server, q *request) (reply, error) {
	kinds := q.args.list("types")
	if len(kinds) == 0 {
		kinds = []string{"public_channel"}
	}
	var objects []map[string]any
	for _, c := range s.channels {
		kind := "public_channel"
		switch {
		case c.IM != "":
			kind = "im"
		case c.Private:
			kind = "private_channel"
		}
		if _, err := s.visible(c.ID, "read"); err != nil || !slices.Contains(kinds, kind) {
			continue
		}
		if c.Archived && q.args.flag("exclude_archived") {
			continue
		}
		objects = append(objects, c.object())
	}
	list, next, err := page(q, objects, 100)
	if err != nil {
		return nil, err
	}
	return reply{"channels": list, "response_metadata": map[string]any{"next_cursor": next}}, nil
}

// readable is visible plus membership, which reading messages takes.
func (s *Server) readable(q *request) (*channel, error) {
	c, err := s.visible(q.args.str("channel"), "history")
	if err != nil {
		return nil, err
	}
	if !c.has(BotUser) {
		return nil, refuse("not_in_channel")
	}
	return c, nil
}

// within applies oldest, latest and inclusive.
func within(q *request, m *Message) bool {
	oldest, latest, inclusive := q.args.str("oldest"), q.args.str("latest"), q.args.flag("inclusive")
	if oldest != "" && !after(m.TS, oldest) && !(inclusive && m.TS == oldest) {
		return false
	}
	if latest != "" && !after(latest, m.TS) && !(inclusive && m.TS == latest) {
		return false
	}
	return true
}

// seen is the message as history shows it: metadata only when asked for.
func seen(q *request, m *Message) Message {
	out := *m
	if !q.args.flag("include_all_metadata") {
		out.Metadata = nil
	}
	return out
}

func conversationsHistory(s *Server, q *request) (reply, error) {
	c, err := s.readable(q)
	if err != nil {
		return nil, err
	}
	var list []Message
	for _, m := range slices.Backward(c.messages) {
		if (m.ThreadTS == "" || m.ThreadTS == m.TS) && within(q, m) {
			list = append(list, seen(q, m))
		}
	}
	return historyPage(q, list)
}

func conversationsReplies(s *Server, q *request) (reply, error) {
	c, err := s.readable(q)
	if err != nil {
		return nil, err
	}
	parent := c.find(q.args.str("ts"))
	if parent == nil {
		return nil, refuse("thread_not_found")
	}
	list := []Message{seen(q, parent)}
	for _, m := range c.messages {
		if m != parent && m.ThreadTS == parent.TS && within(q, m) {
			list = append(list, seen(q, m))
		}
	}
	return historyPage(q, list)
}

func historyPage(q *request, list []Message) (reply, error) {
	messages, next, err := page(q, list, 100)
	if err != nil {
		return nil, err
	}
	return reply{
		"messages": messages, "has_more": next != "", "response_metadata": map[string]any{"next_cursor": next},
	}, nil
}

// page cuts out what limit and cursor ask for; next is the cursor of the rest, "" at the end.
func page[T any](q *request, all []T, limit int) (items []T, next string, err error) {
	from := 0
	if cursor := q.args.str("cursor"); cursor != "" {
		plain, err := base64.StdEncoding.DecodeString(cursor)
		text, ours := strings.CutPrefix(string(plain), "offset:")
		if from, _ = strconv.Atoi(text); err != nil || !ours || from < 0 || from > len(all) {
			return nil, "", refuse("invalid_cursor")
		}
	}
	to := min(from+q.args.number("limit", limit), len(all))
	if to < len(all) {
		next = base64.StdEncoding.EncodeToString([]byte("offset:" + strconv.Itoa(to)))
	}
	if items = all[from:to]; items == nil {
		items = []T{}
	}
	return items, next, nil
}
