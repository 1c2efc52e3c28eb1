package bot

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"registrar/bot/engine"
	"registrar/bot/slacktest"
	"registrar/bot/slackui"
	"registrar/store"
)

// requests has Sam ask for /tidy a@x.edu and waits for the card.
func (w *world) requests() slacktest.Message {
	w.Helper()
	w.script("U1 types /tidy a@x.edu ticket 7", "U1 modal: Email", "U1 submits", "U1 modal: untidy", "U1 submits", "card: Waiting for one approval")
	m, _ := w.card()
	return m
}

func (w *world) script(lines ...string) {
	w.Helper()
	for _, line := range lines {
		if err := w.play(line); err != nil {
			w.Fatalf("%s: %v\n%s", line, err, w.dump())
		}
	}
}

func TestASecondDeliveryDoesNothingTwice(t *testing.T) {
	w := newWorld(t)
	w.start(w.bot())
	twice := func(lines ...string) {
		t.Helper()
		w.slack.RepeatNext(1)
		w.script(lines...)
	}
	twice("U1 types /tidy a@x.edu ticket 7", "U1 modal: Email")
	twice("U1 submits", "U1 modal: untidy")
	twice("U1 submits", "card: Waiting for one approval")
	twice("U1 presses Approve", "U1 told: You asked for this run")
	twice("U2 presses Approve", "card: Done")
	w.script("cards: 1", "writes: 1", "U1 dm: tidy now")
	w.until("all acks", func() bool {
		for _, e := range w.slack.Envelopes() {
			if len(e.Acks) != len(e.Delivered) {
				return false
			}
		}
		return true
	})
	if n := len(w.slack.Calls("views.open")); n != 1 {
		t.Errorf("views.open was called %d times for one command", n)
	}
	if n := len(w.slack.Person("U1").Ephemerals()); n != 1 {
		t.Errorf("the refusal was told %d times", n)
	}
	if n := len(w.slack.Person("U1").DMs()); n != 1 {
		t.Errorf("the requester got %d direct messages", n)
	}
	w.clean()
}

func TestAHangingVendorDelaysNoAnswer(t *testing.T) {
	w := newWorld(t)
	w.start(w.bot())
	reading, release := make(chan struct{}), make(chan struct{})
	w.hooks.onPlan(func(ctx context.Context) error {
		close(reading)
		<-release
		return nil
	})
	w.script("U1 types /tidy a@x.edu ticket 7", "U1 modal: Email", "U1 submits", "U1 modal: Planning…")
	<-reading
	for i := range 20 {
		r, err := w.slack.Person("U4").Command(t.Context(), approvals, fmt.Sprintf("/tidy a%d@x.edu", i))
		if err != nil || r.Latency > 3*time.Second {
			t.Fatalf("command %d: %v after %v", i, err, r.Latency)
		}
	}
	// The modal is closed before the plan is there: it comes as a message.
	w.script("U1 closes", "U1 no modal")
	close(release)
	w.script("U1 dm: Your plan is ready", "U1 presses Open plan", "U1 modal: untidy", "U1 submits", "card: Tidy: a@x.edu")
	w.clean()
}

func TestAReportFinishedAfterItsModalWasClosedComesPrivately(t *testing.T) {
	w := newWorld(t)
	w.start(w.bot())
	reading, release := make(chan struct{}), make(chan struct{})
	w.hooks.onPlan(func(context.Context) error {
		close(reading)
		<-release
		return nil
	})
	w.script("U1 types /peek a@x.edu", "U1 modal: Email", "U1 submits", "U1 modal: Looking up…")
	<-reading
	w.script("U1 closes")
	close(release)
	w.script("U1 dm: It is untidy.", "cards: 0")
	w.clean()
}

func TestAPlanThatDiedWithItsProcessIsMadeAgain(t *testing.T) {
	w := newWorld(t)
	w.engine.Store = w.store
	b := w.bot()
	stop := w.start(b)
	reading := make(chan string)
	w.hooks.onPlan(func(ctx context.Context) error {
		reading <- "begun"
		<-ctx.Done()
		return ctx.Err()
	})
	w.script("U1 types /tidy a@x.edu ticket 7", "U1 modal: Email", "U1 submits", "U1 modal: Planning…")
	<-reading
	ref, err := slackui.ParseRef(w.slack.Person("U1").Modal().PrivateMetadata)
	if err != nil {
		t.Fatal(err)
	}
	b.end() // the process dies
	stop()
	w.hooks.onPlan(nil)
	d, err := w.store.Draft(t.Context(), ref.Draft)
	if err != nil || d.Status != engine.Planning {
		t.Fatalf("draft %+v, %v", d, err)
	}
	second := w.bot()
	w.start(second)
	if _, err := second.direct(t.Context(), "U1", second.ui.PlanReady(d)); err != nil {
		t.Fatal(err)
	}
	w.script("U1 closes", "U1 presses Open plan", "U1 modal: untidy", "U1 submits", "card: Tidy: a@x.edu")
	w.clean()
}

