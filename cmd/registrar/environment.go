package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/mail"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/sethvargo/go-envconfig"

	"registrar/bot/access"
)

// environment is the variables as somebody wrote them. All are text, because
// every one that is wrong is to be named, not only the first. What is tagged
// secret may also come from a file, see [problems.readFiles].
type environment struct {
	SlackAppToken string `env:"SLACK_APP_TOKEN" secret:"yes"`
	SlackBotToken string `env:"SLACK_BOT_TOKEN" secret:"yes"`
	SlackAPIURL   string `env:"SLACK_API_URL, default=https://slack.com/api/"`
	RedisURL      string `env:"REDIS_URL" secret:"yes"`

	LearnUpon portalEnvironment `env:", prefix=LEARNUPON_"`
	Portals   string            `env:"LEARNUPON_PORTALS"`

	SalesforceURL            string `env:"SALESFORCE_URL"`
	SalesforceClientID       string `env:"SALESFORCE_CLIENT_ID"`
	SalesforceClientSecret   string `env:"SALESFORCE_CLIENT_SECRET" secret:"yes"`
	SalesforceUsername       string `env:"SALESFORCE_USERNAME"`
	SalesforcePrivateKeyFile string `env:"SALESFORCE_PRIVATE_KEY_FILE"`
	SalesforceAPIVersion     string `env:"SALESFORCE_API_VERSION"`
	SalesforceFields         string `env:"SALESFORCE_FIELDS"`

	BambooHRURL    string `env:"BAMBOOHR_URL"`
	BambooHRAPIKey string `env:"BAMBOOHR_API_KEY" secret:"yes"`
	StatuspageURL  string `env:"STATUSPAGE_URL"`
	SMTPURL        string `env:"SMTP_URL" secret:"yes"`
	MailFrom       string `env:"MAIL_FROM"`

	ApprovalsChannel string `env:"REGISTRAR_APPROVALS_CHANNEL"`
	AlertsChannel    string `env:"REGISTRAR_ALERTS_CHANNEL"`
	AuditChannel     string `env:"REGISTRAR_AUDIT_CHANNEL"`
	Support          string `env:"REGISTRAR_SUPPORT"`
	Approvers        string `env:"REGISTRAR_APPROVERS"`
	Admins           string `env:"REGISTRAR_ADMINS"`

	Policy         string `env:"REGISTRAR_POLICY"`
	SecretKey      string `env:"REGISTRAR_SECRET_KEY" secret:"yes"`
	AlertsEvery    string `env:"REGISTRAR_ALERTS_EVERY, default=1m"`
	Premier        string `env:"REGISTRAR_PREMIER_COURSES"`
	HTTPAddr       string `env:"REGISTRAR_HTTP_ADDR, default=127.0.0.1:8080"`
	AllowWeakRedis string `env:"REGISTRAR_ALLOW_WEAK_REDIS, default=false"`
	Retention      string `env:"REGISTRAR_RETENTION"`

	Tracing tracingEnvironment `env:", prefix=OTEL_"`
}

// portalEnvironment is what is said of each portal, behind LEARNUPON_ or, for
// the portal "partners", behind LEARNUPON_PARTNERS_.
type portalEnvironment struct {
	URL           string `env:"URL"`
	Username      string `env:"USERNAME"`
	Password      string `env:"PASSWORD" secret:"yes"`
	UIURL         string `env:"UI_URL"`
	RatePerMinute string `env:"RATE_PER_MINUTE"`
}

// ReadConfig reads the variables, each written NAME=value as os.Environ has
// them. The error holds one line for each that is missing or wrong, and no
// line holds the value of a secret.
func ReadConfig(environ []string) (Config, error) {
	var p problems
	given := variables(environ)
	p.readFiles(given)
	vars := envconfig.MapLookuper(given)
	var env environment
	if err := process(vars, &env); err != nil {
		return Config{}, err
	}
	c := Config{
		Slack: SlackConfig{
			AppToken: slackToken(&p, "SLACK_APP_TOKEN", env.SlackAppToken, "xapp-"),
			BotToken: slackToken(&p, "SLACK_BOT_TOKEN", env.SlackBotToken, "xoxb-"),
			APIURL:   strings.TrimSuffix(p.web("SLACK_API_URL", env.SlackAPIURL), "/") + "/",
		},
		Redis: p.secretURL("REDIS_URL", p.need("REDIS_URL", env.RedisURL, "where Registrar keeps everything"),
			"redis", "rediss", "unix"),
		Channels: ChannelConfig{
			Approvals: channel(&p, "REGISTRAR_APPROVALS_CHANNEL", p.need("REGISTRAR_APPROVALS_CHANNEL", env.ApprovalsChannel, "where requests are posted")),
			Alerts:    channel(&p, "REGISTRAR_ALERTS_CHANNEL", env.AlertsChannel),
			Audit:     channel(&p, "REGISTRAR_AUDIT_CHANNEL", env.AuditChannel),
		},
		Portals:    portals(&p, env, vars),
		Salesforce: salesforceOrg(&p, env),
		BambooHR:   bambooHR(&p, env),
		Statuspage: p.web("STATUSPAGE_URL", env.StatuspageURL),
		SMTP:       smtpServer(&p, env),
		Roles:      roles(&p, env),

		PolicyFile:     env.Policy,
		SecretKey:      secretKey(&p, env.SecretKey),
		AlertsEvery:    p.duration("REGISTRAR_ALERTS_EVERY", env.AlertsEvery),
		Premier:        p.pattern("REGISTRAR_PREMIER_COURSES", env.Premier),
		HTTPAddr:       env.HTTPAddr,
		Tracing:        tracingTo(&p, env.Tracing),
		AllowWeakRedis: p.boolean("REGISTRAR_ALLOW_WEAK_REDIS", env.AllowWeakRedis),
		Retention:      retention(&p, "REGISTRAR_RETENTION", env.Retention),
	}
	if _, _, err := net.SplitHostPort(env.HTTPAddr); err != nil {
		p.add("REGISTRAR_HTTP_ADDR must be a host and a port, such as 127.0.0.1:8080.")
	}
	c.Warnings = append(p.warnings, unknown(environ, env.Portals)...)
	return c, errors.Join(p.errs...)
}

