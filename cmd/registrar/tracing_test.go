package main

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	collect "go.opentelemetry.io/proto/otlp/trace/v1"

	"registrar/bot/slacktest"
	"registrar/cmd/registrar/registrartest"
	"registrar/integrations/learnupon/learnupontest"
)

// The sandbox's people whom the conversation is about, and what was typed.
const (
	tracedPerson = "tom.becker@lakeside.example" // registered by himself
	nobody       = "zelda.quist@nowhere.example"
	typedReason  = "ticket 4711 of Zebulon Quist"
)

// Two replicas do real work, some of it failing, and send their spans to a
// collector: they come together as a tree, and hold nothing that is personal or
// secret.
func TestTracesShowTheWorkAndNothingElse(t *testing.T) {
	program := registrartest.Build(t)
	world := registrartest.NewWorld(t, program)
	collector := newInbox(t)
	tom, _ := world.LearnUpon.Snapshot().User(tracedPerson)
	private := personal(world) // before anything is confirmed or used up
	private = append(private, tom.ConfirmationLink, regexp.MustCompile(`[^=/]+$`).FindString(tom.ConfirmationLink))
	settings := map[string]string{
		"OTEL_EXPORTER_OTLP_ENDPOINT": collector.URL, "OTEL_EXPORTER_OTLP_HEADERS": "api-key=collectorkey", "OTEL_BSP_SCHEDULE_DELAY": "50",
	}
	first, second := world.Start(program, settings), world.Start(program, settings)

	say := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	sam := world.Slack.Person(registrartest.Sam)
	for _, asked := range []struct {
		command, answer string
		values          map[string]any
	}{
		{"/lookup " + tracedPerson, "findings", nil},
		{"/confirm-user " + nobody, "has no account", map[string]any{"Reason": typedReason}},
	} {
		_, err := sam.Command(t.Context(), registrartest.Approvals, asked.command)
		say(err)
		world.Wait("the form of "+asked.command, func() bool { v := sam.Modal(); return v != nil && v.SubmitText() != "" })
		_, err = sam.Submit(t.Context(), asked.values)
		say(err)
		world.Wait("the answer to "+asked.command, func() bool { v := sam.Modal(); return v != nil && strings.Contains(string(v.Blocks), asked.answer) })
		say(sam.CloseModal(t.Context()))
	}
	say(world.Request(registrartest.Sam, "/create-group Riverbend Institute", map[string]any{"Reason": typedReason, "Add the people who were waiting?": "Yes, add them"}))
	// The vendor says who it is about while it fails; the call is made again.
	world.LearnUpon.Fail(learnupontest.Fault{Method: http.MethodGet, Times: 1, Status: http.StatusServiceUnavailable, Body: `{"message":"no answer about ` + tracedPerson + `"}`})
	say(world.Press(registrartest.Ana, "Approve"))
	world.CardSays("done")
	say(world.Request(registrartest.Sam, "/confirm-user "+tracedPerson, map[string]any{"Reason": typedReason, "Confirmation link": tom.ConfirmationLink}))

	collector.until(t, "tree from the press to the call", func(spans []*collect.Span) bool {
		all := paths(spans)
		return slices.Contains(all, "run > slack block_actions > answer") &&
			slices.Contains(all, "run > visit > do > LearnUpon POST /groups") &&
			slices.Contains(all, "run > visit > plan > Salesforce GET /query") &&
			slices.Contains(all, "slack view_submission > follow-up > plan > LearnUpon GET /users/search")
	})
	for _, r := range []*registrartest.Replica{first, second} {
		if code := r.Stop(); code != 0 || strings.Contains(r.Log(), "traces are not taken") {
			t.Errorf("exit code %d, log\n%s", code, r.Log())
		}
	}
	spans := collector.all()
	checkRun(t, spans)
	if !slices.ContainsFunc(spans, func(s *collect.Span) bool {
		return attr(s, "error.type") == "5xx" && s.Status.GetCode() == collect.Status_STATUS_CODE_ERROR
	}) {
		t.Error("the call that failed is not marked")
	}
	if slices.Contains(collector.keys, "") || !slices.Contains(collector.keys, "collectorkey") {
		t.Errorf("keys %q", collector.keys)
	}
	for _, secret := range append(private, "collectorkey", typedReason, "Zebulon", "Quist", nobody) {
		if bytes.Contains(collector.bytes, []byte(secret)) {
			t.Errorf("a span holds %q", secret)
		}
	}
	sent := regexp.MustCompile(`https://opentelemetry\.io/schemas/[\d.]+`).ReplaceAll(collector.bytes, nil) // of the SDK's own words
	if found := regexp.MustCompile(`[\w.+-]{2,}@[\w-]{2,}\.[a-z]{2,}|\w+://\S+|xox\w-|xapp-|127\.0\.0\.1`).FindAll(sent, -1); len(found) > 0 {
		t.Errorf("spans hold %q", found)
	}
	for _, s := range spans {
		if s.Status.GetMessage() != "" || len(s.Events) > 0 {
			t.Errorf("%s has text: %q, %v", s.Name, s.Status.GetMessage(), s.Events)
		}
		for _, kv := range s.Attributes {
			if kv.Value.GetStringValue() == "[hidden]" {
				t.Errorf("%s: %s is hidden: what is put there is not of our own making", s.Name, kv.Key)
			}
		}
	}
}

