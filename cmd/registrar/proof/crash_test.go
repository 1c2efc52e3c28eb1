package proof

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"registrar/bot/slacktest"
	"registrar/cmd/registrar/registrartest"
	"registrar/store/storetest"
)

// crashRules: what cannot be undone waits a second, not ten minutes.
const crashRules = "actions:\n  merge-users: {delay: 1s}\n  delete-user: {delay: 1s}\n  reuse-email: {delay: 1s}\n"

// turn takes other cases in the short form.
var turn = flag.Int("turn", 0, "which part of the cases to take without -full")

// unreadable are the writes after which no system can be asked whether they
// happened: a mail, a confirmation link, which may be opened once, and another
// address for a Salesforce user, which waits for them to open a link.
var unreadable = []string{"mail", "/users/confirmation", "/sobjects/User/{id}"}

// crash is one case of the matrix.
type crash struct {
	at    int // the event, as the fault-free run has them
	event event
	when  moment
	how   recovery
}

// recovery is how a run goes on after its process was killed.
type recovery string

const (
	restart recovery = "restart" // the process is started again
	standby recovery = "standby" // another one was running all the time
	unaided recovery = "unaided" // started again, and it waits for the dead one's lease to run out
)

// name is the case's name as a test.
func (c crash) name() string {
	if c.event.kind == post {
		return fmt.Sprintf("post-%d-%s-%s", c.at, c.when, c.how)
	}
	return fmt.Sprintf("%d-%s-%s", c.at, c.when, c.how)
}

// TestCrash kills the program with SIGKILL at every boundary of every errand's
// journal and compares what vendors hold in the end with the run without
// faults.
func TestCrash(t *testing.T) {
	p := registrartest.Build(t)
	t.Run("no action is forgotten", func(t *testing.T) { complete(t, p) })
	at := &matrix{t: t, program: p, slots: make(chan struct{}, 10), waiting: make(chan struct{}, 12)}
	if *full {
		at.slots = make(chan struct{}, 12)
	}
	var errandsDone sync.WaitGroup
	for i, e := range errands() {
		if e.slow && !*full {
			continue
		}
		errandsDone.Go(func() {
			t.Run(e.title(), func(t *testing.T) { at.errand(t, e, i) })
		})
	}
	errandsDone.Wait()
	at.print()
}

// matrix is the cases of all errands and what became of them.
type matrix struct {
	t       *testing.T
	program registrartest.Program
	slots   chan struct{} // one for each case under way
	waiting chan struct{} // the same for slow ones, which cost little but time

	mu    sync.Mutex
	rows  []outcome
	waits []verdict
}

// errand runs one errand without faults and then with each of its faults.
func (m *matrix) errand(t *testing.T, e errand, nth int) {
	slots := m.slots
	if e.slow {
		slots = m.waiting
	}
	slots <- struct{}{}
	want, err := m.faultFree(t, e)
	<-slots
	if err != nil {
		t.Fatalf("without faults: %v", err)
	}
	var cases sync.WaitGroup
	for _, c := range chosen(e, want, nth) {
		cases.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			t.Run(c.name(), func(t *testing.T) { m.add(t, e, m.run(t, e, c, want)) })
		})
	}
	cases.Wait()
}