func process(vars envconfig.Lookuper, target any) error {
	return envconfig.ProcessWith(context.Background(), &envconfig.Config{Target: target, Lookuper: vars})
}

// variables makes a map of NAME=value lines, the last of a name winning. An
// empty value counts as absent; surrounding blanks, such as the newline at the
// end of a pasted token, are never meant.
func variables(environ []string) map[string]string {
	vars := map[string]string{}
	for _, line := range environ {
		name, value, _ := strings.Cut(line, "=")
		vars[name] = strings.TrimSpace(value)
	}
	maps.DeleteFunc(vars, func(_, value string) bool { return value == "" })
	return vars
}

// knownVariables lists the names behind the tags of environment, and those of
// each further portal.
func knownVariables(portals string) []string {
	return namesOf(portals, func(reflect.StructField) bool { return true })
}

func namesOf(portals string, which func(reflect.StructField) bool) []string {
	var names []string
	collect := func(prefix string, t reflect.Type) {
		for field := range t.Fields() {
			tag, _, _ := strings.Cut(field.Tag.Get("env"), ",")
			if tag != "" && which(field) {
				names = append(names, prefix+tag)
			}
		}
	}
	collect("", reflect.TypeFor[environment]())
	collect("LEARNUPON_", reflect.TypeFor[portalEnvironment]())
	collect("OTEL_", reflect.TypeFor[tracingEnvironment]())
	for _, name := range list(portals) {
		collect(portalPrefix(name), reflect.TypeFor[portalEnvironment]())
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func slackToken(p *problems, name, value, prefix string) Secret {
	other := map[string]string{"xapp-": "xoxb-", "xoxb-": "xapp-"}[prefix]
	switch value = p.need(name, value, "a token of the Slack app"); {
	case strings.HasPrefix(value, other):
		p.add("%s must start with %s: it holds the app's other token.", name, prefix)
	case value != "" && !strings.HasPrefix(value, prefix):
		p.warn("%s does not start with %s, as Slack's tokens of this kind do.", name, prefix)
	}
	return Secret(value)
}

var channelID = regexp.MustCompile(`^[CG][A-Z0-9_]+$`)

func channel(p *problems, name, id string) string {
	if id != "" && !channelID.MatchString(id) {
		p.add("%s must be a channel's id, such as C0123456789 (in Slack: the channel's name, then About), not its name.", name)
	}
	return id
}

func roles(p *problems, env environment) access.Roles {
	roles, err := access.ParseRoles(env.Support, env.Approvers, env.Admins)
	if err != nil {
		p.errs = append(p.errs, err)
	}
	return roles
}

func bambooHR(p *problems, env environment) *BambooHRConfig {
	if !p.together("BAMBOOHR_URL", env.BambooHRURL, "BAMBOOHR_API_KEY", env.BambooHRAPIKey) {
		return nil
	}
	return &BambooHRConfig{URL: p.web("BAMBOOHR_URL", env.BambooHRURL), APIKey: Secret(env.BambooHRAPIKey)}
}

func smtpServer(p *problems, env environment) *SMTPConfig {
	if !p.together("SMTP_URL", env.SMTPURL, "MAIL_FROM", env.MailFrom) {
		return nil
	}
	if _, err := mail.ParseAddress(env.MailFrom); err != nil {
		p.add("MAIL_FROM must be one e-mail address, such as Registrar <registrar@example.com>.")
	}
	return &SMTPConfig{URL: p.secretURL("SMTP_URL", env.SMTPURL, "smtp", "smtps"), From: env.MailFrom}
}

// minSecretKey is 16 characters: less can be guessed.
const minSecretKey = 16

func secretKey(p *problems, key string) Secret {
	if key != "" && len(key) < minSecretKey {
		p.add("REGISTRAR_SECRET_KEY must have at least %d characters; 32 random bytes in hex are best.", minSecretKey)
	}
	return Secret(key)
}

func unknown(environ []string, portals string) []string {
	known := knownVariables(portals)
	for _, name := range secretVariables(portals) {
		known = append(known, name+fileSuffix)
	}
	var out []string
	for _, line := range environ {
		name, _, _ := strings.Cut(line, "=")
		if slices.Contains(known, name) || linkedByOrchestrator(name) {
			continue
		}
		near := nearest(name, known)
		switch {
		case near != "":
			out = append(out, fmt.Sprintf("%s is not a variable Registrar knows; did you mean %s?", name, near))
		case ours(name):
			out = append(out, fmt.Sprintf("%s is not a variable Registrar knows.", name))
		}
	}
	slices.Sort(out)
	return out
}