// checkRun looks whether a run is one trace, named by the run's id, that leads
// to the envelope that it came with.
func checkRun(t *testing.T, spans []*collect.Span) {
	t.Helper()
	roots := slices.DeleteFunc(slices.Clone(spans), func(s *collect.Span) bool { return s.Name != "run" })
	if len(roots) == 0 {
		t.Fatalf("no run among\n%s", outline(spans))
	}
	for _, root := range roots {
		run := attr(root, "registrar.run")
		if id := uuid.MustParse(run); !bytes.Equal(id[:], root.TraceId) || len(root.ParentSpanId) > 0 {
			t.Errorf("the trace of run %s is %x", run, root.TraceId)
		}
		if len(root.Links) != 1 || !slices.ContainsFunc(spans, func(s *collect.Span) bool {
			return bytes.Equal(s.SpanId, root.Links[0].SpanId) && s.Name == "answer" && attr(s, "registrar.envelope") == "view_submission" &&
				slices.ContainsFunc(s.Links, func(l *collect.Span_Link) bool { return bytes.Equal(l.SpanId, root.SpanId) })
		}) {
			t.Errorf("run %s and the envelope it came with do not lead to each other", run)
		}
	}
	for _, s := range spans {
		if run := attr(s, "registrar.run"); run != "" && s.Name != "run" && !slices.ContainsFunc(roots, func(r *collect.Span) bool { return bytes.Equal(r.TraceId, s.TraceId) }) {
			t.Errorf("%s of run %s is in a trace of its own", s.Name, run)
		}
	}
}

// personal is every name, address and secret of the world, as far as it cannot
// be mistaken for a word of our own.
func personal(w *registrartest.World) []string {
	all := []string{slacktest.BotToken, slacktest.AppToken}
	for name, value := range w.Env {
		if strings.Contains(name, "PASSWORD") || strings.Contains(name, "SECRET") || strings.Contains(name, "KEY") || strings.HasSuffix(name, "URL") {
			all = append(all, value)
		}
	}
	for _, portal := range []*learnupontest.Server{w.LearnUpon, w.Partners} {
		shot := portal.Snapshot()
		for _, u := range shot.Users {
			all = append(all, u.Email, u.FirstName, u.LastName, u.Password, u.ConfirmationLink)
		}
		for _, g := range shot.Groups {
			all = append(all, g.Title)
		}
	}
	org := w.Salesforce.Snapshot()
	for _, a := range org.Accounts {
		all = append(all, a.Name, a.Website)
	}
	for _, c := range org.Contacts {
		all = append(all, c.Email, c.FirstName, c.LastName)
	}
	for _, u := range w.Slack.Snapshot().Users {
		all = append(all, u.Email, u.RealName)
	}
	return slices.DeleteFunc(all, func(s string) bool { return len(s) < 4 })
}

