package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"registrar/bot/slacktest"
	"registrar/bot/slackui"
)

func TestWaitGrowsAndListens(t *testing.T) {
	plain := errors.New("connection refused")
	tests := []struct {
		name        string
		err         error
		n           int
		least, most time.Duration
	}{
		{"first", plain, 1, minPause / 2, minPause},
		{"third", plain, 3, 2 * minPause, 4 * minPause},
		{"hundredth", plain, 100, maxPause / 2, maxPause},
		{"429", fmt.Errorf("open: %w", &slack.RateLimitedError{RetryAfter: 7 * time.Second}), 1, 7 * time.Second, 7*time.Second + minPause},
		{"link_disabled", fmt.Errorf("disconnect: %w", errSlow), 1, slowPause / 2, slowPause},
		{"404", slack.StatusCodeError{Code: 404}, 1, slowPause / 2, slowPause},
	}
	for _, tt := range tests {
		for range 100 {
			if d := wait(tt.err, tt.n); d < tt.least || d > tt.most {
				t.Errorf("%s: %v, want %v to %v", tt.name, d, tt.least, tt.most)
				break
			}
		}
	}
}

func TestFatalIsWhatNoRetryMends(t *testing.T) {
	for _, code := range []string{"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "not_allowed_token_type", "missing_scope"} {
		if err := fatal(fmt.Errorf("open: %w", slack.SlackErrorResponse{Err: code})); err == nil || !strings.Contains(err.Error(), code) {
			t.Errorf("%s is not fatal: %v", code, err)
		}
	}
	for _, err := range []error{errors.New("dial"), slack.SlackErrorResponse{Err: "internal_error"}, slack.SlackErrorResponse{Err: "ratelimited"}} {
		if fatal(err) != nil {
			t.Errorf("%v is fatal", err)
		}
	}
}

// A switched off Socket Mode and a full app are not hammered.
func TestWhatOnlyOthersCanChangeIsRetriedSlowly(t *testing.T) {
	for _, reason := range []string{"link_disabled", "too_many_websockets"} {
		w := newWorld(t, slacktest.WithDrain(time.Millisecond))
		b := w.bot(func(c *Config) { c.Sockets = 1 })
		paused := make(chan time.Duration, 1)
		b.sockets.pause = func(ctx context.Context, d time.Duration) error {
			paused <- d
			return nil
		}
		w.start(b)
		if _, err := w.slack.SendDisconnect(reason); err != nil {
			t.Fatal(err)
		}
		if d := <-paused; d < slowPause/2 {
			t.Errorf("%s: again after %v", reason, d)
		}
		w.until("a new socket", func() bool { return w.slack.Sockets() == 1 })
	}
}

func TestSealKeepsAcknowledgementsSmall(t *testing.T) {
	w := newWorld(t)
	b := w.bot()
	long := strings.Repeat("x", 2900)
	note := b.ui.Note("Tidy", long)
	for len(note.Blocks.BlockSet) < 10 {
		note.Blocks.BlockSet = append(note.Blocks.BlockSet, note.Blocks.BlockSet[0])
	}
	big := slack.NewUpdateViewSubmissionResponse(&note)
	data, rest := b.seal("E1", big)
	if len(data) >= ackLimit || rest == nil {
		t.Errorf("an acknowledgement of %d bytes, rest %v", len(data), rest)
	}
	var got struct {
		EnvelopeID string `json:"envelope_id"`
		Payload    struct {
			Action string `json:"response_action"`
			View   struct {
				ExternalID string `json:"external_id"`
			} `json:"view"`
		} `json:"payload"`
	}
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if got.EnvelopeID != "E1" || got.Payload.Action != "update" || got.Payload.View.ExternalID != "E1" {
		t.Errorf("the view that stands in cannot be found again: %s", data)
	}
	data, rest = b.seal("E2", ephemeral(slackui.Message{Text: strings.Repeat("x", ackLimit)}))
	if string(data) != `{"envelope_id":"E2"}` || rest == nil {
		t.Errorf("acknowledgement %s, rest %v", data, rest)
	}
	data, rest = b.seal("E3", nil)
	if string(data) != `{"envelope_id":"E3"}` || rest != nil {
		t.Errorf("acknowledgement %s, rest %v", data, rest)
	}
}

func TestWhatDoesNotFitFollowsTheAcknowledgement(t *testing.T) {
	w := newWorld(t)
	b := w.bot()
	payload, err := w.slack.Person("U1").CommandPayload(approvals, "/registrar")
	if err != nil {
		t.Fatal(err)
	}
	address, _ := payload["response_url"].(string)
	ev := Event{Command: &slack.SlashCommand{UserID: "U1", ResponseURL: address}}
	if err := b.deliver(t.Context(), ev, ephemeral(b.ui.Problem(slackui.Answer{Text: "a long story"}))); err != nil {
		t.Fatal(err)
	}
	w.script("U1 told: a long story")
	w.clean()
}

func TestRunEndsAfterWhatItBegan(t *testing.T) {
	w := newWorld(t, slacktest.WithDrain(time.Minute))
	b := w.bot()
	b.posts.every = time.Hour
	stop := w.start(b)
	w.requests()
	if _, err := w.slack.SendDisconnect("warning"); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	w.script("U2 presses Approve")
	stop()
	if took := time.Since(began); took > drainLimit-time.Second {
		t.Errorf("it took %v to end", took)
	}
	// Drawn before the end, though its time had not come.
	if m, _ := w.card(); !strings.Contains(show(m), "Done.") {
		t.Errorf("the card shows %s", show(m))
	}
	if b.tracker.spawn(func() {}) {
		t.Error("something can still be started")
	}
	w.clean()
}
