package engine

import (
	"context"
	"testing"
	"time"
)

func TestBreakLock(t *testing.T) {
	w := newWorld()
	e := w.engine("a", w.store)
	first := visitNow(t, e, approve(t, e, request(t, e), ana))
	wantStatus(t, first, WaitingOnPerson)
	second := visitNow(t, e, approve(t, e, request(t, e), ana))
	if second.Blocked == nil || second.Blocked.Run != first.ID || second.Blocked.Lock != "wall:north" {
		t.Fatalf("blocked by %+v, want the first run", second.Blocked)
	}
	press := Press{Run: second.ID, By: ada, Mark: "break"}
	w.refused[ada.ID] = true
	if r, err := e.BreakLock(t.Context(), press, first.ID); err == nil || r.Blocked == nil {
		t.Fatal("somebody who may not broke a lock")
	}
	delete(w.refused, ada.ID)
	for range 2 { // Slack delivers it twice
		r, err := e.BreakLock(t.Context(), press, first.ID)
		if err != nil || r.Blocked != nil || r.Wake.After(time.Now()) {
			t.Fatalf("blocked by %+v until %s, %v", r.Blocked, r.Wake, err)
		}
	}
	broken := 0
	for _, entry := range w.store.(*Memory).Entries() {
		if entry.Kind == "lock.broken" && entry.Run == first.ID && entry.Actor == ada.ID && entry.Facts["for"] == second.ID {
			broken++
		}
	}
	if broken != 1 {
		t.Errorf("%d audit entries for one broken lock", broken)
	}
	second = visitNow(t, e, second)
	wantStatus(t, second, WaitingOnPerson)

	// The first takes its locks again before it goes on.
	first = visitNow(t, e, answer(t, e, first, ana))
	wantStatus(t, first, WaitingOnSystem)
	if at := first.Steps[first.Current()].ID; at != "key" {
		t.Errorf("it went on to %q without its locks", at)
	}
	if !first.Unlocked || first.Blocked == nil || first.Blocked.Run != second.ID {
		t.Fatalf("unlocked %t, blocked by %+v", first.Unlocked, first.Blocked)
	}
	if _, err := e.Cancel(t.Context(), Press{Run: second.ID, By: sam}); err != nil {
		t.Fatal(err)
	}
	first.Wake = time.Time{}
	if err := w.store.Save(t.Context(), Move{Run: first}); err != nil {
		t.Fatal(err)
	}
	first = visitNow(t, e, first)
	if first.Unlocked || first.Blocked != nil {
		t.Errorf("it went on, and still unlocked %t, blocked by %+v", first.Unlocked, first.Blocked)
	}
}

func TestALockThatIsGoneIsNotBroken(t *testing.T) {
	w := newWorld()
	e := w.engine("a", w.store)
	first := visitNow(t, e, approve(t, e, request(t, e), ana))
	second := visitNow(t, e, approve(t, e, request(t, e), ana))
	if _, err := e.Cancel(t.Context(), Press{Run: first.ID, By: sam}); err != nil {
		t.Fatal(err)
	}
	if _, err := e.BreakLock(t.Context(), Press{Run: second.ID, By: ada, Mark: "late"}, first.ID); err == nil {
		t.Error("a lock that nobody holds was broken")
	}
}

// between calls once as soon as a lock is broken, before its breaker goes on.
type between struct {
	Store
	once func()
}

func (b *between) BreakLock(ctx context.Context, mark Mark, lock, run string, entry Entry) error {
	err := b.Store.BreakLock(ctx, mark, lock, run, entry)
	if call := b.once; call != nil {
		b.once = nil
		call()
	}
	return err
}

// Slack may deliver a press over two sockets at once: the second must not say
// that it came too late.
func TestBreakLockDeliveredTwice(t *testing.T) {
	for name, tt := range map[string]struct{ own, atOnce bool }{
		"at once":                     {atOnce: true},
		"after":                       {},
		"a run's own locks, at once":  {own: true, atOnce: true},
		"a run's own locks, and soon": {own: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			store := &between{Store: w.store}
			e := w.engine("a", store)
			holder := visitNow(t, e, approve(t, e, request(t, e), ana))
			waiting := holder
			if !tt.own {
				waiting = visitNow(t, e, approve(t, e, request(t, e), ana))
			}
			press := func() {
				if _, err := e.BreakLock(t.Context(), Press{Run: waiting.ID, By: ada, Mark: "break"}, holder.ID); err != nil {
					t.Errorf("the press is told: %v", err)
				}
			}
			if tt.atOnce {
				store.once = press
				press()
			} else {
				press()
				press()
			}
			holder, err := e.load(t.Context(), holder.ID)
			if err != nil {
				t.Fatal(err)
			}
			said := 0
			for _, h := range holder.History {
				if h.By == ada.ID {
					said++
				}
			}
			if said != 1 || !holder.Unlocked {
				t.Errorf("the history tells %d times of the broken locks; unlocked %t", said, holder.Unlocked)
			}
		})
	}
}

// A run that is writing keeps its locks: nobody else may write what it writes.
func TestAWritingRunKeepsItsLocks(t *testing.T) {
	w := newWorld()
	e := w.engine("a", w.store)
	first := visitNow(t, e, approve(t, e, request(t, e), ana))
	second := visitNow(t, e, approve(t, e, request(t, e), ana))
	first.Status = Applying
	if err := w.store.Save(t.Context(), Move{Run: first}); err != nil {
		t.Fatal(err)
	}
	if _, err := e.BreakLock(t.Context(), Press{Run: second.ID, By: ada, Mark: "break"}, first.ID); err == nil {
		t.Error("its lock was broken")
	}
	if second = visitNow(t, e, second); second.Blocked == nil || second.Blocked.Run != first.ID {
		t.Errorf("blocked by %+v, want the run that writes", second.Blocked)
	}
}
