package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"registrar/bot/alerts"
	"registrar/bot/engine"
)

// Trace is a run or a sync-error alert that names a person.
type Trace struct {
	ID      string
	Action  string // empty for an alert
	Status  string
	Open    bool // it can still move, so that nothing of it may be erased
	Created time.Time
	// About is false where they only asked, decided or did a step.
	About bool

	direct bool // found by what was looked for, not by what other records told
}

// Traces is where a person is named in what is stored, as [Store.Traces] finds
// it. [Store.Forget] erases it.
type Traces struct {
	Who    Person
	Runs   []Trace // oldest first
	Alerts []Trace // oldest first
	Drafts []string
	Mails  int // remembered as sent to their addresses
	// Beside are the names and addresses that stand in those runs and alerts and
	// were not looked for: who asks knows which of them are the person's too.
	Beside []string
	// Unread are the records that cannot be read and may name the person. They
	// stand as they are.
	Unread []Unread
	// Kept are the keys of what stays because it leads to those, see Unread.By.
	Kept []string
	// Waiting are runs and alerts that were erased before, of whoever, and whose
	// messages still have to be.
	Waiting []string
	// Aged counts those that were erased for their age and whose messages still
	// have to be, see [Store.AgedUnshown].
	Aged int

	values   []string            // fields of keyPersonal
	mailKeys []string            // of the ledger
	links    []string            // keys of links used by those runs
	accounts map[string]bool     // Slack ids of who asked or decided
	contacts map[string]bool     // ids of their contacts
	tellers  map[string]teller   // of those accounts and contacts
	beside   map[string]struct{} // as Beside
}

// Unread is a run or alert that cannot be read.
type Unread struct {
	Key   string // where it stands in Redis
	Newer bool   // a newer release wrote it and can read it; otherwise it is damaged
	// By is the key of what alone leads to it, where nothing in it names the person
	// but a number of theirs that stands there. It is left as it is, and not among
	// Traces.Runs or Traces.Alerts, so that this one is found until it can be read.
	By string
}

// Open are the runs and alerts that have to end before anything can be erased.
func (t *Traces) Open() []Trace {
	return slices.DeleteFunc(slices.Concat(t.Runs, t.Alerts), func(t Trace) bool { return !t.Open })
}

// Values counts the personal values of the audit trail that are theirs.
func (t *Traces) Values() int { return len(t.values) }

// Links counts the links that were used for them and are remembered by a hash.
func (t *Traces) Links() int { return len(t.links) }

// None reports whether there is nothing to erase.
func (t *Traces) None() bool {
	return len(t.Runs)+len(t.Alerts)+len(t.Drafts)+t.Mails+len(t.values) == 0
}

// Traces finds where a person is named. It changes nothing. It reads all runs,
// alerts and drafts and the whole audit trail, whose size is the time it takes.
// What cannot be read is no error: see Traces.Unread.
func (s *Store) Traces(ctx context.Context, who Person) (*Traces, error) {
	t := &Traces{Who: who, accounts: map[string]bool{}, contacts: map[string]bool{}, tellers: map[string]teller{}, beside: map[string]struct{}{}}
	// An alert tells of the contact, and a contact of other alerts; the same goes
	// for who asked under one Slack account.
	for known := -1; known < len(t.accounts)+len(t.contacts); {
		known = len(t.accounts) + len(t.contacts)
		t.Runs, t.Alerts, t.Unread, t.Kept = nil, nil, nil, nil
		if err := errors.Join(s.traceRuns(ctx, t), s.traceAlerts(ctx, t)); err != nil {
			return nil, err
		}
	}
	t.keepLeads()
	if err := errors.Join(s.traceDrafts(ctx, t), s.traceAudit(ctx, t), s.traceMails(ctx, t), s.traceLinks(ctx, t)); err != nil {
		return nil, err
	}
	for _, traces := range [][]Trace{t.Runs, t.Alerts} {
		slices.SortFunc(traces, func(a, b Trace) int { return a.Created.Compare(b.Created) })
	}
	for text := range t.beside {
		if !who.In(text) {
			t.Beside = append(t.Beside, text)
		}
	}
	slices.Sort(t.Beside)
	aged, err := s.rdb.SCard(ctx, keyAged).Result()
	if err != nil {
		return nil, failed("aged and unshown", err)
	}
	t.Aged = int(aged)
	t.Waiting, err = s.ErasedUnshown(ctx)
	return t, err
}

