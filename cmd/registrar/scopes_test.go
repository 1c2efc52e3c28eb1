package main

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"registrar/bot/slacktest"
)

// slackMethods are the methods of Slack's Web API the program calls, each with
// the scopes of the bot token it needs, as Slack documents them. A method that
// looks at channels needs one for public and one for private ones.
func slackMethods() map[string][]string {
	return map[string][]string{
		"apps.connections.open":        nil, // the app-level token's, connections:write
		"auth.test":                    nil,
		"chat.postMessage":             {"chat:write"}, // to a person's id too
		"chat.update":                  {"chat:write"},
		"conversations.history":        {"channels:history", "groups:history"},
		"conversations.info":           {"channels:read", "groups:read"},
		"conversations.replies":        {"channels:history", "groups:history"},
		"files.completeUploadExternal": {"files:write"},
		"files.delete":                 {"files:write"},
		"files.getUploadURLExternal":   {"files:write"},
		"usergroups.users.list":        {"usergroups:read"},
		"users.info":                   {"users:read", "users:read.email"}, // the address is a part of the answer
		"views.open":                   nil,
		"views.publish":                nil,
		"views.push":                   nil,
		"views.update":                 nil,
	}
}

// slackGo are the functions of slack-go that the program uses, each with the
// method it calls, none for one that calls an address it was given.
func slackGo() map[string]string {
	return map[string]string{
		"AuthTestContext":               "auth.test",
		"CompleteUploadExternalContext": "files.completeUploadExternal",
		"DeleteFileContext":             "files.delete",
		"GetConversationHistoryContext": "conversations.history",
		"GetConversationRepliesContext": "conversations.replies",
		"GetUploadURLExternalContext":   "files.getUploadURLExternal",
		"GetUserGroupMembersContext":    "usergroups.users.list",
		"GetUserInfoContext":            "users.info",
		"OpenViewContext":               "views.open",
		"PostMessageContext":            "chat.postMessage",
		"PublishViewContext":            "views.publish",
		"PushViewContext":               "views.push",
		"StartSocketModeContext":        "apps.connections.open",
		"UpdateMessageContext":          "chat.update",
		"UpdateViewContext":             "views.update",
		"UploadToURL":                   "",
	}
}

var webMethod = regexp.MustCompile(`^(admin|apps|auth|bookmarks|bots|chat|conversations|dnd|emoji|files|pins|reactions|reminders|search|team|usergroups|users|views)(\.[a-zA-Z]+)+$`)

// TestLeastSlackScopes: the app asks for the scopes that the methods it calls
// need, and for no other. What it calls is read out of its source.
func TestLeastSlackScopes(t *testing.T) {
	functions, called := map[string]bool{}, map[string]bool{}
	for _, folder := range []string{"bot", "cmd/registrar"} {
		err := filepath.WalkDir(root+folder, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") ||
				strings.Contains(path, "slacktest") || strings.Contains(path, "sandbox") || strings.Contains(path, "registrartest") {
				return err
			}
			return slackCalls(path, functions, called)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(slackGo())), slices.Sorted(maps.Keys(functions))); diff != "" {
		t.Errorf("functions of slack-go (-in the table +in the source):\n%s", diff)
	}
	for name := range functions {
		if method := slackGo()[name]; method != "" {
			called[method] = true
		}
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(slackMethods())), slices.Sorted(maps.Keys(called))); diff != "" {
		t.Errorf("methods of the Web API (-in the table +in the source):\n%s", diff)
	}
	needed := map[string]bool{"commands": true} // slash commands and shortcuts
	for method := range called {
		for _, scope := range slackMethods()[method] {
			needed[scope] = true
		}
	}
	var asked []string
	for _, s := range botScopes() {
		asked = append(asked, s.name)
	}
	slices.Sort(asked)
	if diff := cmp.Diff(slices.Sorted(maps.Keys(needed)), asked); diff != "" {
		t.Errorf("scopes (-needed +asked for):\n%s", diff)
	}
}

// slackCalls collects which functions of slack-go's client a file calls, and
// which methods it names.
func slackCalls(path string, functions, called map[string]bool) error {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		return err
	}
	client := reflect.TypeFor[*slack.Client]()
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			fn, ok := n.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			receiver := ""
			switch on := fn.X.(type) {
			case *ast.Ident:
				receiver = on.Name
			case *ast.SelectorExpr:
				receiver = on.Sel.Name
			}
			if _, theirs := client.MethodByName(fn.Sel.Name); theirs && strings.EqualFold(receiver, "api") {
				functions[fn.Sel.Name] = true
			}
		case *ast.BasicLit:
			if text, err := strconv.Unquote(n.Value); err == nil && webMethod.MatchString(text) {
				called[text] = true
			}
		}
		return true
	})
	return nil
}

// TestTheTableOfScopesIsSlacks: a token without any scope is refused by each
// method, which names the scope it lacks.
func TestTheTableOfScopesIsSlacks(t *testing.T) {
	workspace := slacktest.New(slacktest.WithScopes(), slacktest.WithRateLimits(0))
	defer workspace.Close()
	workspace.AddUser(slacktest.User{ID: "U1", Name: "sam"})
	workspace.AddChannel(slacktest.Channel{ID: "C1", Name: "public", Members: []string{slacktest.BotUser}})
	workspace.AddChannel(slacktest.Channel{ID: "C2", Name: "private", Private: true, Members: []string{slacktest.BotUser}})
	for method, scopes := range slackMethods() {
		lacking := map[string]bool{}
		for _, channel := range []string{"C1", "C2"} {
			resp, err := http.PostForm(workspace.APIURL()+method, url.Values{"token": {slacktest.BotToken}, "channel": {channel}, "user": {"U1"}, "ts": {"1.1"}})
			if err != nil {
				t.Fatal(err)
			}
			var said struct{ Error, Needed string }
			err = json.NewDecoder(resp.Body).Decode(&said)
			resp.Body.Close()
			if err != nil {
				t.Fatal(err)
			}
			for _, scope := range list(said.Needed) {
				lacking[scope] = true
			}
		}
		for _, scope := range scopes {
			// The address is left out rather than refused, and of several scopes
			// that suffice Slack names all.
			if !lacking[scope] && scope != "users:read.email" {
				t.Errorf("%s does not ask for %s, but for %v", method, scope, slices.Sorted(maps.Keys(lacking)))
			}
		}
		if len(scopes) == 0 && len(lacking) > 0 {
			t.Errorf("%s asks for %v", method, slices.Sorted(maps.Keys(lacking)))
		}
	}
}
