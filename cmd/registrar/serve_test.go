package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"registrar/bot/slacktest"
	"registrar/integrations/learnupon/learnupontest"
	"registrar/integrations/mail/mailtest"
	"registrar/integrations/salesforce/salesforcetest"
	"registrar/store/storetest"
)

// installation is a set of fakes, and the variables that name them.
type installation struct {
	slack     *slacktest.Server
	learnupon *learnupontest.Server
	mail      *mailtest.Server
	org       *salesforcetest.Server
	redis     *miniredis.Miniredis
	env       []string
}

func newInstallation(t *testing.T, options ...slacktest.Option) installation {
	t.Helper()
	workspace := slacktest.New(options...)
	portal := learnupontest.New(learnupontest.Options{})
	post := mailtest.New(mailtest.Options{})
	org := salesforcetest.New(salesforcetest.Options{})
	t.Cleanup(func() { workspace.Close(); portal.Close(); post.Close(); org.Close() })
	for _, id := range []string{"U1", "U2", "U3"} {
		workspace.AddUser(slacktest.User{ID: id, Name: id, Email: id + "@x.edu"})
	}
	workspace.AddUserGroup("S1", "support", "U1")
	workspace.AddUserGroup("S2", "approvers", "U2", "U3")
	workspace.AddChannel(slacktest.Channel{ID: "C1", Name: "approvals", Members: []string{slacktest.BotUser, "U1", "U2"}})
	redis := miniredis.RunT(t)
	redis.ClockTTL(true) // leases of killed processes run out
	return installation{slack: workspace, learnupon: portal, mail: post, org: org, redis: redis, env: []string{
		"SLACK_APP_TOKEN=" + slacktest.AppToken, "SLACK_BOT_TOKEN=" + slacktest.BotToken, "SLACK_API_URL=" + workspace.APIURL(),
		"REDIS_URL=redis://" + redis.Addr(), "REGISTRAR_ALLOW_WEAK_REDIS=true",
		"LEARNUPON_URL=" + portal.URL, "LEARNUPON_USERNAME=" + portal.Username(), "LEARNUPON_PASSWORD=" + portal.Password(),
		"SALESFORCE_URL=" + org.URL, "SALESFORCE_CLIENT_ID=" + org.ClientID(), "SALESFORCE_CLIENT_SECRET=" + org.ClientSecret(),
		"SMTP_URL=" + post.URL(), "MAIL_FROM=registrar@example.com",
		"REGISTRAR_APPROVALS_CHANNEL=C1", "REGISTRAR_SUPPORT=S1", "REGISTRAR_APPROVERS=S2", "REGISTRAR_ADMINS=U3",
		"REGISTRAR_HTTP_ADDR=127.0.0.1:0",
	}}
}

// lines is a log that may be read while it is written.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// serving runs the real program against the installation, from its variables,
// and returns the address of its health, its log, and what ends it.
func (at installation) serving(t *testing.T) (address string, log *lines, stop func() error) {
	t.Helper()
	c, err := ReadConfig(at.env)
	if err != nil {
		t.Fatal(err)
	}
	log = new(lines)
	ctx, cancel := context.WithCancel(t.Context())
	listening, done := make(chan net.Addr, 1), make(chan error, 1)
	go func() {
		done <- serve(ctx, c, newLogger(log, false, slog.LevelDebug), func(a net.Addr) { listening <- a })
	}()
	stop = sync.OnceValue(func() error { cancel(); return <-done })
	t.Cleanup(func() { _ = stop() })
	select {
	case a := <-listening:
		address = "http://" + a.String()
	case err := <-done:
		done <- err
		t.Fatalf("serve ended: %v", err)
	}
	at.wait(t, "a socket", func() bool { return at.slack.Sockets() > 0 })
	return address, log, stop
}

func (at installation) wait(t *testing.T, what string, cond func() bool) {
	t.Helper()
	// A card whose poster was killed is taken over after 10 s.
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := at.slack.Wait(ctx, cond); err != nil {
		snapshot, _ := json.Marshal(at.slack.Snapshot())
		t.Fatalf("%s: %v in\n%s", what, err, snapshot)
	}
}

func TestServeMailsAnInviteOnceHoweverOftenTheCommandComes(t *testing.T) {
	t.Run("on miniredis", func(t *testing.T) { mailsOnce(t, newInstallation(t)) })
	t.Run("on a real Redis", func(t *testing.T) {
		at := newInstallation(t)
		at.env = append(at.env, "REDIS_URL="+storetest.RealRedis(t).URL(), "REGISTRAR_ALLOW_WEAK_REDIS=false")
		mailsOnce(t, at)
	})
}

