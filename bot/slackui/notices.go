package slackui

import (
	"fmt"
	"strconv"

	"github.com/slack-go/slack"

	"registrar/bot/engine"
	"registrar/bot/runbook"
)

// Result says how a run ended: in the card's thread and, to the requester, by
// direct message. It lists what was done and links to the records touched.
func (u UI) Result(r *engine.Run) Message {
	c := &contents{max: cardValue}
	var done, open part
	done.heading, open.heading = "What was done", "What was not done"
	done.shape, open.shape = plain, plain
	for i, planned := range r.Plan.Steps {
		if i >= len(r.Steps) {
			break
		}
		shown := &open
		if r.Steps[i].Status == engine.StepDone {
			shown = &done
		}
		shown.add(u.step(c, r, planned, r.Steps[i], false)...)
	}
	if len(done.lines) == 0 {
		open.lines = nil // nothing was: the sentence says it in fewer words
	}
	parts := []part{done, open, decided(c, r), records(c, &r.Plan)}
	blocks := []slack.Block{u.about(c, r), u.status(c, r, r.Updated)}
	fit(parts, messageWeight-weightOf(blocks))
	blocks = append(blocks, blocksOf(parts)...)
	if _, short := u.body(r, r.Updated); short {
		blocks = append(blocks, actions(button(PressChanges, "Show all changes", r.Plan.Title+" "+r.Plan.Subject, Ref{Run: r.ID, Hash: r.Hash})))
	}
	return message(r, "result", r.Plan.Title+": "+statusWords[r.Status]+".", blocks)
}

// decided quotes why a run was rejected.
func decided(c *contents, r *engine.Run) part {
	why := part{heading: "Why", shape: quote}
	for _, d := range r.Decisions {
		if !d.Approved && d.Reason != "" {
			why.add(person(d.By), words(": "), c.sentence(d.Reason))
		}
	}
	return why
}

// records are links to what the run was about.
func records(c *contents, p *runbook.Plan) part {
	shown := part{heading: "Records"}
	for _, rec := range p.Records {
		shown.add(bold(string(rec.System)+": "), link(runbook.Link{Text: c.cut(visible(rec.Title), c.max), URL: rec.URL}))
	}
	return shown
}

func (u UI) about(c *contents, r *engine.Run) slack.Block {
	return paragraph(bold(visible(r.Plan.Title)+": "), c.sentence(r.Plan.Subject))
}

// PlanReady tells a requester who closed the modal how planning ended, by
// direct message.
func (u UI) PlanReady(d *engine.Draft) Message {
	title := u.title(d)
	text, press := "Your plan is ready", true
	switch d.Status {
	case engine.Choosing:
		text = "Your plan needs one more answer"
	case engine.Refused:
		text, press = "There is no plan", false
	case engine.Used:
		text, press = "Your plan was sent already", false
	}
	said := line{bold(text), words(": " + visible(title))}
	if d.Plan != nil && d.Plan.Subject != "" {
		said = append(said, words(", "+cut(visible(d.Plan.Subject), cardText)))
	}
	blocks := []slack.Block{paragraph(append(said, words("."))...)}
	if d.Status == engine.Refused {
		blocks = append(blocks, Answer{Text: d.Problem, WhoCan: d.WhoCan, Suggest: d.Suggest}.blocks()...)
	}
	if press {
		open := button(PressOpenPlan, "Open plan", title, Ref{Action: d.Action, Draft: d.ID}).WithStyle(slack.StylePrimary)
		blocks = append(blocks, aside("It is kept for 30 minutes."), actions(open))
	}
	return Message{Text: unmarked(text + ": " + title + "."), Blocks: blocks, Metadata: slack.SlackMetadata{
		EventType: EventDraft, EventPayload: map[string]any{"draft": d.ID, "key": "plan", "version": d.Version},
	}}
}

// Reminder asks for the approvals that are missing, in the card's thread.
func (u UI) Reminder(r *engine.Run) Message {
	missing := max(1, r.Plan.Approval.Needed-r.Approvals())
	l := append(line{words("Still waiting for " + count(missing, "approval", "approvals") + " by ")}, u.people(r.Plan.Approval.From)...)
	l = append(l, words("."))
	if !r.Expires.IsZero() {
		l = append(l, words(" The request ends "), u.date(r.Expires), words("."))
	}
	l = append(l, words(" Please approve or reject it on the card above."))
	blocks := []slack.Block{u.about(&contents{max: cardValue}, r), paragraph(l...)}
	return message(r, "reminder-"+strconv.Itoa(r.Reminders), r.Plan.Title+": still waiting for approval.", blocks)
}