// A collector that takes what it is sent and never answers delays nobody: not a
// command, not a stop, and the log says once that it is away.
func TestADeadCollectorHoldsNothingUp(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	life, end := context.WithCancel(t.Context())
	defer end()
	var asked atomic.Int64
	hanging := &http.Server{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		asked.Add(1)
		<-life.Done()
	})}
	go hanging.Serve(listener)
	defer hanging.Close()
	program := registrartest.Build(t)
	world := registrartest.NewWorld(t, program)
	replica := world.Start(program, map[string]string{
		"OTEL_EXPORTER_OTLP_ENDPOINT": "http://" + listener.Addr().String(),
		// Its own patience would be longer than the test's; some batches run into it.
		"OTEL_EXPORTER_OTLP_TIMEOUT": "600000", "OTEL_BSP_EXPORT_TIMEOUT": "600000",
		"OTEL_BSP_SCHEDULE_DELAY": "10", "OTEL_BSP_MAX_QUEUE_SIZE": "8", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "4",
	})
	sam := world.Slack.Person(registrartest.Sam)
	for range 50 {
		if _, err := sam.Command(t.Context(), registrartest.Approvals, "/registrar"); err != nil {
			t.Fatal(err) // the workspace gives up after three seconds, as Slack does
		}
	}
	world.Wait("every command to be answered", func() bool { return len(world.Slack.Unanswered()) == 0 })
	began := time.Now()
	if code := replica.Stop(); code != 0 || asked.Load() == 0 {
		t.Errorf("exit code %d, %d batches sent, log\n%s", code, asked.Load(), replica.Log())
	}
	if took := time.Since(began); took > 40*time.Second {
		t.Errorf("stopping took %v", took)
	}
}

// The log says that a collector is away, and that it is back, but not each time
// nor where it is.
func TestTheLogSaysOnceThatACollectorIsAway(t *testing.T) {
	var log lines
	server := newInbox(t)
	c := newCollector(TracingConfig{URL: server.URL + "/v1/elsewhere?key=hidden", Timeout: time.Minute}, newLogger(&log, false, slog.LevelInfo))
	for range 3 {
		c.UploadTraces(t.Context(), nil)
	}
	c.config.URL = server.URL + "/v1/traces"
	for range 3 {
		c.UploadTraces(t.Context(), nil)
	}
	c.config.URL = "http://127.0.0.1:1/v1/traces?key=hidden"
	for range 3 {
		c.UploadTraces(t.Context(), nil)
	}
	text := log.String()
	if strings.Count(text, "traces are not taken") != 2 || strings.Count(text, "taken again") != 1 || strings.Contains(text, "hidden") {
		t.Errorf("log\n%s", text)
	}
}

// What is not a word of our own making never gets into a span, whoever puts it
// there.
func TestASpanHoldsOnlyOurOwnWords(t *testing.T) {
	for value, want := range map[string]string{
		"/lookup": "/lookup", "LearnUpon (partners)": "LearnUpon (partners)", "LearnUpon's status page": "LearnUpon's status page",
		"/users/{id}/invites": "/users/{id}/invites", "learnupon-main-17": "learnupon-main-17",
		"sam@northwind.example": "[hidden]", "https://x.example/?token=1": "[hidden]", "a\nb": "[hidden]", "Zoë": "[hidden]",
		strings.Repeat("a", 121): "[hidden]",
	} {
		if got := clean(value); got != want {
			t.Errorf("%q becomes %q, want %q", value, got, want)
		}
	}
}
