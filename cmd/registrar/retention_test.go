package main

import (
	"testing"
	"time"

	"registrar/bot/engine"
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

// A replica erases what is older than it may be, by itself.
func TestServeErasesAfterItsTime(t *testing.T) {
	at := newInstallation(t)
	at.env = append(at.env, "REGISTRAR_RETENTION=30d")
	c, err := ReadConfig(at.env)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := openStore(t.Context(), c, newLogger(t.Output(), true, nil))
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	// Made at the time of the tests, which is long over.
	r := storetest.Submitted(t, kept, "r1")
	r.Status, r.Wake = engine.Cancelled, time.Time{}
	if err := kept.Save(t.Context(), engine.Move{Run: r}); err != nil {
		t.Fatal(err)
	}
	at.serving(t)
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		r, err := kept.Run(t.Context(), "r1")
		if err == nil && !r.Erased.IsZero() {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("not erased: %+v, %v", r, err)
		}
	}
}
