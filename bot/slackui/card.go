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
	p := &r.Plan
	c := &contents{max: cardValue}
	top := []slack.Block{header(p.Title + ": " + p.Subject), u.byline(r), u.status(c, r)}
	top = append(top, lead(c, p)...)
	if r.Reason != "" {
		top = append(top, reason(r.Reason))
	}
	parts := c.plan(p, changeCount(p) > manyChanges)
	if r.Status != engine.AwaitingApproval && r.Status != engine.Approved {
		parts = dropped(parts, rankPeople) // the progress shows the one that is open
	}
	approvals := u.approvals(c, r)
	approvals.rank = rankWarnings
	parts = append(parts, approvals, u.progress(c, r), u.history(c, r))
	short := fit(parts, messageWeight-weightOf(top))
	blocks := append(top, blocksOf(parts)...)
	if buttons := u.buttons(r, now, short || c.short); len(buttons) > 0 {
		blocks = append(blocks, actions(buttons...))
	}
	return message(r, "card", fmt.Sprintf("%s: %s.", p.Title, statusWords[r.Status]), blocks)
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
func (u UI) status(c *contents, r *engine.Run) slack.Block {
	elements := []slack.RichTextElement{sectionOf(line{code(string(r.Status)), words("  " + visible(engine.Sentence(r)))})}
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
	if r.Status == engine.Approved && !r.NotBefore.IsZero() && r.Plan.Approval.Delay > 0 {
		elements = append(elements, sectionOf(line{words("It starts "), u.date(r.NotBefore), words(".")}))
	}
	return rich(elements...)
}

// approvals says who has decided, who may, and until when.
func (u UI) approvals(c *contents, r *engine.Run) part {
	a := r.Plan.Approval
	if a.Needed == 0 {
		return part{heading: "Approval", lines: []line{{words("Nobody needed to approve this.")}}}
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

// history is who did what when, the latest last.
func (u UI) history(c *contents, r *engine.Run) part {
	shown := part{heading: "History", rank: rankHistory}
	events := r.History
	if earlier := len(events) - cardHistory; earlier > 0 {
		events = events[earlier:]
		shown.add(faint(fmt.Sprintf("…(%d earlier)", earlier)))
	}
	for _, e := range events {
		who := words("Registrar")
		if e.By != "" {
			who = mention(e.By)
		}
		shown.add(u.date(e.At), words("  "), who, words(" "), c.sentence(e.Text))
	}
	return shown
}

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

// buttons are those that can have an effect now, and on a closed run none.
func (u UI) buttons(r *engine.Run, now time.Time, short bool) []slack.BlockElement {
	if r.Status.Closed() {
		return nil
	}
	var out []slack.BlockElement
	about := r.Plan.Title + " " + r.Plan.Subject
	add := func(press, text string, ref Ref) *slack.ButtonBlockElement {
		ref.Run, ref.Hash = r.ID, r.Hash
		b := button(press, text, about, ref)
		out = append(out, b)
		return b
	}
	cancel := func() {
		add(PressCancel, "Cancel run", Ref{}).WithConfirm(confirm("Cancel this run?", "What was done stays done; the rest will not happen.", "Cancel run", "Go back"))
	}
	switch r.Status {
	case engine.AwaitingApproval:
		approve := add(PressApprove, "Approve", Ref{}).WithStyle(slack.StylePrimary)
		if r.Plan.Irreversible {
			approve.WithStyle(slack.StyleDanger).WithConfirm(confirm("This cannot be undone", irreversible(&r.Plan), "Approve", "Go back"))
		}
		add(PressReject, "Reject", Ref{})
		if r.Plan.SecretGiven != "" {
			add(PressShowSecret, "Show link", Ref{Item: r.Plan.SecretGiven})
		}
		if r.Extended < engine.MaxExtensions {
			add(PressExtend, "Extend", Ref{})
		}
		cancel()
	case engine.Approved:
		if r.Plan.Approval.Delay > 0 && now.Before(r.NotBefore) {
			add(PressStop, "Stop", Ref{}).WithStyle(slack.StyleDanger)
		}
		cancel()
	case engine.WaitingOnPerson:
		if ask := r.OpenAsk(); ask != nil && ask.Ask != nil {
			if open := linkButton(ask.Ask.Link, about); open != nil {
				out = append(out, open)
			}
			add(PressDone, "Done", Ref{Step: ask.ID}).WithStyle(slack.StylePrimary)
		}
		cancel()
	case engine.WaitingOnSystem:
		cancel()
	case engine.NeedsReview:
		if i := r.Current(); i >= 0 && i < len(r.Steps) {
			add(PressHappened, "It happened", Ref{Step: r.Steps[i].ID})
			add(PressNotHappened, "It did not happen", Ref{Step: r.Steps[i].ID}).WithConfirm(confirm("It did not happen?",
				"The step will run again. If it did happen after all, it happens twice.", "Run it again", "Go back"))
		}
	}
	if short {
		add(PressChanges, "Show all changes", Ref{})
	}
	return out
}

func irreversible(p *runbook.Plan) string {
	text := p.Subject + "."
	if p.Lead != "" {
		text = p.Lead
	}
	if n := len(p.Losses); n > 0 {
		text = cut(visible(text), maxConfirmText-60) + "\n" + count(n, "thing is lost", "things are lost") + " for good."
	}
	return text
}
