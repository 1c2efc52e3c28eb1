// Package sandbox is the world that `registrar demo` runs in: a Slack
// workspace, a LearnUpon portal, a Salesforce org, a mail server and a Redis, all
// in this process and all spoken to over their real protocols, with people and
// records to try things on.
//
// It must not know how the bot works. The bot under it is the one that serves
// in production, pointed here by the same variables.
package sandbox

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/alicebob/miniredis/v2"

	"registrar/bot/slacktest"
	"registrar/cmd/registrar/sandbox/page"
	"registrar/integrations/learnupon/learnupontest"
	"registrar/integrations/mail/mailtest"
	"registrar/integrations/salesforce/salesforcetest"
)

// Sandbox is a running world.
type Sandbox struct {
	Slack      *slacktest.Server
	LearnUpon  *learnupontest.Server
	Salesforce *salesforcetest.Server
	Mail       *mailtest.Server

	redis  *miniredis.Miniredis
	folder string // of the policy file; "": there is none yet
}

// Command is a slash command as the page completes it.
type Command struct{ Name, About, Hint string }

// Start starts the world and fills it.
func Start(commands []Command) (*Sandbox, error) {
	var known []slacktest.Command
	for _, c := range commands {
		known = append(known, slacktest.Command{Command: c.Name, Description: c.About, UsageHint: c.Hint})
	}
	redis := miniredis.NewMiniRedis()
	redis.ClockTTL(true) // leases and drafts expire
	if err := redis.StartAddr("127.0.0.1:0"); err != nil {
		return nil, fmt.Errorf("sandbox: embedded Redis: %w", err)
	}
	s := &Sandbox{
		// A person in a browser clicks faster than Slack's limits allow an app
		// to answer, and has nobody to ask why it pauses.
		Slack: slacktest.New(slacktest.WithCommands(known...), slacktest.WithRateLimits(0),
			slacktest.WithTeam("Northwind Learning", "northwind"), slacktest.WithBotName("Registrar")),
		LearnUpon: learnupontest.New(learnupontest.Options{Title: "Northwind Academy", Subdomain: "northwind"}),
		Mail:      mailtest.New(mailtest.Options{}),
		redis:     redis,
	}
	s.Salesforce = salesforcetest.New(salesforcetest.Options{Name: "Northwind Learning", LearnUpon: s.sync, SyncAfter: syncAfter})
	s.seedSlack()
	s.seedRecords(time.Now())
	if err := s.writePolicy(); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// Close stops everything.
func (s *Sandbox) Close() {
	s.Slack.Close()
	s.LearnUpon.Close()
	s.Salesforce.Close()
	s.Mail.Close()
	s.redis.Close()
	_ = os.RemoveAll(s.folder)
}

// rules is what the policy says: what cannot be undone waits a minute, not ten,
// because nobody stays in front of a demo that long.
const rules = "actions:\n  merge-users: {delay: 1m}\n"

func (s *Sandbox) writePolicy() (err error) {
	if s.folder, err = os.MkdirTemp("", "registrar-demo-"); err == nil {
		err = os.WriteFile(s.policy(), []byte(rules), 0o600)
	}
	if err != nil {
		return fmt.Errorf("sandbox: policy: %w", err)
	}
	return nil
}

func (s *Sandbox) policy() string { return filepath.Join(s.folder, "policy.yaml") }

// Environment is the configuration of a bot in this world, in the variables
// that `registrar serve` reads.
func (s *Sandbox) Environment() map[string]string {
	return map[string]string{
		"SLACK_APP_TOKEN":             slacktest.AppToken,
		"SLACK_BOT_TOKEN":             slacktest.BotToken,
		"SLACK_API_URL":               s.Slack.APIURL(),
		"REDIS_URL":                   "redis://" + s.redis.Addr(),
		"LEARNUPON_URL":               s.LearnUpon.URL,
		"LEARNUPON_USERNAME":          s.LearnUpon.Username(),
		"LEARNUPON_PASSWORD":          s.LearnUpon.Password(),
		"SALESFORCE_URL":              s.Salesforce.URL,
		"SALESFORCE_CLIENT_ID":        s.Salesforce.ClientID(),
		"SALESFORCE_CLIENT_SECRET":    s.Salesforce.ClientSecret(),
		"SMTP_URL":                    s.Mail.URL(),
		"MAIL_FROM":                   "Northwind Academy <academy@northwind.example>",
		"REGISTRAR_APPROVALS_CHANNEL": channelApprovals,
		"REGISTRAR_AUDIT_CHANNEL":     channelAudit,
		"REGISTRAR_SUPPORT":           groupSupport,
		"REGISTRAR_APPROVERS":         groupApprovers,
		"REGISTRAR_ADMINS":            groupAdmins,
		"REGISTRAR_POLICY":            s.policy(),
		"REGISTRAR_HTTP_ADDR":         "127.0.0.1:0",
		// The embedded Redis keeps nothing, and need not.
		"REGISTRAR_ALLOW_WEAK_REDIS": "true",
	}
}

// Page is the browser page on which one person plays everybody.
func (s *Sandbox) Page() http.Handler {
	return page.New(page.World{
		Slack: s.Slack, Portals: []*learnupontest.Server{s.LearnUpon}, Salesforce: s.Salesforce, Mail: s.Mail,
		People: people(), About: channels(), Story: story(),
	})
}

// Connected returns nil once the bot has a socket open.
func (s *Sandbox) Connected(ctx context.Context) error {
	return s.Slack.Wait(ctx, func() bool { return s.Slack.Sockets() > 0 })
}

// Check says what the bot did that Slack would not have taken, if anything.
func (s *Sandbox) Check() error {
	if v := s.Slack.Violations(); len(v) > 0 {
		return errors.New("against Slack's rules: " + strings.Join(v, "; "))
	}
	return nil
}
