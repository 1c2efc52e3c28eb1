package slacktest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"registrar/bot/slacktest"
)

func unmarshal(raw json.RawMessage, v any) error { return json.Unmarshal(raw, v) }

// call makes a Web API call by hand, as JSON or as a form.
func call(t *testing.T, srv *slacktest.Server, method, token, contentType, body string) (out map[string]any, resp *http.Response) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.APIURL()+method, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", contentType)
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err = http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
		t.Fatal(err)
	}
	return out, resp
}

const (
	form     = "application/x-www-form-urlencoded"
	jsonBody = "application/json; charset=utf-8"
)

func TestRefusals(t *testing.T) {
	const text = `"text":"x"`
	for name, tc := range map[string]struct {
		method, token, kind, body string
		want                      string
	}{
		"no token":              {"auth.test", "", form, "", "not_authed"},
		"wrong token":           {"auth.test", "xoxb-other", form, "", "invalid_auth"},
		"token in the form":     {"auth.test", "", form, "token=" + slacktest.BotToken, ""},
		"app token elsewhere":   {"auth.test", slacktest.AppToken, form, "", "not_allowed_token_type"},
		"app token in the form": {"apps.connections.open", "", form, "token=" + slacktest.AppToken, "invalid_auth"},
		"far too long":          {"chat.postMessage", slacktest.BotToken, form, "channel=C1&text=" + strings.Repeat("x", 5<<20), "invalid_form_data"},
		"unknown method":        {"chat.shout", slacktest.BotToken, form, "", "unknown_method"},
		"JSON":                  {"chat.postMessage", slacktest.BotToken, jsonBody, `{"channel":"C1",` + text + `}`, ""},
		"form":                  {"chat.postMessage", slacktest.BotToken, form, "channel=C1&text=x", ""},
		"broken JSON":           {"chat.postMessage", slacktest.BotToken, jsonBody, `{"channel"`, "invalid_json"},
		"no channel":            {"chat.postMessage", slacktest.BotToken, jsonBody, `{"channel":"C9",` + text + `}`, "channel_not_found"},
		"not a member":          {"chat.postMessage", slacktest.BotToken, jsonBody, `{"channel":"C2",` + text + `}`, "not_in_channel"},
		"private":               {"chat.postMessage", slacktest.BotToken, jsonBody, `{"channel":"C3",` + text + `}`, "channel_not_found"},
		"archived":              {"chat.postMessage", slacktest.BotToken, jsonBody, `{"channel":"C4",` + text + `}`, "is_archived"},
		"no text":               {"chat.postMessage", slacktest.BotToken, jsonBody, `{"channel":"C1"}`, "no_text"},
		"longest text": {"chat.postMessage", slacktest.BotToken, jsonBody,
			`{"channel":"C1","text":"` + chars(40000) + `"}`, ""},
		"text too long": {"chat.postMessage", slacktest.BotToken, jsonBody,
			`{"channel":"C1","text":"` + chars(40001) + `"}`, "msg_too_long"},
		"blocks no list":   {"chat.postMessage", slacktest.BotToken, jsonBody, `{"channel":"C1","blocks":"hello"}`, "invalid_blocks_format"},
		"blocks as string": {"chat.postMessage", slacktest.BotToken, jsonBody, `{"channel":"C1","blocks":"[{\"type\":\"divider\"}]"}`, ""},
		"bad blocks":       {"chat.postMessage", slacktest.BotToken, jsonBody, `{"channel":"C1","blocks":[{"type":"x"}]}`, "invalid_blocks"},
		"bad metadata":     {"chat.postMessage", slacktest.BotToken, jsonBody, `{"channel":"C1",` + text + `,"metadata":{}}`, "invalid_metadata_schema"},
		"no such thread":   {"chat.postMessage", slacktest.BotToken, jsonBody, `{"channel":"C1",` + text + `,"thread_ts":"1.2"}`, "thread_not_found"},
		"outsider":         {"chat.postEphemeral", slacktest.BotToken, jsonBody, `{"channel":"C1","user":"U3",` + text + `}`, "user_not_in_channel"},
		"update of nothing": {"chat.update", slacktest.BotToken, jsonBody,
			`{"channel":"C1","ts":"1.2",` + text + `}`, "message_not_found"},
		"unknown user":     {"users.info", slacktest.BotToken, form, "user=U9", "user_not_found"},
		"unknown address":  {"users.lookupByEmail", slacktest.BotToken, form, "email=no@example.edu", "users_not_found"},
		"known address":    {"users.lookupByEmail", slacktest.BotToken, form, "email=ANN@example.edu", ""},
		"unknown group":    {"usergroups.users.list", slacktest.BotToken, form, "usergroup=S9", "no_such_subteam"},
		"without a scope":  {"team.info", slacktest.BotToken, form, "", "missing_scope"},
		"bot's DM":         {"conversations.history", slacktest.BotToken, form, "channel=C3", "channel_not_found"},
		"DM with no one":   {"conversations.open", slacktest.BotToken, form, "", "users_list_not_supplied"},
		"DM with a leaver": {"conversations.open", slacktest.BotToken, form, "users=U3", "user_disabled"},
	} {
		t.Run(name, func(t *testing.T) {
			srv := workspace(t)
			srv.AddUser(slacktest.User{ID: "U3", Name: "cy"})
			srv.RemoveUser("U3")
			srv.AddChannel(slacktest.Channel{ID: "C2", Name: "open"})
			srv.AddChannel(slacktest.Channel{ID: "C3", Name: "closed", Private: true})
			srv.AddChannel(slacktest.Channel{ID: "C4", Name: "old", Archived: true, Members: []string{slacktest.BotUser}})
			out, resp := call(t, srv, tc.method, tc.token, tc.kind, tc.body)
			if got, _ := out["error"].(string); got != tc.want || out["ok"] != (tc.want == "") {
				t.Errorf("answer = %v, want %q", out, tc.want)
			}
			if resp.Header.Get("X-OAuth-Scopes") == "" {
				t.Error("no X-OAuth-Scopes")
			}
			calls := srv.Calls(tc.method)
			if len(calls) != 1 || calls[0].Error != tc.want || calls[0].Args["token"] != nil {
				t.Errorf("recorded %+v", calls)
			}
		})
	}
}

