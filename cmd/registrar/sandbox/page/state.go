package page

import (
	"encoding/json"
	"time"
)

// State is everything the page shows. The page draws it whole and keeps only what
// Slack's own client keeps: who is playing, what is open, what is typed, what is read.
type State struct {
	Team   string   `json:"team"`
	Bot    Bot      `json:"bot"`
	People []Person `json:"people"`
	// Names are what mentions show, by the id of a user or a user group.
	Names    map[string]string `json:"names"`
	Channels []Channel         `json:"channels"`
	Commands []Command         `json:"commands"`
	// Shortcuts are what the app offers to do with a message.
	Shortcuts []Shortcut `json:"shortcuts"`
	Messages  []Message  `json:"messages"` // oldest first
	Views     []View     `json:"views"`    // per person from the bottom of the stack to its top
	Homes     []Home     `json:"homes"`    // of those who have opened theirs
	Portals   []Portal   `json:"portals"`
	// Salesforce is nil where the world has none: the page then says nothing of it.
	Salesforce *Org      `json:"salesforce"`
	Mail       []Mail    `json:"mail"` // oldest first
	Story      []Chapter `json:"story"`
}

// A Bot is the app's bot user.
type Bot struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Home bool   `json:"home,omitempty"` // it has an App Home
}

// A Person is one of those the browser plays.
type Person struct {
	ID    string `json:"id"`  // Slack user id
	Key   string `json:"key"` // "sam"; stable, for tests and the story
	Name  string `json:"name"`
	Role  string `json:"role"` // "Support"
	Email string `json:"email"`
}

// A Channel is a channel, or one person's direct messages with the bot.
type Channel struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"` // without the #; empty for direct messages
	About   string   `json:"about,omitempty"`
	Direct  bool     `json:"direct,omitempty"`
	Members []string `json:"members,omitempty"` // user ids; empty: everyone
}

// A Command is a slash command as the app's manifest declares it.
type Command struct {
	Command string `json:"command"` // with the slash
	About   string `json:"about"`
	Hint    string `json:"hint,omitempty"`
}

// A Shortcut is an entry of every message's menu.
type Shortcut struct {
	ID    string `json:"id"` // callback_id
	Name  string `json:"name"`
	About string `json:"about,omitempty"`
}

// A Message is one message in a channel.
type Message struct {
	Channel  string          `json:"channel"`
	TS       string          `json:"ts"` // Slack's id and time, seconds.micros
	Thread   string          `json:"thread,omitempty"`
	User     string          `json:"user"`
	Only     string          `json:"only,omitempty"` // ephemeral: the one person who sees it
	Text     string          `json:"text,omitempty"`
	Blocks   json.RawMessage `json:"blocks,omitempty"`
	Edited   bool            `json:"edited,omitempty"`
	Attached []Attachment    `json:"attached,omitempty"`
}

// An Attachment names a file that can be downloaded from files/{ID}.
type Attachment struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Bytes int    `json:"bytes"`
}

// A View is an open modal.
type View struct {
	ID     string          `json:"id"`
	Person string          `json:"person"` // user id
	View   json.RawMessage `json:"view"`   // as given to views.open: title, blocks, submit, close …
}

// A Home is one person's App Home.
type Home struct {
	Person string          `json:"person"`
	ID     string          `json:"id"`
	View   json.RawMessage `json:"view"`
}

// Mail is one captured mail.
type Mail struct {
	ID      string    `json:"id"`
	From    string    `json:"from"`
	To      string    `json:"to"`
	Subject string    `json:"subject"`
	Text    string    `json:"text"`
	At      time.Time `json:"at"`
}
