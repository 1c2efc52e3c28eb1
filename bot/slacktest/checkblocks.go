package slacktest

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// Where blocks are shown decides which are allowed and how many.
const (
	OnMessage Place = "message"
	OnModal   Place = "modal"
	OnHome    Place = "home"
)

// A Place is a surface blocks can be shown on.
type Place string

// maxMarkdown is the sum over all markdown blocks of a message, in characters.
const maxMarkdown = 12000

// CheckBlocks holds blocks to Slack's limits and returns what Slack would complain of, in the
// form of response_metadata.messages; nil means Slack takes them. Limits are those of the
// published @slack/types 3.2.0 and of python-slack-sdk's validators; where the two disagree, the
// stricter one.
func CheckBlocks(blocks json.RawMessage, on Place) []string {
	var list any
	if err := json.Unmarshal(blocks, &list); err != nil {
		return []string{"[ERROR] blocks are not JSON: " + err.Error()}
	}
	c := &checker{on: on, blockIDs: map[string]bool{}}
	c.blocks("/blocks", list)
	return c.problems
}

// A checker collects problems while it walks blocks. Paths are JSON pointers.
type checker struct {
	on       Place
	problems []string
	blockIDs map[string]bool
	markdown int
	tables   int
	charts   int
}

func (c *checker) say(path, format string, args ...any) {
	c.problems = append(c.problems, fmt.Sprintf("[ERROR] %s [json-pointer:%s]", fmt.Sprintf(format, args...), path))
}

func (c *checker) blocks(path string, v any) {
	most := 100
	if c.on == OnMessage {
		most = 50
	}
	listOf(0, most, (*checker).block)(c, path, v)
	if c.markdown > maxMarkdown {
		c.say(path, "markdown blocks must be less than %d characters together", maxMarkdown+1)
	}
	if c.tables > 1 {
		c.say(path, "only one table allowed")
	}
	if c.charts > 2 {
		c.say(path, "no more than 2 data_visualization blocks allowed")
	}
}

// block checks one block of any type.
func (c *checker) block(path string, v any) {
	b, ok := c.object(path, v)
	if !ok {
		return
	}
	kind := text(b, "type")
	schema, known := blockSchema(kind)
	switch {
	case !known:
		c.say(path+"/type", "unsupported type: %s", kind)
		return
	case !c.allowed(kind):
		c.say(path+"/type", "unsupported type: %s on a %s", kind, c.on)
		return
	}
	schema["type"] = must(anything)
	schema["block_id"] = may(str(0, 255))
	c.fields(path, b, schema)
	if id := text(b, "block_id"); id != "" {
		if c.blockIDs[id] {
			c.say(path, "`block_id` %s already exists", id)
		}
		c.blockIDs[id] = true
	}
	c.together(path, kind, b)
	c.actionIDs(path, b)
}

// allowed says on which surface a block may stand.
func (c *checker) allowed(kind string) bool {
	switch kind {
	case "alert":
		return c.on == OnModal
	case "table", "markdown", "task_card", "plan", "container", "context_actions", "data_table", "data_visualization", "file":
		return c.on == OnMessage
	case "carousel", "card":
		return c.on != OnModal
	}
	return true
}

// together checks what no single field shows.
func (c *checker) together(path, kind string, b map[string]any) {
	switch kind {
	case "section":
		if b["text"] == nil && b["fields"] == nil {
			c.say(path, "missing required field: text")
		}
	case "image":
		if b["image_url"] == nil && b["slack_file"] == nil {
			c.say(path, "missing required field: image_url")
		}
	case "markdown":
		c.markdown += utf8.RuneCountInString(text(b, "text"))
	case "table":
		c.tables++
	case "data_visualization":
		c.charts++
	case "input":
		if e, _ := b["element"].(map[string]any); text(e, "type") == "file_input" && c.on != OnModal {
			c.say(path+"/element", "unsupported type: file_input on a %s", c.on)
		}
	}
}

// actionIDs refuses two elements of one block with the same action_id.
func (c *checker) actionIDs(path string, b map[string]any) {
	seen := map[string]bool{}
	for _, key := range []string{"elements", "actions"} {
		for _, e := range objects(b[key]) {
			id := text(e, "action_id")
			if id != "" && seen[id] {
				c.say(path+"/"+key, "`action_id` %s already exists for this block", id)
			}
			seen[id] = true
		}
	}
}

