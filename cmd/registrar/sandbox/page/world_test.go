package page

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// A world is a scene that stands still until a test moves it, and notes what was done.
type world struct {
	mu      sync.Mutex
	state   State
	acts    []Act
	answer  func(Act) (Answer, error)
	changes chan struct{}
}

// newWorld reads the world of testdata: four people, every kind of block, nasty names.
func newWorld(t *testing.T) *world {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", "world.json"))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{changes: make(chan struct{}, 1)}
	if err := json.Unmarshal(raw, &w.state); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) scene() Scene {
	return Scene{
		State: func() State {
			w.mu.Lock()
			defer w.mu.Unlock()
			return w.state
		},
		Act: func(_ context.Context, a Act) (Answer, error) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.acts = append(w.acts, a)
			if w.answer == nil {
				return Answer{}, nil
			}
			return w.answer(a)
		},
		Watch: func(context.Context) <-chan struct{} { return w.changes },
		File: func(id string) (File, bool) {
			return File{Name: "jo \"park\".csv", Content: []byte("a,b\n")}, id == "F01"
		},
	}
}

// change moves the world and tells the page.
func (w *world) change(update func(*State)) {
	w.mu.Lock()
	update(&w.state)
	w.mu.Unlock()
	w.changes <- struct{}{}
}

// done returns the acts so far and forgets them.
func (w *world) done() []Act {
	w.mu.Lock()
	defer w.mu.Unlock()
	acts := w.acts
	w.acts = nil
	return acts
}
