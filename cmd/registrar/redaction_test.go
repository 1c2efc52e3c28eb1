package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	collect "go.opentelemetry.io/proto/otlp/trace/v1"

	"registrar/bot/slacktest"
	"registrar/cmd/registrar/registrartest"
	"registrar/integrations/learnupon/learnupontest"
	"registrar/integrations/salesforce/salesforcetest"
)

// kept is what a collector of traces was sent.
type kept struct {
	mu   sync.Mutex
	text strings.Builder
}

func (k *kept) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.text.Write(body)
}

func (k *kept) String() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.text.String()
}

// TestNothingPrivateIsTold runs what people do with private links and with
// vendors that fail and quote what they were sent, with no more scopes than the
// manifest asks for. Then no secret of the configuration, no link and no address
// is in the log, the metrics or the traces; and no secret and no link in what
// anybody else can read in Slack.
func TestNothingPrivateIsTold(t *testing.T) {
	var scopes []string
	for _, s := range botScopes() {
		scopes = append(scopes, s.name)
	}
	at := newInstallation(t, slacktest.WithScopes(scopes...))
	traces := new(kept)
	collector := httptest.NewServer(traces)
	defer collector.Close()
	at.env = append(at.env, "OTEL_EXPORTER_OTLP_ENDPOINT="+collector.URL, "REGISTRAR_SECRET_KEY=0123456789abcdef-secret-key")
	at.learnupon.AddInvite(learnupontest.Invite{Email: "priya@x.edu", GroupID: at.learnupon.AddGroup("Lakeside")})
	at.learnupon.SelfRegister(learnupontest.User{Email: "tom@x.edu"})
	tom, _ := at.learnupon.Snapshot().User("tom@x.edu")
	priyas := at.learnupon.Snapshot().Invites[0].Link
	address, log, stop := at.serving(t)
	sam, ana := at.slack.Person("U1"), at.slack.Person("U2")

	// The vendor that fails says back all it was sent.
	leak := `{"message":"no tom@x.edu with password=` + at.learnupon.Password() + ` at ` + tom.ConfirmationLink + `","response_code":422}`
	at.learnupon.Fail(learnupontest.Fault{Status: 422, Body: leak, Times: 3})
	at.org.Fail(salesforcetest.Fault{Method: "GET", Status: 400, Body: `[{"errorCode":"MALFORMED_QUERY","message":"WHERE Email = 'tom@x.edu' client_secret=` + at.org.ClientSecret() + `"}]`, Times: 1})
	if _, err := sam.Command(t.Context(), "C1", "/lookup tom@x.edu"); err != nil {
		t.Fatal(err)
	}
	at.wait(t, "the form", func() bool { return sam.Modal() != nil && sam.Modal().SubmitText() != "" })
	if wrong, err := sam.Submit(t.Context(), nil); err != nil || wrong != nil {
		t.Fatal(wrong, err)
	}
	at.wait(t, "what the look-up found", func() bool {
		return sam.Modal() != nil && sam.Modal().SubmitText() == "" && strings.Contains(string(sam.Modal().Blocks), "tom@x.edu")
	})
	at.learnupon.Heal()
	at.org.Heal()

	at.request(t, sam, "/resend-confirmation priya@x.edu", "Apply", nil)
	at.wait(t, "the invite's mail", func() bool { return len(at.mail.Messages()) == 1 })
	at.request(t, sam, "/confirm-user tom@x.edu", "Request approval", map[string]any{"Confirmation link": tom.ConfirmationLink, "Reason": "ticket"})
	at.click(t, ana, "Approve")
	at.click(t, ana, "Done")
	at.wait(t, "the end of the run", func() bool {
		return slices.ContainsFunc(at.slack.Messages("C1"), func(m slacktest.Message) bool { return m.Text == "Confirm user: done." })
	})
	resp, err := http.Get(address + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	metrics, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil {
		t.Fatal(err)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
	said := ""
	for _, m := range slices.Concat(at.slack.Messages("C1"), at.slack.Replies("C1", at.slack.Messages("C1")[0].TS)) {
		said += m.Text + string(m.Blocks) + string(m.Metadata)
	}
	places := map[string]string{"log": log.String(), "metrics": string(metrics), "traces": traces.String(), "channel": said}
	secrets := []string{
		slacktest.AppToken, slacktest.BotToken, at.learnupon.Password(), at.org.ClientSecret(), "0123456789abcdef-secret-key",
		secretPart(t, tom.ConfirmationLink), secretPart(t, priyas), "ticket=", "/response/",
	}
	for where, text := range places {
		if len(text) < 500 {
			t.Errorf("%s: only %q, so nothing is proven", where, text)
		}
		for _, secret := range secrets {
			if strings.Contains(text, secret) {
				t.Errorf("%q is in the %s", secret, where)
			}
		}
		for _, person := range []string{"tom@", "priya@", "x.edu"} {
			if where != "channel" && strings.Contains(text, person) {
				t.Errorf("%s of an address is in the %s:\n%s", person, where, text)
			}
		}
	}
	if v := at.slack.Violations(); len(v) > 0 {
		t.Errorf("against Slack's rules: %v", v)
	}
}

// TestWhatSlackQuotesIsMasked has the real program meet errors that quote
// everything that is secret. Unlike a vendor's, Slack's words are logged as they
// come, so that the mask of the log is all that stands before them.
func TestWhatSlackQuotesIsMasked(t *testing.T) {
	program := registrartest.Build(t)
	world := registrartest.NewWorld(t, program)
	collector := newInbox(t)
	replica := world.Start(program, map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": collector.URL, "OTEL_BSP_SCHEDULE_DELAY": "50"})
	tom, _ := world.LearnUpon.Snapshot().User(tracedPerson)
	secrets := []string{
		slacktest.BotToken, slacktest.AppToken, secretPart(t, tom.ConfirmationLink), "bearer-words-of-the-vendor", "correct-horse", tracedPerson, "lakeside.example",
	}
	quoting := func(marker string) slacktest.Fault {
		return slacktest.Fault{Error: marker + ": no " + tracedPerson + " with " + slacktest.BotToken + ", " + slacktest.AppToken + ", Bearer " + secrets[3] + " and password=" + secrets[4] + " at " + tom.ConfirmationLink}
	}
	markers := []string{"quoted-by-view", "quoted-by-post"}
	world.Slack.FailNext("views.open", quoting(markers[0]), 1)
	world.Slack.FailNext("chat.postMessage", quoting(markers[1]), 1)
	logged := func(marker string) {
		t.Helper()
		for deadline := time.Now().Add(time.Minute); !strings.Contains(replica.Log(), marker); time.Sleep(10 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("%s is not in the log, so nothing is proven:\n%s", marker, replica.Log())
			}
		}
	}
	sam := world.Slack.Person(registrartest.Sam)
	if _, err := sam.Command(t.Context(), registrartest.Approvals, "/lookup "+tracedPerson); err != nil {
		t.Fatal(err)
	}
	logged(markers[0])
	if err := world.Request(registrartest.Sam, "/create-group Riverbend Institute", map[string]any{"Reason": "ticket", "Add the people who were waiting?": "Yes, add them"}); err != nil {
		t.Fatal(err)
	}
	logged(markers[1])
	world.Wait("the card", func() bool { _, ok := world.Card(); return ok }) // when it is tried again
	collector.until(t, "form that failed", func(spans []*collect.Span) bool {
		return slices.ContainsFunc(spans, func(s *collect.Span) bool {
			return attr(s, "error.type") == "internal"
		})
	})
	metrics := fetch(t, replica.URL+"/metrics")
	if code := replica.Stop(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	collector.mu.Lock()
	defer collector.mu.Unlock()
	said, err := json.Marshal(world.Slack.Messages(registrartest.Approvals))
	if err != nil {
		t.Fatal(err)
	}
	for where, text := range map[string]string{"log": replica.Log(), "metrics": metrics, "traces": string(collector.bytes), "channel": string(said)} {
		if len(text) < 500 {
			t.Errorf("%s: only %q, so nothing is proven", where, text)
		}
		for _, secret := range secrets {
			if strings.Contains(text, secret) {
				t.Errorf("%q is in the %s", secret, where)
			}
		}
	}
}
