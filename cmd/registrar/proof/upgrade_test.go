package proof

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"registrar/cmd/registrar/registrartest"
	"registrar/store/storetest"
)

// previous is the release that people upgrade from.
var previous = flag.String("previous", "042e342", "the commit whose program runs beside this one, or the file of a program")

// handover is how a run passes from one release to another.
type handover struct {
	name        string
	first, then func(old, new registrartest.Program) registrartest.Program
	both        bool // they run beside each other all the time
}

func handovers() []handover {
	isOld := func(old, _ registrartest.Program) registrartest.Program { return old }
	isNew := func(_, new registrartest.Program) registrartest.Program { return new }
	return []handover{
		{name: "begun by the old, ended by the new", first: isOld, then: isNew},
		{name: "begun by the new, ended by the old", first: isNew, then: isOld},
		{name: "both at once", first: isOld, then: isNew, both: true},
	}
}

// TestUpgrade runs the previous release and this one on one Redis: each errand
// of the catalog is begun by one of them and ended by the other, whichever way
// round, and by both at once. It ends as without an upgrade.
func TestUpgrade(t *testing.T) {
	if !*full {
		t.Skip("it builds another release; take it with -full. Stored records of that release are read in package store")
	}
	old := buildOf(t, *previous)
	m := &matrix{t: t, program: registrartest.Build(t), slots: make(chan struct{}, 6)}
	rows := &table{title: "Upgrade from " + *previous, head: []string{"run", "errands", "ended as without", "wrong"}}
	var mu sync.Mutex
	count, wrong := map[string]int{}, map[string]int{}
	var all sync.WaitGroup
	for i, e := range errands() {
		if e.slow {
			continue
		}
		all.Go(func() {
			m.slots <- struct{}{}
			defer func() { <-m.slots }()
			t.Run(e.title(), func(t *testing.T) {
				want, err := m.faultFree(t, e)
				if err != nil {
					t.Fatal(err)
				}
				for j, h := range handovers() {
					err := m.upgrade(t, e, h, old, (i*3+j*5)%len(want.events), want)
					mu.Lock()
					if count[h.name]++; err != nil {
						wrong[h.name]++
						t.Errorf("%s: %v", h.name, err)
					}
					mu.Unlock()
				}
			})
		})
	}
	all.Wait()
	for _, h := range handovers() {
		rows.add(h.name, count[h.name], count[h.name]-wrong[h.name], wrong[h.name])
	}
	rows.print(t)
}

// upgrade has an errand begun by one release and goes over to the other at the
// nth event of its journal.
func (m *matrix) upgrade(t *testing.T, e errand, h handover, old registrartest.Program, nth int, want result) error {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	s := m.open(t, e, storetest.RealRedis(t).URL())
	// The older release does not wait long enough where a minute's calls are used up.
	maps.Copy(s.Env, unlimited(s.World))
	s.program = h.first(old, m.program)
	leaving := s.start(e.settings)
	s.program = h.then(old, m.program)
	swapped := make(chan struct{})
	if h.both {
		s.start(e.settings)
		close(swapped)
	} else {
		go func() {
			defer close(swapped)
			for ctx.Err() == nil && s.count() <= nth {
				time.Sleep(5 * time.Millisecond) // no channel tells of events
			}
			s.start(e.settings)
			leaving.Stop()
		}()
	}
	who := newPeople(s, e)
	err := who.carry(ctx)
	<-swapped
	if err != nil {
		return err
	}
	card, _ := s.Card()
	if !strings.HasSuffix(card.Text, ": done.") {
		return fmt.Errorf("%s %s", card.Text, card.Blocks)
	}
	if diff := s.differs(ctx, want); diff != "" {
		return fmt.Errorf("%s", diff)
	}
	s.program = m.program
	return s.verify(t)
}

// count is how many events there were so far.
func (s *stage) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.events)
}

// buildOf builds the program of another commit, or takes it where it is built. Where the history does not reach
// so far back the test is skipped.
func buildOf(t *testing.T, commit string) registrartest.Program {
	t.Helper()
	if file, err := filepath.Abs(commit); err == nil {
		if info, err := os.Stat(file); err == nil && !info.IsDir() {
			return registrartest.Program{Path: file}
		}
	}
	top, err := exec.CommandContext(t.Context(), "git", "rev-parse", "--show-toplevel").Output()
	if err != nil {
		t.Skip("there is no history here to build the previous release from")
	}
	root, tree := strings.TrimSpace(string(top)), t.TempDir()
	archive := filepath.Join(tree, "tree.tar")
	git := exec.CommandContext(t.Context(), "git", "-C", root, "archive", "-o", archive, commit)
	if out, err := git.CombinedOutput(); err != nil {
		t.Skipf("the history here does not hold the commit %s; clone it in full: %s", commit, out)
	}
	for _, step := range [][]string{{"tar", "-xf", archive, "-C", tree}, {"go", "build", "-o", filepath.Join(tree, "old"), "./cmd/registrar"}} {
		cmd := exec.CommandContext(t.Context(), step[0], step[1:]...)
		cmd.Dir = tree
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s of %s: %v\n%s", step[0], commit, err, out)
		}
	}
	if err := os.Remove(archive); err != nil {
		t.Fatal(err)
	}
	return registrartest.Program{Path: filepath.Join(tree, "old")}
}
