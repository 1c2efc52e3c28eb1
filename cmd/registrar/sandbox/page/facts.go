package page

import (
	"slices"
	"strings"
)

// What follows are questions a story asks of a state. Texts are looked for in the
// message's text and its blocks, as they were sent; case matters.

// Mailed reports whether a mail to an address was captured.
func (s State) Mailed(to string) bool {
	return slices.ContainsFunc(s.Mail, func(m Mail) bool { return strings.EqualFold(m.To, to) })
}

// Confirmed reports whether a user exists in some portal and is not N/A.
func (s State) Confirmed(email string) bool {
	for _, p := range s.Portals {
		for _, u := range p.Users {
			if strings.EqualFold(u.Email, email) {
				return !u.Unconfirmed
			}
		}
	}
	return false
}

// Posted reports whether one message in a channel, seen by everyone there and threads
// included, holds all the texts.
func (s State) Posted(channel string, texts ...string) bool {
	i := slices.IndexFunc(s.Channels, func(c Channel) bool { return c.Name == channel && !c.Direct })
	return i >= 0 && slices.ContainsFunc(s.Messages, func(m Message) bool {
		return m.Channel == s.Channels[i].ID && m.Only == "" && m.holds(texts)
	})
}

// Told reports whether a person was told all the texts in one message or one modal that
// only they see: a private note, a direct message, an open dialog.
func (s State) Told(key string, texts ...string) bool {
	i := slices.IndexFunc(s.People, func(p Person) bool { return p.Key == key })
	if i < 0 {
		return false
	}
	id := s.People[i].ID
	return slices.ContainsFunc(s.Messages, func(m Message) bool {
		return (m.Only == id || m.Channel == directID(id)) && m.holds(texts)
	}) || slices.ContainsFunc(s.Views, func(v View) bool {
		return v.Person == id && holdsAll(string(v.View), texts)
	})
}

func (m Message) holds(texts []string) bool { return holdsAll(m.Text+" "+string(m.Blocks), texts) }

func holdsAll(in string, texts []string) bool {
	for _, text := range texts {
		if !strings.Contains(in, text) {
			return false
		}
	}
	return true
}
