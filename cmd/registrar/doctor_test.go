package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"registrar/bot/slacktest"
)

func TestDoctorFindsNothingWrong(t *testing.T) {
	at := newInstallation(t)
	for _, r := range diagnose(t.Context(), at.env) {
		// What miniredis cannot say of itself is allowed by the variables.
		if r.State != stateOK && !strings.HasPrefix(r.Check, "Redis ") {
			t.Errorf("%s: %s (%s)", r.Check, r.Text, r.State)
		}
	}
}

func TestDoctorNamesWhatIsWrongAndTheMend(t *testing.T) {
	tests := []struct {
		name   string
		harm   func(*installation)
		check  string
		state  string
		text   string // part of what is said
		option []slacktest.Option
	}{
		{name: "a variable misspelt", harm: add("SLACK_BOT_TOKN=x"), check: "configuration", state: stateWarn, text: "did you mean SLACK_BOT_TOKEN"},
		{name: "a variable missing", harm: add("REDIS_URL="), check: "configuration", state: stateFail, text: "REDIS_URL is missing"},
		{name: "no such policy", harm: add("REGISTRAR_POLICY=nowhere.yaml"), check: "policy", state: stateFail, text: "nowhere.yaml"},
		{name: "wrong app token", harm: add("SLACK_APP_TOKEN=xapp-other"), check: "Slack app token", state: stateFail, text: "invalid_auth"},
		{name: "wrong bot token", harm: add("SLACK_BOT_TOKEN=xoxb-other"), check: "Slack bot token", state: stateFail, text: "invalid_auth"},
		{name: "scopes", option: []slacktest.Option{slacktest.WithScopes("commands", "channels:read")},
			check: "Slack scopes", state: stateFail, text: "chat:write (cards, results and notices, direct messages too)"},
		{name: "no such channel", harm: add("REGISTRAR_AUDIT_CHANNEL=C9"), check: "channel C9", state: stateFail, text: "no channel the app can see"},
		{name: "not in the channel", harm: func(at *installation) { at.slack.SetBotInChannel("C1", false) },
			check: "channel C1", state: stateFail, text: "the app is not in #approvals"},
		{name: "a channel shared outside", harm: func(at *installation) {
			at.slack.AddChannel(slacktest.Channel{ID: "C1", Name: "approvals", ExtShared: true, Members: []string{slacktest.BotUser}})
		}, check: "channel C1", state: stateWarn, text: "another organisation"},
		{name: "an empty group", harm: func(at *installation) { at.slack.AddUserGroup("S1", "support") },
			check: "role support", state: stateFail, text: "S1 is an empty user group"},
		{name: "no such group", harm: add("REGISTRAR_APPROVERS=S9"), check: "role approvers", state: stateFail, text: "S9"},
		{name: "one approver", harm: add("REGISTRAR_APPROVERS=U2"), check: "role approvers", state: stateWarn, text: "only one person"},
		{name: "nobody", harm: add("REGISTRAR_ADMINS="), check: "role admins", state: stateWarn, text: "REGISTRAR_ADMINS is empty"},
		{name: "somebody who left", harm: func(at *installation) { at.slack.RemoveUser("U3") },
			check: "role admins", state: stateFail, text: "deactivated"},
		{name: "Redis away", harm: func(at *installation) { at.redis.Close() }, check: "Redis", state: stateFail, text: "refused"},
		{name: "Redis may forget", harm: add("REGISTRAR_ALLOW_WEAK_REDIS=false"), check: "Redis appendonly", state: stateFail, text: "append-only"},
		{name: "LearnUpon's keys", harm: add("LEARNUPON_PASSWORD=old"), check: "LearnUpon main", state: stateFail, text: "401"},
		{name: "no LearnUpon", harm: add("LEARNUPON_URL=", "LEARNUPON_USERNAME=", "LEARNUPON_PASSWORD="),
			check: "LearnUpon", state: stateWarn, text: "not configured"},
		{name: "Salesforce's secret", harm: add("SALESFORCE_CLIENT_SECRET=old"), check: "Salesforce", state: stateFail, text: "invalid_client"},
		{name: "no such key file", harm: add("SALESFORCE_CLIENT_SECRET=", "SALESFORCE_USERNAME=u", "SALESFORCE_PRIVATE_KEY_FILE=nowhere.pem"),
			check: "Salesforce", state: stateFail, text: "SALESFORCE_PRIVATE_KEY_FILE names a file that does not exist"},
		{name: "the call log out of sight", harm: func(at *installation) {
			at.slack.AddChannel(slacktest.Channel{ID: "C3", Name: "alerts", Members: []string{slacktest.BotUser}})
			add("REGISTRAR_ALERTS_CHANNEL=C3")(at)
			at.org.Hide("LearnUponP__LearnUpon_API_Call_Logs__c", "Response Message")
		}, check: "sync-error alerts", state: stateFail, text: "Response Message"},
		{name: "alerts without Salesforce", harm: add("REGISTRAR_ALERTS_CHANNEL=C1", "SALESFORCE_URL=", "SALESFORCE_CLIENT_ID=", "SALESFORCE_CLIENT_SECRET="),
			check: "sync-error alerts", state: stateWarn, text: "they are off"},
		{name: "no Salesforce", harm: add("SALESFORCE_URL=", "SALESFORCE_CLIENT_ID=", "SALESFORCE_CLIENT_SECRET="),
			check: "Salesforce", state: stateWarn, text: "not configured"},
		{name: "a label that is another", harm: func(at *installation) { at.org.Relabel("Contact", "LU User ID", "LearnUpon User ID") },
			check: `Salesforce Contact."LU User ID"`, state: stateFail, text: "LearnUpon User ID (LearnUponP__LU_User_ID__c)"},
		{name: "a field that is hidden", harm: func(at *installation) { at.org.Hide("Contact", "Email Opt Out") },
			check: `Salesforce Contact."Email Opt Out"`, state: stateFail, text: "field-level security hides it"},
		{name: "a field that may not be edited", harm: func(at *installation) { at.org.Protect("Account", "LearnUpon Group ID") },
			check: `Salesforce Account."LearnUpon Group ID"`, state: stateWarn, text: "no group can be tied"},
		{name: "logins that may not be changed", harm: func(at *installation) { at.org.Protect("User", "Email") },
			check: `Salesforce User."Email"`, state: stateWarn, text: "signs in with cannot be changed"},
		{name: "two fields of one label", harm: func(at *installation) { at.org.AddField("Account", "Time Zone", "Zone2__c") },
			check: `Salesforce Account."Time Zone"`, state: stateFail, text: "several fields bear this label"},
		{name: "Salesforce's calls used up", harm: func(at *installation) { at.org.UseCalls(85_000) },
			check: "Salesforce calls", state: stateWarn, text: "of 100000 used"},
		{name: "no mail", harm: add("SMTP_URL=", "MAIL_FROM="), check: "mail", state: stateWarn, text: "not configured"},
		{name: "mail server away", harm: add("SMTP_URL=smtp://u:hidden@127.0.0.1:1"), check: "mail", state: stateFail, text: "refused"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			at := newInstallation(t, tt.option...)
			if tt.harm != nil {
				tt.harm(&at)
			}
			results := diagnose(t.Context(), at.env)
			i := slices.IndexFunc(results, func(r result) bool { return r.Check == tt.check && r.State != stateOK })
			if i < 0 {
				t.Fatalf("nothing wrong with %s in %+v", tt.check, results)
			}
			if r := results[i]; r.State != tt.state || !strings.Contains(r.Text, tt.text) || r.Mend == "" {
				t.Errorf("%+v, want %s with %q and a mend", r, tt.state, tt.text)
			}
		})
	}
}

func add(lines ...string) func(*installation) {
	return func(at *installation) { at.env = append(at.env, lines...) }
}

func TestDoctorPrintsNoSecret(t *testing.T) {
	at := newInstallation(t)
	add("SMTP_URL=smtp://u:hidden@127.0.0.1:1", "LEARNUPON_PASSWORD=hidden", "SALESFORCE_CLIENT_SECRET=hidden", "REDIS_URL=redis://:hidden@127.0.0.1:1", "SLACK_BOT_TOKEN=xoxb-hidden")(&at)
	for _, args := range [][]string{{"doctor"}, {"doctor", "--json"}} {
		var out, errs strings.Builder
		code := run(t.Context(), args, surroundings{environ: at.env, stdout: &out, stderr: &errs})
		if code != exitFailed || strings.Contains(out.String()+errs.String(), "hidden") {
			t.Errorf("exit code %d: %s%s", code, &out, &errs)
		}
		if len(args) == 2 {
			for line := range strings.Lines(out.String()) {
				if err := json.Unmarshal([]byte(line), &result{}); err != nil {
					t.Errorf("%q: %v", line, err)
				}
			}
		}
	}
}
