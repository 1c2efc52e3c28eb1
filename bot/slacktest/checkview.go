package slacktest

import "encoding/json"

// maxViewBytes is the documented limit of a view's JSON.
const maxViewBytes = 250 << 10

// CheckView holds a modal or App Home view to Slack's limits and returns what Slack would
// complain of; nil means Slack takes it.
func CheckView(view json.RawMessage) []string {
	var v any
	if err := json.Unmarshal(view, &v); err != nil {
		return []string{"[ERROR] view is not JSON: " + err.Error()}
	}
	c := &checker{on: OnModal, blockIDs: map[string]bool{}}
	if len(view) > maxViewBytes {
		c.say("/view", "must be less than %d bytes", maxViewBytes+1)
	}
	o, ok := c.object("/view", v)
	if !ok {
		return c.problems
	}
	schema := fields{
		"type": must(oneOf("modal", "home")), "blocks": must((*checker).blocks), "private_metadata": may(str(0, 3000)),
		"callback_id": may(str(0, 255)), "external_id": may(str(0, 255)),
	}
	if text(o, "type") == "home" {
		c.on = OnHome
	} else {
		schema["title"], schema["submit"], schema["close"] = must(plain(1, 24)), may(plain(1, 24)), may(plain(1, 24))
		schema["clear_on_close"], schema["notify_on_close"] = may(boolean), may(boolean)
	}
	c.fields("/view", o, schema)
	if c.on == OnModal && o["submit"] == nil && hasInput(o) {
		c.say("/view", "missing required field: submit")
	}
	if c.on == OnModal && focused(o) > 1 {
		c.say("/view", "only one element may have focus_on_load")
	}
	return c.problems
}

func hasInput(view map[string]any) bool {
	for _, b := range objects(view["blocks"]) {
		if text(b, "type") == "input" {
			return true
		}
	}
	return false
}

func focused(view map[string]any) int {
	n := 0
	for _, b := range objects(view["blocks"]) {
		for e := range interactive(b) {
			if on, _ := e["focus_on_load"].(bool); on {
				n++
			}
		}
	}
	return n
}
