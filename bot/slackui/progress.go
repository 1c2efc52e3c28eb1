package slackui

import (
	"strings"

	"registrar/bot/engine"
	"registrar/bot/runbook"
)

// progress is the run's steps with how far they are.
func (u UI) progress(c *contents, r *engine.Run) part {
	shown := part{heading: "Steps", shape: plain, rank: rankSteps}
	current := r.Current()
	for i, planned := range r.Plan.Steps {
		var s engine.StepState
		if i < len(r.Steps) {
			s = r.Steps[i]
		}
		shown.add(u.step(c, r, planned, s, i == current)...)
	}
	return shown
}

func (u UI) step(c *contents, r *engine.Run, planned runbook.PlannedStep, s engine.StepState, current bool) line {
	l := line{words(mark(r, s, current) + " "), c.sentence(planned.Title)}
	switch {
	case s.Status == engine.StepDone:
		return append(l, u.outcome(c, planned, s)...)
	case s.Status == engine.StepFailed, s.Status == engine.StepUnknown:
		if s.Note != "" {
			l = append(l, words(" — "), c.sentence(s.Note))
		}
		return l
	case r.Status.Closed():
		return append(l, faint(" (not run)"))
	case planned.Wait != nil && s.Status == engine.StepStarted && planned.Wait.Until > 0:
		return append(l, faint(" (waits until "), u.date(s.Started.Add(planned.Wait.Until)), faint(" at most)"))
	}
	return append(l, faint(kind(planned)))
}

// outcome says of a done step how that is known: read back from the system, or
// reported by somebody.
func (u UI) outcome(c *contents, planned runbook.PlannedStep, s engine.StepState) line {
	var l line
	if s.Already && !strings.Contains(s.Note, "was so already") {
		l = append(l, faint(" (was so already)"))
	}
	if s.Note != "" {
		l = append(l, words(" — "), c.sentence(s.Note))
	}
	switch {
	case s.By != nil && planned.ReadBack:
		l = append(l, faint(" — verified, done by "), person(*s.By))
	case s.By != nil:
		l = append(l, faint(" — reported by "), person(*s.By))
	}
	return l
}

// mark is a step's state as one sign.
func mark(r *engine.Run, s engine.StepState, current bool) string {
	switch s.Status {
	case engine.StepDone:
		return "✓"
	case engine.StepFailed:
		return "✗"
	case engine.StepUnknown:
		return "?"
	case engine.StepStarted:
		return "▸"
	}
	if current && (r.Status == engine.Applying || r.Status == engine.WaitingOnPerson || r.Status == engine.WaitingOnSystem) {
		return "▸"
	}
	return "○"
}
