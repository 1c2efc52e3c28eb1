package page

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"registrar/bot/slacktest"
)

// directID names a person's direct messages with the bot. Slack's own id exists only
// once somebody wrote there, and the page offers the place before that.
func directID(person string) string { return "direct-" + person }

// state copies the fakes as the page shows them.
func (w World) state() State {
	slack := w.Slack.Snapshot()
	s := State{
		Team: slack.Team, People: w.People, Names: map[string]string{},
		Bot: Bot{ID: slacktest.BotUser, Home: slack.HomeTab}, Channels: []Channel{}, Messages: []Message{}, Views: []View{}, Homes: []Home{},
	}
	for _, u := range slack.Users {
		s.Names[u.ID] = cmp.Or(u.RealName, u.Name)
	}
	for _, g := range slack.UserGroups {
		s.Names[g.ID] = g.Handle
	}
	s.Bot.Name = s.Names[s.Bot.ID]
	for _, c := range slack.Commands {
		s.Commands = append(s.Commands, Command{Command: c.Command, About: c.Description, Hint: c.UsageHint})
	}
	for _, c := range slack.Shortcuts {
		if c.Type == "message" {
			s.Shortcuts = append(s.Shortcuts, Shortcut{ID: c.CallbackID, Name: c.Name, About: c.Description})
		}
	}
	w.channels(&s, slack)
	w.inFrontOf(&s, slack)
	for _, portal := range w.Portals {
		s.Portals = append(s.Portals, showPortal(portal.Snapshot()))
	}
	s.Salesforce = w.org()
	s.Mail = w.mail()
	s.Story = w.Story.read(s)
	return s
}

// channels adds the channels and what was said there.
func (w World) channels(s *State, slack slacktest.Snapshot) {
	for _, c := range slack.Channels {
		id := c.ID
		if c.IM != "" {
			id = directID(c.IM)
		} else {
			members := slices.DeleteFunc(slices.Clone(c.Members), func(m string) bool { return m == slacktest.BotUser })
			s.Channels = append(s.Channels, Channel{ID: id, Name: c.Name, About: w.About[c.Name], Members: members})
		}
		for _, m := range c.Messages {
			s.Messages = append(s.Messages, showMessage(m, id))
		}
	}
	for _, p := range w.People {
		s.Channels = append(s.Channels, Channel{ID: directID(p.ID), Direct: true, Members: []string{p.ID}})
	}
}

// inFrontOf adds what only one person sees: notes, modals, their App Home.
func (w World) inFrontOf(s *State, slack slacktest.Snapshot) {
	direct := map[string]string{}
	for _, c := range slack.Channels {
		if c.IM != "" {
			direct[c.ID] = directID(c.IM)
		}
	}
	for _, p := range w.People {
		sees := slack.People[p.ID]
		for _, m := range sees.Ephemerals {
			s.Messages = append(s.Messages, showMessage(m, cmp.Or(direct[m.Channel], m.Channel)))
		}
		for _, v := range sees.Modals {
			s.Views = append(s.Views, View{ID: v.ID, Person: p.ID, View: surfaceOf(v)})
		}
		if sees.Home != nil {
			s.Homes = append(s.Homes, Home{ID: sees.Home.ID, Person: p.ID, View: surfaceOf(sees.Home)})
		}
	}
}

func showMessage(m slacktest.Message, channel string) Message {
	out := Message{
		Channel: channel, TS: m.TS, Thread: m.ThreadTS, User: m.User, Only: m.EphemeralTo,
		Text: m.Text, Blocks: m.Blocks, Edited: m.Edited != nil,
	}
	for _, f := range m.Files {
		out.Attached = append(out.Attached, Attachment{ID: f.ID, Name: f.Name, Bytes: f.Size})
	}
	return out
}

// surfaceOf is the part of a view that is drawn. What is typed stays with the page, so
// that typing redraws nothing.
func surfaceOf(v *slacktest.View) json.RawMessage {
	drawn, err := json.Marshal(map[string]json.RawMessage{
		"title": orNull(v.Title), "submit": orNull(v.Submit), "close": orNull(v.Close), "blocks": orNull(v.Blocks),
	})
	if err != nil {
		panic(fmt.Sprintf("page: a view the fake accepted is no JSON: %v", err))
	}
	return drawn
}

// orNull gives null for a part that a view does not have.
func orNull(part json.RawMessage) json.RawMessage {
	if len(part) == 0 {
		return json.RawMessage("null")
	}
	return part
}

func (w World) mail() []Mail {
	out := []Mail{}
	for i, m := range w.Mail.Messages() {
		out = append(out, Mail{
			ID: fmt.Sprintf("mail-%d", i), From: cmp.Or(m.Header.Get("From"), m.From), To: strings.Join(m.To, ", "),
			Subject: m.Subject, Text: m.Text, At: m.Received,
		})
	}
	return out
}

func fullName(first, last string) string { return strings.TrimSpace(first + " " + last) }

func momentOf(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
