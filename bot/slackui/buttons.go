package slackui

import (
	"strings"

	"github.com/slack-go/slack"

	"registrar/bot/engine"
	"registrar/bot/runbook"
)

// buttons are those that can have an effect now, and on a closed run none.
func (u UI) buttons(r *engine.Run, short bool) []slack.BlockElement {
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
	unlock := func(holder, lock string) {
		add(PressBreak, "Break lock", Ref{Item: holder}).WithConfirm(confirm("Break the lock?",
			"Run "+holder+" counts on being alone with "+cut(visible(lock), 100)+". Look at its card first. Only admins may do this, and it is recorded.", "Break lock", "Go back"))
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
		if stoppable(r) {
			add(PressStop, "Stop", Ref{}).WithStyle(slack.StyleDanger)
		} else {
			cancel()
		}
		if r.Blocked != nil {
			unlock(r.Blocked.Run, r.Blocked.Lock)
		}
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
		if r.Blocked != nil {
			unlock(r.Blocked.Run, r.Blocked.Lock)
		}
	case engine.NeedsReview:
		if i := r.Current(); i >= 0 && i < len(r.Steps) {
			ref := Ref{Step: r.Steps[i].ID, Item: r.Review()}
			add(PressHappened, "It happened", ref)
			add(PressNotHappened, "It did not happen", ref).WithConfirm(confirm("It did not happen?",
				"The step will run again. If it did happen after all, it happens twice.", "Run it again", "Go back"))
		}
		if len(r.Plan.Locks) > 0 && !r.Unlocked {
			unlock(r.ID, strings.Join(r.Plan.Locks, ", "))
		}
	}
	if short {
		add(PressChanges, "Show all changes", Ref{})
	}
	return out
}

// stoppable reports whether the run waits because it cannot be undone.
func stoppable(r *engine.Run) bool { return r.Status == engine.Approved && r.Plan.Approval.Delay > 0 }

// irreversible is what Approve asks once more.
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
