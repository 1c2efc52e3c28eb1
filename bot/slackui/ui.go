package slackui

import (
	"time"

	"github.com/slack-go/slack"

	"registrar/bot/runbook"
)

// UI draws. Its fields are what a picture needs beyond the record; the zero
// value works and shows roles by their names.
type UI struct {
	// Roles are the Slack user groups (S…) and users (U…, W…) behind a role, for
	// saying who may approve.
	Roles map[runbook.Role][]string
	// Actions finds an action by name, for its title and fields.
	Actions func(name string) (runbook.Action, bool)
	// Zone is for the fallback of dates where Slack cannot show each reader
	// their own time; nil is UTC.
	Zone *time.Location
}

// Message is what is posted or updated.
type Message struct {
	// Text is the notification and what a screen reader says first. It holds
	// no outside values, because Slack reads markup in it.
	Text   string
	Blocks []slack.Block
	// Metadata finds a post again whose answer was lost. Empty where there is
	// nothing to find.
	Metadata slack.SlackMetadata
}
