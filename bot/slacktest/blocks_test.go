package slacktest_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"registrar/bot/slacktest"
)

func chars(n int) string { return strings.Repeat("é", n) }

// repeated is a JSON list of n copies; %d in the item becomes its index.
func repeated(n int, item string) string {
	items := make([]string, n)
	for i := range items {
		items[i] = strings.ReplaceAll(item, "%d", fmt.Sprint(i))
	}
	return "[" + strings.Join(items, ",") + "]"
}

func plainJSON(n int) string { return `{"type":"plain_text","text":"` + chars(n) + `"}` }

// TestBlockLimits takes each limit at its edge: most is accepted, one more is not.
func TestBlockLimits(t *testing.T) {
	button := func(fields string) string {
		return `[{"type":"actions","elements":[{"type":"button","text":` + plainJSON(3) + fields + `}]}]`
	}
	dialog := func(title, text, yes int) string {
		return button(fmt.Sprintf(`,"confirm":{"title":%s,"text":%s,"confirm":%s,"deny":%s}`,
			plainJSON(title), plainJSON(text), plainJSON(yes), plainJSON(yes)))
	}
	choose := func(kind, options string) string {
		return `[{"type":"section","text":` + plainJSON(1) + `,"accessory":{"type":"` + kind + `","options":` + options + `}}]`
	}
	opt := func(label, value int) string {
		return `{"text":` + plainJSON(label) + `,"value":"%d` + chars(value-1) + `"}`
	}
	input := func(fields string) string {
		return `[{"type":"input","label":` + plainJSON(1) + `,"element":{"type":"plain_text_input"` + fields + `}}]`
	}
	rich := `{"type":"rich_text_section","elements":[{"type":"text","text":"x","style":{"bold":true}}]}`
	cell := `{"type":"raw_text","text":"x"}`
	for _, tc := range []struct {
		name string
		on   slacktest.Place
		most int
		make func(n int) string
	}{
		{"blocks of a message", slacktest.OnMessage, 50, func(n int) string { return repeated(n, `{"type":"divider"}`) }},
		{"blocks of a modal", slacktest.OnModal, 100, func(n int) string { return repeated(n, `{"type":"divider"}`) }},
		{"blocks of a home", slacktest.OnHome, 100, func(n int) string { return repeated(n, `{"type":"divider"}`) }},
		{"header", slacktest.OnMessage, 150, func(n int) string { return `[{"type":"header","text":` + plainJSON(n) + `}]` }},
		{"section text", slacktest.OnMessage, 3000, func(n int) string { return `[{"type":"section","text":` + plainJSON(n) + `}]` }},
		{"section fields", slacktest.OnMessage, 10, func(n int) string {
			return `[{"type":"section","fields":` + repeated(n, plainJSON(1)) + `}]`
		}},
		{"section field", slacktest.OnMessage, 2000, func(n int) string { return `[{"type":"section","fields":[` + plainJSON(n) + `]}]` }},
		{"context elements", slacktest.OnMessage, 10, func(n int) string {
			return `[{"type":"context","elements":` + repeated(n, plainJSON(1)) + `}]`
		}},
		{"actions elements", slacktest.OnMessage, 25, func(n int) string {
			return `[{"type":"actions","elements":` + repeated(n, `{"type":"button","action_id":"%d","text":`+plainJSON(1)+`}`) + `}]`
		}},
		{"block_id", slacktest.OnMessage, 255, func(n int) string { return `[{"type":"divider","block_id":"` + chars(n) + `"}]` }},
		{"action_id", slacktest.OnMessage, 255, func(n int) string { return button(`,"action_id":"` + chars(n) + `"`) }},
		{"button label", slacktest.OnMessage, 75, func(n int) string {
			return `[{"type":"actions","elements":[{"type":"button","text":` + plainJSON(n) + `}]}]`
		}},
		{"button value", slacktest.OnMessage, 2000, func(n int) string { return button(`,"value":"` + chars(n) + `"`) }},
		{"button url", slacktest.OnMessage, 3000, func(n int) string { return button(`,"url":"` + chars(n) + `"`) }},
		{"confirm title", slacktest.OnMessage, 100, func(n int) string { return dialog(n, 1, 1) }},
		{"confirm text", slacktest.OnMessage, 300, func(n int) string { return dialog(1, n, 1) }},
		{"confirm buttons", slacktest.OnMessage, 30, func(n int) string { return dialog(1, 1, n) }},
		{"options of a select", slacktest.OnModal, 100, func(n int) string { return choose("static_select", repeated(n, opt(2, 5))) }},
		{"options of an overflow", slacktest.OnMessage, 5, func(n int) string { return choose("overflow", repeated(n, opt(2, 5))) }},
		{"radio buttons", slacktest.OnModal, 10, func(n int) string { return choose("radio_buttons", repeated(n, opt(2, 5))) }},
		{"checkboxes", slacktest.OnModal, 10, func(n int) string { return choose("checkboxes", repeated(n, opt(2, 5))) }},
		{"option text", slacktest.OnModal, 75, func(n int) string { return choose("static_select", repeated(1, opt(n, 5))) }},
		{"option value", slacktest.OnModal, 75, func(n int) string { return choose("static_select", repeated(1, opt(2, n))) }},
		{"placeholder", slacktest.OnModal, 150, func(n int) string { return input(`,"placeholder":` + plainJSON(n)) }},
		{"max_length", slacktest.OnModal, 3000, func(n int) string { return input(fmt.Sprintf(`,"max_length":%d`, n)) }},
		{"markdown together", slacktest.OnMessage, 12000, func(n int) string {
			return `[{"type":"markdown","text":"` + chars(6000) + `"},{"type":"markdown","text":"` + chars(n-6000) + `"}]`
		}},
		{"table rows", slacktest.OnMessage, 100, func(n int) string {
			return `[{"type":"table","rows":` + repeated(n, "["+cell+"]") + `}]`
		}},
		{"table columns", slacktest.OnMessage, 20, func(n int) string {
			return `[{"type":"table","rows":[` + repeated(n, cell) + `]}]`
		}},
		{"tables", slacktest.OnMessage, 1, func(n int) string { return repeated(n, `{"type":"table","rows":[[`+cell+`]]}`) }},
		{"alert text", slacktest.OnModal, 3000, func(n int) string { return `[{"type":"alert","level":"warning","text":` + plainJSON(n) + `}]` }},
		{"rich text", slacktest.OnMessage, 1000, func(n int) string { return `[{"type":"rich_text","elements":` + repeated(n, rich) + `}]` }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if p := slacktest.CheckBlocks(json.RawMessage(tc.make(tc.most)), tc.on); p != nil {
				t.Errorf("%d refused: %q", tc.most, p)
			}
			if p := slacktest.CheckBlocks(json.RawMessage(tc.make(tc.most+1)), tc.on); p == nil {
				t.Errorf("%d accepted", tc.most+1)
			}
		})
	}
}

