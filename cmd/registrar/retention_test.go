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

// What Slack does not let be erased for the channel's sake or the app's is tried
// again; what it never will is not.
func TestMessagesAfterTheirTimeAreTriedAgain(t *testing.T) {
	for code, again := range map[string]bool{
		"token_revoked": true, "missing_scope": true,
		"not_in_channel": true, "channel_not_found": true, "is_archived": true, "unheard_of": true,
		"cant_update_message": false, "message_not_found": false,
	} {
		t.Run(code, func(t *testing.T) {
			at := newInstallation(t)
			kept := at.keepsOld(t, 1)
			at.showsInSlack(t, kept, "r1", "Confirm user: Ada Lovelace")
			r, log := at.keeping(t, kept, "30d")
			if err := r.expire(t.Context()); err != nil {
				t.Fatal(err)
			}
			at.slack.FailNext("chat.update", slacktest.Fault{Error: code}, 1)
			err := r.eraseAged(t.Context())
			aged, listErr := kept.AgedUnshown(t.Context(), 10)
			if (err != nil) != again || (len(aged) > 0) != again || listErr != nil {
				t.Errorf("%v; still to be erased: %v, %v", err, aged, listErr)
			}
			place := fmt.Sprintf("about=r1 why=%s channel=C1 ts=%s\n", code, at.slack.Messages("C1")[0].TS)
			if named := strings.Contains(log.String(), place); named != (code == "cant_update_message") {
				t.Errorf("log:\n%s", log)
			}
			if !again {
				return
			}
			if err := r.eraseAged(t.Context()); err != nil || strings.Contains(at.inSlack(t), "Lovelace") {
				t.Errorf("%v\n%s", err, at.inSlack(t))
			}
			if aged, err := kept.AgedUnshown(t.Context(), 10); len(aged) > 0 || err != nil {
				t.Errorf("erased, and still to be: %v, %v", aged, err)
			}
		})
	}
}

// What was erased for its age goes from Slack also where nothing is to be erased
// for its age any more.
func TestMessagesAfterTheirTimeGoWithoutARetention(t *testing.T) {
	at := newInstallation(t)
	kept := at.keepsOld(t, 2)
	at.showsInSlack(t, kept, "r1", "Confirm user: Ada Lovelace")
	r, _ := at.keeping(t, kept, "30d")
	if err := r.expire(t.Context()); err != nil {
		t.Fatal(err)
	}
	late := storetest.Submitted(t, kept, "late")
	late.Status, late.Wake = engine.Cancelled, time.Time{}
	if err := kept.Save(t.Context(), engine.Move{Run: late}); err != nil {
		t.Fatal(err)
	}
	at.serving(t)
	at.wait(t, "the message to be erased", func() bool {
		return !strings.Contains(at.slack.Messages("C1")[0].Text, "Lovelace")
	})
	if late, err := kept.Run(t.Context(), "late"); err != nil || !late.Erased.IsZero() {
		t.Errorf("nothing more has a time: %+v, %v", late, err)
	}
}

// keeping is a replica that keeps what is personal so long, and its log. It does
// nothing by itself.
func (at installation) keeping(t *testing.T, kept *store.Store, days string) (*replica, *lines) {
	t.Helper()
	c, err := ReadConfig(append(at.env, "REGISTRAR_RETENTION="+days))
	if err != nil {
		t.Fatal(err)
	}
	log := &lines{}
	r, err := newReplica(c, kept, newLogger(log, true, nil))
	if err != nil {
		t.Fatal(err)
	}
	return r, log
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
