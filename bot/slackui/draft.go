package slackui

import (
	"fmt"

	"github.com/slack-go/slack"

	"registrar/bot/engine"
	"registrar/bot/runbook"
)

// Draft is the modal of a draft: being planned, one more field to choose, the
// plan, or why there is none.
func (u UI) Draft(d *engine.Draft) slack.ModalViewRequest {
	v := u.draft(d)
	v.ExternalID = d.ID
	return v
}

func (u UI) draft(d *engine.Draft) slack.ModalViewRequest {
	ref := Ref{Action: d.Action, Draft: d.ID, Hash: d.Hash}
	title := u.title(d)
	switch {
	case d.Status == engine.Planning:
		return u.Planning(ref, title, "")
	case d.Status == engine.Choosing && d.Choose != nil:
		a, ok := u.action(d.Action)
		if !ok {
			return u.Note(title, "This action is not available any more. /registrar lists those that are.")
		}
		return u.chooses(d, a)
	case d.Status == engine.Used:
		return u.Note(title, "This plan was sent already. Its card shows how it stands.")
	case d.Status == engine.Ready && d.Plan != nil && d.Plan.Nothing != "":
		return modal(title, ViewShow, ref, u.nothing(d.Plan))
	case d.Status == engine.Ready && d.Plan != nil:
		return u.ready(d, title, ref)
	}
	return u.Explain(title, Answer{Text: d.Problem, WhoCan: d.WhoCan, Suggest: d.Suggest})
}

func (u UI) title(d *engine.Draft) string {
	if d.Plan != nil && d.Plan.Title != "" {
		return d.Plan.Title
	}
	if a, ok := u.action(d.Action); ok {
		return a.Title
	}
	return "Registrar"
}

// nothing says why there is nothing to change, and what helps instead.
func (u UI) nothing(p *runbook.Plan) []slack.Block {
	c := &contents{max: cardValue}
	parts := []part{
		{heading: "Nothing to change", shape: plain, lines: []line{{c.sentence(p.Nothing)}}},
		{heading: "What was found", lines: c.facts(p.Facts), rank: rankFacts},
		{heading: "Warnings", lines: c.sentences(p.Warnings), rank: rankWarnings},
	}
	fit(parts, viewWeight)
	blocks := append([]slack.Block{header(p.Subject)}, blocksOf(parts)...)
	return append(blocks, suggestions(p.Suggest)...)
}

func (u UI) ready(d *engine.Draft, title string, ref Ref) slack.ModalViewRequest {
	p := d.Plan
	c := &contents{max: cardValue}
	parts := c.plan(p, changeCount(p) > manyChanges)
	parts = append(parts[:1:1], append([]part{c.steps(p)}, parts[1:]...)...)
	fit(parts, viewWeight)
	blocks := append([]slack.Block{header(p.Subject)}, lead(c, p)...)
	blocks = append(blocks, blocksOf(parts)...)
	if c.short || shortened(parts) {
		all := button(PressChanges, "Show all changes", p.Title+" "+p.Subject, Ref{Draft: d.ID, Hash: d.Hash})
		blocks = append(blocks, actions(all))
	}
	blocks = append(blocks, slack.NewDividerBlock(), u.rule(c, p).block())
	blocks = append(blocks, suggestions(p.Suggest)...)
	verb := "Apply"
	if p.Approval.Needed > 0 {
		verb = "Request approval"
		if d.Reason == "" {
			blocks = append(blocks, reasonInput("", false))
		}
	}
	if d.Reason != "" {
		blocks = append(blocks, reason(d.Reason))
	}
	return submits(modal(title, ViewPlan, ref, blocks), verb)
}

// lead is what must be read first, set apart.
func lead(c *contents, p *runbook.Plan) []slack.Block {
	if p.Lead == "" {
		return nil
	}
	return []slack.Block{rich(quoteOf(line{words("⚠ "), bold(c.cut(visibleLines(p.Lead), maxSection))}))}
}

// reason is what the requester gave; it may have several lines and is quoted,
// so that it cannot pass for a line of ours.
func reason(text string) slack.Block {
	return rich(sectionOf(line{bold("Reason")}), quoteOf(line{words(cut(visibleLines(text), maxReason))}))
}

// rule says who must approve and why, and how long things take.
func (u UI) rule(c *contents, p *runbook.Plan) part {
	a := p.Approval
	rule := part{heading: "Approval"}
	if a.Needed == 0 {
		rule.add(words("No approval is needed."))
	} else {
		l := line{words(count(a.Needed, "approval is needed, by ", "approvals are needed, by "))}
		l = append(l, u.people(a.From)...)
		if a.Why != "" {
			l = append(l, words(", because "), c.sentence(a.Why))
		}
		rule.add(append(l, words("."))...)
		rule.add(words("The requester cannot approve it."))
		for _, who := range p.Beneficiaries {
			rule.add(c.value(who), words(" gains by it and cannot approve it."))
		}
	}
	if a.Delay > 0 {
		rule.add(words(fmt.Sprintf("It waits %s after the last approval; anyone here can stop it meanwhile.", span(a.Delay))))
	}
	if a.Needed > 0 && a.Expiry > 0 {
		text := "The request is open for " + span(a.Expiry)
		if a.Remind > 0 {
			text += "; a reminder goes out after " + span(a.Remind)
		}
		rule.add(words(text + "."))
	}
	return rule
}

func (p *part) add(elements ...inline) { p.lines = append(p.lines, elements) }
