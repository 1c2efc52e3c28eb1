package slackui

import (
	"fmt"

	"github.com/slack-go/slack"

	"registrar/bot/engine"
	"registrar/bot/runbook"
)

// Changes is one page, from 0, of everything in a run's plan, nothing cut.
// "Previous" and "Next" are presses of [PressChanges] with the page they lead
// to. A page beyond the last is the last.
func (u UI) Changes(r *engine.Run, page int) slack.ModalViewRequest {
	return u.page(&r.Plan, Ref{Run: r.ID, Hash: r.Hash}, page)
}

// DraftChanges is Changes for a plan that was not requested yet.
func (u UI) DraftChanges(d *engine.Draft, page int) slack.ModalViewRequest {
	if d.Plan == nil {
		return u.Note(u.title(d), "There is no plan to show any more. Please run the command again.")
	}
	return u.page(d.Plan, Ref{Draft: d.ID, Hash: d.Hash}, page)
}

func pagesOf(p *runbook.Plan) [][]part {
	c := &contents{}
	parts := []part{
		{heading: "Read this first", lines: []line{}, shape: plain},
		{heading: "Lost", lines: c.sentences(p.Losses)},
		{heading: "Warnings", lines: c.sentences(p.Warnings)},
	}
	if p.Lead != "" {
		parts[0].lines = []line{{c.sentence(p.Lead)}}
	}
	parts = append(parts, c.changes(p)...)
	return paged(append(parts,
		c.steps(p),
		c.people(p),
		part{heading: "Checked again before the first change", lines: c.facts(p.Requires)},
		part{heading: "What was found", lines: c.facts(p.Facts)},
	))
}

func (u UI) page(p *runbook.Plan, ref Ref, page int) slack.ModalViewRequest {
	pages := pagesOf(p)
	page = max(0, min(page, len(pages)-1))
	where := fmt.Sprintf("Page %d of %d · %s", page+1, len(pages), count(changeCount(p), "change", "changes"))
	if n := len(p.Losses); n > 0 {
		where += " · " + count(n, "thing is lost", "things are lost")
	}
	blocks := append([]slack.Block{header(p.Subject), aside(where)}, blocksOf(pages[page])...)
	var buttons []slack.BlockElement
	turn := func(id, text string, to int) {
		ref.Page = to
		buttons = append(buttons, button(id, text, fmt.Sprintf("page %d of %d", to+1, len(pages)), ref))
	}
	if page > 0 {
		turn(nth(PressChanges, 1), "Previous", page-1)
	}
	if page < len(pages)-1 {
		turn(PressChanges, "Next", page+1)
	}
	if len(buttons) > 0 {
		blocks = append(blocks, actions(buttons...))
	}
	ref.Page = page
	return modal("All changes", ViewShow, ref, blocks)
}
