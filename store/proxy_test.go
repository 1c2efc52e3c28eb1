package store_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"registrar/store/storetest"
)

// The proxy in which other tests lose replies is tried here, where the client
// that it must understand is at hand.

func proxied(t *testing.T) (*storetest.Proxy, *redis.Client, *redis.Client) {
	t.Helper()
	real := storetest.RealRedis(t)
	p := storetest.NewProxy(t, real.URL())
	return p, clientOf(t, p.URL()), clientOf(t, real.URL())
}

// clientOf tries nothing twice, so that what happens is seen.
func clientOf(t *testing.T, url string) *redis.Client {
	t.Helper()
	opt, err := redis.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	opt.MaxRetries, opt.DialerRetries, opt.PoolSize = -1, 1, 4
	opt.ReadTimeout = time.Minute
	c := redis.NewClient(opt)
	t.Cleanup(func() { c.Close() })
	return c
}

func value(t *testing.T, c *redis.Client, key string) string {
	t.Helper()
	got, err := c.Get(t.Context(), key).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		t.Fatal(err)
	}
	return got
}

func TestProxyPassesEverything(t *testing.T) {
	p, via, _ := proxied(t)
	ctx := t.Context()
	var seen atomic.Int32
	p.Hook(func(c storetest.Command) storetest.Fate {
		if c.Name == "SET" || c.Name == "HGETALL" || c.Name == "EXEC" {
			seen.Add(1)
		}
		return storetest.Fate{}
	})
	odd := "a\r\n$3\r\n\x00ß"
	pipe := via.Pipeline()
	pipe.Set(ctx, "k", odd, 0)
	got := pipe.Get(ctx, "k")
	pipe.HSet(ctx, "h", "f", "v")
	all := pipe.HGetAll(ctx, "h")
	none := pipe.Get(ctx, "none")
	wrong := pipe.Incr(ctx, "h")
	list := pipe.Eval(ctx, `return {1, false, {"a", {ok="fine"}}, 'x'}`, nil)
	_, _ = pipe.Exec(ctx)
	if got.Val() != odd || all.Val()["f"] != "v" || !errors.Is(none.Err(), redis.Nil) || !redis.HasErrorPrefix(wrong.Err(), "WRONGTYPE") {
		t.Errorf("a pipeline: %v, %v, %v, %v", got, all, none, wrong)
	}
	if l, err := list.Slice(); err != nil || len(l) != 4 {
		t.Errorf("a script: %v, %v", l, err)
	}
	if _, err := via.TxPipelined(ctx, func(tx redis.Pipeliner) error { return tx.Incr(ctx, "n").Err() }); err != nil || value(t, via, "n") != "1" {
		t.Errorf("a transaction: %v", err)
	}
	if seen.Load() != 3 {
		t.Errorf("the hook saw %d of 3 commands", seen.Load())
	}
	sub := via.Subscribe(ctx, "news")
	defer sub.Close()
	if _, err := sub.Receive(ctx); err != nil {
		t.Fatal(err)
	}
	if err := via.Publish(ctx, "news", "hello").Err(); err != nil {
		t.Fatal(err)
	}
	if m, err := sub.ReceiveMessage(ctx); err != nil || m.Payload != "hello" {
		t.Errorf("a subscriber hears %v, %v", m, err)
	}
}

func TestProxyCutsAndLoses(t *testing.T) {
	p, via, direct := proxied(t)
	ctx := t.Context()
	var mu sync.Mutex // the race detector cannot know that a reply comes after
	var before, after string
	read := func(into *string, key string) {
		mu.Lock()
		defer mu.Unlock()
		*into = value(t, direct, key)
	}
	fates := map[string]storetest.Fate{
		"cut":   {Cut: true},
		"lost":  {Lose: true, After: func() { read(&after, "lost") }},
		"after": {After: func() { read(&after, "after") }},
	}
	p.Hook(func(c storetest.Command) storetest.Fate {
		if c.Name != "SET" {
			return storetest.Fate{}
		}
		read(&before, c.Args[0])
		read(&after, "none")
		return fates[c.Args[0]]
	})
	for _, tt := range []struct {
		key, stored, after string
		fails              bool
	}{{"cut", "", "", true}, {"lost", "v", "v", true}, {"after", "v", "v", false}, {"other", "v", "", false}} {
		err := via.Set(ctx, tt.key, "v", 0).Err()
		mu.Lock()
		before, after := before, after
		mu.Unlock()
		if (err != nil) != tt.fails || before != "" || after != tt.after || value(t, direct, tt.key) != tt.stored {
			t.Errorf("%s: %v; %q before, %q after, stored %q", tt.key, err, before, after, value(t, direct, tt.key))
		}
	}
	if p.Lost() != 1 {
		t.Errorf("%d replies lost, want 1", p.Lost())
	}
	// What comes before a cut in a pipeline is done, what follows is not sent.
	pipe := via.Pipeline()
	first, cut, last := pipe.Set(ctx, "one", "v", 0), pipe.Set(ctx, "cut", "v", 0), pipe.Set(ctx, "two", "v", 0)
	_, _ = pipe.Exec(ctx)
	if errors.Join(first.Err(), cut.Err(), last.Err()) == nil || value(t, direct, "one") != "v" || value(t, direct, "cut")+value(t, direct, "two") != "" {
		t.Errorf("a pipeline that is cut: %v, %v, %v", first, cut, last)
	}
	p.LoseNext(1)
	passed, lost := via.Incr(ctx, "n").Err(), via.Incr(ctx, "n").Err()
	if passed != nil || lost == nil || value(t, direct, "n") != "2" || p.Lost() != 2 {
		t.Errorf("the reply after the next: %v, %v, %s", passed, lost, value(t, direct, "n"))
	}
}

func TestProxyHoldsPausesAndRefuses(t *testing.T) {
	p, via, direct := proxied(t)
	ctx := t.Context()
	held, release, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	p.Hook(func(c storetest.Command) storetest.Fate {
		if c.Name == "SET" {
			close(held)
			<-release
		}
		return storetest.Fate{}
	})
	go func() { done <- via.Set(ctx, "held", "v", 0).Err() }()
	<-held
	if got := value(t, via, "held"); got != "" { // another connection goes on
		t.Errorf("a command that is held took effect: %q", got)
	}
	close(release)
	if err := <-done; err != nil || value(t, direct, "held") != "v" {
		t.Errorf("released: %v", err)
	}

	p.Hook(nil)
	p.Pause()
	go func() { done <- via.Incr(ctx, "paused").Err() }()
	select {
	case err := <-done:
		t.Errorf("answered while paused: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	p.Resume()
	if err := <-done; err != nil || value(t, direct, "paused") != "1" {
		t.Errorf("resumed: %v", err)
	}

	p.Refuse()
	if err := via.Ping(ctx).Err(); err == nil {
		t.Error("refusing, and yet there is an answer")
	}
	p.Accept()
	if err := via.Ping(ctx).Err(); err != nil {
		t.Errorf("accepting again: %v", err)
	}
	other := storetest.RealRedis(t)
	p.Switch(other.URL())
	_ = via.Ping(ctx).Err() // may go to a connection that was cut
	if err := via.Set(ctx, "switched", "v", 0).Err(); err != nil || value(t, clientOf(t, other.URL()), "switched") != "v" {
		t.Errorf("switched: %v", err)
	}
}