// mailsOnce has an invite sent again, with each of Slack's envelopes delivered
// twice at once.
func mailsOnce(t *testing.T, at installation) {
	group := at.learnupon.AddGroup("Lakeside")
	at.learnupon.AddInvite(learnupontest.Invite{Email: "priya@x.edu", GroupID: group})
	address, log, stop := at.serving(t)
	sam := at.slack.Person("U1")

	at.slack.RepeatNext(3)
	if _, err := sam.Command(t.Context(), "C1", "/resend-confirmation priya@x.edu"); err != nil {
		t.Fatal(err)
	}
	at.wait(t, "the form", func() bool { return sam.Modal() != nil })
	if wrong, err := sam.Submit(t.Context(), nil); err != nil || wrong != nil {
		t.Fatalf("form: %v, %v", wrong, err)
	}
	at.wait(t, "the plan", func() bool { return sam.Modal() != nil && strings.Contains(string(sam.Modal().Submit), "Apply") })
	at.slack.RepeatNext(3)
	if wrong, err := sam.Submit(t.Context(), nil); err != nil || wrong != nil {
		t.Fatalf("plan: %v, %v", wrong, err)
	}
	at.wait(t, "the result", func() bool {
		cards := at.slack.Messages("C1")
		return len(cards) > 0 && strings.HasSuffix(cards[0].Text, ": done.")
	})
	if body := fetch(t, address+"/readyz"); body != "ready\n" {
		t.Errorf("/readyz: %s", body)
	}
	if body := fetch(t, address+"/metrics"); !strings.Contains(body, `registrar_runs_total{action="resend-confirmation",outcome="succeeded"} 1`) {
		t.Errorf("the run is not counted:\n%s", body)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
	if n := len(at.mail.Messages()); n != 1 {
		t.Errorf("%d mails, want 1", n)
	}
	if v := at.slack.Violations(); len(v) > 0 {
		t.Errorf("against Slack's rules: %v", v)
	}
	link := at.mail.Messages()[0].Links[0]
	checkLog(t, log.String(), "priya", link, slacktest.BotToken, slacktest.AppToken, at.learnupon.Password())
}

// checkLog reads a log as a machine does: every line is an object, each that is
// about a run names it, and none holds what must stay out.
func checkLog(t *testing.T, log string, secrets ...string) {
	t.Helper()
	for line := range strings.Lines(log) {
		var fields map[string]any
		if err := json.Unmarshal([]byte(line), &fields); err != nil {
			t.Fatalf("%q is not JSON: %v", line, err)
		}
		if strings.HasPrefix(fields["msg"].(string), "run ") && fields["run"] == nil {
			t.Errorf("no run in %s", line)
		}
	}
	for _, secret := range secrets {
		if strings.Contains(log, secret) {
			t.Errorf("%q is in the log:\n%s", secret, log)
		}
	}
}

func fetch(t *testing.T, address string) string {
	t.Helper()
	resp, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var body strings.Builder
	if err := resp.Write(&body); err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(body.String(), "\r\n\r\n")
	return text
}

// What no restart mends ends the program at once, with a sentence on what does.
func TestServeRefusesToStart(t *testing.T) {
	tests := []struct {
		name string
		env  string
		code int
		says string
	}{
		{"a variable missing", "REGISTRAR_APPROVALS_CHANNEL=", exitUsage, "REGISTRAR_APPROVALS_CHANNEL is missing"},
		{"Redis may forget", "REGISTRAR_ALLOW_WEAK_REDIS=false", exitUsage, "may lose what it has confirmed"},
		{"Redis away", "REDIS_URL=redis://127.0.0.1:1", exitFailed, "cannot be used"},
		{"bot token", "SLACK_BOT_TOKEN=xoxb-other", exitUsage, "SLACK_BOT_TOKEN is not accepted by Slack (invalid_auth)"},
		{"app token", "SLACK_APP_TOKEN=xapp-other", exitFailed, "SLACK_APP_TOKEN"},
		{"policy", "REGISTRAR_POLICY=nowhere.yaml", exitUsage, "nowhere.yaml"},
		{"address", "REGISTRAR_HTTP_ADDR=192.0.2.1:80", exitUsage, "REGISTRAR_HTTP_ADDR"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			at := newInstallation(t)
			var errs lines
			code := run(t.Context(), []string{"serve"}, surroundings{environ: append(at.env, tt.env), stdout: &errs, stderr: &errs})
			if code != tt.code || !strings.Contains(errs.String(), tt.says) {
				t.Errorf("exit code %d, want %d, and %q in:\n%s", code, tt.code, tt.says, &errs)
			}
		})
	}
}

// Slack's name server, its 500s and methods it does not have are no reason to
// stay away: what answers later is used later.
func TestServeStartsWhileSlackIsUnwell(t *testing.T) {
	at := newInstallation(t)
	at.slack.FailNext("auth.test", slacktest.Fault{Error: "unknown_method"}, 1)
	at.slack.FailNext("apps.connections.open", slacktest.Fault{Status: 503}, 1)
	_, log, stop := at.serving(t)
	if err := stop(); err != nil {
		t.Error(err)
	}
	if !strings.Contains(log.String(), "the bot token could not be tried") {
		t.Errorf("no warning in\n%s", log)
	}
}

// The daily digest is posted once, also where Slack's answer to the post is lost
// and the program ends before it has looked.
func TestAuditHeadIsPostedOnceADay(t *testing.T) {
	at := newInstallation(t)
	at.slack.AddChannel(slacktest.Channel{ID: "C2", Name: "audit", Members: []string{slacktest.BotUser}})
	at.env = append(at.env, "REGISTRAR_AUDIT_CHANNEL=C2")
	at.slack.FailNext("chat.postMessage", slacktest.Fault{Drop: true, After: true}, 1)
	key := "{registrar}:post:audit-" + time.Now().UTC().Format(time.DateOnly) + ":head"
	for start := range 3 { // the second finds it posted, the third knows
		_, _, stop := at.serving(t)
		at.wait(t, "the head", func() bool { return len(at.slack.Messages("C2")) > 0 })
		for deadline := time.Now().Add(30 * time.Second); start > 0 && at.redis.HGet(key, "state") != "posted"; time.Sleep(10 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("the lost post was not found")
			}
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
		at.redis.FastForward(3 * time.Hour) // the minute's claim has run out, the day's has not
	}
	posted := at.slack.Messages("C2")
	if len(posted) != 1 || !strings.Contains(posted[0].Text, "the audit trail has no entry yet") {
		t.Errorf("posted: %+v", posted)
	}
}