func TestBlockForm(t *testing.T) {
	for name, tc := range map[string]struct {
		on     slacktest.Place
		blocks string
		want   string // part of the first message
	}{
		"unknown block":    {slacktest.OnMessage, `[{"type":"banner"}]`, "unsupported type: banner [json-pointer:/blocks/0/type]"},
		"unknown field":    {slacktest.OnMessage, `[{"type":"divider","color":"red"}]`, "invalid additional property: color [json-pointer:/blocks/0]"},
		"unknown element":  {slacktest.OnMessage, `[{"type":"actions","elements":[{"type":"knob"}]}]`, "unsupported type: knob [json-pointer:/blocks/0/elements/0/type]"},
		"missing text":     {slacktest.OnMessage, `[{"type":"header"}]`, "missing required field: text [json-pointer:/blocks/0]"},
		"empty section":    {slacktest.OnMessage, `[{"type":"section"}]`, "missing required field: text"},
		"empty text":       {slacktest.OnMessage, `[{"type":"header","text":{"type":"plain_text","text":""}}]`, "must be more than 0 characters"},
		"mrkdwn in header": {slacktest.OnMessage, `[{"type":"header","text":{"type":"mrkdwn","text":"x"}}]`, "must be one of"},
		"emoji on mrkdwn":  {slacktest.OnMessage, `[{"type":"section","text":{"type":"mrkdwn","text":"x","emoji":true}}]`, "invalid additional property: emoji"},
		"alert in message": {slacktest.OnMessage, `[{"type":"alert","text":{"type":"plain_text","text":"x"}}]`, "unsupported type: alert"},
		"table in modal":   {slacktest.OnModal, `[{"type":"table","rows":[[{"type":"raw_text","text":"x"}]]}]`, "unsupported type: table"},
		"two block ids":    {slacktest.OnMessage, `[{"type":"divider","block_id":"a"},{"type":"divider","block_id":"a"}]`, "already exists"},
		"two action ids": {slacktest.OnMessage, `[{"type":"actions","elements":` +
			repeated(2, `{"type":"button","action_id":"a","text":{"type":"plain_text","text":"x"}}`) + `}]`, "already exists"},
		"strange style":  {slacktest.OnMessage, `[{"type":"actions","elements":[{"type":"button","style":"red","text":{"type":"plain_text","text":"x"}}]}]`, "must be one of"},
		"no such option": {slacktest.OnModal, `[{"type":"section","text":{"type":"plain_text","text":"x"},"accessory":{"type":"static_select","options":[{"text":{"type":"plain_text","text":"x"},"value":"x"}],"initial_option":{"text":{"type":"plain_text","text":"y"},"value":"y"}}}]`, "must be one of the options"},
		"not a list":     {slacktest.OnMessage, `{}`, "must be an array"},
	} {
		t.Run(name, func(t *testing.T) {
			p := slacktest.CheckBlocks(json.RawMessage(tc.blocks), tc.on)
			if len(p) == 0 || !strings.Contains(p[0], tc.want) {
				t.Errorf("problems = %q, want %q", p, tc.want)
			}
		})
	}
}
