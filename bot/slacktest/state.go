package slacktest

import (
	"encoding/json"
	"fmt"
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// stateKeys is under which name each stateful element keeps its value in a view's state, and
// which field of the element gives its first value.
var stateKeys = map[string]struct{ key, initial string }{
	"plain_text_input":           {"value", "initial_value"},
	"email_text_input":           {"value", "initial_value"},
	"url_text_input":             {"value", "initial_value"},
	"number_input":               {"value", "initial_value"},
	"static_select":              {"selected_option", "initial_option"},
	"external_select":            {"selected_option", "initial_option"},
	"multi_external_select":      {"selected_options", "initial_options"},
	"radio_buttons":              {"selected_option", "initial_option"},
	"multi_static_select":        {"selected_options", "initial_options"},
	"checkboxes":                 {"selected_options", "initial_options"},
	"users_select":               {"selected_user", "initial_user"},
	"multi_users_select":         {"selected_users", "initial_users"},
	"channels_select":            {"selected_channel", "initial_channel"},
	"multi_channels_select":      {"selected_channels", "initial_channels"},
	"conversations_select":       {"selected_conversation", "initial_conversation"},
	"multi_conversations_select": {"selected_conversations", "initial_conversations"},
	"datepicker":                 {"selected_date", "initial_date"},
	"timepicker":                 {"selected_time", "initial_time"},
	"datetimepicker":             {"selected_date_time", "initial_date_time"},
}

// initialState is a view's state before anyone touched it.
func initialState(blocks json.RawMessage) State {
	st := State{Values: map[string]map[string]map[string]any{}}
	for block, element := range elements(blocks) {
		kind := text(element, "type")
		k, stateful := stateKeys[kind]
		if !stateful {
			continue
		}
		value := element[k.initial]
		if value == nil && strings.HasSuffix(k.key, "s") {
			value = []any{}
		}
		st.set(text(block, "block_id"), text(element, "action_id"), map[string]any{"type": kind, k.key: value})
	}
	return st
}

func (st State) set(block, action string, value map[string]any) {
	if st.Values[block] == nil {
		st.Values[block] = map[string]map[string]any{}
	}
	st.Values[block][action] = value
}

// valueOf turns what a person types or picks into Slack's value object. Options are named by
// their value or by their visible text, people by id, handle or e-mail address; several are a
// []string. The caller holds s.mu.
func (s *Server) valueOf(element map[string]any, given any) (map[string]any, error) {
	kind := text(element, "type")
	k, stateful := stateKeys[kind]
	switch {
	case kind == "overflow": // a menu keeps nothing, but what is picked is sent like a select's
		k.key = "selected_option"
	case !stateful:
		return nil, fmt.Errorf("slacktest: cannot fill in a %s", kind)
	}
	if given == nil {
		given = ""
	}
	var picked []string
	switch g := given.(type) {
	case string:
		if g != "" || k.key == "value" {
			picked = []string{g}
		}
	case []string:
		picked = g
	case []any:
		for _, item := range g {
			picked = append(picked, fmt.Sprint(item))
		}
	case bool: // a single checkbox
		if all := options(element); g && len(all) > 0 {
			picked = []string{text(all[0], "value")}
		}
	default:
		picked = []string{fmt.Sprint(g)}
	}
	var values []any
	for _, p := range picked {
		v, err := s.choose(kind, element, p)
		if err != nil {
			return nil, err
		}
		if v != nil {
			values = append(values, v)
		}
	}
	out := map[string]any{"type": kind, k.key: nil}
	switch {
	case strings.HasSuffix(k.key, "s"):
		out[k.key] = slices.Concat([]any{}, values)
	case len(values) > 0:
		out[k.key] = values[0]
	}
	return out, nil
}

// choose resolves one picked thing for an element.
func (s *Server) choose(kind string, element map[string]any, picked string) (any, error) {
	kind = strings.TrimPrefix(kind, "multi_")
	switch kind {
	case "static_select", "external_select", "radio_buttons", "checkboxes", "overflow":
		for _, o := range options(element) {
			if text(o, "value") == picked || inner(o, "text") == picked {
				return o, nil
			}
		}
		return nil, fmt.Errorf("slacktest: no option %q", picked)
	case "users_select":
		for _, u := range s.users {
			if u.ID == picked || u.Name == strings.TrimPrefix(picked, "@") || u.Email != "" && u.Email == picked {
				return u.ID, nil
			}
		}
		return nil, fmt.Errorf("slacktest: no user %q", picked)
	case "channels_select", "conversations_select":
		if c := s.channel(picked); c != nil {
			return c.ID, nil
		}
		if c := s.channelNamed(picked); c != nil {
			return c.ID, nil
		}
		return nil, fmt.Errorf("slacktest: no channel %q", picked)
	case "plain_text_input":
		if most, ok := element["max_length"].(float64); ok && utf8.RuneCountInString(picked) > int(most) {
			return nil, fmt.Errorf("slacktest: Slack does not let one type more than %d characters", int(most))
		}
	}
	if picked == "" {
		return nil, nil
	}
	return picked, nil
}

// complaint is what Slack's own client says about a field before it bothers the app, "" if fine.
func complaint(block, element, value map[string]any) string {
	k := stateKeys[text(element, "type")]
	v := value[k.key]
	list, isList := v.([]any)
	if v == nil || isList && len(list) == 0 {
		if optional, _ := block["optional"].(bool); optional {
			return ""
		}
		return "Please complete this required field."
	}
	typed, _ := v.(string)
	switch text(element, "type") {
	case "email_text_input":
		if _, err := mail.ParseAddress(typed); err != nil {
			return "Enter a valid email address."
		}
	case "url_text_input":
		if u, err := url.Parse(typed); err != nil || u.Scheme == "" || u.Host == "" {
			return "Enter a valid URL."
		}
	case "datepicker":
		if _, err := time.Parse(time.DateOnly, typed); err != nil {
			return "Enter a valid date."
		}
	case "plain_text_input":
		if least, ok := element["min_length"].(float64); ok && utf8.RuneCountInString(typed) < int(least) {
			return fmt.Sprintf("Must be at least %d characters.", int(least))
		}
	}
	return ""
}
