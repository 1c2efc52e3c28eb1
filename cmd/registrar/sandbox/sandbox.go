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
	"slices"
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

	redis    *miniredis.Miniredis
	folder   string // of the policy file
	commands []Command
}

// Command is a slash command as the page completes it.
type Command struct{ Name, About, Hint string }

// Start starts the world and fills it.
func Start(commands []Command) (*Sandbox, error) {
	var known []slacktest.Command
	for _, c := range commands {
		known = append(known, slacktest.Command{Command: c.Name, Description: c.About, UsageHint: c.Hint})
	}
	folder, err := os.MkdirTemp("", "registrar-demo-")
	if err != nil {
		return nil, fmt.Errorf("sandbox: %w", err)
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
		LearnUpon:  learnupontest.New(learnupontest.Options{Title: "Northwind Academy", Subdomain: "northwind"}),
		Salesforce: salesforcetest.New(salesforcetest.Options{Name: "Northwind Learning"}),
		Mail:       mailtest.New(mailtest.Options{}),
		redis:      redis, folder: folder, commands: commands,
	}
	s.seedSlack()
	s.seedRecords(time.Now())
	if err := os.WriteFile(s.policy(), s.rules(), 0o600); err != nil {
		s.Close()
		return nil, fmt.Errorf("sandbox: %w", err)
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

func (s *Sandbox) policy() string { return filepath.Join(s.folder, "policy.yaml") }

// rules is the policy: what cannot be undone waits a minute here, not ten, as
// nobody stays in front of a demo that long.
func (s *Sandbox) rules() []byte {
	if !s.offers("/merge-users") {
		return []byte("actions: {}\n")
	}
	return []byte("actions:\n  merge-users: {delay: 1m}\n")
}

// offers reports whether the bot has a command.
func (s *Sandbox) offers(command string) bool {
	return slices.ContainsFunc(s.commands, func(c Command) bool { return c.Name == command })
}

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
		People: people(), About: channels(), Story: s.story(),
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
