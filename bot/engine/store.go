package engine

import (
	"context"
	"errors"
	"time"
)

// The store's answers that callers tell apart.
var (
	// ErrNotFound: no such draft or run.
	ErrNotFound = errors.New("not found")
	// ErrConflict: somebody else moved the run first; load it and decide again.
	ErrConflict = errors.New("changed meanwhile")
	// ErrSeen: the mark was there already, so the effect is too.
	ErrSeen = errors.New("seen before")
	// ErrHeld: another process holds the lease, or another run holds a lock.
	ErrHeld = errors.New("held by another")
	// ErrFenced: the lease was lost to another process.
	ErrFenced = errors.New("lease lost")
	// ErrRefused: the script's own check of the gate (status, deadline, four
	// eyes, one decision a person) refused what Go thought it might do.
	ErrRefused = errors.New("refused by the gate")
)

// Mark identifies one press or command, so that a second delivery of it has no
// second effect. It is written in the same script as the effect and kept for
// an hour; Slack's last retry comes after five minutes. Empty means none.
type Mark string

// Entry is one line of the audit trail. What is personal is kept beside the
// chain under a salted commitment, so that it can be erased and the chain
// still verifies.
type Entry struct {
	At       time.Time         `json:"at"`
	Kind     string            `json:"kind"` // run.requested, run.approved, step.done, lookup …
	Run      string            `json:"run,omitempty"`
	Action   string            `json:"action,omitempty"`
	Actor    string            `json:"actor,omitempty"` // a Slack user id; empty for Registrar itself
	Facts    map[string]string `json:"facts,omitempty"`
	Personal map[string]string `json:"personal,omitempty"`
}

// Move is how a run is saved: one atomic write.
type Move struct {
	Run     *Run // with the version it was loaded with; Save increments it
	Entries []Entry
	Mark    Mark
	// Fence is the lease under which Apply writes; 0 for a person's press.
	Fence int64
	// Gate, for decisions, is judged again inside the script.
	Gate *Gate
}

// Gate is what the script itself checks before a decision is stored, on the
// record as it is then.
type Gate struct {
	From     Status    // the run's status must be this
	Hash     string    // and its plan's hash this
	Decider  string    // must not be among the run's self ids, nor have decided
	Deadline time.Time // must not have passed: now, as the engine's clock has it
}

// Holder is who holds a lock.
type Holder struct {
	Lock  string    `json:"lock"`
	Run   string    `json:"run"`
	Since time.Time `json:"since"`
}

// Lease is the right to apply a run, guarded by a fence that grows with every
// holder.
type Lease struct {
	Run   string
	Owner string
	Fence int64
}

// Store keeps drafts and runs. Package store implements it on Redis; Memory is
// the one for fast property tests. One suite (package storetest) holds both.
// All methods fail closed: where the outcome of a write is not known they
// return an error that is none of the above, and repeating the same Move with
// its Mark is safe.
type Store interface {
	// PutDraft stores a draft for DraftLife if its version is the stored one
	// (0: there is none), and increments d.Version. ErrConflict otherwise.
	PutDraft(ctx context.Context, d *Draft) error
	Draft(ctx context.Context, id string) (*Draft, error)
	// Submit turns a draft into a run: in one script the draft becomes Used,
	// the run is created with its entries, secrets of the draft become the
	// run's. If the draft is Used already it returns ErrSeen.
	Submit(ctx context.Context, d *Draft, m Move) error

	Run(ctx context.Context, id string) (*Run, error)
	Save(ctx context.Context, m Move) error
	// Due lists at most n open runs whose Wake has come, oldest first.
	Due(ctx context.Context, now time.Time, n int) ([]string, error)

	// Unshown lists at most n runs saved before the given time of which that
	// version was not shown to people since, oldest first: what a process that
	// died has left unsaid. Shown takes a version off the list, and returns
	// ErrConflict where a newer one was saved meanwhile.
	Unshown(ctx context.Context, before time.Time, n int) ([]string, error)
	Shown(ctx context.Context, run string, version int64) error

	// Lease takes the run's lease for ttl, or returns ErrHeld. Renew and Release
	// return ErrFenced where it was lost.
	Lease(ctx context.Context, run, owner string, ttl time.Duration) (Lease, error)
	Renew(ctx context.Context, l Lease, ttl time.Duration) error
	Release(ctx context.Context, l Lease) error

	// Lock takes all names for the run or none; on ErrHeld it says who holds
	// them. Taking them again is no error. They are kept until Unlock.
	Lock(ctx context.Context, run string, names []string) ([]Holder, error)
	Unlock(ctx context.Context, run string) error
	// BreakLock takes one lock from the run that holds it, with an audit entry in
	// the same script; ErrNotFound where that run does not hold it. With a mark
	// seen before it returns ErrSeen.
	BreakLock(ctx context.Context, mark Mark, lock, run string, entry Entry) error

	// Append adds to the audit trail what belongs to no run, such as a look-up.
	// With a mark seen before it returns ErrSeen.
	Append(ctx context.Context, mark Mark, entries ...Entry) error

	// Seen reports whether a mark's effect has been written.
	Seen(ctx context.Context, mark Mark) (bool, error)

	// PutSecret keeps a secret encrypted under scope (a draft or run id) for at
	// most 24 h. Secret returns ErrNotFound where it is gone.
	PutSecret(ctx context.Context, scope, name, secret string) error
	Secret(ctx context.Context, scope, name string) (string, error)
	DropSecrets(ctx context.Context, scope string, names ...string) error

	// Epoch changes when Redis restarted or failed over, so that what was
	// acknowledged before may have been lost.
	Epoch(ctx context.Context) (string, error)
}
