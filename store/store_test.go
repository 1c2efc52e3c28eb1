package store_test

import (
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"registrar/bot/engine"
	"registrar/store"
	"registrar/store/storetest"
)

const secretKey = "a key only tests may use"

// openAt opens a store on a Redis, at the suite's time.
func openAt(t testing.TB, url string, edit ...func(*store.Config)) *store.Store {
	t.Helper()
	c := store.Config{URL: url, SecretKey: secretKey, Now: storetest.Now}
	for _, e := range edit {
		e(&c)
	}
	s, err := store.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return s
}

// mini is a store on a miniredis of its own.
func mini(t testing.TB, edit ...func(*store.Config)) (*store.Store, *miniredis.Miniredis) {
	t.Helper()
	m := miniredis.RunT(t)
	return openAt(t, "redis://"+m.Addr(), edit...), m
}

func TestSuiteOnMiniredis(t *testing.T) {
	storetest.Run(t, func(t *testing.T) engine.Store {
		s, _ := mini(t)
		return s
	})
}

func TestSuiteOnRedis(t *testing.T) {
	storetest.Run(t, func(t *testing.T) engine.Store { return openAt(t, storetest.RealRedis(t).URL()) })
}

// wait bounds what a test waits for something that must happen.
const wait = 20 * time.Second
