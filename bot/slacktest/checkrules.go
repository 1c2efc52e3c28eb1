package slacktest

import (
	"maps"
	"slices"
	"strconv"
	"unicode/utf8"
)

// A rule checks one value at a path.
type rule func(c *checker, path string, v any)

// A wish is a rule for a field and whether the field must be there.
type wish struct {
	rule     rule
	required bool
}

// fields are the fields an object may have; any other is refused, as Slack does.
type fields map[string]wish

func must(r rule) wish { return wish{r, true} }
func may(r rule) wish  { return wish{r, false} }

func (c *checker) object(path string, v any) (map[string]any, bool) {
	o, ok := v.(map[string]any)
	if !ok {
		c.say(path, "must be an object")
	}
	return o, ok
}

// fields checks an object field by field, in the order of their names.
func (c *checker) fields(path string, o map[string]any, schema fields) {
	for _, name := range slices.Sorted(maps.Keys(schema)) {
		if schema[name].required && o[name] == nil {
			c.say(path, "missing required field: %s", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(o)) {
		w, known := schema[name]
		switch {
		case !known:
			c.say(path, "invalid additional property: %s", name)
		case o[name] != nil:
			w.rule(c, path+"/"+name, o[name])
		}
	}
}

func anything(*checker, string, any) {}

func boolean(c *checker, path string, v any) {
	if _, ok := v.(bool); !ok {
		c.say(path, "must be a boolean")
	}
}

// str is a string of least to most characters.
func str(least, most int) rule {
	return func(c *checker, path string, v any) {
		s, ok := v.(string)
		n := utf8.RuneCountInString(s)
		switch {
		case !ok:
			c.say(path, "must be a string")
		case n < least:
			c.say(path, "must be more than %d characters", least-1)
		case n > most:
			c.say(path, "must be less than %d characters", most+1)
		}
	}
}

func number(least, most float64) rule {
	return func(c *checker, path string, v any) {
		if n, ok := v.(float64); !ok || n < least || n > most {
			c.say(path, "must be a number from %v to %v", least, most)
		}
	}
}

func oneOf(values ...string) rule {
	return func(c *checker, path string, v any) {
		s, _ := v.(string)
		if !slices.Contains(values, s) {
			c.say(path, "must be one of %q", values)
		}
	}
}

// listOf is an array of least to most items.
func listOf(least, most int, item rule) rule {
	return func(c *checker, path string, v any) {
		list, ok := v.([]any)
		switch {
		case !ok:
			c.say(path, "must be an array")
		case len(list) < least:
			c.say(path, "no fewer than %d items allowed", least)
		case len(list) > most:
			c.say(path, "no more than %d items allowed", most)
		}
		for i, x := range list {
			item(c, path+"/"+strconv.Itoa(i), x)
		}
	}
}

// plain is a plain_text object.
func plain(least, most int) rule { return textObject(least, most, "plain_text") }

// anyText is a plain_text or mrkdwn object.
func anyText(least, most int) rule { return textObject(least, most, "plain_text", "mrkdwn") }

func textObject(least, most int, kinds ...string) rule {
	return func(c *checker, path string, v any) {
		o, ok := c.object(path, v)
		if !ok {
			return
		}
		schema := fields{"type": must(oneOf(kinds...)), "text": must(str(least, most))}
		if text(o, "type") == "plain_text" {
			schema["emoji"] = may(boolean)
		} else {
			schema["verbatim"] = may(boolean)
		}
		c.fields(path, o, schema)
	}
}

// confirm is a confirmation dialog.
func confirm(c *checker, path string, v any) {
	o, ok := c.object(path, v)
	if !ok {
		return
	}
	c.fields(path, o, fields{
		"title": must(plain(1, 100)), "text": must(anyText(1, 300)), "confirm": must(plain(1, 30)), "deny": may(plain(1, 30)),
		"style": may(oneOf("primary", "danger")),
	})
}

// option is one choice. Its value may have 75 characters: the published sources say 75 and 150.
func option(label rule) rule {
	return func(c *checker, path string, v any) {
		o, ok := c.object(path, v)
		if !ok {
			return
		}
		c.fields(path, o, fields{
			"text": must(label), "value": must(str(1, 75)), "description": may(anyText(1, 75)), "url": may(str(1, 3000)),
		})
	}
}

func optionGroup(c *checker, path string, v any) {
	o, ok := c.object(path, v)
	if !ok {
		return
	}
	c.fields(path, o, fields{"label": must(plain(1, 75)), "options": must(listOf(1, 100, option(plain(1, 75))))})
}
