package bench

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"registrar/store/storetest"
)

// opensAllowed is how often an app may call apps.connections.open in a minute.
const opensAllowed = 50

// tooManySockets is what a bot does while Slack says that the app has too many
// open: trying again at once would have it use up the calls that all of the
// app's processes share.
func tooManySockets(t *testing.T) []row {
	redis := storetest.RealRedis(t)
	ours, bare := newWire(t), newWire(t)
	ours.full, bare.full = true, true
	startInWire(t, ours, redis.URL())
	short := time.Duration(size(5, 2)) * time.Second
	startBare(t, bare, redis.URL())
	theirs := bare.opensIn(short) * int(time.Minute/short)
	bare.admit()
	lasts := time.Duration(size(60, 5)) * time.Second
	we := ours.opensIn(lasts)
	if we > opensAllowed {
		t.Errorf("apps.connections.open was called %d times in %v", we, lasts)
	}
	return []row{{
		name: fmt.Sprintf("too_many_websockets: apps.connections.open calls in %v", lasts),
		ours: fmt.Sprint(we), other: fmt.Sprintf("%d a minute (bare slack-go)", theirs),
		aim: fmt.Sprintf("≤ %d", opensAllowed), held: judged(we <= opensAllowed),
	}}
}

// opensIn counts calls of apps.connections.open, from the first on until a while
// later.
func (w *wire) opensIn(lasts time.Duration) int {
	const open = "apps.connections.open"
	for deadline := time.Now().Add(time.Minute); w.called(open) == 0 && time.Now().Before(deadline); time.Sleep(time.Millisecond) {
	}
	time.Sleep(lasts)
	return w.called(open)
}

// admit lets sockets in again.
func (w *wire) admit() { w.note(func() { w.full = false }) }

// silentSockets is how long it takes until sockets on which nothing comes any
// more, as behind a dead router, are replaced. It takes half a minute, so it is
// measured with -full only; bot has tests of its own with a shorter limit.
func silentSockets(t *testing.T) []row {
	if !*full {
		return nil
	}
	redis := storetest.RealRedis(t)
	ours, bare := newWire(t), newWire(t)
	ours.silent, bare.silent = true, true
	inWire(t, ours, redis.URL())
	bareInWire(t, bare, redis.URL())
	began := time.Now()
	var both sync.WaitGroup
	var we, they time.Duration
	both.Go(func() { we = ours.replaced(t, 2).Sub(began) })
	both.Go(func() { they = bare.replaced(t, 1).Sub(began) })
	both.Wait()
	limit := 40 * time.Second
	return []row{{
		name: "both sockets silent: replaced after", ours: fmt.Sprintf("%.0f s", we.Seconds()),
		other: fmt.Sprintf("%.0f s (bare slack-go)", they.Seconds()), aim: "≤ 40 s", held: judged(we <= limit),
	}}
}

// replaced waits until so many sockets have been opened again.
func (w *wire) replaced(t *testing.T, sockets int) time.Time {
	limit := time.After(2 * time.Minute)
	for {
		w.mu.Lock()
		changed, accepted := w.changed, w.accepted
		w.mu.Unlock()
		if accepted >= 2*sockets {
			return time.Now()
		}
		select {
		case <-changed:
		case <-limit:
			t.Errorf("%d sockets were opened; silent ones are not replaced", accepted)
			return time.Now()
		}
	}
}
