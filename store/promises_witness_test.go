package store_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"sync"

	"pgregory.net/rapid"

	"registrar/bot/engine"
	"registrar/store"
)

// witness sees every state that is stored, in whatever order it hears of them.
type witness struct {
	w        *replicas
	mu       sync.Mutex
	versions map[int64]engine.Status
	marks    map[engine.Mark]bool
}

func newWitness(w *replicas) *witness {
	return &witness{w: w, versions: map[int64]engine.Status{}, marks: map[engine.Mark]bool{}}
}

// saved is called right after a move was stored.
func (s *witness) saved(m engine.Move) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if before, twice := s.versions[m.Run.Version]; twice {
		s.w.fail("version %d was stored twice, as %s and %s", m.Run.Version, before, m.Run.Status)
	}
	s.versions[m.Run.Version] = m.Run.Status
	if m.Mark != "" && s.marks[m.Mark] {
		s.w.fail("the press %q had an effect twice", m.Mark)
	}
	s.marks[m.Mark] = true
	for version, status := range s.versions {
		if later, closed := version < m.Run.Version, status.Closed(); later && closed {
			s.w.fail("a run that was %s became %s", status, m.Run.Status)
		}
	}
	s.w.holds(m.Run)
}

func isSelf(who engine.Person) bool { return who.ID == sam.ID || who.ID == twin.ID || who.ID == gil.ID }

func decided(r *engine.Run, who engine.Person) bool {
	for _, d := range r.Decisions {
		if d.By.ID == who.ID || strings.EqualFold(d.By.Email, who.Email) {
			return true
		}
	}
	return false
}

// holds looks for promises that a stored run breaks.
func (w *replicas) holds(r *engine.Run) {
	if r.Hash != r.Plan.Hash() {
		w.fail("promise 2: the plan is not the one of the hash")
	}
	people := map[string]bool{}
	for _, d := range r.Decisions {
		if r.Plan.Approval.Needed > 0 && isSelf(d.By) {
			w.fail("promise 1: %s decided on their own run", d.By.ID)
		}
		if people[strings.ToLower(d.By.Email)] {
			w.fail("promise 1: %s decided twice", d.By.ID)
		}
		people[strings.ToLower(d.By.Email)] = true
		if d.Hash != r.Hash {
			w.fail("promise 2: a decision on another plan")
		}
		if d.Approved && r.Plan.Approval.Needed > 0 && w.long && !r.HasOpened(d.By.ID) {
			w.fail("%s approved what they had not opened", d.By.ID)
		}
		if r.Plan.Approval.Needed > 0 && !d.At.Before(r.Expires) {
			w.fail("%s decided after the request had expired", d.By.ID)
		}
	}
	begun := r.Wrote() || r.Status == engine.Approved || r.Status == engine.Applying || r.Status == engine.Succeeded
	if begun && r.Approvals() < max(1, r.Plan.Approval.Needed) {
		w.fail("promise 3: %s with %d decisions", r.Status, r.Approvals())
	}
}

// check looks at how things stand once nobody moves.
func (w *replicas) check(rt *rapid.T, id string) engine.Status {
	ctx, cancel := testContext()
	defer cancel()
	r, err := w.stores[1].Run(ctx, id)
	if err != nil {
		rt.Fatal(err)
	}
	w.holds(r)
	photos, coats, mails := w.vendor.times("photo"), w.vendor.times("coat"), w.vendor.times("mail")
	if photos > 1 || coats > 1 || mails > 1 {
		w.fail("promise 4: %d photos, %d coats, %d mails", photos, coats, mails)
	}
	if coats > photos {
		w.fail("the wall was painted before the file was kept")
	}
	switch r.Status {
	case engine.AwaitingApproval, engine.Rejected, engine.Expired, engine.Stale:
		if coats+mails > 0 {
			w.fail("promise 3: it wrote, and the run is %s", r.Status)
		}
	case engine.Succeeded:
		if photos != 1 || coats != 1 || mails != 1 {
			w.fail("succeeded with %d photos, %d coats, %d mails", photos, coats, mails)
		}
	}
	w.trail(rt, r)
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.broken) > 0 {
		rt.Fatalf("%s\n\nthe run: %s %s\nvendor: %v", strings.Join(w.broken, "\n"), r.Status, r.Why, w.vendor.did)
	}
	return r.Status
}

// endings are the entries of a run's last move.
var endings = map[string]bool{"run.reject": true, "run.expired": true, "run.cancelled": true, "run.stopped": true,
	"run.stale": true, "run.failed": true, "run.succeeded": true}

// trail compares the audit trail with the run: everything is in it once.
func (w *replicas) trail(rt *rapid.T, r *engine.Run) {
	ctx, cancel := testContext()
	defer cancel()
	if err := w.stores[0].Verify(ctx, ""); err != nil {
		w.fail("the trail does not verify: %v", err)
	}
	var out bytes.Buffer
	if err := w.stores[1].Export(ctx, &out, store.JSONL); err != nil {
		rt.Fatal(err)
	}
	times := map[string]int{}
	ended := 0
	for line := range bytes.Lines(out.Bytes()) {
		var e struct{ Entry engine.Entry }
		if err := json.Unmarshal(line, &e); err != nil {
			rt.Fatal(err)
		}
		if e.Entry.Run != r.ID {
			continue
		}
		times[e.Entry.Kind]++
		times[e.Entry.Kind+" "+e.Entry.Actor]++
		times[e.Entry.Kind+" "+e.Entry.Facts["step"]]++
		if endings[e.Entry.Kind] {
			ended++
		}
	}
	same := func(what string, in, recorded int) {
		if in != recorded {
			w.fail("%s: %d in the run, %d in the audit trail", what, in, recorded)
		}
	}
	for _, d := range r.Decisions {
		if r.Plan.Approval.Needed > 0 {
			same("decisions of "+d.By.ID, 1, times["run.approve "+d.By.ID]+times["run.reject "+d.By.ID])
		}
	}
	if r.Plan.Approval.Needed > 0 {
		same("decisions", len(r.Decisions), times["run.approve"]+times["run.reject"])
	}
	same("extensions", r.Extended, times["run.extended"])
	same("openings", len(r.Opened), times["run.opened"])
	closed := 0
	if r.Status.Closed() {
		closed = 1
	}
	same("endings", closed, ended)
	for _, step := range []string{"photo", "coat", "mail"} {
		if n := times["step.started "+step]; n < w.vendor.times(step) {
			w.fail("%s was done %d times and recorded %d times", step, w.vendor.times(step), n)
		}
	}
}
