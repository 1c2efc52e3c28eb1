package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"registrar/bot/slacktest"
	"registrar/integrations/learnupon/learnupontest"
	"registrar/integrations/salesforce"
	"registrar/integrations/salesforce/salesforcetest"
)

// alerting is an installation with an alerts channel, C3.
func alerting(t *testing.T, every string, options ...slacktest.Option) installation {
	t.Helper()
	at := newInstallation(t, options...)
	at.slack.AddChannel(slacktest.Channel{ID: "C3", Name: "alerts", Members: []string{slacktest.BotUser, "U1", "U2"}})
	at.env = append(at.env, "REGISTRAR_ALERTS_CHANNEL=C3", "REGISTRAR_ALERTS_EVERY="+every)
	return at
}

// stranger is somebody with an account and a contact that know nothing of each
// other, so that the sync fails.
func (at installation) stranger(email string) (contact string, account int64) {
	of := at.org.AddAccount(salesforcetest.Account{Name: "Hillcrest of " + email, GroupID: "1"})
	contact = at.org.AddContact(salesforcetest.Contact{FirstName: "Jo", LastName: "Lee", Email: email, AccountID: of, Create: true})
	return contact, at.learnupon.AddUser(learnupontest.User{Email: email, FirstName: "Jo", LastName: "Lee"})
}

// explained reports whether an alert says more than its row.
func explained(m slacktest.Message) bool { return strings.Contains(string(m.Blocks), `"LearnUpon: "`) }

// An alert about somebody who has a Salesforce user and no contact shows the
// user's address.
func TestAnAlertAboutAUser(t *testing.T) {
	at := alerting(t, "1s")
	_, _, stop := at.serving(t)
	user := at.org.AddUser(salesforcetest.User{FirstName: "Ursula", LastName: "Le", Email: "ursula@x.edu"})
	at.org.SeedCallLog(salesforcetest.CallLog{UserID: user, Response: salesforce.TakenAddress})
	at.wait(t, "the alert", func() bool { return len(at.slack.Messages("C3")) == 1 && explained(at.slack.Messages("C3")[0]) })
	if text := string(at.slack.Messages("C3")[0].Blocks); !strings.Contains(text, `"Salesforce User: "`) {
		t.Errorf("the card: %s", text)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

// An error in the log becomes a message within one interval and two seconds, and
// closes itself once its cause is gone.
func TestSyncErrorBecomesAMessage(t *testing.T) {
	const every = time.Second
	at := alerting(t, every.String())
	address, log, stop := at.serving(t)
	contact, account, email, rows := "", int64(0), "", 0
	inTime := false
	for ; !inTime && rows < 8; rows++ { // the machine may be busy
		email = fmt.Sprintf("jo%d@x.edu", rows)
		contact, account = at.stranger(email)
		written := time.Now()
		at.org.AddCallLog(contact, "422: "+salesforce.TakenAddress)
		at.wait(t, "the alert", func() bool { return len(at.slack.Messages("C3")) > rows })
		took := time.Since(written)
		inTime = took <= every+2*time.Second
		t.Logf("it took %s", took)
	}
	if !inTime {
		t.Error("no row became a message in time")
	}
	card := func() slacktest.Message { return at.slack.Messages("C3")[rows-1] }
	at.wait(t, "the explanation", func() bool {
		return strings.Contains(string(card().Blocks), "Hillcrest of "+email) && explained(card())
	})
	if buttons := slacktest.Buttons(card().Blocks); !slices.Contains(buttons, "Assign to me") || slices.Contains(buttons, "Resend confirmation") {
		t.Errorf("buttons: %q", buttons)
	}
	// What is said first is what is wrong with the sync, not that nobody has signed in yet.
	if text := string(card().Blocks); strings.Contains(text, "Nobody has signed in") {
		t.Errorf("the card: %s", text)
	}
	if body := fetch(t, address+"/metrics"); !strings.Contains(body, fmt.Sprintf("registrar_alerts_open %d", rows)) || !strings.Contains(body, "registrar_alerts_unread_seconds") {
		t.Errorf("no alerts among the metrics:\n%s", body)
	}
	// Another address of the contact is no mending: the account is not tied to it.
	at.org.Edit(contact, "Email", "new@x.edu")
	at.wait(t, "the new address", func() bool { return strings.Contains(string(card().Blocks), "new@x.edu") })
	if !slices.Contains(slacktest.Buttons(card().Blocks), "Assign to me") {
		t.Error("it closed itself for another address")
	}
	at.org.Edit(contact, "Email", email)
	at.org.Edit(contact, "LU User ID", fmt.Sprint(account))
	at.wait(t, "its end", func() bool { return !slices.Contains(slacktest.Buttons(card().Blocks), "Assign to me") })
	if err := stop(); err != nil {
		t.Error(err)
	}
	if v := at.slack.Violations(); len(v) > 0 {
		t.Errorf("against Slack's rules: %v", v)
	}
	checkLog(t, log.String(), email)
	for _, format := range []string{"jsonl", "csv"} {
		var out, errs lines
		if code := run(t.Context(), []string{"alerts", "export", "--format", format}, surroundings{environ: at.env, stdout: &out, stderr: &errs}); code != exitOK {
			t.Fatalf("export: %d, %s", code, &errs)
		}
		if text := out.String(); strings.Count(text, "Hillcrest of") != rows || strings.Count(text, "closed") == 0 {
			t.Errorf("export as %s:\n%s", format, text)
		}
	}
}

// Without a channel or without Salesforce there are none, and the log says so.
func TestAlertsAreOff(t *testing.T) {
	for env, why := range map[string]string{
		"REGISTRAR_ALERTS_CHANNEL=":                                       "REGISTRAR_ALERTS_CHANNEL is not set",
		"SALESFORCE_URL= SALESFORCE_CLIENT_ID= SALESFORCE_CLIENT_SECRET=": "Salesforce is not configured",
	} {
		at := alerting(t, "1s")
		at.env = append(at.env, strings.Fields(env)...)
		_, log, stop := at.serving(t)
		if err := stop(); err != nil {
			t.Error(err)
		}
		if !strings.Contains(log.String(), "sync-error alerts are off") || !strings.Contains(log.String(), why) {
			t.Errorf("%s: not said in\n%s", env, log)
		}
	}
}
