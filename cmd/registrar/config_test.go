package main

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"registrar/bot/access"
	"registrar/bot/runbook"
)

// environ is the smallest set of variables that starts, with changes: a
// NAME=value line is put last, where it wins.
func environ(changes ...string) []string {
	return append([]string{
		"SLACK_APP_TOKEN=xapp-1-A1-secretapp",
		"SLACK_BOT_TOKEN=xoxb-1-secretbot",
		"REDIS_URL=redis://:secretredis@127.0.0.1:6379/0",
		"REGISTRAR_APPROVALS_CHANNEL=C0APPROVALS",
	}, changes...)
}

var everySystem = []string{
	"LEARNUPON_URL=https://academy.example.com/", "LEARNUPON_USERNAME=u1", "LEARNUPON_PASSWORD=secretlu",
	"LEARNUPON_PORTALS=partners, staff-eu",
	"LEARNUPON_PARTNERS_URL=https://partners.example.com", "LEARNUPON_PARTNERS_USERNAME=u2", "LEARNUPON_PARTNERS_PASSWORD=secretp",
	"LEARNUPON_PARTNERS_UI_URL=https://learn.example.com", "LEARNUPON_PARTNERS_RATE_PER_MINUTE=60",
	"LEARNUPON_STAFF_EU_URL=https://staff.example.com", "LEARNUPON_STAFF_EU_USERNAME=u3", "LEARNUPON_STAFF_EU_PASSWORD=secrets",
	"SALESFORCE_URL=https://org.my.salesforce.com", "SALESFORCE_CLIENT_ID=cid", "SALESFORCE_CLIENT_SECRET=secretsf",
	`SALESFORCE_FIELDS=Contact."Create in LearnUpon"=Create_in_LU__c; Account."LearnUpon Group ID"=LU_Group__c`,
	"BAMBOOHR_URL=https://acme.bamboohr.com", "BAMBOOHR_API_KEY=secretbamboo",
	"SMTP_URL=smtp://mailer:secretsmtp@mail.example.com:587", "MAIL_FROM=Registrar <registrar@example.com>",
	"REGISTRAR_SUPPORT=S0SUPPORT,U0ANNA", "REGISTRAR_APPROVERS=S0APPROVE", "REGISTRAR_ADMINS=U0ADMIN",
	"REGISTRAR_SECRET_KEY=secretkey-0123456789", "REGISTRAR_ALLOW_WEAK_REDIS=true", "REGISTRAR_ALERTS_EVERY=90s",
}

func TestReadConfigOfEverything(t *testing.T) {
	c, err := ReadConfig(environ(everySystem...))
	if err != nil {
		t.Fatal(err)
	}
	want := Config{
		Slack: SlackConfig{AppToken: "xapp-1-A1-secretapp", BotToken: "xoxb-1-secretbot", APIURL: "https://slack.com/api/"},
		Redis: "redis://:secretredis@127.0.0.1:6379/0",
		Portals: []Portal{
			{Name: "main", URL: "https://academy.example.com", UIURL: "https://academy.example.com", Username: "u1", Password: "secretlu", RatePerMinute: 300},
			{Name: "partners", URL: "https://partners.example.com", UIURL: "https://learn.example.com", Username: "u2", Password: "secretp", RatePerMinute: 60},
			{Name: "staff-eu", URL: "https://staff.example.com", UIURL: "https://staff.example.com", Username: "u3", Password: "secrets", RatePerMinute: 300},
		},
		Salesforce: &SalesforceConfig{
			URL: "https://org.my.salesforce.com", ClientID: "cid", ClientSecret: "secretsf", APIVersion: "v67.0",
			Fields: map[string]map[string]string{
				"Contact": {"Create in LearnUpon": "Create_in_LU__c"}, "Account": {"LearnUpon Group ID": "LU_Group__c"},
			},
		},
		BambooHR: &BambooHRConfig{URL: "https://acme.bamboohr.com", APIKey: "secretbamboo"},
		SMTP:     &SMTPConfig{URL: "smtp://mailer:secretsmtp@mail.example.com:587", From: "Registrar <registrar@example.com>"},
		Channels: ChannelConfig{Approvals: "C0APPROVALS"},
		Roles: access.Roles{
			runbook.Support: {"S0SUPPORT", "U0ANNA"}, runbook.Approvers: {"S0APPROVE"}, runbook.Admins: {"U0ADMIN"},
		},
		SecretKey: "secretkey-0123456789", AlertsEvery: 90 * time.Second, HTTPAddr: "127.0.0.1:8080", AllowWeakRedis: true,
	}
	// Secrets are compared as plain text, or every two of them would look alike.
	plain := cmp.Transformer("plain", func(s Secret) []byte { return []byte(s) })
	if diff := cmp.Diff(want, c, plain); diff != "" {
		t.Error(diff)
	}
}

