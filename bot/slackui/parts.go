package slackui

import (
	"fmt"
	"slices"

	"github.com/slack-go/slack"
)

// shape is how the lines of a part are laid out.
type shape int

const (
	bullets shape = iota
	numbers
	plain
	quote
)

// part is a heading with lines below it: the unit in which a plan is laid out,
// shortened and paged.
type part struct {
	heading string
	shape   shape
	lines   []line
	// first is the number of the first line, from 0, where an earlier page has
	// those before it.
	first int
	// rank says who goes last when there is too little room; 0 stays longest.
	rank int
	// more is how many lines were left out.
	more int
}

// block is the part as one block.
func (p part) block() slack.Block {
	var elements []slack.RichTextElement
	if p.heading != "" {
		elements = append(elements, sectionOf(line{bold(p.heading)}))
	}
	switch {
	case len(p.lines) == 0:
	case p.shape == bullets:
		elements = append(elements, listOf(slack.RTEListBullet, p.lines))
	case p.shape == numbers:
		list := slack.NewRichTextList(slack.RTEListOrdered, 0)
		for _, l := range p.lines {
			list.Elements = append(list.Elements, sectionOf(l))
		}
		list.Offset = p.first
		elements = append(elements, list)
	case p.shape == quote:
		for _, l := range p.lines {
			elements = append(elements, quoteOf(l))
		}
	default:
		var all line
		for i, l := range p.lines {
			if i > 0 {
				all = append(all, words("\n"))
			}
			all = append(all, l...)
		}
		elements = append(elements, sectionOf(all))
	}
	if p.more > 0 {
		elements = append(elements, sectionOf(line{faint(fmt.Sprintf("…and %s.", count(p.more, "more", "more")))}))
	}
	return rich(elements...)
}

// fit shortens parts to a weight, those of the highest rank first. A shortened
// part says how many lines it lost.
func fit(parts []part, weight int) {
	for i := range parts {
		weight -= elementWeight*2 + length(parts[i].heading)
	}
	for rank := 0; ; rank++ {
		left := false
		for i := range parts {
			p := &parts[i]
			left = left || p.rank > rank
			if p.rank != rank {
				continue
			}
			kept := 0
			for kept < len(p.lines) && weight >= p.lines[kept].weight() {
				weight -= p.lines[kept].weight()
				kept++
			}
			p.more += len(p.lines) - kept
			p.lines = p.lines[:kept]
		}
		if !left {
			return
		}
	}
}

// shortened reports whether fit left out lines of the plan itself.
func shortened(parts []part) bool {
	return slices.ContainsFunc(parts, func(p part) bool { return p.more > 0 && p.rank < rankHistory })
}

// blocksOf draws the parts that have something to say.
func blocksOf(parts []part) []slack.Block {
	var out []slack.Block
	for _, p := range parts {
		if len(p.lines) > 0 || p.more > 0 {
			out = append(out, p.block())
		}
	}
	return out
}

// paged lays parts out over pages. Nothing is left out: a line too long for a
// page goes on in the next line.
func paged(parts []part) [][]part {
	pages := [][]part{nil}
	items, weight := 0, 0
	for _, p := range parts {
		open := false
		for i, l := range p.lines {
			for _, piece := range l.split(pageWeight / 2) {
				w := piece.weight()
				if items > 0 && (items == pageItems || weight+w > pageWeight) {
					pages = append(pages, nil)
					items, weight, open = 0, 0, false
				}
				last := len(pages) - 1
				if !open {
					next := part{heading: p.heading, shape: p.shape, first: i}
					if i > 0 {
						next.heading += " (continued)"
					}
					pages[last], open = append(pages[last], next), true
				}
				now := &pages[last][len(pages[last])-1]
				now.lines = append(now.lines, piece)
				items, weight = items+1, weight+w
			}
		}
	}
	return pages
}

// split cuts a line into lines of at most limit characters of text, losing
// nothing.
func (l line) split(limit int) []line {
	if l.weight() <= limit {
		return []line{l}
	}
	var out []line
	var now line
	used := 0
	for _, e := range l {
		for _, e := range splitInline(e, limit/2) {
			w := line{e}.weight()
			if used > 0 && used+w > limit {
				out, now, used = append(out, now), nil, 0
			}
			now, used = append(now, e), used+w
		}
	}
	return append(out, now)
}

func splitInline(e inline, limit int) []inline {
	t, ok := e.(*slack.RichTextSectionTextElement)
	if !ok || length(t.Text) <= limit {
		return []inline{e}
	}
	var out []inline
	for _, piece := range pieces(t.Text, limit) {
		out = append(out, styled(piece, t.Style))
	}
	return out
}

// count is a number with its noun.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