func TestAWarningLosesNothing(t *testing.T) {
	w := newWorld(t, slacktest.WithDrain(200*time.Millisecond))
	w.start(w.bot())
	for range 3 {
		var behind []any
		for i := range 20 {
			payload, err := w.slack.Person("U5").CommandPayload(approvals, fmt.Sprintf("/tidy a%d@x.edu", i))
			if err != nil {
				t.Fatal(err)
			}
			behind = append(behind, payload)
		}
		opened := len(w.slack.Calls("apps.connections.open"))
		if _, err := w.slack.SendDisconnect("refresh_requested", behind...); err != nil {
			t.Fatal(err)
		}
		w.until("a successor", func() bool {
			return w.slack.Sockets() == 2 && len(w.slack.Calls("apps.connections.open")) == opened+1
		})
		w.until("all answered", func() bool {
			for _, e := range w.slack.Envelopes() {
				if len(e.Acks) == 0 {
					return false
				}
			}
			return true
		})
	}
	w.clean()
}

func TestCutSocketsComeBack(t *testing.T) {
	w := newWorld(t)
	b := w.bot()
	w.start(b)
	w.script("U5 types /registrar", "U5 told: Only support")
	if !b.Ready() {
		t.Error("not ready with open sockets")
	}
	w.slack.CutSockets()
	w.until("no sockets", func() bool { return w.slack.Sockets() == 0 })
	w.until("new sockets", func() bool { return w.slack.Sockets() == 2 })
	w.script("U1 types /tidy a@x.edu", "U1 modal: Email")
	w.clean()
}

func TestAPanicIsAnswered(t *testing.T) {
	w := newWorld(t)
	var log bytes.Buffer
	w.log = slog.New(slog.NewTextHandler(&log, nil))
	stop := w.start(w.bot())
	w.hooks.breakDown()
	w.script("U1 types /crash a@x.edu", "U1 told: Something went wrong, and nothing was changed.", "U1 types /tidy a@x.edu", "U1 modal: Email")
	stop()
	if !strings.Contains(log.String(), "handler panicked") || strings.Contains(log.String(), "a@x.edu") {
		t.Errorf("the log should have the panic and no address:\n%s", log.String())
	}
	w.clean()
}

func TestAWindowThatDidNotOpenInTimeIsExplained(t *testing.T) {
	for _, code := range []string{"expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id", "view_not_found"} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.start(w.bot())
			w.slack.FailNext("views.open", slacktest.Fault{Error: code}, 1)
			w.script("U1 types /tidy a@x.edu", "U1 told: The window did not open in time")
		})
	}
}

func TestWithoutTheStoreNothingIsDoneAndThePersonIsTold(t *testing.T) {
	w := newWorld(t)
	w.engine.Store = w.store
	w.start(w.bot())
	w.requests()
	w.redis.SetError("LOADING Redis is loading the dataset in memory")
	w.script("U2 presses Approve", "U2 told: nothing was done", "U1 types /tidy b@x.edu", "U1 told: nothing was done")
	w.redis.SetError("")
	w.script("card: Waiting for one approval", "U2 presses Approve", "card: Done", "writes: 1")
	w.clean()
}

func TestUnknownEnvelopesAreAcknowledged(t *testing.T) {
	w := newWorld(t)
	w.start(w.bot())
	for kind, payload := range map[string]any{
		"events_api":     map[string]any{"type": "event_callback", "event": map[string]any{"type": "brand_new"}},
		"interactive":    map[string]any{"type": "message_action", "user": map[string]any{"id": "U1"}},
		"slash_commands": "not an object",
		"something_else": map[string]any{},
	} {
		if _, err := w.slack.Inject(kind, payload); err != nil {
			t.Fatal(err)
		}
	}
	w.until("acks", func() bool {
		for _, e := range w.slack.Envelopes() {
			if len(e.Acks) == 0 {
				return false
			}
		}
		return true
	})
	w.clean()
}

func TestARevokedTokenEndsTheProgramWithASentence(t *testing.T) {
	w := newWorld(t)
	b := w.bot()
	w.slack.FailNext("apps.connections.open", slacktest.Fault{Error: "token_revoked"}, 2)
	err := b.Run(t.Context())
	if err == nil || !strings.Contains(err.Error(), "make a new SLACK_APP_TOKEN") {
		t.Errorf("Run = %v", err)
	}
}

func TestReplicasShareTheSocketSlots(t *testing.T) {
	w := newWorld(t)
	for range 3 {
		w.start(w.bot())
	}
	last := w.bot()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- last.Run(ctx) }()
	w.until("two more", func() bool { return w.slack.Sockets() == store.SocketSlots })
	fifth := w.bot()
	if err := fifth.holdSlot(t.Context(), func(context.Context) error { return nil }); err == nil {
		t.Error("a ninth socket got a slot")
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if err := fifth.holdSlot(t.Context(), func(context.Context) error { return nil }); err != nil {
		t.Errorf("a freed slot was not to be had: %v", err)
	}
}
