// Package sandbox is the world that `registrar demo` runs in: a Slack
// workspace, two LearnUpon portals, a Salesforce org, a BambooHR company,
// LearnUpon's status page, a mail server and a Redis, all in this process and
// all spoken to over their real protocols, with people and records to try
// things on.
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
	"registrar/integrations/bamboohr/bamboohrtest"
	"registrar/integrations/learnupon/learnupontest"
	"registrar/integrations/mail/mailtest"
	"registrar/integrations/salesforce/salesforcetest"
	"registrar/integrations/statuspage/statuspagetest"
)

// Sandbox is a running world.
type Sandbox struct {
	Slack      *slacktest.Server
	LearnUpon  *learnupontest.Server
	Partners   *learnupontest.Server // a sub-portal of the same realm
	Salesforce *salesforcetest.Server
	BambooHR   *bamboohrtest.Server
	Status     *statuspagetest.Server
	Mail       *mailtest.Server

	everybody int64 // number of the group of all whom the sync makes
	redis     *miniredis.Miniredis
	folder    string // of the policy file; "": there is none yet
}

// App is what the bot's manifest says of it.
type App struct {
	Commands  []Command
	Shortcuts []Shortcut
	Home      bool // it has a Home tab
}

// Command is a slash command as the page completes it.
type Command struct{ Name, About, Hint string }

// Shortcut is an entry of every message's menu.
type Shortcut struct{ ID, Name, About string }

// workspace is how Slack knows the app.
func (a App) workspace() []slacktest.Option {
	var commands []slacktest.Command
	for _, c := range a.Commands {
		commands = append(commands, slacktest.Command{Command: c.Name, Description: c.About, UsageHint: c.Hint})
	}
	var shortcuts []slacktest.Shortcut
	for _, c := range a.Shortcuts {
		shortcuts = append(shortcuts, slacktest.Shortcut{Name: c.Name, Type: "message", CallbackID: c.ID, Description: c.About})
	}
	options := []slacktest.Option{
		slacktest.WithCommands(commands...), slacktest.WithShortcuts(shortcuts...),
		slacktest.WithTeam("Northwind Learning", "northwind"), slacktest.WithBotName("Registrar"),
		// A person in a browser clicks faster than Slack's limits allow an app
		// to answer, and has nobody to ask why it pauses.
		slacktest.WithRateLimits(0),
	}
	if !a.Home {
		options = append(options, slacktest.WithoutHomeTab())
	}
	return options
}

// Start starts the world and fills it. The options are for a Slack that is
// unlike the demo's.
func Start(app App, options ...slacktest.Option) (*Sandbox, error) {
	redis := miniredis.NewMiniRedis()
	redis.ClockTTL(true) // leases and drafts expire
	if err := redis.StartAddr("127.0.0.1:0"); err != nil {
		return nil, fmt.Errorf("sandbox: embedded Redis: %w", err)
	}
	s := &Sandbox{
		Slack:     slacktest.New(append(app.workspace(), options...)...),
		LearnUpon: learnupontest.New(learnupontest.Options{Title: "Northwind Academy", Subdomain: subdomain}),
		BambooHR:  bamboohrtest.New(bamboohrtest.Options{Name: "Northwind Learning"}),
		Status:    statuspagetest.New(statuspagetest.Options{}),
		Mail:      mailtest.New(mailtest.Options{}),
		redis:     redis,
	}
	s.Partners = s.LearnUpon.SubPortal(learnupontest.Options{Title: "Northwind Partners", Subdomain: "northwind-partners"})
	s.Salesforce = salesforcetest.New(salesforcetest.Options{
		Name: "Northwind Learning", LearnUpon: s.sync, Counts: s.counts, SyncAfter: syncAfter,
	})
	s.seedSlack()
	s.seedRecords(time.Now())
	s.seedStaff(time.Now())
	s.seedStatus(time.Now())
	if err := errors.Join(s.writePolicy(), s.asks()); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// subdomain is the academy's, as LearnUpon tells it: what its host begins with,
// by which it is told from its sub-portals. Here that is 127.0.0.1.
const subdomain = "127"

// Close stops everything.
func (s *Sandbox) Close() {
	s.Slack.Close()
	s.Salesforce.Close() // first, for its package asks LearnUpon
	s.Partners.Close()
	s.LearnUpon.Close()
	s.BambooHR.Close()
	s.Status.Close()
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
		"LEARNUPON_PORTALS":           "partners",
		"LEARNUPON_PARTNERS_URL":      s.Partners.URL,
		"LEARNUPON_PARTNERS_USERNAME": s.Partners.Username(),
		"LEARNUPON_PARTNERS_PASSWORD": s.Partners.Password(),
		"SALESFORCE_URL":              s.Salesforce.URL,
		"SALESFORCE_CLIENT_ID":        s.Salesforce.ClientID(),
		"SALESFORCE_CLIENT_SECRET":    s.Salesforce.ClientSecret(),
		"BAMBOOHR_URL":                s.BambooHR.URL,
		"BAMBOOHR_API_KEY":            s.BambooHR.Key(),
		"STATUSPAGE_URL":              s.Status.URL,
		"SMTP_URL":                    s.Mail.URL(),
		"MAIL_FROM":                   "Northwind Academy <academy@northwind.example>",
		"REGISTRAR_APPROVALS_CHANNEL": channelApprovals,
		"REGISTRAR_ALERTS_CHANNEL":    channelAlerts,
		"REGISTRAR_ALERTS_EVERY":      alertsEvery.String(),
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
		Slack: s.Slack, Portals: []*learnupontest.Server{s.LearnUpon, s.Partners}, Salesforce: s.Salesforce, Mail: s.Mail,
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
