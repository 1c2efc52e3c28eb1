package slackui

import (
	"fmt"
	"time"

	"github.com/slack-go/slack"

	"registrar/bot/engine"
	"registrar/bot/runbook"
)

// Card is the run's one message in the approvals channel, as it is now.
func (u UI) Card(r *engine.Run, now time.Time) Message {
	blocks, short := u.body(r, now)
	switch {
	case short && r.Status.Closed():
		blocks = append(blocks, aside("Not everything fits here. The result in the thread has “Show all changes”."))
	case short && lossy(&r.Plan) && r.Status == engine.AwaitingApproval:
		blocks = append(blocks, aside("Not everything fits here, and something is lost for good. Open “Show all changes” before you approve."))
	}
	if buttons := u.buttons(r, short); len(buttons) > 0 {
		blocks = append(blocks, actions(buttons...))
	}
	return message(r, "card", fmt.Sprintf("%s: %s.", r.Plan.Title, statusWords[r.Status]), blocks)
}

// MustOpen reports whether an approver must open "Show all changes" before
// approving: something is lost, and the card cannot show the whole plan.
func (u UI) MustOpen(r *engine.Run) bool {
	if !lossy(&r.Plan) {
		return false
	}
	_, short := u.body(r, r.Updated)
	return short
}

func lossy(p *runbook.Plan) bool { return p.Irreversible || len(p.Losses) > 0 }

// body is a card without its buttons, and whether it leaves out some of the
// plan.
func (u UI) body(r *engine.Run, now time.Time) (blocks []slack.Block, short bool) {
	p := &r.Plan
	c, rest := &contents{max: cardValue}, &contents{max: cardValue}
	top := []slack.Block{header(p.Title + ": " + p.Subject), u.byline(r), u.status(rest, r, now)}
	top = append(top, lead(c, p)...)
	if r.Reason != "" {
		top = append(top, reason(r.Reason))
	}
	parts := c.plan(p, changeCount(p) > manyChanges)
	if r.Status != engine.AwaitingApproval && r.Status != engine.Approved {
		parts = dropped(parts, rankPeople) // the status shows the one that is open
	}
	approvals, told := u.approvals(rest, r), history(u, rest, r.History, cardHistory, " ")
	approvals.rank, told.rank = rankWarnings, rankHistory
	parts = append(parts, approvals, u.progress(rest, r), told)
	fit(parts, messageWeight-weightOf(top))
	return append(top, blocksOf(parts)...), c.short || shortened(parts)
}

func dropped(parts []part, rank int) []part {
	var out []part
	for _, p := range parts {
		if p.rank != rank {
			out = append(out, p)
		}
	}
	return out
}

// byline is who asked, when, and the run's id. It is the one place of mrkdwn,
// and holds nothing but a checked user id and a time.
func (u UI) byline(r *engine.Run) slack.Block {
	asked := label("Asked for by "+r.Requester.Name, maxField)
	if userID.MatchString(r.Requester.ID) {
		asked = slack.NewTextBlockObject(slack.MarkdownType, "Asked for by <@"+r.Requester.ID+">", false, false)
	}
	when := fmt.Sprintf("<!date^%d^%s|%s>", r.Created.Unix(), dateFormat, u.clock(r.Created))
	return slack.NewContextBlock("", asked, slack.NewTextBlockObject(slack.MarkdownType, when, false, false), label("Run "+r.ID, maxField))
}

// status is where the run stands in one sentence, with what must be looked at
// or done now.
func (u UI) status(c *contents, r *engine.Run, now time.Time) slack.Block {
	elements := []slack.RichTextElement{sectionOf(line{code(string(r.Status)), words("  " + cut(visible(engine.Sentence(r)), maxField))})}
	if ask := r.OpenAsk(); ask != nil && ask.Ask != nil {
		elements = append(elements, quoteOf(c.ask(*ask)))
	}
	if r.Status == engine.NeedsReview {
		if i := r.Current(); i >= 0 && i < len(r.Plan.Steps) {
			l := line{bold(c.cut(visible(r.Plan.Steps[i].Title), c.max) + ": ")}
			if evidence := r.Steps[i].Evidence; evidence != "" {
				l = append(l, c.sentence(evidence))
			} else {
				l = append(l, words("nothing is known about its outcome."))
			}
			elements = append(elements, quoteOf(l))
		}
	}
	if r.Status == engine.Approved && now.Before(r.NotBefore) {
		elements = append(elements, sectionOf(line{words("It starts "), u.date(r.NotBefore), words(".")}))
	}
	return rich(elements...)
}

// approvals says who has decided, who may, and until when.
func (u UI) approvals(c *contents, r *engine.Run) part {
	a := r.Plan.Approval
	if a.Needed == 0 {
		return part{heading: "Approval", lines: []line{{words("No approval was needed.")}}}
	}
	shown := part{heading: fmt.Sprintf("Approvals: %d of %d", r.Approvals(), a.Needed)}
	for _, d := range r.Decisions {
		did := " approved, "
		if !d.Approved {
			did = " rejected, "
		}
		l := line{person(d.By), words(did), u.date(d.At)}
		if d.Reason != "" {
			l = append(l, words(": "), c.sentence(d.Reason))
		}
		shown.add(l...)
	}
	if r.Status != engine.AwaitingApproval {
		return shown
	}
	l := append(line{words("May approve: ")}, u.people(a.From)...)
	if a.Why != "" {
		l = append(l, words(", because "), c.sentence(a.Why))
	}
	shown.add(append(l, words("."))...)
	for _, o := range r.Opened {
		shown.add(mention(o.By), words(" has opened all changes, "), u.date(o.At), words("."))
	}
	for _, who := range r.Plan.Beneficiaries {
		shown.add(c.value(who), words(" gains by it and cannot approve it."))
	}
	if a.Delay > 0 {
		shown.add(words("Once approved it waits " + span(a.Delay) + ", and anyone here can stop it."))
	}
	if !r.Expires.IsZero() {
		shown.add(words("The request ends "), u.date(r.Expires), words("."))
	}
	return shown
}

// cardHistory is how many of the latest lines of history a card shows.
const cardHistory = 8

// statusWords are for a notification, which has room for a few words only.
var statusWords = map[engine.Status]string{
	engine.AwaitingApproval: "waiting for approval",
	engine.Approved:         "approved",
	engine.Applying:         "working",
	engine.WaitingOnPerson:  "waiting for a person",
	engine.WaitingOnSystem:  "waiting for a system",
	engine.Succeeded:        "done",
	engine.Failed:           "failed",
	engine.NeedsReview:      "needs a review",
	engine.Rejected:         "rejected",
	engine.Expired:          "expired",
	engine.Cancelled:        "cancelled",
	engine.Stale:            "no longer fits",
}
