package bot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/slack-go/slack"

	"registrar/bot/access"
	"registrar/bot/alerts"
	"registrar/bot/engine"
	"registrar/bot/runbook"
	"registrar/bot/slacktest"
	"registrar/bot/slackui"
	"registrar/store"
)

const approvals = "CAPPROVE"

// patience is how long a test waits for what must come; it comes at once unless
// the machine is busy.
const patience = time.Minute

// A world is a workspace, a store, an engine with small actions, and bots.
//
// Sam (U1) is support, Ann (U2) and Ada (U3) are approvers, Eve (U4) is both,
// Otto (U5) is nobody. U6 is Ann and U7 is Sam under a second account. Kim (U8)
// is the one admin.
type world struct {
	*testing.T
	slack  *slacktest.Server
	redis  *miniredis.Miniredis
	store  *store.Store
	engine *engine.Engine
	guard  *access.Guard
	log    *slog.Logger
	work   sync.WaitGroup // the worker's visits
	hooks  hooks
	said   *slacktest.Message
	desk   *alerts.Desk
	sync   *syncLog
	ahead  atomic.Int64 // how far time has passed beyond the true one
}

func (w *world) now() time.Time { return time.Now().Add(time.Duration(w.ahead.Load())) }

func newWorld(t *testing.T, opts ...slacktest.Option) *world {
	w := &world{T: t, log: slog.New(slog.DiscardHandler)}
	// How fast the machine is must not matter here; how long a bot may take is
	// tested where it is.
	patient := []slacktest.Option{slacktest.WithRateLimits(0), slacktest.WithClock(w.now), slacktest.WithAckDeadline(patience), slacktest.WithTriggerLife(patience)}
	w.slack = slacktest.New(append(patient, opts...)...)
	t.Cleanup(w.slack.Close)
	for id, name := range map[string]string{"U1": "sam", "U2": "ann", "U3": "ada", "U4": "eve", "U5": "otto", "U8": "kim"} {
		w.slack.AddUser(slacktest.User{ID: id, Name: name, Email: name + "@x.edu"})
	}
	w.slack.AddUser(slacktest.User{ID: "U6", Name: "annie", Email: "Ann@x.edu"})
	w.slack.AddUser(slacktest.User{ID: "U7", Name: "sammy", Email: "SAM@x.edu"})
	w.slack.AddUserGroup("SSUP", "support", "U1", "U4")
	w.slack.AddUserGroup("SAPP", "approvers", "U2", "U3", "U4", "U6", "U7")
	w.slack.AddChannel(slacktest.Channel{ID: approvals, Name: "approvals", Members: []string{"U1", "U2", "U3", "U4", "U5", "U6", "U7", "U8", slacktest.BotUser}})
	w.redis = miniredis.RunT(t)
	var err error
	w.store, err = store.Open(t.Context(), store.Config{URL: "redis://" + w.redis.Addr(), SecretKey: "a key for tests alone", Now: w.now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.store.Close() })
	catalog, err := runbook.NewCatalog(w.hooks.actions(), runbook.Absent{Title: "Offboard", Command: "/offboard", Why: "BambooHR is not configured."})
	if err != nil {
		t.Fatal(err)
	}
	roles, err := access.ParseRoles("SSUP", "SAPP", "U8")
	if err != nil {
		t.Fatal(err)
	}
	w.guard = &access.Guard{Policy: &access.Policy{}, Roles: roles, People: access.NewPeople(w.api(), w.now, w.log), Catalog: catalog}
	w.engine = &engine.Engine{
		Store: w.store, Catalog: catalog, Rule: w.guard.Policy.Rule, May: w.guard.May,
		MustOpen: slackui.UI{}.MustOpen,
		ReadOnly: func(ctx context.Context) context.Context { return ctx },
		Watch:    func(context.Context, *engine.Run) {},
		Wake:     w.wake, Now: w.now, Owner: "test", Log: w.log,
		Sign: func(text string) string { sum := sha256.Sum256([]byte(text)); return hex.EncodeToString(sum[:]) },
	}
	t.Cleanup(w.work.Wait)
	w.desk = w.newDesk()
	return w
}

// wake is the queue: what is due within seconds is visited then, the rest never.
func (w *world) wake(_ context.Context, run string, at time.Time) error {
	wait := at.Sub(w.now())
	if wait > 5*time.Second {
		return nil
	}
	w.work.Go(func() {
		time.Sleep(wait)
		if err := w.engine.Visit(context.Background(), run); err != nil {
			w.Logf("visit: %v", err)
		}
	})
	return nil
}

