package slacktest

import "slices"

// Which elements may stand where.
var (
	actionElements = []string{
		"button", "static_select", "multi_static_select", "external_select", "multi_external_select", "users_select",
		"multi_users_select", "conversations_select", "multi_conversations_select", "channels_select", "multi_channels_select",
		"overflow", "datepicker", "timepicker", "datetimepicker", "checkboxes", "radio_buttons", "workflow_button",
	}
	accessories   = append([]string{"image"}, actionElements...)
	inputElements = []string{
		"plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input", "file_input",
		"static_select", "multi_static_select", "external_select", "multi_external_select", "users_select",
		"multi_users_select", "conversations_select", "multi_conversations_select", "channels_select", "multi_channels_select",
		"datepicker", "timepicker", "datetimepicker", "checkboxes", "radio_buttons",
	}
)

// element is one interactive element (or image) of the kinds allowed here.
func element(kinds ...string) rule {
	return func(c *checker, path string, v any) {
		e, ok := c.object(path, v)
		if !ok {
			return
		}
		kind := text(e, "type")
		schema, known := elementSchema(kind)
		if !known || !slices.Contains(kinds, kind) {
			c.say(path+"/type", "unsupported type: %s", kind)
			return
		}
		schema["type"] = must(anything)
		c.fields(path, e, schema)
		c.selection(path, e)
	}
}

// selection checks that a select offers something and that what it starts with is offered.
func (c *checker) selection(path string, e map[string]any) {
	switch text(e, "type") {
	case "static_select", "multi_static_select":
		if (e["options"] == nil) == (e["option_groups"] == nil) {
			c.say(path, "exactly one of options and option_groups is required")
		}
	case "radio_buttons", "checkboxes":
	default:
		return
	}
	offered := map[string]bool{}
	for _, o := range options(e) {
		offered[text(o, "value")] = true
	}
	for _, key := range []string{"initial_option", "initial_options"} {
		for _, o := range objects(e[key]) {
			if !offered[text(o, "value")] {
				c.say(path+"/"+key, "must be one of the options")
			}
		}
	}
}

func elementSchema(kind string) (fields, bool) {
	if kind == "image" {
		return fields{"image_url": may(str(1, 3000)), "slack_file": may(anything), "alt_text": must(str(0, 2000))}, true
	}
	schema, ok := buttonSchema(kind)
	if !ok {
		schema, ok = choiceSchema(kind)
	}
	if !ok {
		schema, ok = typedSchema(kind)
	}
	if ok {
		schema["action_id"] = may(str(0, 255))
	}
	return schema, ok
}

func buttonSchema(kind string) (fields, bool) {
	label := plain(1, 75)
	style := may(oneOf("primary", "danger"))
	switch kind {
	case "button":
		return fields{
			"text": must(label), "value": may(str(0, 2000)), "url": may(str(0, 3000)), "style": style,
			"confirm": may(confirm), "accessibility_label": may(str(1, 75)),
		}, true
	case "workflow_button":
		return fields{"text": must(label), "workflow": must(anything), "style": style, "accessibility_label": may(str(1, 75))}, true
	case "feedback_buttons":
		return fields{"positive_button": must(feedbackButton), "negative_button": must(feedbackButton)}, true
	case "icon_button":
		return fields{
			"icon": must(oneOf("trash")), "text": must(label), "value": may(str(0, 2000)), "confirm": may(confirm),
			"accessibility_label": may(str(1, 75)), "visible_to_user_ids": may(listOf(0, 10, str(1, 255))),
		}, true
	case "overflow":
		return fields{"options": must(listOf(1, 5, option(plain(1, 75)))), "confirm": may(confirm)}, true
	}
	return nil, false
}

func feedbackButton(c *checker, path string, v any) {
	if o, ok := c.object(path, v); ok {
		c.fields(path, o, fields{"text": must(plain(1, 75)), "value": must(str(1, 2000)), "accessibility_label": may(str(1, 75))})
	}
}

