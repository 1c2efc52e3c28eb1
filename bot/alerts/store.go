package alerts

import (
	"context"
	"errors"
	"time"
)

// The store's answers that callers tell apart.
var (
	// ErrNotFound: no such alert or digest.
	ErrNotFound = errors.New("not found")
	// ErrConflict: somebody else moved an alert first, or a person has another
	// alert by now; load it and decide again.
	ErrConflict = errors.New("changed meanwhile")
	// ErrSeen: a mark or a row was there already, so its effect is too.
	ErrSeen = errors.New("seen before")
)

// Entry is one line of the audit trail. What is personal is kept beside the
// chain, so that it can be erased.
type Entry struct {
	At       time.Time
	Kind     string // alert.opened, alert.joined, alert.assigned …
	Actor    string // a Slack user id; empty for Registrar itself
	Facts    map[string]string
	Personal map[string]string
}

// Change is how alerts are saved: one atomic write, whole or not at all.
type Change struct {
	// Alerts have the version they were loaded with, 0 where they are new; Save
	// increments it. A new alert takes all of its keys; see [Alert.Keys].
	Alerts []*Alert
	// Takes are, by their key, the keys that an alert takes and that were another
	// one's when it was loaded, or its own.
	Takes map[string]Take
	// Rows are what caused it; none may have been seen before.
	Rows []string
	// Digest is new, or nil.
	Digest  *Digest
	Entries []Entry
	// Mark identifies a press, so that its second delivery has no second effect.
	// It is kept for an hour.
	Mark string
}

// Take makes a key an alert's, where it still is whose it was when it was loaded.
type Take struct {
	Alert string // by its id
	From  string // the id of whose it was, also of the alert's own; empty: nobody's
}

// Turn is the answer to who wants to poll.
type Turn struct {
	Mine   bool          // poll now, then call EndPoll
	Wait   time.Duration // where not: ask again after this long
	Cursor time.Time     // the time up to which rows have been read; zero at first
}

// Query chooses alerts for a list.
type Query struct {
	Open     bool   // only those that have not ended
	Assignee string // only this person's that have not ended, by Slack id; Open is not looked at
	// From and To bound when they were created; zero is no bound. They are not
	// looked at where Assignee is set.
	From, To time.Time
	Limit    int   // at most so many; 50 where zero
	After    Place // the next page; zero for the first one
}

// Place is where a page of a list ends. Its zero value is before all.
type Place struct {
	At   int64 // creation of the last alert, in ms
	Skip int   // how many alerts of that very time have been listed
}

// Page is a part of a list, newest first.
type Page struct {
	Alerts []*Alert
	Next   Place
	More   bool // there are alerts behind Next
}

// Store keeps alerts. All methods fail closed: where the outcome of a write is
// not known they return an error that is none of the above, and repeating the
// whole move is safe.
type Store interface {
	Alert(ctx context.Context, id string) (*Alert, error)
	Digest(ctx context.Context, id string) (*Digest, error)
	// Loaded loads several alerts at once, in the given order. Those that are
	// gone or of a newer release are left out.
	Loaded(ctx context.Context, ids []string) ([]*Alert, error)
	Save(ctx context.Context, c Change) error
	// Seen reports whether a press's mark has been written.
	Seen(ctx context.Context, mark string) (bool, error)
	// SeenRows tells which of the rows were taken in within the last [RowLife].
	SeenRows(ctx context.Context, rows []string) (map[string]bool, error)
	// Last loads the newest alert of each key of a person, by key, unless it
	// ended longer ago than [RowLife]. Keys of one alert lead to the same value.
	Last(ctx context.Context, persons []string) (map[string]*Alert, error)
	List(ctx context.Context, q Query) (Page, error)

	// BeginPoll gives the turn to one process at a time, at most once in every.
	// A process that falls silent loses it after life.
	BeginPoll(ctx context.Context, owner string, every, life time.Duration) (Turn, error)
	// EndPoll gives the turn back, having read the log or not. The cursor never
	// moves back; where it is zero the old one stays.
	EndPoll(ctx context.Context, owner string, cursor time.Time, read bool) error

	// TakeDue lists at most n alerts whose Wake has come, oldest first, and keeps
	// others from taking them for the time of a claim.
	TakeDue(ctx context.Context, now time.Time, claim time.Duration, n int) ([]string, error)
	// WakeAt has an alert that has not ended looked at then, and nothing else.
	WakeAt(ctx context.Context, id string, at time.Time) error

	// Unshown lists at most n faces (see [Alert.Face]) that moved or were listed
	// before the given time and were not shown since, oldest first. Shown takes a
	// version of one off the list, and returns ErrConflict where there is a newer
	// one.
	Unshown(ctx context.Context, before time.Time, n int) ([]string, error)
	Shown(ctx context.Context, face string, version int64) error
}
