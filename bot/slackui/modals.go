package slackui

import (
	"github.com/slack-go/slack"

	"registrar/bot/engine"
	"registrar/bot/runbook"
)

// RejectModal asks "Why?".
func (u UI) RejectModal(r *engine.Run) slack.ModalViewRequest {
	blocks := []slack.Block{
		paragraph(bold(visible(r.Plan.Title)+": "), words(cut(visible(r.Plan.Subject), cardText))),
		explain("Why?", "What is wrong or missing?", ""),
		aside("The requester reads it, and knows what to do next."),
	}
	return submits(modal("Reject", ViewReject, Ref{Run: r.ID, Hash: r.Hash}, blocks), "Reject")
}

// AnswerModal is the ask a run waits on: what to do, where, and its inputs.
// Without an open ask it says so.
func (u UI) AnswerModal(r *engine.Run) slack.ModalViewRequest {
	step := r.OpenAsk()
	if step == nil || step.Ask == nil {
		return u.Note(r.Plan.Title, "This step is not open any more. The card shows how the run stands.")
	}
	c := &contents{max: cardText}
	blocks := []slack.Block{rich(sectionOf(c.ask(*step)))}
	for _, in := range step.Ask.Inputs {
		hint := in.Hint
		if in.Secret {
			if hint != "" {
				hint += " "
			}
			hint += privateHint
		}
		text := slack.NewPlainTextInputBlockElement(nil, InputAction)
		blocks = append(blocks, input(in.Name, in.Label, hint, text))
	}
	return submits(modal(r.Plan.Title, ViewAnswer, Ref{Run: r.ID, Hash: r.Hash, Step: step.ID}, blocks), "Done")
}

// SecretModal shows a secret to the one person who may see it, as text to copy:
// a link in it is not one to press by mistake.
func (u UI) SecretModal(title, name, secret string) slack.ModalViewRequest {
	blocks := []slack.Block{paragraph(bold(cut(visible(name), maxField)))}
	for _, piece := range pieces(secret, maxSection) {
		blocks = append(blocks, rich(preformatted(piece)))
	}
	if visible(secret) != secret {
		blocks = append(blocks, aside("It holds characters that cannot be seen. Do not use it before you know why."))
	}
	blocks = append(blocks, aside("Only you see this. Looking at it was recorded. Do not post it in a channel."))
	return modal(title, ViewShow, Ref{}, blocks)
}

// Note is a modal with a text, and actions that would help.
func (u UI) Note(title, text string, suggest ...runbook.Suggestion) slack.ModalViewRequest {
	return u.Explain(title, Answer{Text: text, Suggest: suggest})
}

// Explain is a modal that says why something could not be done.
func (u UI) Explain(title string, a Answer) slack.ModalViewRequest {
	return modal(title, ViewShow, Ref{}, a.blocks())
}
