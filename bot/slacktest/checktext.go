package slacktest

// contextElement is an image or a text in a context block.
func contextElement(c *checker, path string, v any) {
	if o, ok := v.(map[string]any); ok && text(o, "type") == "image" {
		element("image")(c, path, v)
		return
	}
	anyText(1, 2000)(c, path, v)
}

// richElement is one part of a rich_text block.
func richElement(c *checker, path string, v any) {
	o, ok := c.object(path, v)
	if !ok {
		return
	}
	inline := must(listOf(0, 10000, richInline))
	border := may(number(0, 1))
	schema := fields{"type": must(anything), "elements": inline}
	switch text(o, "type") {
	case "rich_text_section":
	case "rich_text_preformatted":
		schema["border"], schema["language"] = border, may(str(1, 50))
	case "rich_text_quote":
		schema["border"] = border
	case "rich_text_list":
		schema["elements"] = must(listOf(0, 1000, richElement))
		schema["style"] = must(oneOf("bullet", "ordered"))
		schema["indent"], schema["offset"], schema["border"] = may(number(0, 8)), may(number(0, 1e6)), border
	default:
		c.say(path+"/type", "unsupported type: %s", text(o, "type"))
		return
	}
	c.fields(path, o, schema)
}

// richInline is a run of text, a link, a mention.
func richInline(c *checker, path string, v any) {
	o, ok := c.object(path, v)
	if !ok {
		return
	}
	id := must(str(1, 255))
	schema := fields{}
	switch kind := text(o, "type"); kind {
	case "text":
		schema["text"] = must(str(1, 40000))
	case "link":
		schema["url"], schema["text"], schema["unsafe"] = must(str(1, 3000)), may(str(0, 40000)), may(boolean)
	case "user":
		schema["user_id"] = id
	case "usergroup":
		schema["usergroup_id"] = id
	case "channel":
		schema["channel_id"] = id
	case "team":
		schema["team_id"] = id
	case "emoji":
		schema["name"], schema["unicode"], schema["skin_tone"], schema["url"] = id, may(str(1, 100)), may(number(1, 6)), may(str(1, 3000))
	case "broadcast":
		schema["range"] = must(oneOf("here", "channel", "everyone"))
	case "date":
		schema["timestamp"], schema["format"] = must(number(0, 1e11)), must(str(1, 255))
		schema["url"], schema["fallback"] = may(str(1, 3000)), may(str(1, 255))
	case "color":
		schema["value"] = must(str(7, 7))
	default:
		c.say(path+"/type", "unsupported type: %s", kind)
		return
	}
	schema["type"], schema["style"] = must(anything), may(richStyle)
	c.fields(path, o, schema)
}

func richStyle(c *checker, path string, v any) {
	if o, ok := c.object(path, v); ok {
		schema := fields{}
		for _, name := range []string{"bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink"} {
			schema[name] = may(boolean)
		}
		c.fields(path, o, schema)
	}
}

func tableCell(c *checker, path string, v any) {
	o, ok := c.object(path, v)
	if !ok {
		return
	}
	switch kind := text(o, "type"); kind {
	case "raw_text":
		c.fields(path, o, fields{"type": must(anything), "text": must(str(1, 3000))})
	case "raw_number":
		c.fields(path, o, fields{"type": must(anything), "value": must(number(-1e300, 1e300)), "text": may(str(0, 3000))})
	case "rich_text":
		c.fields(path, o, fields{"type": must(anything), "block_id": may(str(0, 255)), "elements": must(listOf(0, 1000, richElement))})
	default:
		c.say(path+"/type", "unsupported type: %s", kind)
	}
}

func columnSetting(c *checker, path string, v any) {
	if o, ok := c.object(path, v); ok {
		c.fields(path, o, fields{"align": may(oneOf("left", "center", "right")), "is_wrapped": may(boolean)})
	}
}