func TestPostUpdateDelete(t *testing.T) {
	srv := workspace(t)
	api := client(srv)
	blocks := slack.MsgOptionBlocks(slack.NewDividerBlock())
	_, ts, err := api.PostMessage("C1", slack.MsgOptionText("one", false), blocks,
		slack.MsgOptionMetadata(slack.SlackMetadata{EventType: "run", EventPayload: map[string]any{"id": "7"}}))
	wantError(t, err, "")
	_, reply, err := api.PostMessage("C1", slack.MsgOptionText("two", false), slack.MsgOptionTS(ts))
	wantError(t, err, "")
	_, _, err = api.PostMessage("C1", slack.MsgOptionText("three", false), slack.MsgOptionTS(reply))
	wantError(t, err, "cannot_reply_to_message")

	_, _, _, err = api.UpdateMessage("C1", ts, slack.MsgOptionText("uno", false), blocks)
	wantError(t, err, "")
	if m, _ := srv.Message("C1", ts); m.Text != "uno" || m.Blocks == nil || m.Edited != nil || m.Metadata == nil || m.ReplyCount != 1 {
		t.Errorf("after an update with blocks: %+v", m)
	}
	_, _, _, err = api.UpdateMessage("C1", ts, slack.MsgOptionText("plain", false))
	wantError(t, err, "")
	if m, _ := srv.Message("C1", ts); m.Blocks != nil || m.Edited == nil {
		t.Errorf("after an update without blocks: %+v", m)
	}

	history, err := api.GetConversationHistory(&slack.GetConversationHistoryParameters{ChannelID: "C1", IncludeAllMetadata: true})
	if err != nil || len(history.Messages) != 1 || history.Messages[0].Metadata.EventPayload["id"] != "7" {
		t.Errorf("history = %+v, %v", history, err)
	}
	replies, _, _, err := api.GetConversationReplies(&slack.GetConversationRepliesParameters{ChannelID: "C1", Timestamp: ts})
	if err != nil || len(replies) != 2 || replies[1].Text != "two" || replies[0].Metadata.EventType != "" {
		t.Errorf("replies = %+v, %v", replies, err)
	}

	said, err := srv.Person("U1").Say("C1", "hello")
	wantError(t, err, "")
	_, _, _, err = api.UpdateMessage("C1", said.TS, slack.MsgOptionText("changed", false))
	wantError(t, err, "cant_update_message")
	_, _, err = api.DeleteMessage("C1", said.TS)
	wantError(t, err, "cant_delete_message")
	_, _, err = api.DeleteMessage("C1", ts)
	wantError(t, err, "")

	link, err := api.GetPermalink(&slack.PermalinkParameters{Channel: "C1", Ts: said.TS})
	if want := "/archives/C1/p" + strings.ReplaceAll(said.TS, ".", ""); err != nil || !strings.HasSuffix(link, want) {
		t.Errorf("permalink = %q, %v", link, err)
	}
}