// choiceSchema holds the elements one picks from.
func choiceSchema(kind string) (fields, bool) {
	choices := listOf(1, 100, option(plain(1, 75)))
	few := listOf(1, 10, option(anyText(1, 75)))
	id, ids := may(str(1, 255)), may(listOf(0, 100, str(1, 255)))
	schema := fields{"confirm": may(confirm), "focus_on_load": may(boolean)}
	selecting := func(extra fields) (fields, bool) {
		schema["placeholder"] = may(plain(1, 150))
		for name, w := range extra {
			schema[name] = w
		}
		return schema, true
	}
	most := may(number(1, 100))
	query := may(number(0, 100))
	switch kind {
	case "radio_buttons":
		schema["options"], schema["initial_option"] = must(few), may(option(anyText(1, 75)))
		return schema, true
	case "checkboxes":
		schema["options"], schema["initial_options"] = must(few), may(few)
		return schema, true
	case "static_select":
		return selecting(fields{
			"options": may(choices), "option_groups": may(listOf(1, 100, optionGroup)), "initial_option": may(option(plain(1, 75))),
		})
	case "multi_static_select":
		return selecting(fields{
			"options": may(choices), "option_groups": may(listOf(1, 100, optionGroup)), "initial_options": may(choices),
			"max_selected_items": most,
		})
	case "external_select":
		return selecting(fields{"min_query_length": query, "initial_option": may(option(plain(1, 75)))})
	case "multi_external_select":
		return selecting(fields{"min_query_length": query, "initial_options": may(choices), "max_selected_items": most})
	case "users_select":
		return selecting(fields{"initial_user": id})
	case "multi_users_select":
		return selecting(fields{"initial_users": ids, "max_selected_items": most})
	case "channels_select":
		return selecting(fields{"initial_channel": id, "response_url_enabled": may(boolean)})
	case "multi_channels_select":
		return selecting(fields{"initial_channels": ids, "max_selected_items": most})
	case "conversations_select":
		return selecting(fields{
			"initial_conversation": id, "default_to_current_conversation": may(boolean), "response_url_enabled": may(boolean),
			"filter": may(anything),
		})
	case "multi_conversations_select":
		return selecting(fields{
			"initial_conversations": ids, "default_to_current_conversation": may(boolean), "max_selected_items": most,
			"filter": may(anything),
		})
	case "datepicker":
		return selecting(fields{"initial_date": may(str(10, 10))})
	case "timepicker":
		return selecting(fields{"initial_time": may(str(5, 5)), "timezone": may(str(1, 100))})
	case "datetimepicker":
		schema["initial_date_time"] = may(number(1e9, 1e10))
		return schema, true
	}
	return nil, false
}

// typedSchema holds the elements one types into.
func typedSchema(kind string) (fields, bool) {
	schema := fields{
		"placeholder": may(plain(1, 150)), "initial_value": may(str(0, 3000)), "dispatch_action_config": may(dispatchConfig),
		"focus_on_load": may(boolean),
	}
	switch kind {
	case "plain_text_input":
		schema["multiline"], schema["min_length"], schema["max_length"] = may(boolean), may(number(0, 3000)), may(number(1, 3000))
	case "email_text_input", "url_text_input":
	case "number_input":
		schema["is_decimal_allowed"], schema["min_value"], schema["max_value"] = must(boolean), may(str(1, 40)), may(str(1, 40))
	case "rich_text_input":
		schema["initial_value"] = may((*checker).richText)
		schema["min_lines"], schema["max_lines"] = may(number(1, 100)), may(number(1, 100))
	case "file_input":
		return fields{"filetypes": may(listOf(0, 100, str(1, 20))), "max_files": may(number(1, 10))}, true
	default:
		return nil, false
	}
	return schema, true
}

func dispatchConfig(c *checker, path string, v any) {
	if o, ok := c.object(path, v); ok {
		c.fields(path, o, fields{"trigger_actions_on": may(listOf(1, 2, oneOf("on_enter_pressed", "on_character_entered")))})
	}
}