// AskNotice tells whoever must act what to do: as a direct message or in the
// thread. Once nothing is asked any more it says that, without buttons.
func (u UI) AskNotice(r *engine.Run) Message {
	c := &contents{max: cardText}
	step := r.OpenAsk()
	if step == nil || step.Ask == nil {
		blocks := []slack.Block{u.about(c, r), section("Nothing is left for you to do here. The card shows how the run stands.")}
		return message(r, "ask", r.Plan.Title+": nothing is left for you to do.", blocks)
	}
	about := r.Plan.Title + " " + r.Plan.Subject
	blocks := []slack.Block{u.about(c, r), rich(quoteOf(c.ask(*step)))}
	if r.Why != "" {
		blocks = append(blocks, section(r.Why))
	}
	var buttons []slack.BlockElement
	if open := linkButton(step.Ask.Link, about); open != nil {
		buttons = append(buttons, open)
	}
	done := button(PressDone, "Done", about, Ref{Run: r.ID, Hash: r.Hash, Step: step.ID}).WithStyle(slack.StylePrimary)
	blocks = append(blocks, actions(append(buttons, done)...))
	return message(r, "ask"+occasion(r), r.Plan.Title+": a step needs you.", blocks)
}

// occasion tells apart the times a step was opened, and its reminders.
func occasion(r *engine.Run) string {
	i := r.Current()
	if i < 0 {
		return ""
	}
	s := r.Steps[i]
	return fmt.Sprintf("-%s-%d-%d", s.ID, s.Started.Unix(), s.Reminded)
}

// ApprovedInYourName tells each approver of a run that cannot be undone what
// was approved in their name, while it can still be stopped.
func (u UI) ApprovedInYourName(r *engine.Run) Message {
	c := &contents{max: cardValue}
	l := line{words("This was approved in your name and cannot be undone.")}
	var buttons []slack.BlockElement
	if stoppable(r) {
		if !r.NotBefore.IsZero() {
			l = append(l, words(" It starts "), u.date(r.NotBefore), words("."))
		}
		l = append(l, words(" If it was not you, press Stop now."))
		buttons = append(buttons, button(PressStop, "Stop", r.Plan.Title+" "+r.Plan.Subject, Ref{Run: r.ID, Hash: r.Hash}).WithStyle(slack.StyleDanger))
	}
	blocks := append([]slack.Block{u.about(c, r), paragraph(l...)}, lead(c, &r.Plan)...)
	parts := []part{
		{heading: "Lost", lines: c.sentences(r.Plan.Losses)},
		{heading: "Warnings", lines: c.sentences(r.Plan.Warnings), rank: 1},
	}
	fit(parts, messageWeight-weightOf(blocks))
	blocks = append(blocks, blocksOf(parts)...)
	if len(buttons) > 0 {
		blocks = append(blocks, actions(buttons...))
	}
	return message(r, "approved-in-your-name", r.Plan.Title+": approved in your name.", blocks)
}

// GiftNotice tells the requester of something only they may see.
func (u UI) GiftNotice(r *engine.Run, gift engine.Gift) Message {
	c := &contents{max: cardText}
	l := line{bold(c.cut(visible(gift.Label), c.max)), words(" is ready for you. Only you can see it, and it is kept until "), u.date(gift.Until), words(".")}
	show := button(PressShowGift, "Show link", r.Plan.Title+" "+r.Plan.Subject, Ref{Run: r.ID, Item: gift.ID})
	blocks := []slack.Block{u.about(c, r), paragraph(l...), actions(show)}
	return message(r, "gift-"+gift.ID, r.Plan.Title+": something is ready for you.", blocks)
}

// StatusNotice tells the requester of a move that is not the end, in one line.
func (u UI) StatusNotice(r *engine.Run) Message {
	blocks := []slack.Block{u.about(&contents{max: cardValue}, r), u.status(&contents{max: cardValue}, r, r.Updated)}
	return message(r, "status-"+string(r.Status)+occasion(r), fmt.Sprintf("%s: %s.", r.Plan.Title, statusWords[r.Status]), blocks)
}

// Answer is what one person is told: a sentence, who can do it instead, and
// what would help.
type Answer struct {
	Text    string
	WhoCan  []string // Slack ids of user groups and users
	Suggest []runbook.Suggestion
}

func (a Answer) blocks() []slack.Block {
	blocks := []slack.Block{section(a.Text)}
	if len(a.WhoCan) > 0 {
		l := append(line{words("Who can: ")}, mentions(a.WhoCan)...)
		blocks = append(blocks, paragraph(append(l, words("."))...))
	}
	return append(blocks, suggestions(a.Suggest)...)
}

// Problem tells one person that something could not be done, who can do it, and
// what helps.
func (u UI) Problem(a Answer) Message {
	return Message{Text: "That did not work.", Blocks: append([]slack.Block{paragraph(bold("That did not work."))}, a.blocks()...)}
}
