package slacktest

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A method is one Web API method: what it needs and what it does.
type method struct {
	scopes []string // one of them suffices; none needed when empty
	perMin int      // calls per minute per app and workspace; 0 when the method has its own rule
	app    bool     // wants the app-level token
	run    func(*Server, *request) (reply, error)
}

// Slack's rate tiers, in calls per minute.
const (
	tier2 = 20
	tier3 = 50
	tier4 = 100
)

type reply map[string]any

// A request is one call on its way through a method. Methods run with s.mu held.
type request struct {
	method string
	args   args
	token  string
}

// A refusal is an answer with ok false.
type refusal struct {
	code       string
	needed     string   // for missing_scope
	messages   []string // response_metadata.messages
	retryAfter int      // seconds; makes the answer a 429
	status     int      // HTTP status instead of 200; set for injected faults only
	drop       bool     // no answer at all
}

func (r *refusal) Error() string { return r.code }

func refuse(code string, messages ...string) error { return &refusal{code: code, messages: messages} }

// breaches are the refusals that no correct app meets, whatever people do around it.
var breaches = []string{
	"invalid_auth", "not_authed", "not_allowed_token_type", "missing_scope", "unknown_method", "invalid_arguments",
	"invalid_blocks", "invalid_blocks_format", "invalid_metadata_format", "invalid_metadata_schema", "msg_too_long",
	"no_text", "view_too_large", "exchanged_trigger_id", "push_limit_reached",
	"duplicate_external_id", "invalid_form_data", "invalid_json", "cant_update_message", "cant_delete_message",
	"cannot_reply_to_message", "not_enabled",
}

// A Call is one Web API request and its outcome.
type Call struct {
	Method string                     `json:"method"`
	Args   map[string]json.RawMessage `json:"args"` // without the token; nested JSON is unpacked
	At     time.Time                  `json:"at"`
	OK     bool                       `json:"ok"`
	Error  string                     `json:"error,omitempty"`
	Status int                        `json:"status"` // HTTP
}

// Calls returns every Web API request so far, oldest first; with names, only those methods.
func (s *Server) Calls(methods ...string) []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Call
	for _, c := range s.calls {
		if len(methods) == 0 || slices.Contains(methods, c.Method) {
			out = append(out, c)
		}
	}
	return out
}

func webMethods() map[string]method {
	read := func(kinds ...string) []string { return kinds }
	channels := read("channels:read", "groups:read", "im:read", "mpim:read")
	history := read("channels:history", "groups:history", "im:history", "mpim:history")
	return map[string]method{
		"apps.connections.open":        {perMin: tier3, app: true, run: connectionsOpen},
		"auth.test":                    {perMin: 600, run: authTest},
		"team.info":                    {scopes: []string{"team:read"}, perMin: tier3, run: teamInfo},
		"chat.postMessage":             {scopes: []string{"chat:write"}, run: chatPostMessage},
		"chat.postEphemeral":           {scopes: []string{"chat:write"}, perMin: tier4, run: chatPostEphemeral},
		"chat.update":                  {scopes: []string{"chat:write"}, perMin: tier3, run: chatUpdate},
		"chat.delete":                  {scopes: []string{"chat:write"}, perMin: tier3, run: chatDelete},
		"chat.getPermalink":            {perMin: 600, run: chatGetPermalink},
		"conversations.open":           {scopes: []string{"im:write"}, perMin: tier3, run: conversationsOpen},
		"conversations.info":           {scopes: channels, perMin: tier3, run: conversationsInfo},
		"conversations.members":        {scopes: channels, perMin: tier4, run: conversationsMembers},
		"conversations.list":           {scopes: channels, perMin: tier2, run: conversationsList},
		"conversations.history":        {scopes: history, perMin: tier3, run: conversationsHistory},
		"conversations.replies":        {scopes: history, perMin: tier3, run: conversationsReplies},
		"users.info":                   {scopes: []string{"users:read"}, perMin: tier4, run: usersInfo},
		"users.list":                   {scopes: []string{"users:read"}, perMin: tier2, run: usersList},
		"users.lookupByEmail":          {scopes: []string{"users:read.email"}, perMin: tier3, run: usersLookupByEmail},
		"usergroups.list":              {scopes: []string{"usergroups:read"}, perMin: tier2, run: usergroupsList},
		"usergroups.users.list":        {scopes: []string{"usergroups:read"}, perMin: tier2, run: usergroupsUsersList},
		"views.open":                   {perMin: tier4, run: viewsOpen},
		"views.push":                   {perMin: tier4, run: viewsPush},
		"views.update":                 {perMin: tier4, run: viewsUpdate},
		"views.publish":                {perMin: tier4, run: viewsPublish},
		"files.getUploadURLExternal":   {scopes: []string{"files:write"}, perMin: tier4, run: filesGetUploadURL},
		"files.completeUploadExternal": {scopes: []string{"files:write"}, perMin: tier4, run: filesCompleteUpload},
		"files.delete":                 {scopes: []string{"files:write"}, perMin: tier3, run: filesDelete},
		"files.info":                   {scopes: []string{"files:read"}, perMin: tier4, run: filesInfo},
	}
}

