package bot

import "sync"

// A tracker counts goroutines, so that the program ends after what they do.
type tracker struct {
	mu       sync.Mutex
	running  int
	draining chan struct{} // closed when drain was called: do not wait for more
	idle     chan struct{} // closed when, after that, nothing runs
}

func newTracker() *tracker {
	return &tracker{draining: make(chan struct{}), idle: make(chan struct{})}
}

// spawn runs do in a goroutine, unless everything has ended already. While
// draining, what still runs may start more.
func (t *tracker) spawn(do func()) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	select {
	case <-t.idle:
		return false
	default:
	}
	t.running++
	go func() {
		defer t.done()
		do()
	}()
	return true
}

func (t *tracker) done() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.running--
	t.check()
}

// drain returns a channel that is closed when nothing runs any more.
func (t *tracker) drain() <-chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	close(t.draining)
	t.check()
	return t.idle
}

func (t *tracker) check() {
	select {
	case <-t.draining:
		if t.running == 0 {
			close(t.idle)
		}
	default:
	}
}
