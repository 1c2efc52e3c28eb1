package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/slack-go/slack"

	"registrar/bot/slacktest"
	"registrar/integrations/learnupon/learnupontest"
	"registrar/integrations/salesforce"
	"registrar/integrations/salesforce/salesforcetest"
)

// canary is a server nobody has any business with. It is called by another name
// than the fakes, so that it is another host to a client.
type canary struct {
	url  string
	mu   sync.Mutex
	seen []string // each call, with its header and body
}

func newCanary(t *testing.T) *canary {
	t.Helper()
	c := new(canary)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var header bytes.Buffer
		_ = r.Header.Write(&header) // memory
		c.mu.Lock()
		defer c.mu.Unlock()
		c.seen = append(c.seen, r.Method+" "+r.URL.String()+"\n"+header.String()+string(body))
	}))
	t.Cleanup(server.Close)
	c.url = strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
	return c
}

func (c *canary) calls() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return strings.Join(c.seen, "\n\n")
}

// TestSlacksTokensStayWithSlack: where Slack's answer sends a client to another
// host, by a redirect or by an address in it, neither token goes there.
func TestSlacksTokensStayWithSlack(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		elsewhere := newCanary(t)
		front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", elsewhere.url+r.URL.Path)
			w.WriteHeader(status)
		}))
		defer front.Close()
		c := SlackConfig{AppToken: slacktest.AppToken, BotToken: slacktest.BotToken, APIURL: front.URL + "/api/"}
		api := newSlack(c)
		if _, err := api.AuthTestContext(t.Context()); err == nil {
			t.Errorf("%d: the redirect was an answer", status)
		}
		if _, _, err := api.PostMessageContext(t.Context(), "C1", slack.MsgOptionText("x", false)); err == nil {
			t.Errorf("%d: the redirect was an answer", status)
		}
		if _, _, err := api.StartSocketModeContext(t.Context()); err == nil {
			t.Errorf("%d: the redirect was an answer", status)
		}
		if _, err := (slackProbe{c.APIURL, c.BotToken}).call(t.Context(), "auth.test", nil, nil); err == nil || strings.Contains(err.Error(), "localhost") {
			t.Errorf("%d: the doctor says %v", status, err)
		}
		if calls := elsewhere.calls(); calls != "" {
			t.Errorf("%d: another host was called:\n%s", status, calls)
		}
	}
}

// slackSaying stands before the fake Slack and changes its answers.
func slackSaying(t *testing.T, at installation, change func(method string, answer map[string]any)) (apiURL string) {
	t.Helper()
	target, err := url.Parse(strings.TrimSuffix(at.slack.APIURL(), "/"))
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		method := strings.TrimPrefix(r.URL.Path, "/api/")
		out := r.Clone(context.WithoutCancel(r.Context()))
		out.RequestURI, out.URL.Scheme, out.URL.Host = "", target.Scheme, target.Host
		resp, err := http.DefaultTransport.RoundTrip(out)
		if err != nil {
			http.Error(w, "", http.StatusBadGateway)
			return
		}
		defer resp.Body.Close()
		var answer map[string]any
		_ = json.NewDecoder(resp.Body).Decode(&answer) // the change then works on nothing
		change(method, answer)
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(answer)
	}))
	t.Cleanup(front.Close)
	return front.URL + "/api/"
}

// TestAnUploadElsewhereTakesNoToken: Slack says where a file goes to.
func TestAnUploadElsewhereTakesNoToken(t *testing.T) {
	at, elsewhere := newInstallation(t), newCanary(t)
	api := newSlack(SlackConfig{AppToken: slacktest.AppToken, BotToken: slacktest.BotToken, APIURL: slackSaying(t, at, func(method string, answer map[string]any) {
		if method == "files.getUploadURLExternal" {
			answer["upload_url"] = elsewhere.url + "/upload/v1/secret"
		}
	})})
	place, err := api.GetUploadURLExternalContext(t.Context(), slack.GetUploadURLExternalParameters{FileName: "a.csv", FileSize: 1})
	if err != nil {
		t.Fatal(err)
	}
	err = api.UploadToURL(t.Context(), slack.UploadToURLParameters{UploadURL: place.UploadURL, Filename: "a.csv", Reader: strings.NewReader("x")})
	if calls := elsewhere.calls(); err == nil || strings.Contains(calls, slacktest.BotToken) || strings.Contains(calls, "xoxb") {
		t.Errorf("%v; sent there:\n%s", err, calls)
	}
}

// TestASocketElsewhereTakesNoToken: Slack says where its sockets are; what is
// sent there has a ticket in the address, and no token.
func TestASocketElsewhereTakesNoToken(t *testing.T) {
	at, elsewhere := newInstallation(t), newCanary(t)
	at.env = append(at.env, "SLACK_API_URL="+slackSaying(t, at, func(method string, answer map[string]any) {
		if method == "apps.connections.open" {
			answer["url"] = strings.Replace(elsewhere.url, "http", "ws", 1) + "/link/?ticket=t"
		}
	}))
	c, err := ReadConfig(at.env)
	if err != nil {
		t.Fatal(err)
	}
	log := new(lines)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- serve(ctx, c, newLogger(log, false, slog.LevelDebug), nil) }()
	at.wait(t, "a try to connect", func() bool { return len(at.slack.Calls("apps.connections.open")) > 2 })
	cancel()
	<-done
	calls := elsewhere.calls()
	for _, secret := range []string{slacktest.AppToken, slacktest.BotToken, "xapp-", "xoxb-", "Authorization"} {
		if strings.Contains(calls, secret) {
			t.Errorf("%s was sent there:\n%s", secret, calls)
		}
	}
	if strings.Contains(log.String(), "ticket=") {
		t.Errorf("the log has the ticket:\n%s", log)
	}
}

