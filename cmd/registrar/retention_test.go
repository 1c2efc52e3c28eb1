package main

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"registrar/bot/engine"
	"registrar/bot/slacktest"
	"registrar/store"
	"registrar/store/storetest"
)

func TestRetentionIsANumberOfDays(t *testing.T) {
	for text, want := range map[string]time.Duration{"": 0, "30d": 30 * 24 * time.Hour, "730d": 730 * 24 * time.Hour, "29d": -1, "730": -1, "8h": -1, "99999d": -1, "d": -1, "-40d": -1} {
		p := problems{}
		got := retention(&p, "REGISTRAR_RETENTION", text)
		if wrong := len(p.errs) > 0; wrong != (want < 0) || !wrong && got != want {
			t.Errorf("%q: %s, %v", text, got, p.errs)
		}
	}
}

// keepsOld stores closed runs whose time is over: r1, r2 and so on.
func (at installation) keepsOld(t *testing.T, runs int) *store.Store {
	t.Helper()
	c, err := ReadConfig(at.env)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := openStore(t.Context(), c, newLogger(t.Output(), true, nil))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { kept.Close() })
	for i := range runs {
		// Made at the time of the tests, which is long over.
		r := storetest.Submitted(t, kept, fmt.Sprint("r", i+1))
		r.Status, r.Wake = engine.Cancelled, time.Time{}
		if err := kept.Save(t.Context(), engine.Move{Run: r}); err != nil {
			t.Fatal(err)
		}
	}
	return kept
}

// A replica erases what is older than it may be, by itself, and what Slack shows
// of it.
func TestServeErasesAfterItsTime(t *testing.T) {
	at := newInstallation(t)
	at.env = append(at.env, "REGISTRAR_RETENTION=30d")
	kept := at.keepsOld(t, 1)
	at.showsInSlack(t, kept, "r1", "Confirm user: Ada Lovelace")
	at.serving(t)
	at.wait(t, "the message to be erased", func() bool {
		said := at.inSlack(t)
		return !strings.Contains(said, "Lovelace") && strings.Contains(said, "erased after its time")
	})
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		r, err := kept.Run(t.Context(), "r1")
		if err != nil || r.Erased.IsZero() {
			t.Fatalf("not erased: %+v, %v", r, err)
		}
		aged, err := kept.AgedUnshown(t.Context(), 10)
		if err == nil && len(aged) == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("messages are still to be erased of %v, %v", aged, err)
		}
	}
}

// showsInSlack posts a run's card, as it was shown long ago.
func (at installation) showsInSlack(t *testing.T, kept *store.Store, run, text string) {
	t.Helper()
	var posted struct{ TS string }
	_, err := slackProbe{at.slack.APIURL(), slacktest.BotToken}.call(t.Context(), "chat.postMessage", url.Values{"channel": {"C1"}, "text": {text}}, &posted)
	if err != nil || posted.TS == "" {
		t.Fatal(posted, err)
	}
	_, _, claimed := kept.ClaimPost(t.Context(), run, "card", "a")
	if err := errors.Join(claimed, kept.Posted(t.Context(), run, "card", "C1", posted.TS)); err != nil {
		t.Fatal(err)
	}
}

// However much there is to erase, and however slow Redis is at it, the rounds
// that look for runs whose time has come go on.
func TestRetentionHoldsNothingUp(t *testing.T) {
	at := newInstallation(t)
	at.env = append(at.env, "REGISTRAR_RETENTION=30d")
	const due = 40
	at.keepsOld(t, due)
	scripts := storetest.LoadScripts(t, "redis://"+at.redis.Addr())
	between := storetest.NewProxy(t, "redis://"+at.redis.Addr())
	at.env = append(at.env, "REDIS_URL="+between.URL())
	var erased atomic.Int64
	round, over := make(chan struct{}), make(chan struct{})
	looked, all := sync.OnceFunc(func() { close(round) }), sync.OnceFunc(func() { close(over) })
	between.Hook(func(c storetest.Command) storetest.Fate {
		switch {
		case scripts.Of(c) == "erase":
			select { // slow, and shorter than the client's patience
			case <-round:
			case <-time.After(time.Second):
			}
			if erased.Add(1) == due {
				all()
			}
		case erased.Load() > 0 && strings.HasPrefix(c.Name, "ZRANGE") && slices.Contains(c.Args, "{registrar}:runs:wake"):
			looked()
		}
		return storetest.Fate{}
	})
	at.serving(t)
	<-over
	select {
	case <-round:
	default:
		t.Errorf("%d runs were erased, and meanwhile nobody looked for runs whose time had come", due)
	}
}