func (w *world) api() *slack.Client {
	return slack.New(slacktest.BotToken, slack.OptionAppLevelToken(slacktest.AppToken), slack.OptionAPIURL(w.slack.APIURL()))
}

// bot makes a replica, not running yet. The engine tells it of every move.
func (w *world) bot(change ...func(*Config)) *Bot {
	c := Config{
		API: w.api(), Engine: w.engine, Guard: w.guard, Store: w.store, Channel: approvals, Log: w.log,
		UI: slackui.UI{Roles: w.guard.Roles, Actions: w.engine.Catalog.Named}, Alerts: w.desk, AlertsChannel: alertsChannel,
	}
	for _, f := range change {
		f(&c)
	}
	b := New(c)
	b.budget = patience
	b.posts.every, b.posts.homes = 10*time.Millisecond, 10*time.Millisecond
	w.desk.Watch, w.desk.WatchDigest = b.WatchAlert, b.WatchDigest
	w.engine.Watch, w.engine.Publish, w.engine.Published = b.Watch, b.Publish, b.Published
	return b
}

// start runs a bot until the test ends, and waits for its sockets.
func (w *world) start(b *Bot) (stop func()) {
	w.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- b.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		w.work.Wait()
		cancel()
		if err := <-done; err != nil {
			w.Errorf("Run: %v", err)
		}
	})
	w.Cleanup(stop)
	// The fake need not have noticed yet that a bot before this one has gone.
	w.eventually("sockets", func() bool { return b.greeted() == b.count })
	return stop
}

// greeted counts the sockets that Slack has greeted.
func (b *Bot) greeted() int {
	b.sockets.mu.Lock()
	defer b.sockets.mu.Unlock()
	n := 0
	for _, live := range b.sockets.all {
		if live {
			n++
		}
	}
	return n
}

// until waits for something in the workspace to become true.
func (w *world) until(what string, cond func() bool) {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.Context(), patience)
	defer cancel()
	if err := w.slack.Wait(ctx, cond); err != nil {
		w.Fatalf("waiting for %s: %v\n%s", what, err, w.dump())
	}
}

// eventually waits for something outside the workspace to become true.
func (w *world) eventually(what string, cond func() bool) {
	w.Helper()
	for deadline := time.Now().Add(patience); !cond(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			w.Fatalf("waiting for %s\n%s", what, w.dump())
		}
	}
}

// clean fails the test for anything a correct app never does.
func (w *world) clean() {
	w.Helper()
	for _, v := range w.slack.Violations() {
		w.Errorf("violation: %s", v)
	}
	for _, e := range w.slack.Unanswered() {
		w.Errorf("unanswered: %s %s", e.Type, e.ID)
	}
}

func (w *world) dump() string {
	var b strings.Builder
	for _, m := range w.slack.Messages(approvals) {
		b.WriteString("card: " + show(m) + "\n")
		for _, r := range w.slack.Replies(approvals, m.TS) {
			b.WriteString("  thread: " + show(r) + "\n")
		}
	}
	for _, m := range w.slack.Messages(alertsChannel) {
		b.WriteString("alert: " + show(m) + "\n")
		for _, r := range w.slack.Replies(alertsChannel, m.TS) {
			b.WriteString("  thread: " + show(r) + "\n")
		}
	}
	for _, id := range []string{"U1", "U2", "U3", "U4", "U5", "U6", "U7", "U8"} {
		p := w.slack.Person(id)
		for _, m := range p.DMs() {
			b.WriteString(id + " dm: " + show(m) + "\n")
		}
		for _, m := range p.Ephemerals() {
			b.WriteString(id + " told: " + show(m) + "\n")
		}
		if v := p.Modal(); v != nil {
			b.WriteString(id + " modal: " + v.TitleText() + ": " + words(v.Blocks) + "\n")
		}
	}
	for _, c := range w.slack.Calls() {
		if !c.OK {
			b.WriteString("call: " + c.Method + " " + c.Error + "\n")
		}
	}
	return b.String()
}

func show(m slacktest.Message) string { return words(m.Blocks) }

// words is everything a person reads in blocks, in order.
func words(blocks json.RawMessage) string {
	var v any
	if json.Unmarshal(blocks, &v) != nil {
		return ""
	}
	var out []string
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, x := range v {
				walk(x)
			}
		case map[string]any:
			if s, ok := v["text"].(string); ok {
				out = append(out, s)
			}
			for _, key := range []string{"label", "text", "hint", "element", "elements", "fields", "accessory"} {
				walk(v[key])
			}
		}
	}
	walk(v)
	return strings.Join(strings.Fields(strings.Join(out, " ")), " ")
}