// chosen are the cases of an errand: all, or a few that differ from errand to
// errand, so that all of them together are of every kind.
func chosen(e errand, want result, nth int) []crash {
	var all, posts []crash
	for i, ev := range want.posts {
		for j, when := range moments() {
			posts = append(posts, crash{i, ev, when, []recovery{restart, standby}[(i+j)%2]})
		}
	}
	for i, ev := range want.events {
		for j, when := range moments() {
			hows := []recovery{restart, standby}
			if first := (i + j) % 2; *full {
				all = append(all, crash{i, ev, when, hows[first]}, crash{i, ev, when, hows[1-first]})
			} else {
				all = append(all, crash{i, ev, when, hows[first]})
			}
		}
	}
	if *full {
		// One of them waits for as long as it takes where nobody helps.
		c := all[nth*7%len(all)]
		return append(append(all, posts...), crash{c.at, c.event, c.when, unaided})
	}
	var writes, journals []crash
	for _, c := range all {
		if c.event.kind == write {
			writes = append(writes, c)
		} else {
			journals = append(journals, c)
		}
	}
	few := []crash{journals[(nth*5+*turn*7)%len(journals)]}
	if len(writes) > 0 {
		few = append(few, writes[(nth*4+*turn*5)%len(writes)])
	}
	if nth == 0 {
		// One process is started again and waits for the dead one's lease.
		few[1].how = unaided
	}
	if several := e.name != ""; several && len(few) > 1 {
		few = few[(nth+*turn)%2:][:1]
	}
	if nth%6 == 0 {
		few = append(few, posts[(nth+*turn)%len(posts)])
	}
	return few
}

// mayAsk reports whether a person may be asked about a kill: it happened
// between the note that an unreadable write begins and the note of its outcome.
func mayAsk(e errand, events []event, c crash) bool {
	if len(e.unread) == 0 || c.event.kind == post {
		return len(e.unread) > 0 // a post may come while the write is under way
	}
	begun, sent := 0, false
	for i, ev := range events {
		switch {
		case ev.kind == write:
			sent = sent || slices.ContainsFunc(unreadable, func(part string) bool { return strings.HasSuffix(ev.what, part) })
		case ev.kind == journal:
			if sent && (c.at > begun || c.at == begun && c.when != before) && (c.at < i || c.at == i && c.when == before) {
				return true
			}
			begun, sent = i, false
		}
	}
	return false
}

// result is how a world looked after an errand.
type result struct {
	events  []event
	posts   []event
	vendors []string
	told    []string
}

// open seeds a world for an errand.
func (m *matrix) open(t *testing.T, e errand, redis string) *stage {
	s := newStage(t, m.program, redis)
	policy := filepath.Join(t.TempDir(), "policy.yaml")
	if err := os.WriteFile(policy, []byte(crashRules), 0o600); err != nil {
		t.Fatal(err)
	}
	s.Env["REGISTRAR_POLICY"] = policy
	if e.seed != nil {
		e.seed(s)
	}
	if e.follows != nil {
		s.react = func() { e.follows(s) }
	}
	return s
}

// faultFree is the errand as it should go.
func (m *matrix) faultFree(t *testing.T, e errand) (result, error) {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	s := m.open(t, e, "")
	first := s.start(e.settings)
	if err := newPeople(s, e).carry(ctx); err != nil {
		return result{}, fmt.Errorf("%w; it logs:\n%s", err, first.Log())
	}
	card, _ := s.Card()
	if !strings.HasSuffix(card.Text, ": done.") {
		return result{}, fmt.Errorf("%s %s", card.Text, card.Blocks)
	}
	if err := s.settled(ctx, card.Text); err != nil {
		return result{}, fmt.Errorf("%w: %q", err, s.told())
	}
	return result{s.events, s.posts, s.vendors(), s.told()}, s.verify(t)
}

