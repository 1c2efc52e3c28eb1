package handlers_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"registrar/bot/runbook"
	"registrar/handlers"
	"registrar/integrations/learnupon"
	"registrar/integrations/learnupon/learnupontest"
	"registrar/integrations/mail"
	"registrar/integrations/mail/mailtest"
	"registrar/integrations/rest"
	"registrar/integrations/salesforce"
	"registrar/integrations/salesforce/salesforcetest"
)

const learner = "learner@x.edu"

// world is every system the actions work with, as servers in this process, and
// what Registrar's own store would remember.
type world struct {
	*testing.T
	academy *learnupontest.Server
	org     *salesforcetest.Server
	post    *mailtest.Server
	deps    handlers.Deps
	now     time.Time

	courses map[string]int64 // of a merge, by name
	saved   map[string]int   // files in the thread, by name

	mu    sync.Mutex
	used  map[string]string    // link -> run
	mails map[string]time.Time // id -> when
}

func newWorld(t *testing.T) *world { return newWorldWith(t, salesforcetest.Options{}) }

// close ends the systems before the test does.
func (w *world) close() {
	w.academy.Close()
	w.org.Close()
	w.post.Close()
}

// newWorldWith is one with a certain org.
func newWorldWith(t *testing.T, org salesforcetest.Options) *world {
	w := &world{T: t, now: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC), used: map[string]string{}, mails: map[string]time.Time{}, saved: map[string]int{}}
	w.academy = learnupontest.New(learnupontest.Options{Now: w.clock, PerMinute: 10_000})
	t.Cleanup(w.academy.Close)
	org.Now = w.clock
	w.org = salesforcetest.New(org)
	t.Cleanup(w.org.Close)
	w.post = mailtest.New(mailtest.Options{})
	t.Cleanup(w.post.Close)
	sender, err := mail.New(mail.Config{URL: w.post.URL(), From: "support@example.org", Ledger: w.ledger()})
	if err != nil {
		t.Fatal(err)
	}
	w.deps = handlers.Deps{
		Portals: []*learnupon.Client{w.client("", w.academy)}, Salesforce: w.orgClient(), Mail: sender, Now: w.clock,
		LinkUsed: func(_ context.Context, link string) (string, error) {
			w.mu.Lock()
			defer w.mu.Unlock()
			return w.used[link], nil
		},
		MarkLinkUsed: func(_ context.Context, link, run string) error {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.used[link] = run
			return nil
		},
		Runs:   func(context.Context, handlers.RunsQuery) (handlers.RunsPage, error) { return handlers.RunsPage{}, nil },
		System: func(context.Context) (handlers.SystemState, error) { return handlers.SystemState{}, nil },
		Alerts: func(context.Context, handlers.AlertsQuery) (handlers.AlertsPage, error) {
			return handlers.AlertsPage{}, nil
		},
	}
	return w
}

// ledger counts every mail for everybody: a world has one learner.
func (w *world) ledger() mail.Ledger {
	return mail.Ledger{
		Sent: func(_ context.Context, _ string, within time.Duration) (int, error) {
			w.mu.Lock()
			defer w.mu.Unlock()
			n := 0
			for _, at := range w.mails {
				if w.now.Sub(at) < within {
					n++
				}
			}
			return n, nil
		},
		Has: func(_ context.Context, id string) (bool, error) {
			w.mu.Lock()
			defer w.mu.Unlock()
			_, sent := w.mails[id]
			return sent, nil
		},
		Record: func(_ context.Context, _, id string) error {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.mails[id] = w.now
			return nil
		},
	}
}

func (w *world) client(name string, s *learnupontest.Server) *learnupon.Client {
	w.Helper()
	c, err := learnupon.New(learnupon.Config{
		Name: name, URL: s.URL, Username: s.Username(), Password: s.Password(),
	})
	if err != nil {
		w.Fatal(err)
	}
	return c
}

// orgClient is a client of the org that knows nothing of it yet.
func (w *world) orgClient() *salesforce.Client {
	w.Helper()
	c, err := salesforce.New(salesforce.Config{
		URL: w.org.URL, ClientID: w.org.ClientID(), ClientSecret: w.org.ClientSecret(), Now: w.clock,
	})
	if err != nil {
		w.Fatal(err)
	}
	return c
}

// secondPortal adds a portal called partners.
func (w *world) secondPortal() *learnupontest.Server {
	w.Helper()
	s := w.academy.SubPortal(learnupontest.Options{
		Title: "Partners", Now: w.clock, PerMinute: 10_000, AllowExisting: true,
	})
	w.Cleanup(s.Close)
	w.deps.Portals = append(w.deps.Portals, w.client("partners", s))
	return s
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

// later moves the clock of all systems.
func (w *world) later(by time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(by)
}

func (w *world) daysAgo(n int) time.Time { return w.now.AddDate(0, 0, -n) }

// writes counts the calls that could have changed something.
func (w *world) writes() int { return len(w.academy.Writes()) + len(w.org.Writes()) }

// confirmationLink is what staff see on the learner's record.
func (w *world) confirmationLink() string {
	w.Helper()
	u, ok := w.academy.Snapshot().User(learner)
	if !ok || u.ConfirmationLink == "" {
		w.Fatal("the record shows no confirmation link")
	}
	return u.ConfirmationLink
}

func (w *world) action(name string) runbook.Action {
	w.Helper()
	catalog, err := handlers.Catalog(w.deps)
	if err != nil {
		w.Fatal(err)
	}
	a, ok := catalog.Named(name)
	if !ok {
		w.Fatalf("no action %s", name)
	}
	return a
}

// plan decodes what was typed and plans with it, as the engine does.
func (w *world) plan(action string, typed runbook.Values) (runbook.Proposal, error) {
	w.Helper()
	a := w.action(action)
	input, err := a.Decode(typed)
	if err != nil {
		return runbook.Proposal{}, err
	}
	return a.Plan(rest.ReadOnly(w.Context()), input)
}

func (w *world) mustPlan(action string, typed runbook.Values) runbook.Proposal {
	w.Helper()
	p, err := w.plan(action, typed)
	if err != nil {
		w.Fatalf("planning %s: %v", action, err)
	}
	return p
}

func (w *world) read(email string) runbook.Document {
	w.Helper()
	a := w.action("lookup")
	input, err := a.Decode(runbook.Values{"email": email})
	if err != nil {
		w.Fatal(err)
	}
	doc, err := a.Read(rest.ReadOnly(w.Context()), input)
	if err != nil {
		w.Fatal(err)
	}
	return doc
}