func TestSmallestConfig(t *testing.T) {
	c, err := ReadConfig(environ())
	if err != nil {
		t.Fatal(err)
	}
	if c.Portals != nil || c.Salesforce != nil || c.BambooHR != nil || c.SMTP != nil || c.Warnings != nil {
		t.Errorf("a system nobody configured is on: %+v", c)
	}
	if c.AlertsEvery != time.Minute || c.HTTPAddr != "127.0.0.1:8080" {
		t.Errorf("defaults: %v, %q", c.AlertsEvery, c.HTTPAddr)
	}
}

// Every problem has its own line, which names the variable first.
func TestEveryProblemIsReportedAtOnce(t *testing.T) {
	tests := []struct {
		name string
		env  []string
		want []string // the starts of the lines
	}{
		{"nothing set", nil, []string{
			"SLACK_APP_TOKEN is missing", "SLACK_BOT_TOKEN is missing", "REDIS_URL is missing", "REGISTRAR_APPROVALS_CHANNEL is missing"}},
		{"blank is missing", environ("REDIS_URL= "), []string{"REDIS_URL is missing"}},
		{"tokens swapped", environ("SLACK_APP_TOKEN=xoxb-1", "SLACK_BOT_TOKEN=xapp-1"), []string{
			"SLACK_APP_TOKEN must start with xapp-", "SLACK_BOT_TOKEN must start with xoxb-"}},
		{"not values", environ("SLACK_API_URL=slack.com", "REDIS_URL=localhost:6379", "REGISTRAR_HTTP_ADDR=8080",
			"REGISTRAR_ALERTS_EVERY=often", "REGISTRAR_ALLOW_WEAK_REDIS=maybe", "STATUSPAGE_URL=https://user@x.example", "REGISTRAR_SECRET_KEY=short"), []string{
			"SLACK_API_URL must be", "REDIS_URL must be", "STATUSPAGE_URL must be", "REGISTRAR_SECRET_KEY must have",
			"REGISTRAR_ALERTS_EVERY must be", "REGISTRAR_ALLOW_WEAK_REDIS must be", "REGISTRAR_HTTP_ADDR must be"}},
		{"names instead of ids", environ("REGISTRAR_APPROVALS_CHANNEL=#approvals", "REGISTRAR_SUPPORT=@support"), []string{
			"REGISTRAR_APPROVALS_CHANNEL must be a channel's id", `REGISTRAR_SUPPORT: "@support" is not the id`}},
		{"a pattern that is none", environ("REGISTRAR_PREMIER_COURSES=("), []string{"REGISTRAR_PREMIER_COURSES must be a regular expression"}},
		{"LearnUpon half there", environ("LEARNUPON_USERNAME=u", "LEARNUPON_RATE_PER_MINUTE=0"), []string{
			"LEARNUPON_URL is missing", "LEARNUPON_RATE_PER_MINUTE must be", "LEARNUPON_PASSWORD is missing"}},
		{"LearnUpon's API instead of its root", environ("LEARNUPON_URL=https://a.example.com/api/v1", "LEARNUPON_USERNAME=u", "LEARNUPON_PASSWORD=p"), []string{
			"LEARNUPON_URL must be the portal's root"}},
		{"portals", environ("LEARNUPON_PORTALS=ui,Staff,eu,eu"), []string{
			"LEARNUPON_URL is missing", `LEARNUPON_PORTALS: "ui" cannot`, `LEARNUPON_PORTALS: "Staff" cannot`,
			"LEARNUPON_EU_URL is missing", "LEARNUPON_EU_USERNAME is missing", "LEARNUPON_EU_PASSWORD is missing", `LEARNUPON_PORTALS lists "eu" twice`}},
		{"Salesforce half there", environ("SALESFORCE_USERNAME=u", "SALESFORCE_API_VERSION=latest"), []string{
			"SALESFORCE_URL is missing", "SALESFORCE_CLIENT_ID is missing", "SALESFORCE_PRIVATE_KEY_FILE is missing", "SALESFORCE_API_VERSION must be"}},
		{"Salesforce both ways", environ("SALESFORCE_URL=https://o.example.com", "SALESFORCE_CLIENT_ID=i", "SALESFORCE_CLIENT_SECRET=s",
			"SALESFORCE_USERNAME=u", "SALESFORCE_PRIVATE_KEY_FILE=k.pem", "SALESFORCE_FIELDS=Contact.Name"), []string{
			`SALESFORCE_FIELDS: "Contact.Name" is not like`, "SALESFORCE_CLIENT_SECRET and SALESFORCE_PRIVATE_KEY_FILE"}},
		{"pairs", environ("BAMBOOHR_URL=https://a.example.com", "MAIL_FROM=nobody"), []string{
			"BAMBOOHR_API_KEY is missing", "SMTP_URL is missing"}},
		{"sender", environ("SMTP_URL=smtp://mail.example.com", "MAIL_FROM=nobody"), []string{"MAIL_FROM must be"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ReadConfig(tt.env)
			if err == nil {
				t.Fatal("no error")
			}
			lines := strings.Split(err.Error(), "\n")
			if len(lines) != len(tt.want) {
				t.Fatalf("%d problems, want %d:\n%v", len(lines), len(tt.want), err)
			}
			for i, line := range lines {
				if !strings.HasPrefix(line, tt.want[i]) {
					t.Errorf("line %d is %q, want it to begin with %q", i, line, tt.want[i])
				}
			}
		})
	}
}

