package main

import (
	"net/url"
	"regexp"
	"time"

	"registrar/bot/access"
)

// Config is what the environment asks for, checked. [ReadConfig] makes it.
type Config struct {
	Slack SlackConfig
	Redis Secret // a redis:// or rediss:// URL; it may hold a password

	Portals    []Portal          // LearnUpon's; the first is the main one. Empty: off
	Salesforce *SalesforceConfig // nil: off
	BambooHR   *BambooHRConfig   // nil: off
	Statuspage string            // "": off
	SMTP       *SMTPConfig       // nil: off

	Channels ChannelConfig
	Roles    access.Roles // who is in them; an empty one is nobody

	PolicyFile  string // "": the rules the actions bring themselves
	SecretKey   Secret // "": derived from the bot token
	AlertsEvery time.Duration
	// Premier matches the names of courses that a merge has settled by hand
	// first. Nil: names with the word Premier.
	Premier  *regexp.Regexp
	HTTPAddr string
	Tracing  *TracingConfig // nil: off
	// AllowWeakRedis starts although Redis may forget what it said. For trying things out only.
	AllowWeakRedis bool
	// Retention is how long after its end what is personal in a run or an alert
	// is kept, and in the audit trail after it was written. Zero: for ever.
	Retention time.Duration

	// Warnings are sentences on what is odd but does not stop the program.
	Warnings []string
}

// SlackConfig is the app's two tokens and where Slack is.
type SlackConfig struct {
	AppToken Secret // xapp-…, opens sockets
	BotToken Secret // xoxb-…, calls the Web API
	APIURL   string // ends in a slash
}

// Portal is one LearnUpon portal and its API keys.
type Portal struct {
	Name          string // MainPortal, or as LEARNUPON_PORTALS lists it
	URL           string // the portal's root, where /api/v1 is below
	UIURL         string // what a person's browser opens
	Username      string
	Password      Secret
	RatePerMinute int
}

// MainPortal names the portal of LEARNUPON_URL.
const MainPortal = "main"

// SalesforceConfig is a connected app: either a client secret, or a user name
// and a private key for the JWT bearer flow.
type SalesforceConfig struct {
	URL            string
	ClientID       string
	ClientSecret   Secret
	Username       string
	PrivateKeyFile string
	APIVersion     string
	// Fields overrides what describe finds: object, then label, to API name.
	Fields map[string]map[string]string
}

// BambooHRConfig is a company and its API key.
type BambooHRConfig struct {
	URL    string // the company's root
	APIKey Secret
}

// SMTPConfig is where mail is handed over, and in whose name.
type SMTPConfig struct {
	URL  Secret // smtp:// or smtps://, with user and password
	From string
}

// Host is the server's host and port, without what is secret.
func (c SMTPConfig) Host() string {
	u, err := url.Parse(string(c.URL))
	if err != nil {
		return ""
	}
	return u.Host
}

// ChannelConfig holds channel ids. Without an alerts or an audit channel
// nothing is posted there.
type ChannelConfig struct {
	Approvals, Alerts, Audit string
}

// Secret is text that no log, error or dump shows. Convert it where it is used.
type Secret string

const concealed = "[secret]"

// String conceals the secret from fmt and slog.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return concealed
}

// GoString conceals the secret from %#v.
func (s Secret) GoString() string { return `"` + s.String() + `"` }

// MarshalText conceals the secret from encoders.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
