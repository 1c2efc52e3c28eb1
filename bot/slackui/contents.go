package slackui

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"registrar/bot/runbook"
)

// The ranks of the parts of a plan: what an approver must not miss goes last
// when there is too little room.
const (
	rankLosses = iota
	rankWarnings
	rankChanges
	rankPeople
	rankSteps
	rankRequires
	rankFacts
	rankHistory
)

// contents makes the parts of a plan. It cuts single values where max is not
// 0, and remembers that it did.
type contents struct {
	max   int
	short bool
}

// value is an outside value on one line; an empty one is said.
func (c *contents) value(s string) inline {
	shown := visible(s)
	if shown == "" {
		return faint("(empty)")
	}
	if edges := strings.TrimSpace(s); edges != s { // a space nobody sees may be the whole change
		lead := len(s) - len(strings.TrimLeftFunc(s, unicode.IsSpace))
		trail := len(s) - len(strings.TrimRightFunc(s, unicode.IsSpace))
		shown = strings.Repeat("␣", min(lead, 3)) + shown + strings.Repeat("␣", min(trail, 3))
	}
	return words(c.cut(shown, c.max))
}

// sentence is a longer text of a handler, which may quote outside values.
func (c *contents) sentence(s string) inline {
	if c.max == 0 {
		return words(visible(s))
	}
	return words(c.cut(visible(s), cardText))
}

func (c *contents) cut(s string, limit int) string {
	if limit == 0 || length(s) <= limit {
		return s
	}
	c.short = true
	return cut(s, limit)
}

// name is an outside value that names a record, a field or a fact.
func (c *contents) name(s string) string {
	if s = visible(s); s == "" {
		return "(empty)"
	}
	return c.cut(s, c.max)
}

func (c *contents) fact(f runbook.Fact) line {
	return line{bold(c.name(f.Label) + ": "), c.value(f.Value)}
}

// change is "record · field: from → to".
func (c *contents) change(ch runbook.Change) line {
	arrow := " → "
	if rightToLeft(ch.From) || rightToLeft(ch.To) {
		// Marks of direction around the arrow keep the two values in their places.
		arrow = " \u200E→\u200E "
	}
	return line{bold(c.name(ch.Record)), words(" · " + c.name(ch.Field) + ": "), c.value(ch.From), words(arrow), c.value(ch.To)}
}

func (c *contents) sentences(all []string) []line {
	var out []line
	for _, s := range all {
		out = append(out, line{c.sentence(s)})
	}
	return out
}

func (c *contents) facts(all []runbook.Fact) []line {
	var out []line
	for _, f := range all {
		out = append(out, c.fact(f))
	}
	return out
}

// systems are those of a plan's changes, in the order of its steps.
func systems(p *runbook.Plan) []runbook.System {
	var out []runbook.System
	for _, s := range p.Steps {
		if len(s.Changes) > 0 && !slices.Contains(out, s.System) {
			out = append(out, s.System)
		}
	}
	return out
}

func changesIn(p *runbook.Plan, system runbook.System) []runbook.Change {
	var out []runbook.Change
	for _, s := range p.Steps {
		if s.System == system {
			out = append(out, s.Changes...)
		}
	}
	return out
}

func changeCount(p *runbook.Plan) int {
	n := 0
	for _, s := range p.Steps {
		n += len(s.Changes)
	}
	return n
}

// changes has one part for each system.
func (c *contents) changes(p *runbook.Plan) []part {
	var out []part
	for _, system := range systems(p) {
		changed := part{heading: "Changes in " + string(system), rank: rankChanges}
		for _, ch := range changesIn(p, system) {
			changed.lines = append(changed.lines, c.change(ch))
		}
		out = append(out, changed)
	}
	return out
}

// counts says how many changes there are in each system.
func (c *contents) counts(p *runbook.Plan) part {
	c.short = true
	counted := part{heading: count(changeCount(p), "change", "changes"), rank: rankChanges}
	for _, system := range systems(p) {
		n := len(changesIn(p, system))
		counted.lines = append(counted.lines, line{bold(string(system) + ": "), words(count(n, "change", "changes"))})
	}
	return counted
}

// steps lists what is done in which order.
func (c *contents) steps(p *runbook.Plan) part {
	listed := part{heading: "Steps, in this order", shape: numbers, rank: rankSteps}
	for _, s := range p.Steps {
		listed.lines = append(listed.lines, line{c.sentence(s.Title), faint(kind(s))})
	}
	return listed
}

// kind is what is special about a step.
func kind(s runbook.PlannedStep) string {
	switch {
	case s.Ask != nil && s.ReadBack:
		return " (a person does this; the record is read back)"
	case s.Ask != nil:
		return " (a person does this and says so)"
	case s.Wait != nil:
		return fmt.Sprintf(" (waits for %s, at most %s)", s.System, span(s.Wait.Until))
	case s.File != "":
		return fmt.Sprintf(" (the file %s in the card's thread)", cut(visible(s.File), maxButton))
	}
	return ""
}

// people lists the steps only a person can do.
func (c *contents) people(p *runbook.Plan) part {
	asked := part{heading: "What a person must do", rank: rankPeople}
	for _, s := range p.Steps {
		if s.Ask == nil {
			continue
		}
		asked.lines = append(asked.lines, c.ask(s))
	}
	return asked
}

// ask is one such step: title, instruction, link and who may not do it.
func (c *contents) ask(s runbook.PlannedStep) line {
	l := line{bold(c.name(s.Title) + ": "), c.sentence(s.Ask.Instruction)}
	if s.Ask.Link.URL != "" {
		l = append(l, words(" "), link(s.Ask.Link))
	}
	if s.Ask.NotRequester {
		l = append(l, faint(" Somebody other than the requester must do this."))
	}
	return l
}

// plan is everything in a plan but its lead and its approval. With counted,
// many changes are only counted.
func (c *contents) plan(p *runbook.Plan, counted bool) []part {
	parts := []part{{heading: "What was found", lines: c.facts(p.Facts), rank: rankFacts}}
	if counted {
		parts = append(parts, c.counts(p))
	} else {
		parts = append(parts, c.changes(p)...)
	}
	return append(parts,
		c.people(p),
		part{heading: "Checked again before the first change", lines: c.facts(p.Requires), rank: rankRequires},
		part{heading: "Warnings", lines: c.sentences(p.Warnings), rank: rankWarnings},
		part{heading: "Lost", lines: c.sentences(p.Losses), rank: rankLosses},
	)
}

// span is a duration as people say it.
func span(d time.Duration) string {
	var said []string
	for _, unit := range []struct {
		size      time.Duration
		one, many string
	}{{24 * time.Hour, "day", "days"}, {time.Hour, "hour", "hours"}, {time.Minute, "minute", "minutes"}, {time.Second, "second", "seconds"}} {
		if unit.size == 24*time.Hour && d < 48*time.Hour {
			continue // "24 hours" is clearer than "1 day"
		}
		if n := d / unit.size; n > 0 {
			said = append(said, count(int(n), unit.one, unit.many))
			d -= n * unit.size
		}
	}
	if len(said) == 0 {
		return "no time"
	}
	return strings.Join(said, " ")
}
