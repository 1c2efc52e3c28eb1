package main

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/slack-go/slack"

	"registrar/bot/runbook"
	"registrar/handlers"
	"registrar/integrations/bamboohr"
	"registrar/integrations/learnupon"
	"registrar/integrations/mail"
	"registrar/integrations/rest"
	"registrar/integrations/salesforce"
	"registrar/integrations/statuspage"
	"registrar/store"
)

// newSlack makes the client that the bot and all that asks Slack share.
func newSlack(c SlackConfig) *slack.Client {
	return slack.New(string(c.BotToken), slack.OptionAppLevelToken(string(c.AppToken)), slack.OptionAPIURL(c.APIURL),
		slack.OptionHTTPClient(&http.Client{Transport: slackTransport(), CheckRedirect: stay}))
}

// stay follows no redirect: Slack's API makes none, and what is sent there has a
// token with it.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// slackConnections is how many connections to Slack are kept for the next call.
const slackConnections = 64

// slackTransport is Go's own, but for what it keeps open: two connections to a
// host, so that of many forms asked for at once nearly each began with a
// handshake, within the three seconds in which it has to open.
func slackTransport() http.RoundTripper {
	usual, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return http.DefaultTransport
	}
	t := usual.Clone()
	t.MaxIdleConnsPerHost = slackConnections
	return t
}

// openStore connects to Redis as the configuration says.
func openStore(ctx context.Context, c Config, log *slog.Logger) (*store.Store, error) {
	rates := map[string]int{}
	for _, p := range c.Portals {
		rates[p.Name] = p.RatePerMinute
	}
	return store.Open(ctx, store.Config{
		URL: string(c.Redis), SecretKey: string(c.SecretKey), BotToken: string(c.Slack.BotToken),
		PerMinute:    func(key string) int { return rates[key] },
		IsBackground: rest.IsBackground,
		IsWrite:      rest.IsWrite,
		Stopping:     ctx.Done(),
		Log:          log,
	})
}

// newDeps makes the clients of the configured systems, for the actions.
func newDeps(c Config, s *store.Store, observe rest.Observe, log *slog.Logger) (handlers.Deps, error) {
	d := handlers.Deps{
		LinkUsed: func(ctx context.Context, link string) (string, error) {
			run, _, err := s.LinkUsed(ctx, link)
			return run, err
		},
		MarkLinkUsed: s.MarkLinkUsed,
		Now:          time.Now,
		Premier:      c.Premier,
	}
	for _, p := range c.Portals {
		client, err := newPortal(p, s.Budget, observe, func(portal string, minuteLeft, weekLeft int) {
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			if err := s.Learn(ctx, portal, minuteLeft, weekLeft); err != nil {
				log.WarnContext(ctx, "what LearnUpon says of its limits was not kept", "portal", portal, "error", err)
			}
		})
		if err != nil {
			return d, err
		}
		d.Portals = append(d.Portals, client)
	}
	if c.Salesforce != nil {
		client, err := newSalesforce(*c.Salesforce, observe)
		if err != nil {
			return d, err
		}
		d.Salesforce = client
	}
	if c.BambooHR != nil {
		client, err := newBambooHR(*c.BambooHR, observe)
		if err != nil {
			return d, err
		}
		d.BambooHR = client
	}
	if c.Statuspage != "" {
		client, err := newStatuspage(c.Statuspage, observe)
		if err != nil {
			return d, err
		}
		d.Status = client
	}
	if c.SMTP != nil {
		sender, err := mail.New(mail.Config{
			URL: string(c.SMTP.URL), From: c.SMTP.From,
			Ledger: mail.Ledger{Sent: s.MailSent, Has: s.MailHas, Record: s.MailRecord},
		})
		if err != nil {
			return d, err
		}
		d.Mail = sender
	}
	return d, nil
}

// newPortal makes a portal's client. The main portal has no name of its own:
// people read "LearnUpon", and only further ones are named.
func newPortal(p Portal, budget rest.Budget, observe rest.Observe, learned func(portal string, minuteLeft, weekLeft int)) (*learnupon.Client, error) {
	config := learnupon.Config{
		Name: p.Name, URL: p.URL, UIURL: p.UIURL, Username: p.Username, Password: string(p.Password), Observe: observe,
	}
	if p.Name == MainPortal {
		config.Name = ""
	}
	if budget != nil {
		config.Budget = func(ctx context.Context, key string) error { return budget(ctx, cmp.Or(key, MainPortal)) }
	}
	if learned != nil {
		config.Learned = func(portal string, minuteLeft, weekLeft int) {
			learned(cmp.Or(portal, MainPortal), minuteLeft, weekLeft)
		}
	}
	return learnupon.New(config)
}

// newSalesforce makes the client of the org. A private key is read from its
// file here, so that a file that is missing is found at the start. There is no
// budget: Salesforce counts calls by the day, for all programs together, and
// says itself when they are used up.
func newSalesforce(c SalesforceConfig, observe rest.Observe) (*salesforce.Client, error) {
	config := salesforce.Config{
		URL: c.URL, ClientID: c.ClientID, ClientSecret: string(c.ClientSecret), Username: c.Username,
		APIVersion: c.APIVersion, Fields: c.Fields, Observe: observe,
	}
	if c.PrivateKeyFile != "" {
		key, err := os.ReadFile(c.PrivateKeyFile)
		if err != nil {
			return nil, fmt.Errorf("SALESFORCE_PRIVATE_KEY_FILE names a file that %s", unreadable(err))
		}
		config.PrivateKey = key
	}
	return salesforce.New(config)
}

// newBambooHR makes the client of the company. There is no budget: BambooHR
// publishes no number, and says itself when to slow down.
func newBambooHR(c BambooHRConfig, observe rest.Observe) (*bamboohr.Client, error) {
	return bamboohr.New(bamboohr.Config{URL: c.URL, APIKey: string(c.APIKey), Observe: observe})
}

func newStatuspage(url string, observe rest.Observe) (*statuspage.Client, error) {
	return statuspage.New(statuspage.Config{URL: url, Observe: observe})
}

// wholeCatalog holds every action there is, as if every system were
// configured: for the manifest and the docs. Its clients lead nowhere.
func wholeCatalog() (*runbook.Catalog, error) {
	portal, err := newPortal(Portal{Name: MainPortal, URL: "https://learnupon.invalid", Username: "none", Password: "none"}, nil, rest.Observe{}, nil)
	if err != nil {
		return nil, err
	}
	org, err := newSalesforce(SalesforceConfig{URL: "https://salesforce.invalid", ClientID: "none", ClientSecret: "none"}, rest.Observe{})
	if err != nil {
		return nil, err
	}
	catalog, err := handlers.Catalog(handlers.Deps{
		Portals:      []*learnupon.Client{portal},
		Salesforce:   org,
		LinkUsed:     func(context.Context, string) (string, error) { return "", nil },
		MarkLinkUsed: func(context.Context, string, string) error { return nil },
		Runs:         func(context.Context, handlers.RunsQuery) (handlers.RunsPage, error) { return handlers.RunsPage{}, nil },
		System:       func(context.Context) (handlers.SystemState, error) { return handlers.SystemState{}, nil },
		Alerts: func(context.Context, handlers.AlertsQuery) (handlers.AlertsPage, error) {
			return handlers.AlertsPage{}, nil
		},
		Now: time.Now,
	})
	if err != nil {
		return nil, err
	}
	if absent := catalog.Absent(); len(absent) > 0 {
		return nil, fmt.Errorf("the whole catalog lacks %s: %s", absent[0].Title, absent[0].Why)
	}
	return catalog, nil
}