// scan visits all keys of a pattern, some at once. A key may come twice.
func (s *Store) scan(ctx context.Context, pattern string, visit func(keys []string) error) error {
	for cursor := uint64(0); ; {
		keys, next, err := s.rdb.Scan(ctx, cursor, pattern, pageSize).Result()
		if err != nil {
			return failed("scan", err)
		}
		if len(keys) > 0 {
			if err := visit(keys); err != nil {
				return err
			}
		}
		if cursor = next; next == 0 {
			return nil
		}
	}
}

// records visits the bodies and schemas of all records of a kind, by id.
func (s *Store) records(ctx context.Context, key func(id string) string, visit func(id string, got []any) error) error {
	seen := map[string]bool{}
	return s.scan(ctx, key("*"), func(keys []string) error {
		loads := make([]*redis.SliceCmd, len(keys))
		if _, err := s.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
			for i, k := range keys {
				loads[i] = p.HMGet(ctx, k, "body", "schema")
			}
			return nil
		}); err != nil {
			return failed("read records", err)
		}
		for i, k := range keys {
			id, got := strings.TrimPrefix(k, key("")), loads[i].Val()
			if got[0] == nil || seen[id] {
				continue // gone meanwhile, or it came before
			}
			seen[id] = true
			if err := visit(id, got); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Store) traceRuns(ctx context.Context, t *Traces) error {
	return s.records(ctx, keyRun, func(id string, got []any) error {
		body := fmt.Sprint(got[0])
		if !t.mayBeIn(body) {
			return nil
		}
		r, err := readRun(id, got)
		if err != nil {
			t.unread(keyRun(id), body, err)
			return nil
		}
		asked := t.unname(r)
		content, err := json.Marshal(r)
		if err != nil {
			return fmt.Errorf("run %s: %w", id, err)
		}
		// The steps of one that was erased are still named after records' numbers.
		about := r.Erased.IsZero() && t.Who.In(string(content))
		if !about && !asked {
			return nil
		}
		if about {
			t.beside[r.Plan.Subject] = struct{}{}
		}
		t.Runs = append(t.Runs, Trace{ID: id, Action: r.Action, Status: string(r.Status), Open: !r.Status.Closed(), Created: r.Created, About: about, direct: t.Who.In(body)})
		return nil
	})
}

// mayBeIn reports whether a record may be about the person or name one of their
// accounts or contacts. What is no JSON may, as it may hold the name in an
// escaped form.
func (t *Traces) mayBeIn(body string) bool {
	for _, ids := range []map[string]bool{t.accounts, t.contacts} {
		for id := range ids {
			if strings.Contains(body, id) {
				return true
			}
		}
	}
	return t.Who.In(body) || !json.Valid([]byte(body))
}

func (t *Traces) unread(key, body string, err error) {
	newer := (*SchemaError)(nil)
	by := t.ledBy(body)
	t.Unread = append(t.Unread, Unread{Key: key, Newer: errors.As(err, &newer), By: by.key})
	if by.key != "" {
		t.Kept = append(append(t.Kept, by.key), by.beside...)
	}
}

// unname takes the person's name and address from those who asked, decided or
// did a step, and reports whether there was one. Their Slack ids stay: they are
// in the chain as well.
func (t *Traces) unname(r *engine.Run) bool {
	found := false
	for _, p := range r.People() {
		if p.Name+p.Email != "" && (t.Who.In(p.Email) || t.Who.In(p.Name) || t.accounts[p.ID]) {
			if t.Who.In(p.Email) && p.ID != "" {
				t.accounts[p.ID] = true
				t.leads(p.ID, teller{keyRun(r.ID), []string{keyLists}})
			}
			p.Name, p.Email, found = "", "", true
		}
	}
	return found
}

func (s *Store) traceAlerts(ctx context.Context, t *Traces) error {
	return s.records(ctx, keyAlert, func(id string, got []any) error {
		body := fmt.Sprint(got[0])
		a, err := readAlert(id, got)
		if err != nil {
			if t.mayBeIn(body) {
				t.unread(keyAlert(id), body, err)
			}
			return nil
		}
		assigned := t.unassign(a)
		content, err := json.Marshal(a)
		if err != nil {
			return fmt.Errorf("alert %s: %w", id, err)
		}
		about := a.Erased.IsZero() && (t.Who.In(string(content)) || a.Contact != "" && t.contacts[a.Contact])
		if !about && !assigned {
			return nil
		}
		if about {
			if a.Contact != "" {
				t.contacts[a.Contact] = true
				if t.Who.In(string(content)) {
					by := teller{key: keyAlert(id)}
					for _, key := range a.Keys() {
						by.beside = append(by.beside, keyAlertOf(key))
					}
					t.leads(a.Contact, by)
				}
			}
			for _, text := range append([]string{a.Name, a.Email}, values(a)...) {
				t.beside[text] = struct{}{}
			}
			delete(t.beside, "")
		}
		t.Alerts = append(t.Alerts, Trace{ID: id, Status: string(a.Status), Open: !a.Status.Ended(), Created: a.Created, About: about, direct: t.Who.In(body)})
		return nil
	})
}

func values(a *alerts.Alert) []string {
	var out []string
	for _, f := range a.Emails {
		out = append(out, f.Value)
	}
	return out
}

// unassign takes the person's name from an alert they have taken.
func (t *Traces) unassign(a *alerts.Alert) bool {
	if a.Assignee == nil || a.Assignee.Name == "" || !t.accounts[a.Assignee.ID] && !t.Who.In(a.Assignee.Name) {
		return false
	}
	a.Assignee.Name = ""
	return true
}

func (s *Store) traceDrafts(ctx context.Context, t *Traces) error {
	return s.records(ctx, keyDraft, func(id string, got []any) error {
		if t.Who.In(fmt.Sprint(got[0])) {
			t.Drafts = append(t.Drafts, id)
		}
		return nil
	})
}

// traceAudit finds the personal values that name the person, those beside them,
// and all of the entries on runs and alerts about them.
func (s *Store) traceAudit(ctx context.Context, t *Traces) error {
	theirs := map[string]bool{}
	for _, traces := range [][]Trace{t.Runs, t.Alerts} {
		for _, trace := range traces {
			theirs[trace.ID] = trace.About
		}
	}
	found := map[string]bool{}
	err := s.pages(ctx, func(page []redis.XMessage, _ Head, personal []map[string]string) error {
		for i, m := range page {
			var l line
			if len(personal[i]) == 0 || json.Unmarshal([]byte(entryText(m)), &l) != nil {
				continue
			}
			all := theirs[l.Run] || theirs[l.Facts["alert"]]
			for _, text := range personal[i] {
				all = all || t.Who.In(plainValue(text))
			}
			for name := range personal[i] {
				if all {
					found[personalField(l.Seq, name)] = true
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	// Values to which no entry leads, should there be any.
	fields := s.rdb.HScan(ctx, keyPersonal, 0, "", pageSize).Iterator()
	for fields.Next(ctx) {
		field := fields.Val()
		if fields.Next(ctx) && t.Who.In(plainValue(fields.Val())) {
			found[field] = true
		}
	}
	for field := range found {
		t.values = append(t.values, field)
	}
	slices.Sort(t.values)
	return failed("scan personal values", fields.Err())
}

// plainValue is a personal value without its salt.
func plainValue(text string) string {
	_, value, _ := strings.Cut(text, " ")
	return value
}

func (s *Store) traceMails(ctx context.Context, t *Traces) error {
	for _, address := range t.Who.addresses {
		byAddress := keyMailTo(s.addressHash(address))
		ids, err := s.rdb.ZRange(ctx, byAddress, 0, -1).Result()
		if err != nil {
			return failed("mail ledger", err)
		}
		t.Mails += len(ids)
		for _, id := range ids {
			t.mailKeys = append(t.mailKeys, keyMail(id))
		}
		t.mailKeys = append(t.mailKeys, byAddress)
	}
	return nil
}

// traceLinks finds the links that the person's runs have used.
func (s *Store) traceLinks(ctx context.Context, t *Traces) error {
	return s.scan(ctx, keyLink("*"), func(keys []string) error {
		runs, err := s.rdb.MGet(ctx, keys...).Result()
		if err != nil {
			return failed("used links", err)
		}
		for i, run := range runs {
			if slices.ContainsFunc(t.Runs, func(r Trace) bool { return r.About && r.ID == run }) {
				t.links = append(t.links, keys[i])
			}
		}
		return nil
	})
}
