package slackui

import (
	"cmp"
	"fmt"

	"github.com/slack-go/slack"

	"registrar/bot/alerts"
	"registrar/bot/runbook"
)

const (
	// alertFindings is how many causes a card shows; the first is what matters.
	alertFindings = 5
	// alertHistory is how many of the latest lines of history it shows.
	alertHistory = 5
)

// Alert is the alert's one message in the alerts channel, as it is now: who,
// which account, what the addresses are, why it happened, and what can be done.
func (u UI) Alert(a *alerts.Alert) Message {
	c := &contents{max: cardValue}
	blocks := []slack.Block{header("Sync error: " + alertName(a)), u.heard(a), u.standing(a)}
	told := history(u, c, a.History, alertHistory, ": ")
	told.rank = 3
	parts := []part{
		{heading: "Who", lines: alertWho(c, a)},
		{heading: "The addresses", lines: c.facts(a.Emails), rank: 1},
		{heading: "What the sync was told", shape: quote, lines: said(c, a.Message), rank: 2},
		told,
	}
	causes := alertCauses(a)
	fit(parts, messageWeight-weightOf(blocks)-weightOf(causes))
	blocks = append(blocks, blocksOf(parts[:3])...)
	blocks = append(blocks, causes...)
	blocks = append(blocks, blocksOf(parts[3:])...)
	if controls := alertControls(a); len(controls) > 0 {
		blocks = append(blocks, slack.NewActionBlock(controlsOf(a), controls...))
	}
	return alertMessage(a, "card", "Sync error: "+alertWords(a)+".", blocks)
}

// AlertReminder asks, once, for somebody to take an alert, in its thread.
func (u UI) AlertReminder(a *alerts.Alert) Message {
	return alertMessage(a, "reminder", "A sync error waits for somebody.", []slack.Block{u.nobody("Nobody has taken this for four hours")})
}

// nobody calls for those who look after alerts.
func (u UI) nobody(text string) slack.Block {
	l := append(line{words(text + ": ")}, u.people([]runbook.Role{runbook.Support})...)
	return paragraph(append(l, words(". Press “Assign to me” above, or “Fix…” to mend it."))...)
}

func alertMessage(a *alerts.Alert, key, text string, blocks []slack.Block) Message {
	return Message{Text: unmarked(text), Blocks: blocks, Metadata: slack.SlackMetadata{
		EventType: EventAlert, EventPayload: map[string]any{"alert": a.ID, "key": key, "version": a.Version},
	}}
}

// alertName is whom an alert is about, as well as is known.
func alertName(a *alerts.Alert) string {
	return cmp.Or(a.Name, a.Email, a.Contact, "somebody unknown")
}

// alertWords are for a notification, which has room for a few words only.
func alertWords(a *alerts.Alert) string {
	switch {
	case a.Status == alerts.Dismissed:
		return "dismissed"
	case a.Status == alerts.Closed:
		return "mended"
	case a.Status == alerts.Snoozed:
		return "put aside"
	case a.Assignee != nil:
		return "somebody takes care of it"
	}
	return "somebody could not be synced"
}

// heard is how often and when the error was logged, and the alert's id.
func (u UI) heard(a *alerts.Alert) slack.Block {
	l := line{words("Logged " + count(a.Rows, "time", "times") + ", first "), u.date(a.First)}
	if a.Rows > 1 {
		l = append(l, words(", last "), u.date(a.Last))
	}
	return paragraph(append(l, faint(" · Alert "+visible(a.ID)))...)
}

// standing is where the alert stands in one sentence, and who has it.
func (u UI) standing(a *alerts.Alert) slack.Block {
	l := line{code(string(a.Status)), words("  " + visible(alerts.Sentence(a)))}
	if a.Assignee != nil && !a.Status.Ended() {
		l = append(l, words(" Taken by "), mention(a.Assignee.ID), words("."))
	}
	if a.Status == alerts.Snoozed {
		l = append(l, words(" For you that is "), u.date(a.Snoozed), words("."))
	}
	if a.Run != "" && !a.Status.Ended() {
		l = append(l, faint(" Run "+visible(a.Run)))
	}
	return paragraph(l...)
}

func alertWho(c *contents, a *alerts.Alert) []line {
	lines := []line{
		{bold("Name: "), c.value(a.Name)}, {bold("Email: "), c.value(a.Email)}, {bold("Account: "), c.value(cmp.Or(a.Account, a.AccountID))},
	}
	for _, l := range a.Links {
		lines = append(lines, line{link(l)})
	}
	return lines
}

func said(c *contents, message string) []line {
	if message == "" {
		return nil
	}
	return []line{{c.sentence(message)}}
}

// alertCauses are why it happened. Once the alert has ended there is nothing to
// mend any more.
func alertCauses(a *alerts.Alert) []slack.Block {
	blocks := []slack.Block{paragraph(bold("Why"))}
	switch {
	case a.Explained.IsZero():
		return append(blocks, section("The records are being read; what they say comes here."))
	case len(a.Why) == 0:
		return append(blocks, section("The records show no reason. “Fix…” compares them once more."))
	}
	for i, f := range a.Why {
		if i == alertFindings {
			return append(blocks, more(len(a.Why)-i))
		}
		f.Text, f.Paste = cut(visible(f.Text), cardText), cut(visibleLines(f.Paste), cardText)
		if a.Status.Ended() {
			f.Mend = nil
		}
		blocks = append(blocks, finding(i, f)...)
	}
	return blocks
}

// The choices of "Snooze".
var snoozes = []struct{ text, step string }{{"1 h", SnoozeHour}, {"1 day", SnoozeDay}}

// controlsOf names the block of an alert's controls. It differs from version to
// version, so that Slack forgets what was chosen in the one before.
func controlsOf(a *alerts.Alert) string { return fmt.Sprintf("alert-%s-%d", a.ID, a.Version) }

// alertControls are those that can have an effect now, and on an alert that has
// ended none.
func alertControls(a *alerts.Alert) []slack.BlockElement {
	if a.Status.Ended() {
		return nil
	}
	about, ref := "sync error of "+alertName(a), Ref{Item: a.ID}
	take := button(PressAssign, "Assign to me", about, ref)
	if a.Assignee != nil {
		take = button(PressUnassign, "Unassign", about, ref)
	}
	var options []*slack.OptionBlockObject
	for _, s := range snoozes {
		ref.Step = s.step
		options = append(options, slack.NewOptionBlockObject(ref.Encode(), label(s.text, maxOptionText), nil))
	}
	ref.Step = ""
	return []slack.BlockElement{
		button(PressFix, "Fix…", about, ref).WithStyle(slack.StylePrimary),
		take,
		slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, label("Snooze", maxPlaceholder), PressSnooze, options...),
		button(PressDismiss, "Dismiss", about, ref).WithConfirm(confirm("Dismiss this alert?",
			"It is closed for good, mended or not. A new error for this person opens a new one.", "Dismiss", "Go back")),
	}
}