// blockSchema is what each block may hold, type and block_id aside.
func blockSchema(kind string) (fields, bool) {
	switch kind {
	case "divider":
		return fields{}, true
	case "header":
		return fields{"text": must(plain(1, 150)), "level": may(number(1, 6))}, true
	case "section":
		return fields{
			"text": may(anyText(1, 3000)), "fields": may(listOf(1, 10, anyText(1, 2000))),
			"accessory": may(element(accessories...)), "expand": may(boolean),
		}, true
	case "context":
		return fields{"elements": must(listOf(1, 10, contextElement))}, true
	case "actions":
		return fields{"elements": must(listOf(1, 25, element(actionElements...)))}, true
	case "input":
		return fields{
			"label": must(plain(1, 2000)), "hint": may(plain(1, 2000)), "element": must(element(inputElements...)),
			"optional": may(boolean), "dispatch_action": may(boolean),
		}, true
	case "image":
		return fields{
			"image_url": may(str(1, 3000)), "slack_file": may(anything), "alt_text": must(str(0, 2000)), "title": may(plain(1, 2000)),
		}, true
	case "markdown":
		return fields{"text": must(str(1, maxMarkdown))}, true
	case "rich_text":
		return fields{"elements": must(listOf(0, 1000, richElement))}, true
	case "table":
		return fields{
			"rows": must(listOf(1, 100, listOf(1, 20, tableCell))), "column_settings": may(listOf(0, 20, columnSetting)),
		}, true
	case "alert":
		return fields{"text": must(anyText(1, 3000)), "level": may(oneOf("default", "info", "warning", "error", "success"))}, true
	case "video":
		return fields{
			"video_url": must(str(1, 3000)), "thumbnail_url": must(str(1, 3000)), "alt_text": must(str(1, 2000)),
			"title": must(plain(1, 200)), "title_url": may(str(1, 3000)), "author_name": may(str(1, 50)),
			"provider_name": may(str(1, 50)), "provider_icon_url": may(str(1, 3000)), "description": may(plain(1, 200)),
		}, true
	case "file":
		return fields{"external_id": must(str(1, 255)), "source": must(oneOf("remote"))}, true
	}
	return newerBlockSchema(kind)
}

// newerBlockSchema holds the blocks added since 2025.
func newerBlockSchema(kind string) (fields, bool) {
	rich := (*checker).richText
	switch kind {
	case "context_actions":
		return fields{"elements": must(listOf(1, 5, element("feedback_buttons", "icon_button")))}, true
	case "task_card":
		return fields{
			"task_id": must(str(1, 255)), "title": must(str(1, 150)), "hide_title": may(boolean), "details": may(rich),
			"status": may(oneOf("pending", "in_progress", "complete", "error")), "output": may(rich),
			"sources": may(listOf(0, 50, anything)),
		}, true
	case "plan":
		return fields{"title": must(str(1, 150)), "tasks": may(listOf(0, 50, (*checker).taskCard))}, true
	case "card":
		return fields{
			"title": may(anyText(1, 150)), "subtitle": may(anyText(1, 150)), "body": may(anyText(1, 200)), "subtext": may(anyText(1, 200)),
			"hero_image": may(element("image")), "icon": may(element("image")), "slack_icon": may(anything),
			"actions": may(listOf(1, 5, element("button"))),
		}, true
	case "carousel":
		return fields{"elements": must(listOf(1, 10, (*checker).block))}, true
	case "container":
		return fields{
			"title": may(plain(1, 150)), "rich_text_title": may(rich), "subtitle": may(anyText(1, 150)), "icon": may(element("image")),
			"width": may(oneOf("narrow", "standard", "wide", "full")), "is_collapsible": may(boolean),
			"default_collapsed": may(boolean), "has_header_divider": may(boolean),
			"child_blocks": must(listOf(1, 10, (*checker).block)),
		}, true
	case "data_table":
		return fields{
			"caption": must(str(1, 200)), "rows": must(listOf(2, 101, listOf(1, 20, anything))), "page_size": may(number(1, 100)),
			"row_header_column_index": may(number(0, 19)),
		}, true
	case "data_visualization":
		return fields{"title": must(str(1, 50)), "chart": must(anything)}, true
	}
	return nil, false
}

// richText is a rich_text block as the value of a field.
func (c *checker) richText(path string, v any) {
	if b, ok := c.object(path, v); ok && text(b, "type") != "rich_text" {
		c.say(path+"/type", "unsupported type: %s", text(b, "type"))
		return
	}
	c.block(path, v)
}

func (c *checker) taskCard(path string, v any) {
	if b, ok := c.object(path, v); ok && text(b, "type") != "task_card" {
		c.say(path+"/type", "unsupported type: %s", text(b, "type"))
		return
	}
	c.block(path, v)
}
