package slackui

import (
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"registrar/bot/runbook"
)

// Document is a report's answer in its modal.
func (u UI) Document(ref Ref, doc runbook.Document) slack.ModalViewRequest {
	v := modal(doc.Title, ViewShow, ref, document(doc, maxViewBlocks, viewWeight))
	v.ExternalID = ref.Draft
	return v
}

// DocumentMessage is a report's answer as a direct message, for where the modal
// was closed meanwhile.
func (u UI) DocumentMessage(doc runbook.Document) Message {
	return Message{Text: unmarked(doc.Title + ": the answer is here."), Blocks: document(doc, maxMessageBlocks, messageWeight)}
}

// document lays out a report: its sections side by side, then what disagrees.
// Sections and findings that do not fit are counted.
func document(doc runbook.Document, mostBlocks, weight int) []slack.Block {
	turns := turns(doc)
	blocks := content(doc, mostBlocks-len(turns), weight-weightOf(turns))
	return append(blocks, turns...)
}

// turns are the buttons that lead to the neighbouring pages.
func turns(doc runbook.Document) []slack.Block {
	var buttons []slack.BlockElement
	for i, turn := range []*runbook.Suggestion{doc.Previous, doc.Next} {
		if turn != nil {
			buttons = append(buttons, button(nth(PressPage, i), turn.Label, "another page", Ref{Action: turn.Action, Values: turn.Values}))
		}
	}
	if len(buttons) == 0 {
		return nil
	}
	return []slack.Block{actions(buttons...)}
}

func content(doc runbook.Document, mostBlocks, weight int) []slack.Block {
	var blocks []slack.Block
	if doc.Subject != "" {
		blocks = append(blocks, header(doc.Subject))
	}
	weight -= weightOf(blocks)
	if len(doc.Findings) == 0 {
		return append(blocks, sections(doc.Sections, mostBlocks-1, weight)...)
	}
	blocks = append(blocks, sections(doc.Sections, mostBlocks/2, weight/2)...)
	blocks = append(blocks, slack.NewDividerBlock(), paragraph(bold(count(len(doc.Findings), "finding", "findings"))))
	for i, f := range doc.Findings {
		next := finding(i, f)
		if len(blocks)+len(next) > mostBlocks-1 || weightOf(blocks)+weightOf(next) > weight {
			return append(blocks, more(len(doc.Findings)-i))
		}
		blocks = append(blocks, next...)
	}
	return blocks
}

func more(n int) slack.Block { return paragraph(faint(fmt.Sprintf("…(%d more)", n))) }

// finding is what is amiss, with the action that mends it and a text to paste.
func finding(i int, f runbook.Finding) []slack.Block {
	said := slack.NewSectionBlock(lines(fmt.Sprintf("%d. %s", i+1, f.Text), maxSection), nil, nil)
	if f.Mend != nil {
		said.Accessory = slack.NewAccessory(mend(*f.Mend, i))
	}
	blocks := []slack.Block{said}
	if f.Paste != "" {
		blocks = append(blocks, rich(sectionOf(line{faint("Text to paste:")}), preformatted(cut(visibleLines(f.Paste), maxSection))))
	}
	return blocks
}

// sections lays short sections out in two columns, so that two systems can be
// compared at a glance, and long ones over the whole width.
func sections(all []runbook.Section, mostBlocks, weight int) []slack.Block {
	var blocks []slack.Block
	room := min(maxField, weight/max(1, len(all)))
	for i := 0; i < len(all); {
		next, taken := wide(all[i], room), 1
		if length(column(all[i])) <= room {
			for taken < 2 && i+taken < len(all) && length(column(all[i+taken])) <= room {
				taken++
			}
			next = columns(all[i : i+taken])
		}
		if len(blocks)+len(next) >= mostBlocks {
			return append(blocks, more(len(all)-i))
		}
		blocks = append(blocks, next...)
		i += taken
	}
	return blocks
}

// columns are at most two sections next to each other, with their links below.
func columns(row []runbook.Section) []slack.Block {
	var fields []*slack.TextBlockObject
	var links line
	for _, s := range row {
		fields = append(fields, lines(column(s), maxField))
		if s.Link.URL != "" {
			if len(links) > 0 {
				links = append(links, words("  ·  "))
			}
			links = append(links, link(s.Link))
		}
	}
	blocks := []slack.Block{slack.NewSectionBlock(nil, fields, nil)}
	if len(links) > 0 {
		blocks = append(blocks, paragraph(links...))
	}
	return blocks
}

// column is a section as plain text: each value on a line of its own, so that
// none can pass for another.
func column(s runbook.Section) string {
	c := &contents{}
	var b strings.Builder
	b.WriteString(visible(s.Heading))
	for _, f := range s.Facts {
		b.WriteString("\n• " + visible(f.Label) + ": " + textOf(c.value(f.Value)))
	}
	for _, l := range s.Lines {
		b.WriteString("\n" + visible(l))
	}
	return b.String()
}

func wide(s runbook.Section, weight int) []slack.Block {
	c := &contents{max: cardText}
	parts := []part{{heading: visible(s.Heading), lines: append(c.facts(s.Facts), c.sentences(s.Lines)...)}}
	fit(parts, weight)
	blocks := blocksOf(parts)
	if s.Link.URL != "" {
		blocks = append(blocks, paragraph(link(s.Link)))
	}
	return blocks
}
