package slackui

import (
	"strings"

	"github.com/slack-go/slack"

	"registrar/bot/engine"
)

// The event types of message metadata.
const (
	// EventRun marks what is posted about a run, with {run, key, version}.
	EventRun = "registrar_run"
	// EventDraft marks what is posted about a draft, with {draft, key, version}.
	EventDraft = "registrar_draft"
	// EventAlert marks what is posted about an alert, with {alert, key, version}.
	EventAlert = "registrar_alert"
	// EventDigest marks what is posted about a digest, with {digest, key, version}.
	EventDigest = "registrar_digest"
)

// message is what is said about a run; key tells its messages apart.
func message(r *engine.Run, key, text string, blocks []slack.Block) Message {
	return Message{Text: unmarked(text), Blocks: blocks, Metadata: slack.SlackMetadata{
		EventType: EventRun, EventPayload: map[string]any{"run": r.ID, "key": key, "version": r.Version},
	}}
}

// unmarked is a title of ours as text in which Slack finds no markup.
func unmarked(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(cut(visible(s), maxField))
}

// weightOf is what blocks cost against [messageWeight].
func weightOf(blocks []slack.Block) int {
	n := 0
	for _, b := range blocks {
		n += elementWeight
		switch b := b.(type) {
		case *slack.HeaderBlock:
			n += length(b.Text.Text)
		case *slack.ContextBlock:
			for _, e := range b.ContextElements.Elements {
				if t, ok := e.(*slack.TextBlockObject); ok {
					n += length(t.Text)
				}
			}
		case *slack.SectionBlock:
			if b.Text != nil {
				n += length(b.Text.Text)
			}
			for _, f := range b.Fields {
				n += length(f.Text)
			}
		case *slack.RichTextBlock:
			for _, e := range b.Elements {
				n += richWeight(e)
			}
		}
	}
	return n
}

func richWeight(e slack.RichTextElement) int {
	switch e := e.(type) {
	case *slack.RichTextSection:
		return line(e.Elements).weight()
	case *slack.RichTextQuote:
		return line(e.Elements).weight()
	case *slack.RichTextPreformatted:
		return line(e.Elements).weight()
	case *slack.RichTextList:
		n := 0
		for _, item := range e.Elements {
			n += richWeight(item)
		}
		return n
	}
	return 0
}