// run is one case.
func (m *matrix) run(t *testing.T, e errand, c crash, want result) verdict {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	redis := ""
	if *full && c.at%4 == 0 && c.when == applied {
		redis = storetest.RealRedis(t).URL()
	}
	s := m.open(t, e, redis)
	s.aim, s.when, s.posting = c.at, c.when, c.event.kind == post
	s.start(e.settings)
	who := newPeople(s, e)
	who.revive = func() {
		if c.how != unaided {
			s.expire()
		}
		if c.how != standby {
			s.start(e.settings)
		}
	}
	if c.how == standby {
		s.start(e.settings)
	}
	err := who.carry(ctx)
	v := verdict{reviews: len(who.reviews), how: c.how}
	card, _ := s.Card()
	switch {
	case err != nil:
		v.wrong = err.Error()
	case !s.killed() && c.event.kind != journal && c.event.kind != write:
		v.spared = true // what comes beside the run may come later, or not at all
	case !s.killed():
		v.wrong = fmt.Sprintf("nobody was killed; events: %v", s.events)
	case !strings.HasSuffix(card.Text, ": done."):
		v.wrong = fmt.Sprintf("%s %s", card.Text, card.Blocks)
	default:
		v.wrong = s.differs(ctx, want)
		v.again, _ = alike(want.told, s.told())
	}
	if v.wrong == "" && v.reviews > 0 && !mayAsk(e, want.events, c) {
		v.wrong = "a person was asked although everything can be read back"
	}
	if err := s.verify(t); err != nil && v.wrong == "" {
		v.wrong = err.Error()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.tookOver.IsZero() {
		v.after = s.tookOver.Sub(s.diedAt)
	}
	if v.wrong != "" {
		v.wrong = fmt.Sprintf("killed %s %s %q: %s", c.when, c.event.kind, c.event.what, v.wrong)
	}
	return v
}

// alike reports whether people are told the same. Of what a step asks for
// nobody is told who has done it by then. A direct message that was lost with
// its process may come again: a bot cannot look whether it arrived.
func alike(want, got []string) (again int, ok bool) {
	rest := slices.Clone(got)
	for _, line := range want {
		if i := slices.Index(rest, line); i >= 0 {
			rest = slices.Delete(rest, i, i+1)
		} else if !strings.HasSuffix(line, ": ask") {
			return 0, false
		}
	}
	for _, line := range rest {
		if !strings.HasPrefix(line, "to ") || !slices.Contains(want, line) {
			return 0, false
		}
	}
	return len(rest), len(rest) <= 1
}

// settled waits until the requester is told the end and nothing more comes.
func (s *stage) settled(ctx context.Context, end string) error {
	if err := s.Slack.Wait(ctx, func() bool {
		return slices.ContainsFunc(s.Slack.DirectMessages(registrartest.Sam), func(m slacktest.Message) bool { return m.Text == end })
	}); err != nil {
		return fmt.Errorf("the requester is not told: %w", err)
	}
	for {
		now := s.told()
		quiet, cancel := context.WithTimeout(ctx, time.Second)
		err := s.Slack.Wait(quiet, func() bool { return !slices.Equal(s.told(), now) })
		cancel()
		if err != nil {
			return ctx.Err()
		}
	}
}

// toldWithin is how long people may wait for a message that was lost with its
// process: once a minute somebody looks for such.
const toldWithin = 2 * time.Minute

// differs says how the world is not as it is without faults; "" where it is.
// What people are told may come a little later than the end of the run.
func (s *stage) differs(ctx context.Context, want result) string {
	if diff := cmp.Diff(want.vendors, s.vendors()); diff != "" {
		return "vendors differ (-want +got):\n" + diff
	}
	ctx, cancel := context.WithTimeout(ctx, toldWithin)
	defer cancel()
	if err := s.Slack.Wait(ctx, func() bool { _, ok := alike(want.told, s.told()); return ok }); err != nil {
		return "what people are told differs (-want +got):\n" + cmp.Diff(want.told, s.told())
	}
	if v := s.Slack.Violations(); len(v) > 0 {
		return "against Slack's rules: " + strings.Join(v, "; ")
	}
	return ""
}

// verify checks the audit trail as an auditor would.
func (s *stage) verify(t *testing.T) error {
	out, errs, code := s.program.Run(t, s.Env, "audit", "verify")
	if code != 0 || !strings.Contains(out, "The audit trail holds") {
		return fmt.Errorf("audit verify: exit code %d: %s%s", code, out, errs)
	}
	return nil
}

// verdict is what became of a case.
type verdict struct {
	wrong   string // "": nothing is
	reviews int    // how often a person had to decide
	spared  bool   // there was nothing to be killed at
	again   int    // direct messages that came twice
	how     recovery
	after   time.Duration // until another process went on; 0: none had to
}
