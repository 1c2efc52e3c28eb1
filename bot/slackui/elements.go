package slackui

import (
	"strings"

	"github.com/slack-go/slack"

	"registrar/bot/runbook"
)

// label is plain text within a limit; it is where outside values may stand.
// Emoji is off, so that ":sos:" in a name stays what it is.
func label(s string, limit int) *slack.TextBlockObject {
	s = cut(visible(s), limit)
	if s == "" {
		s = "(empty)"
	}
	return slack.NewTextBlockObject(slack.PlainTextType, s, false, false)
}

// lines is plain text of several lines.
func lines(s string, limit int) *slack.TextBlockObject {
	s = cut(visibleLines(s), limit)
	if s == "" {
		s = "(empty)"
	}
	return slack.NewTextBlockObject(slack.PlainTextType, s, false, false)
}

func header(s string) slack.Block { return slack.NewHeaderBlock(label(s, maxHeader)) }

func section(s string) slack.Block { return slack.NewSectionBlock(lines(s, maxSection), nil, nil) }

// aside is small print.
func aside(s string) slack.Block { return slack.NewContextBlock("", lines(s, maxField)) }

// button is a press with what it refers to. About says to a screen reader what
// the button is for, because "Approve" alone does not.
func button(press, text, about string, ref Ref) *slack.ButtonBlockElement {
	b := slack.NewButtonBlockElement(press, refValue(ref), label(text, maxButton))
	b.AccessibilityLabel = cut(visible(text+": "+about), maxAccessibility)
	return b
}

// refValue leaves out a prefill that does not fit: the form opens empty then.
func refValue(ref Ref) string {
	value := ref.Encode()
	if len(value) > maxButtonValue {
		ref.Values = nil
		value = ref.Encode()
	}
	return value
}

// linkButton opens a page, or is nil where there is none a browser should open.
func linkButton(l runbook.Link, about string) *slack.ButtonBlockElement {
	if !opens(l.URL) {
		return nil
	}
	text := l.Text
	if strings.TrimSpace(text) == "" {
		text = "Open the page"
	}
	b := slack.NewButtonBlockElement(PressLink, "", label(text, maxButton))
	b.URL = l.URL
	b.AccessibilityLabel = cut(visible(text+": "+about), maxAccessibility)
	return b
}

func actions(buttons ...slack.BlockElement) slack.Block { return slack.NewActionBlock("", buttons...) }

func confirm(title, text, yes, no string) *slack.ConfirmationBlockObject {
	return slack.NewConfirmationBlockObject(label(title, maxConfirmTitle), lines(text, maxConfirmText),
		label(yes, maxConfirmButton), label(no, maxConfirmButton)).WithStyle(slack.StyleDanger)
}

// suggestions are buttons that open another action with its fields filled in.
func suggestions(all []runbook.Suggestion) []slack.Block {
	var buttons []slack.BlockElement
	for _, s := range all {
		if len(buttons) < 5 {
			buttons = append(buttons, mend(s, len(buttons)))
		}
	}
	if len(buttons) == 0 {
		return nil
	}
	return []slack.Block{actions(buttons...)}
}

func mend(s runbook.Suggestion, n int) *slack.ButtonBlockElement {
	id := PressMend
	if n > 0 {
		id = nth(PressMend, n)
	}
	return button(id, s.Label, "opens another action", Ref{Action: s.Action, Values: s.Values})
}

// modal is a view without a submit button.
func modal(title, callback string, ref Ref, blocks []slack.Block) slack.ModalViewRequest {
	return slack.ModalViewRequest{
		Type: slack.VTModal, Title: label(title, maxTitle), Close: label("Close", maxTitle),
		Blocks: slack.Blocks{BlockSet: blocks}, CallbackID: callback, PrivateMetadata: refMetadata(ref),
	}
}

func refMetadata(ref Ref) string {
	value := ref.Encode()
	if len(value) > maxMetadata {
		ref.Values = nil
		value = ref.Encode()
	}
	return value
}

// submits gives a view its submit button; closing it changes nothing.
func submits(v slack.ModalViewRequest, verb string) slack.ModalViewRequest {
	v.Submit, v.Close = label(verb, maxTitle), label("Cancel", maxTitle)
	return v
}