func TestSpellingIsWarnedOf(t *testing.T) {
	c, err := ReadConfig(environ("SLACK_BOT_TOKN=x", "MAIL_FORM=x", "LEARNUPON_SANDBOX=x",
		"REDIS_PORT_6379_TCP_ADDR=10.0.0.1", "REGISTRAR_SERVICE_HOST=10.0.0.1", "PATH=/bin", "HTTP_URL=x", "LEARNUPON_URL=http://a.example.com",
		"LEARNUPON_USERNAME=u", "LEARNUPON_PASSWORD=p"))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"LEARNUPON_URL is not https: what is sent there, keys included, can be read on the way.",
		"LEARNUPON_SANDBOX is not a variable Registrar knows.",
		"MAIL_FORM is not a variable Registrar knows; did you mean MAIL_FROM?",
		"SLACK_BOT_TOKN is not a variable Registrar knows; did you mean SLACK_BOT_TOKEN?",
	}
	if diff := cmp.Diff(want, c.Warnings); diff != "" {
		t.Error(diff)
	}
}

func TestSecretsAreNeverPrinted(t *testing.T) {
	c, err := ReadConfig(environ(everySystem...))
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("config", "config", c, "token", c.Slack.BotToken)
	asJSON, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	_, bad := ReadConfig(environ("REDIS_URL=secretredis", "SMTP_URL=secretsmtp", "MAIL_FROM=x@example.com", "SLACK_APP_TOKEN=xoxb-secret"))
	for _, text := range []string{fmt.Sprintf("%v %+v %#v %s", c, c, c, c.Redis), log.String(), string(asJSON), bad.Error()} {
		if strings.Contains(text, "secret") && strings.Contains(strings.ReplaceAll(text, concealed, ""), "secret") {
			t.Errorf("a secret in %s", text)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{{"", "abc", 3}, {"abc", "abc", 0}, {"abc", "acb", 1}, {"FORM", "FROM", 1}, {"kitten", "sitting", 3}} {
		if got := distance(tt.a, tt.b); got != tt.want {
			t.Errorf("distance(%q, %q) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}
