package proof

import (
	"encoding/json"
	"strings"

	"registrar/bot/slacktest"
	"registrar/cmd/registrar/registrartest"
)

// texts are all texts in blocks, one a line.
func texts(blocks json.RawMessage) string {
	var all []string
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if s, ok := v["text"].(string); ok {
				all = append(all, s)
			}
			for _, key := range []string{"text", "fields", "elements", "label", "title", "accessory"} {
				if _, plain := v[key].(string); !plain {
					walk(v[key])
				}
			}
		case []any:
			for _, e := range v {
				walk(e)
			}
		}
	}
	var v any
	_ = json.Unmarshal(blocks, &v) // no blocks have no texts
	walk(v)
	return strings.Join(all, "\n")
}

// shownTo is all that a person has before them: what only they see, their
// direct messages, the open modal, and the newest card with its thread.
func shownTo(w *registrartest.World, person string) []string {
	var all []string
	who := w.Slack.Person(person)
	messages := append(who.Ephemerals(), who.DMs()...)
	if card, ok := w.Card(); ok {
		messages = append(messages, card)
		messages = append(messages, w.Slack.Replies(registrartest.Approvals, card.TS)...)
	}
	for _, m := range messages {
		all = append(all, m.Text+"\n"+texts(m.Blocks))
	}
	if v := who.Modal(); v != nil {
		all = append(all, v.TitleText()+"\n"+texts(v.Blocks))
		fields, trouble := who.ModalErrors()
		all = append(all, trouble)
		for _, text := range fields {
			all = append(all, text)
		}
	}
	return all
}

// quoted is the line around a text in what a person has before them.
func quoted(all []string, text string) (string, bool) {
	for _, shown := range all {
		for line := range strings.SplitSeq(shown, "\n") {
			if strings.Contains(line, text) {
				return strings.TrimSpace(line), true
			}
		}
	}
	return "", false
}

// statusOf is the status a card shows, and the sentence behind it.
func statusOf(card slacktest.Message) (status, sentence string) {
	var blocks []struct {
		Elements []struct {
			Elements []struct {
				Text  string
				Style struct{ Code bool }
			}
		}
	}
	_ = json.Unmarshal(card.Blocks, &blocks) // some elements are of another shape
	for _, b := range blocks {
		for _, section := range b.Elements {
			for i, e := range section.Elements {
				if !e.Style.Code {
					continue
				}
				if i+1 < len(section.Elements) {
					sentence = strings.TrimSpace(section.Elements[i+1].Text)
				}
				return e.Text, sentence
			}
		}
	}
	return "", ""
}