// TestSalesforcesTokenStaysThere: the answer with the token says where the org
// is, and each page of a list where the next one is.
func TestSalesforcesTokenStaysThere(t *testing.T) {
	elsewhere := newCanary(t)
	for name, change := range map[string]func(answer map[string]any){
		"instance_url": func(answer map[string]any) { swap(answer, "instance_url", elsewhere.url) },
		"instance_url user": func(answer map[string]any) {
			swap(answer, "instance_url", "http://127.0.0.1@"+elsewhere.url[len("http://"):])
		},
		"nextRecordsUrl":      func(answer map[string]any) { next(answer, elsewhere.url+"/services/data/v67.0/query/x") },
		"nextRecordsUrl host": func(answer map[string]any) { next(answer, elsewhere.url[len("http:"):]+"/services/data/v67.0/query/x") },
		"nextRecordsUrl up":   func(answer map[string]any) { next(answer, "/services/data/v67.0/query/../../../../"+elsewhere.url) },
	} {
		t.Run(name, func(t *testing.T) {
			org := salesforcetest.New(salesforcetest.Options{})
			t.Cleanup(org.Close)
			org.AddContact(salesforcetest.Contact{LastName: "Lee", Email: "lee@x.edu"})
			changed := 0
			org.Around(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				kept := httptest.NewRecorder()
				next.ServeHTTP(kept, r)
				body := kept.Body.Bytes()
				var answer map[string]any
				if json.Unmarshal(body, &answer) == nil {
					before, _ := json.Marshal(answer)
					change(answer)
					if body, _ = json.Marshal(answer); !bytes.Equal(body, before) {
						changed++
					}
				}
				w.WriteHeader(kept.Code)
				_, _ = w.Write(body)
			})
			client := salesforceClient(t, org)
			if _, err := client.ContactsByEmail(t.Context(), "lee@x.edu"); err == nil || strings.Contains(err.Error(), "localhost") {
				t.Errorf("%v", err)
			}
			if calls := elsewhere.calls(); calls != "" {
				t.Errorf("another host was called:\n%s", calls)
			}
			if changed == 0 {
				t.Error("no answer was changed, so nothing is proven")
			}
		})
	}
}

func swap(answer map[string]any, name, value string) {
	if _, there := answer[name]; there {
		answer[name] = value
	}
}

func next(answer map[string]any, address string) {
	if _, page := answer["records"]; page {
		answer["done"], answer["nextRecordsUrl"] = false, address
	}
}

// TestNoMailLeadsElsewhere: an invite whose link leads to another host is not
// mailed, and the link is not opened.
func TestNoMailLeadsElsewhere(t *testing.T) {
	at, elsewhere := newInstallation(t), newCanary(t)
	group := at.learnupon.AddGroup("Lakeside")
	links := []string{elsewhere.url + "/invites/accept/1", elsewhere.url[len("http:"):] + "/invites/accept/1", "http://127.0.0.1@" + elsewhere.url[len("http://"):] + "/invites/accept/1"}
	var told atomic.Value
	at.learnupon.Around(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		kept := httptest.NewRecorder()
		next.ServeHTTP(kept, r)
		w.WriteHeader(kept.Code)
		_, _ = w.Write(acceptURL.ReplaceAll(kept.Body.Bytes(), []byte(`"accept_url":"`+told.Load().(string)+`"`)))
	})
	emails := []string{"a@x.edu", "b@x.edu", "c@x.edu"}
	for _, email := range emails {
		at.learnupon.AddInvite(learnupontest.Invite{Email: email, GroupID: group})
	}
	told.Store(links[0])
	_, log, stop := at.serving(t)
	sam := at.slack.Person("U1")
	for i, email := range emails {
		told.Store(links[i])
		at.request(t, sam, "/resend-confirmation "+email, "Apply", nil)
		at.wait(t, "the end of the run about "+email, func() bool {
			return slices.ContainsFunc(at.slack.Messages("C1"), func(m slacktest.Message) bool {
				return strings.Contains(string(m.Blocks), email) && strings.Contains(m.Text, "failed")
			})
		})
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
	if n := len(at.mail.Messages()); n > 0 {
		t.Errorf("%d mails were sent", n)
	}
	if calls := elsewhere.calls(); calls != "" || strings.Contains(log.String(), elsewhere.url) {
		t.Errorf("called:\n%s\nlog:\n%s", calls, log)
	}
}

var acceptURL = regexp.MustCompile(`"accept_url":"[^"]*"`)

func salesforceClient(t *testing.T, org *salesforcetest.Server) *salesforce.Client {
	t.Helper()
	c, err := salesforce.New(salesforce.Config{URL: org.URL, ClientID: org.ClientID(), ClientSecret: org.ClientSecret()})
	if err != nil {
		t.Fatal(err)
	}
	return c
}