func TestTimestampsNeverRepeat(t *testing.T) {
	srv := workspace(t, slacktest.WithRateLimits(0), slacktest.WithClock(newClock().now))
	last := ""
	for range 20 {
		_, ts, err := client(srv).PostMessage("C1", slack.MsgOptionText("x", false))
		if err != nil || ts <= last {
			t.Fatalf("%q after %q: %v", ts, last, err)
		}
		last = ts
	}
}

func TestPostingRate(t *testing.T) {
	c := newClock()
	srv := workspace(t, slacktest.WithClock(c.now))
	srv.AddChannel(slacktest.Channel{ID: "C2", Name: "other", Members: []string{slacktest.BotUser}})
	api := client(srv)
	post := func(channel string) error {
		_, _, err := api.PostMessage(channel, slack.MsgOptionText("x", false))
		return err
	}
	for range 5 {
		wantError(t, post("C1"), "")
	}
	var limited *slack.RateLimitedError
	if err := post("C1"); !errors.As(err, &limited) || limited.RetryAfter != time.Second {
		t.Fatalf("the sixth at once: %v", err)
	}
	wantError(t, post("C2"), "") // the limit is per channel
	c.pass(time.Second)
	wantError(t, post("C1"), "")
	if err := post("C1"); !errors.As(err, &limited) {
		t.Errorf("a second one in that second: %v", err)
	}
	clean(t, srv)
}

func TestMethodTier(t *testing.T) {
	c := newClock()
	srv := workspace(t, slacktest.WithClock(c.now))
	api := client(srv)
	for i := range 50 {
		if _, err := api.GetConversationInfo(&slack.GetConversationInfoInput{ChannelID: "C1"}); err != nil {
			t.Fatalf("call %d: %v", i, err)
		}
	}
	_, err := api.GetConversationInfo(&slack.GetConversationInfoInput{ChannelID: "C1"})
	var limited *slack.RateLimitedError
	if !errors.As(err, &limited) {
		t.Errorf("the 51st in a minute: %v", err)
	}
}