func (s *Server) serveMethod(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("method")
	in, token, err := readArgs(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	q := &request{method: name, args: in, token: token.value}
	call := Call{Method: name, Args: in.unpacked(), At: s.cfg.now(), Status: http.StatusOK}
	out := reply{}
	if err == nil {
		out, err = s.run(q, token)
	}
	var no *refusal
	if err != nil {
		if !errors.As(err, &no) {
			no = &refusal{code: "fatal_error"}
		}
		out = no.body(s.cfg.scopes)
		call.Error, call.Status = no.code, cmp.Or(no.status, http.StatusOK)
		if no.retryAfter > 0 {
			call.Status = http.StatusTooManyRequests
			w.Header().Set("Retry-After", strconv.Itoa(no.retryAfter))
		}
		if slices.Contains(breaches, no.code) && no.status == 0 {
			s.violation("%s: %s %s", name, no.code, strings.Join(no.messages, "; "))
		}
	} else {
		call.OK = true
		out["ok"] = true
	}
	s.calls = append(s.calls, call)
	s.notify()
	if no != nil && no.drop {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("X-OAuth-Scopes", strings.Join(s.cfg.scopes, ","))
	w.WriteHeader(call.Status)
	_, _ = w.Write(marshal(out))
}

// run finds the method and lets an injected fault come before or after its work.
func (s *Server) run(q *request, token credential) (reply, error) {
	m, known := s.methods[q.method]
	if !known {
		return nil, refuse("unknown_method")
	}
	f := s.takeFault(q.method)
	if f != nil && !f.After {
		return nil, f.refusal()
	}
	out, err := s.permitted(m, q, token)
	if f != nil {
		return nil, f.refusal()
	}
	return out, err
}

// permitted checks token, scopes and rate, then does the work.
func (s *Server) permitted(m method, q *request, token credential) (reply, error) {
	if err := checkToken(m, token); err != nil {
		return nil, err
	}
	if len(m.scopes) > 0 && !s.granted(m.scopes...) {
		return nil, &refusal{code: "missing_scope", needed: strings.Join(m.scopes, ",")}
	}
	if m.perMin > 0 {
		if err := s.limit(q.method, float64(m.perMin)/60, m.perMin); err != nil {
			return nil, err
		}
	}
	return m.run(s, q)
}

func checkToken(m method, token credential) error {
	want, other := BotToken, AppToken
	if m.app {
		want, other = AppToken, BotToken
	}
	switch {
	case token.value == "":
		return refuse("not_authed")
	case token.value == other:
		return refuse("not_allowed_token_type")
	case token.value != want && !(m.app && strings.HasPrefix(token.value, AppToken+"-")):
		return refuse("invalid_auth")
	case m.app && !token.inHeader:
		return refuse("invalid_auth", "[ERROR] the app-level token belongs in the Authorization header")
	}
	return nil
}

// granted reports whether the app holds one of the scopes.
func (s *Server) granted(anyOf ...string) bool {
	return slices.ContainsFunc(anyOf, func(scope string) bool { return slices.Contains(s.cfg.scopes, scope) })
}

func (r *refusal) body(granted []string) reply {
	out := reply{"ok": false, "error": r.code}
	if len(r.messages) > 0 {
		out["response_metadata"] = map[string]any{"messages": r.messages}
	}
	if r.needed != "" {
		out["needed"], out["provided"] = r.needed, strings.Join(granted, ",")
	}
	return out
}
