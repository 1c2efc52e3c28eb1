package engine

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Sentence is one plain sentence on where a run stands, and the next move.
func Sentence(r *Run) string {
	done, all := r.progress()
	switch r.Status {
	case AwaitingApproval:
		missing := r.Plan.Approval.Needed - r.Approvals()
		if missing == 1 {
			return "Waiting for one approval by somebody other than the requester."
		}
		return fmt.Sprintf("Waiting for %d approvals by people other than the requester.", missing)
	case Approved:
		if r.Why != "" {
			return r.Why
		}
		if r.Plan.Approval.Delay > 0 {
			return "Approved. It cannot be undone, so it waits before it starts; anyone here can press Stop."
		}
		return "Approved; it starts in a moment."
	case Applying:
		return fmt.Sprintf("Working: %d of %d steps done.", done, all)
	case WaitingOnPerson:
		text := "Waiting for a person to do the next step."
		if ask := r.OpenAsk(); ask != nil {
			text = "Waiting for a person: " + ask.Title + ". Open the link, then press Done."
		}
		return joinWhy(text, r.Why)
	case WaitingOnSystem:
		return joinWhy("Waiting for a system; it goes on by itself.", r.Why)
	case Succeeded:
		if all == 1 {
			return "Done. Nothing is left to do."
		}
		return fmt.Sprintf("Done: all %d steps. Nothing is left to do.", all)
	case Failed:
		stopped := fmt.Sprintf("Stopped after %d of %d steps.", done, all)
		if done == 0 {
			stopped = "Stopped before anything was done."
		}
		return joinWhy(stopped, r.Why) + runAgain
	case NeedsReview:
		return joinWhy("It is not known whether a step happened, so nothing goes on. An approver must look at the record and say.", r.Why)
	case Rejected:
		return "Rejected; nothing was changed. The requester can ask again with what was missing."
	case Expired:
		return "Nobody approved it in time; nothing was changed. Run the command again if it is still needed."
	case Cancelled:
		if done == 0 {
			return "Cancelled; nothing was changed."
		}
		return fmt.Sprintf("Cancelled after %d of %d steps; what was done stays done. Left: %s.", done, all, r.left()) + runAgain
	case Stale:
		return joinWhy("What was approved no longer fits; nothing was changed. Run the command again for a new plan.", r.Why)
	}
	return "This release does not know the status " + string(r.Status) + "."
}

// runAgain is how to get done what a run that is over has left.
const runAgain = " Running the command again plans only the rest."

// left names the first steps that are not done.
func (r *Run) left() string {
	const most = 3
	var titles []string
	for i, s := range r.Steps {
		if s.Status != StepDone {
			titles = append(titles, r.Plan.Steps[i].Title)
		}
	}
	if more := len(titles) - most; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(titles[:most], "; "), more)
	}
	return strings.Join(titles, "; ")
}

func (r *Run) progress() (done, all int) {
	for _, s := range r.Steps {
		if s.Status == StepDone {
			done++
		}
	}
	return done, len(r.Steps)
}

func joinWhy(text, why string) string {
	if why == "" {
		return text
	}
	return text + " " + why
}

// lowerFirst lets a sentence go on behind a colon.
func lowerFirst(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	if next, _ := utf8.DecodeRuneInString(s[size:]); unicode.IsUpper(next) {
		return s
	}
	return strings.ToLower(string(r)) + s[size:]
}

// unadvised is what a system's client says, without the advice to try again: a
// run does so by itself.
func unadvised(public string) string {
	return strings.NewReplacer(" Try again later.", "", " Try again in a minute.", "").Replace(public)
}