func TestResponseURL(t *testing.T) {
	c := newClock()
	srv := workspace(t, slacktest.WithClock(c.now), slacktest.WithRateLimits(0))
	l := open(t, srv)
	respond := func(url, body string) int {
		resp, err := http.Post(url, "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		return resp.StatusCode
	}
	sent, err := command(t, srv, l, nil)
	if err != nil || sent["text"] != "x y" || sent["channel_name"] != "support" {
		t.Fatalf("sent %v, %v", sent, err)
	}
	for i := range 5 {
		if got := respond(sent["response_url"], fmt.Sprintf(`{"text":"%d"}`, i)); got != http.StatusOK {
			t.Errorf("use %d: %d", i, got)
		}
	}
	if got := respond(sent["response_url"], `{"text":"6"}`); got != http.StatusNotFound {
		t.Errorf("sixth use: %d", got)
	}
	sent, _ = command(t, srv, l, nil)
	if got := respond(sent["response_url"], `{"text":"all","response_type":"in_channel"}`); got != http.StatusOK {
		t.Error(got)
	}
	c.pass(30*time.Minute + time.Second)
	if got := respond(sent["response_url"], `{"text":"late"}`); got != http.StatusNotFound {
		t.Errorf("after half an hour: %d", got)
	}
	if e, m := srv.Ephemerals("U1"), srv.Messages("C1"); len(e) != 5 || len(m) != 1 || m[0].Text != "all" {
		t.Errorf("%d ephemerals, messages %+v", len(e), m)
	}
}

func TestEphemeralCard(t *testing.T) {
	srv := workspace(t)
	l := open(t, srv)
	button := slack.NewActionBlock("b", slack.NewButtonBlockElement("go", "1", plain("Go")))
	if _, err := client(srv).PostEphemeral("C1", "U1", slack.MsgOptionText("card", false), slack.MsgOptionBlocks(button)); err != nil {
		t.Fatal(err)
	}
	card := srv.Ephemerals("U1")[0]
	if _, err := srv.Person("U2").Click(t.Context(), card, "Go"); err == nil {
		t.Error("someone else pressed a button only U1 sees")
	}
	done := make(chan error, 1)
	go func() { _, err := srv.Person("U1").Click(t.Context(), card, "Go"); done <- err }()
	f := l.read()
	l.ack(f.EnvelopeID, nil)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	var sent slack.InteractionCallback
	if err := unmarshal(f.Payload, &sent); err != nil || !sent.Container.IsEphemeral {
		t.Fatalf("%+v, %v", sent.Container, err)
	}
	err := slack.PostWebhook(sent.ResponseURL, &slack.WebhookMessage{Text: "done", ReplaceOriginal: true})
	if got := srv.Ephemerals("U1"); err != nil || len(got) != 1 || got[0].Text != "done" {
		t.Errorf("replaced: %+v, %v", got, err)
	}
	err = slack.PostWebhook(sent.ResponseURL, &slack.WebhookMessage{DeleteOriginal: true})
	if got := srv.Ephemerals("U1"); err != nil || len(got) != 0 {
		t.Errorf("deleted: %+v, %v", got, err)
	}
	clean(t, srv)
}

func TestFaults(t *testing.T) {
	srv := workspace(t)
	api := client(srv)
	post := func() error {
		_, _, err := api.PostMessage("C1", slack.MsgOptionText("x", false))
		return err
	}
	for _, tc := range []struct {
		fault  slacktest.Fault
		posted int
	}{
		{slacktest.Fault{Error: "fatal_error"}, 0}, {slacktest.Fault{Status: 503}, 0}, {slacktest.Fault{RetryAfter: 7}, 0},
		{slacktest.Fault{Drop: true}, 0}, {slacktest.Fault{Drop: true, After: true}, 1}, {slacktest.Fault{Status: 502, After: true}, 2},
	} {
		srv.FailNext("chat.postMessage", tc.fault, 1)
		if err := post(); err == nil || len(srv.Messages("C1")) != tc.posted {
			t.Errorf("%+v: %v, %d messages", tc.fault, err, len(srv.Messages("C1")))
		}
	}
	wantError(t, post(), "")
	clean(t, srv)
}

// An app that dies in the middle of a call has sent half of it, which says
// nothing about whether it keeps to the rules.
func TestACallCutOffIsNoViolation(t *testing.T) {
	for _, kind := range []string{form, jsonBody, "multipart/form-data; boundary=b"} {
		srv := workspace(t)
		api, err := url.Parse(srv.APIURL())
		if err != nil {
			t.Fatal(err)
		}
		conn, err := net.Dial("tcp", api.Host)
		if err != nil {
			t.Fatal(err)
		}
		_, err = fmt.Fprintf(conn, "POST %schat.postMessage HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: %s\r\nContent-Length: 1000\r\n\r\n--b\r\n{",
			api.Path, api.Host, slacktest.BotToken, kind)
		if err := errors.Join(err, conn.Close()); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		err = srv.Wait(ctx, func() bool { return len(srv.Calls()) == 1 })
		cancel()
		if err != nil {
			t.Fatal(err)
		}
		if got := srv.Calls()[0].Error; got != "request_timeout" || len(srv.Violations()) > 0 {
			t.Errorf("%s: %s, %q; want request_timeout and no violation", kind, got, srv.Violations())
		}
	}
}
