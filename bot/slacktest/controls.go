package slacktest

import (
	"encoding/json"
	"iter"
	"slices"
)

// A Control is something a person can press or choose from in a message or view.
type Control struct {
	Type     string   `json:"type"` // button, static_select, …
	BlockID  string   `json:"block_id"`
	ActionID string   `json:"action_id"`
	Text     string   `json:"text"` // a button's label, a select's placeholder, an input's label
	Value    string   `json:"value,omitempty"`
	URL      string   `json:"url,omitempty"`
	Style    string   `json:"style,omitempty"`
	Confirm  *Confirm `json:"confirm,omitempty"` // asked before the press is sent
	Options  []Choice `json:"options,omitempty"`
}

// Confirm is the dialog that comes before a press takes effect.
type Confirm struct {
	Title   string `json:"title"`
	Text    string `json:"text"`
	Confirm string `json:"confirm"`
	Deny    string `json:"deny"`
	Style   string `json:"style,omitempty"`
}

// Controls lists the controls in blocks, in reading order.
func Controls(blocks json.RawMessage) []Control {
	var out []Control
	for block, element := range elements(blocks) {
		c := Control{
			Type: text(element, "type"), BlockID: text(block, "block_id"), ActionID: text(element, "action_id"),
			Text: inner(element, "text"), Value: text(element, "value"), URL: text(element, "url"), Style: text(element, "style"),
		}
		if c.Text == "" {
			c.Text = inner(element, "placeholder")
		}
		if label := inner(block, "label"); label != "" {
			c.Text = label
		}
		if dialog, ok := element["confirm"].(map[string]any); ok {
			c.Confirm = &Confirm{
				Title: inner(dialog, "title"), Text: inner(dialog, "text"), Confirm: inner(dialog, "confirm"),
				Deny: inner(dialog, "deny"), Style: text(dialog, "style"),
			}
		}
		for _, o := range options(element) {
			c.Options = append(c.Options, Choice{Text: inner(o, "text"), Value: text(o, "value"), Description: inner(o, "description")})
		}
		out = append(out, c)
	}
	return out
}

// Buttons lists the labels of the buttons in blocks, in reading order.
func Buttons(blocks json.RawMessage) []string {
	var labels []string
	for _, c := range Controls(blocks) {
		if c.Type == "button" {
			labels = append(labels, c.Text)
		}
	}
	return labels
}

// elements yields each interactive element with the block it stands in.
func elements(blocks json.RawMessage) iter.Seq2[map[string]any, map[string]any] {
	var list []map[string]any
	_ = json.Unmarshal(blocks, &list) // no blocks, no elements
	return func(yield func(block, element map[string]any) bool) {
		for _, b := range list {
			for e := range interactive(b) {
				if !yield(b, e) {
					return
				}
			}
		}
	}
}

// interactive yields the elements of one block that carry an action_id, those of the blocks
// inside it included.
func interactive(block map[string]any) iter.Seq[map[string]any] {
	return func(yield func(map[string]any) bool) {
		var walk func(b map[string]any) bool
		walk = func(b map[string]any) bool {
			if b["type"] == "rich_text" || b["type"] == "context" {
				return true
			}
			for _, key := range []string{"accessory", "element", "elements", "actions", "child_blocks"} {
				for _, e := range objects(b[key]) {
					switch kind := text(e, "type"); {
					case key == "child_blocks", kind == "card":
						if !walk(e) {
							return false
						}
					case kind != "image" && !yield(e):
						return false
					}
				}
			}
			return true
		}
		walk(block)
	}
}

// objects returns v, an object or a list of them, as a list.
func objects(v any) []map[string]any {
	switch v := v.(type) {
	case map[string]any:
		return []map[string]any{v}
	case []any:
		var out []map[string]any
		for _, item := range v {
			if o, ok := item.(map[string]any); ok {
				out = append(out, o)
			}
		}
		return out
	}
	return nil
}

// options are the options of a select, those inside groups included.
func options(element map[string]any) []map[string]any {
	out := slices.Clone(objects(element["options"]))
	for _, group := range objects(element["option_groups"]) {
		out = append(out, objects(group["options"])...)
	}
	return out
}

// text is a string field, "" when absent.
func text(o map[string]any, key string) string {
	v, _ := o[key].(string)
	return v
}

// inner is the text of a text object field, "" when absent.
func inner(o map[string]any, key string) string {
	t, _ := o[key].(map[string]any)
	return text(t, "text")
}

// A Choice is one option of a select, a group of radio buttons or of checkboxes.
type Choice struct {
	Text        string `json:"text"`
	Value       string `json:"value"`
	Description string `json:"description,omitempty"`
}
