package slacktest

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// A credential is the token of a call and how it came.
type credential struct {
	value    string
	inHeader bool
}

// args are a call's arguments. Slack takes them as a JSON object, a form, or a query string;
// form values are kept as JSON strings.
type args map[string]json.RawMessage

const maxBody = 4 << 20

func readArgs(r *http.Request) (args, credential, error) {
	in := args{}
	token := credential{}
	if value, found := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); found {
		token = credential{value: value, inHeader: true}
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		// Whoever sent it was cut off, which is no mistake of theirs.
		return in, token, refuse("request_timeout")
	}
	if len(body) > maxBody {
		return in, token, refuse("invalid_form_data")
	}
	if kind == "application/json" {
		if len(body) > 0 && json.Unmarshal(body, &in) != nil {
			return in, token, refuse("invalid_json")
		}
		if in == nil { // the body was null
			in = args{}
		}
	} else {
		r.Body = io.NopCloser(bytes.NewReader(body))
		err = r.ParseForm()
		if kind == "multipart/form-data" {
			err = r.ParseMultipartForm(maxBody)
		}
		if err != nil {
			return in, token, refuse("invalid_form_data")
		}
		for name := range r.Form {
			in[name] = marshal(r.Form.Get(name))
		}
	}
	if body := in.str("token"); body != "" && token.value == "" {
		token = credential{value: body}
	}
	delete(in, "token")
	return in, token, nil
}

// str is an argument as text; numbers and booleans too.
func (a args) str(name string) string {
	raw := a[name]
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	return string(raw)
}

// json is an argument that is JSON, whether it came as such or as a string that holds it.
func (a args) json(name string) json.RawMessage {
	raw := a[name]
	var text string
	if len(raw) > 0 && json.Unmarshal(raw, &text) == nil {
		raw = json.RawMessage(text)
	}
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	return raw
}

func (a args) has(name string) bool { _, ok := a[name]; return ok }

func (a args) flag(name string) bool {
	v := a.str(name)
	return v == "true" || v == "1"
}

func (a args) number(name string, otherwise int) int {
	if n, err := strconv.Atoi(a.str(name)); err == nil && n > 0 {
		return n
	}
	return otherwise
}

// list is an argument of comma-separated values or a JSON array of strings.
func (a args) list(name string) []string {
	var items []string
	if json.Unmarshal(a[name], &items) == nil {
		return items
	}
	if text := a.str(name); text != "" {
		return strings.Split(text, ",")
	}
	return nil
}

// unpacked is what Calls shows: strings that hold JSON objects or arrays become those.
func (a args) unpacked() map[string]json.RawMessage {
	out := make(map[string]json.RawMessage, len(a))
	for name, raw := range a {
		inner := a.json(name)
		if len(inner) > 0 && (inner[0] == '{' || inner[0] == '[') && json.Valid(inner) {
			raw = inner
		}
		out[name] = raw
	}
	return out
}

// missing answers for a required argument that is not there.
func missing(name string) error {
	return refuse("invalid_arguments", "[ERROR] missing required field: "+name)
}
