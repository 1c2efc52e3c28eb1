package slacktest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// ErrBadAnswer: the app answered with something Slack cannot show. The person sees an error, and
// [Server.Violations] says what was wrong.
var ErrBadAnswer = errors.New("slacktest: the app's answer could not be shown")

// A Person acts in the workspace through Slack's client.
type Person struct {
	server *Server
	id     string
	via    []string
}

// Person gives the hands of the user with this ID, who must have been added.
func (s *Server) Person(id string) *Person { return &Person{server: s, id: id} }

// Via is the same person, but all they do goes over a socket opened with that app-level token, so
// that a test chooses which process gets it. With two tokens each envelope is delivered twice, to
// one socket of each, as happens when Slack believes the first delivery lost.
func (p *Person) Via(appTokens ...string) *Person {
	return &Person{server: p.server, id: p.id, via: appTokens}
}

// ID is the person's user ID.
func (p *Person) ID() string { return p.id }

// Ephemerals returns what only this person sees.
func (p *Person) Ephemerals() []Message { return p.server.Ephemerals(p.id) }

// DMs returns the conversation with the bot.
func (p *Person) DMs() []Message { return p.server.DirectMessages(p.id) }

// Command types a slash command in a channel ("" is the direct message with the bot) and waits
// for the app's ack. It fails with [ErrTimeout], [ErrNoSocket], or [ErrBadAnswer].
// A message in the ack is shown before Command returns.
func (p *Person) Command(ctx context.Context, channelID, line string) (Reply, error) {
	s := p.server
	s.mu.Lock()
	c, payload, err := p.typed(channelID, line)
	s.mu.Unlock()
	if err != nil {
		return Reply{}, err
	}
	shown := true
	r, err := s.ask(ctx, p.via, "slash_commands", payload, func(ack json.RawMessage) { shown = s.showAck(c, p.id, ack) })
	if err == nil && !shown {
		err = ErrBadAnswer
	}
	return r, err
}

// CommandPayload is what the app would be sent for a slash command, for [Server.Inject] and
// [Server.SendDisconnect]. Its trigger_id and response_url work.
func (p *Person) CommandPayload(channelID, line string) (map[string]any, error) {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	_, payload, err := p.typed(channelID, line)
	return payload, err
}

// typed makes the payload of a slash command. The caller holds s.mu.
func (p *Person) typed(channelID, line string) (*channel, map[string]any, error) {
	s := p.server
	name, text, _ := strings.Cut(strings.TrimSpace(line), " ")
	if !strings.HasPrefix(name, "/") {
		return nil, nil, fmt.Errorf("slacktest: %q is no slash command", line)
	}
	u := s.user(p.id)
	if u == nil || u.Deleted {
		return nil, nil, fmt.Errorf("slacktest: %s is not in the workspace", p.id)
	}
	c := s.channel(channelID)
	if channelID == "" {
		c, _ = s.direct(p.id)
	}
	if c == nil || !c.has(p.id) {
		return nil, nil, fmt.Errorf("slacktest: %s is not in channel %s", p.id, channelID)
	}
	return c, map[string]any{
		"token": "sandbox", "team_id": TeamID, "team_domain": s.cfg.teamDomain, "channel_id": c.ID, "channel_name": c.shownName(),
		"user_id": u.ID, "user_name": u.Name, "command": name, "text": strings.TrimSpace(text), "api_app_id": AppID,
		"is_enterprise_install": "false", "response_url": s.newResponseURL(c, p.id, nil), "trigger_id": s.newTrigger(p.id),
	}, nil
}

// showAck puts the message of a slash command's ack in place. The caller holds s.mu.
func (s *Server) showAck(c *channel, user string, ack json.RawMessage) bool {
	var a answer
	if len(ack) == 0 {
		return true
	}
	if err := json.Unmarshal(ack, &a); err != nil {
		s.violation("the ack of a slash command holds no message: %v", err)
		return false
	}
	if problems := a.problems(); len(problems) > 0 {
		s.violation("the ack of a slash command holds invalid blocks: %s", strings.Join(problems, "; "))
		return false
	}
	if a.Text != "" || a.Blocks != nil {
		s.place(c, user, &a)
	}
	return true
}

func (c *channel) shownName() string {
	switch {
	case c.IM != "":
		return "directmessage"
	case c.Private:
		return "privategroup"
	}
	return c.Name
}

// Say posts a plain message as this person. No event is sent for it: the app has not asked for
// message events.
func (p *Person) Say(channelID, text string) (Message, error) {
	return p.Reply(channelID, "", text)
}

// Reply posts a plain message in a thread.
func (p *Person) Reply(channelID, threadTS, text string) (Message, error) {
	s := p.server
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channel(channelID)
	if c == nil || !c.has(p.id) {
		return Message{}, fmt.Errorf("slacktest: %s is not in channel %s", p.id, channelID)
	}
	return *s.add(c, &Message{User: p.id, Text: text, ThreadTS: threadTS}), nil
}

// interaction starts an interactive payload. The caller holds s.mu.
func (s *Server) interaction(kind, user string) map[string]any {
	name := ""
	if u := s.user(user); u != nil {
		name = u.Name
	}
	return map[string]any{
		"type": kind, "token": "sandbox", "api_app_id": AppID, "trigger_id": s.newTrigger(user),
		"team":       map[string]any{"id": TeamID, "domain": s.cfg.teamDomain},
		"user":       map[string]any{"id": user, "username": name, "name": name, "team_id": TeamID},
		"enterprise": nil, "is_enterprise_install": false,
	}
}
