package engine

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"registrar/bot/runbook"
)

// Status is where a run stands. The values are stored and never renamed.
type Status string

// Every status a run can have.
const (
	AwaitingApproval Status = "awaiting-approval"
	Approved         Status = "approved"
	Applying         Status = "applying"
	WaitingOnPerson  Status = "waiting-on-person"
	WaitingOnSystem  Status = "waiting-on-system"
	Succeeded        Status = "succeeded"
	Failed           Status = "failed"
	NeedsReview      Status = "needs-review"
	Rejected         Status = "rejected"
	Expired          Status = "expired"
	Cancelled        Status = "cancelled"
	Stale            Status = "stale"
)

// Statuses lists every status, for tests and metrics.
func Statuses() []Status {
	return []Status{AwaitingApproval, Approved, Applying, WaitingOnPerson, WaitingOnSystem,
		Succeeded, Failed, NeedsReview, Rejected, Expired, Cancelled, Stale}
}

// Closed reports whether nothing can happen to the run any more. A run that
// needs review is open: a person must still say what happened.
func (s Status) Closed() bool {
	switch s {
	case Succeeded, Failed, Rejected, Expired, Cancelled, Stale:
		return true
	}
	return false
}

// StepStatus is where a step stands in the journal. The values are stored.
type StepStatus string

// Every state of a step.
const (
	StepTodo    StepStatus = "todo"
	StepStarted StepStatus = "started" // saved before Do is called, or the ask was opened
	StepDone    StepStatus = "done"
	StepFailed  StepStatus = "failed"  // it was refused; what a step of many writes did before that stays
	StepUnknown StepStatus = "unknown" // it may or may not have happened
)

// Person is somebody who asked or decided. The e-mail is empty where Slack
// does not give it.
type Person struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Email string `json:"email,omitempty"`
}

// Is reports whether two accounts are one person's: the same, or of the same
// address.
func (p Person) Is(other Person) bool {
	return p.ID == other.ID || p.Email != "" && strings.EqualFold(p.Email, other.Email)
}

// Decision is one person's approval or rejection. MAC binds it to the run, the
// plan's hash and the person; Apply checks it.
type Decision struct {
	By       Person    `json:"by"`
	At       time.Time `json:"at"`
	Approved bool      `json:"approved"`
	Reason   string    `json:"reason,omitempty"`
	Hash     string    `json:"hash"`
	MAC      string    `json:"mac"`
}

// Opening says that somebody has opened "Show all changes".
type Opening struct {
	By string    `json:"by"` // a Slack user id
	At time.Time `json:"at"`
}

// StepState is one step's line in the journal.
type StepState struct {
	ID       string     `json:"id"`
	Status   StepStatus `json:"status"`
	Started  time.Time  `json:"started,omitzero"`
	Finished time.Time  `json:"finished,omitzero"`
	Note     string     `json:"note,omitempty"`
	// Already says the end state held before anything was done.
	Already bool `json:"already,omitempty"`
	// By is who answered an ask or resolved an unknown outcome.
	By *Person `json:"by,omitempty"`
	// Values are an ask's plain answers. Secret ones are in the store's vault.
	Values map[string]string `json:"values,omitempty"`
	// Secrets says under which name each secret answer is in the vault: one that
	// no other press can have written.
	Secrets map[string]string `json:"secrets,omitempty"`
	// Evidence says what is known about an unknown outcome.
	Evidence string `json:"evidence,omitempty"`
	// Reminded counts the reminders of an open ask.
	Reminded int `json:"reminded,omitempty"`
	// Tries counts how often the step was put off without effect.
	Tries int `json:"tries,omitempty"`
}

// Event is one line of a run's history as the card shows it.
type Event struct {
	At   time.Time `json:"at"`
	By   string    `json:"by,omitempty"` // a Slack user id; empty for Registrar itself
	Text string    `json:"text"`
}

// Gift is a secret handed to the requester alone, such as a link to send.
type Gift struct {
	ID    string    `json:"id"` // its name in the vault
	Label string    `json:"label"`
	Until time.Time `json:"until"`
}

// Run is one request from its submission to its end. It is stored as JSON and
// must be readable by later releases: add fields, never rename them.
type Run struct {
	Schema    int             `json:"schema"`
	ID        string          `json:"id"` // UUIDv7
	Version   int64           `json:"version"`
	Action    string          `json:"action"`
	Input     json.RawMessage `json:"input"`
	Target    json.RawMessage `json:"target"`
	Plan      runbook.Plan    `json:"plan"`
	Hash      string          `json:"hash"`
	Requester Person          `json:"requester"`
	Reason    string          `json:"reason,omitempty"`
	Status    Status          `json:"status"`
	// Why is one plain sentence on the status where the status alone does not
	// say enough: what a stale plan found, what failed, which run holds a lock.
	Why       string    `json:"why,omitempty"`
	Created   time.Time `json:"created"`
	Updated   time.Time `json:"updated"`
	Expires   time.Time `json:"expires,omitzero"`    // of the request for approval
	RemindAt  time.Time `json:"remind_at,omitzero"`  // next reminder
	Extended  int       `json:"extended,omitempty"`  // how often, at most MaxExtensions
	NotBefore time.Time `json:"not_before,omitzero"` // the delay before what cannot be undone
	// Reminders counts the reminders of a request that waits for approval.
	Reminders int `json:"reminders,omitempty"`
	// Wake is when somebody should look at the run again. The store indexes it.
	Wake      time.Time  `json:"wake,omitzero"`
	Decisions []Decision `json:"decisions,omitempty"`
	// Opened is who has seen the whole plan, where an approver must have.
	Opened  []Opening   `json:"opened,omitempty"`
	Steps   []StepState `json:"steps,omitempty"`
	Gifts   []Gift      `json:"gifts,omitempty"`
	History []Event     `json:"history,omitempty"`
	// Blocked is who holds a lock the run waits for, nil where it does not wait.
	Blocked *Holder `json:"blocked,omitempty"`
	// Unlocked: an admin broke its locks. It takes them again before it goes on.
	Unlocked bool `json:"unlocked,omitempty"`
	// Epoch is the store's epoch when the last step started: where it has
	// changed since (Redis restarted or failed over), the step is verified.
	Epoch string `json:"epoch,omitempty"`
	// Erased is when everything personal was taken out of it; see [Run.Erase].
	Erased time.Time `json:"erased,omitzero"`
}

// RunSchema is the version of the stored form that this release writes.
const RunSchema = 1

// MaxExtensions is how often a requester may extend a request.
const MaxExtensions = 2

// Approvals counts the approvals.
func (r *Run) Approvals() int {
	n := 0
	for _, d := range r.Decisions {
		if d.Approved {
			n++
		}
	}
	return n
}

// Decided reports whether a person has already decided, perhaps under another
// Slack account with the same address.
func (r *Run) Decided(who Person) bool {
	return slices.ContainsFunc(r.Decisions, func(d Decision) bool { return d.By.Is(who) })
}

// gains reports whether a run is about who, by their address.
func (r *Run) gains(who Person) bool {
	return slices.ContainsFunc(r.Plan.Beneficiaries, func(email string) bool { return strings.EqualFold(email, who.Email) })
}

// HasOpened reports whether a person has seen the whole plan.
func (r *Run) HasOpened(id string) bool {
	return slices.ContainsFunc(r.Opened, func(o Opening) bool { return o.By == id })
}

// Current is the index of the first step that is not done, or -1.
func (r *Run) Current() int {
	return slices.IndexFunc(r.Steps, func(s StepState) bool { return s.Status != StepDone })
}

// Review names the doubt that a run which needs review is in. It differs where
// the step has run again since, so that an answer to an earlier doubt does not
// count for a later one. Empty where there is none.
func (r *Run) Review() string {
	i := r.Current()
	if r.Status != NeedsReview || i < 0 {
		return ""
	}
	return r.Steps[i].ID + "@" + strconv.FormatInt(r.Steps[i].Started.UnixMilli(), 10)
}

// OpenAsk is the planned ask the run waits on, or nil.
func (r *Run) OpenAsk() *runbook.PlannedStep {
	i := r.Current()
	if r.Status != WaitingOnPerson || i < 0 {
		return nil
	}
	return &r.Plan.Steps[i]
}

// Escalated reports whether the open ask has been reminded of so often that the
// approvers are asked too.
func (r *Run) Escalated() bool {
	i := r.Current()
	return r.OpenAsk() != nil && r.Steps[i].Reminded >= askEscalation
}

// Wrote reports whether a step may have changed a system.
func (r *Run) Wrote() bool {
	for i, s := range r.Steps {
		planned := r.Plan.Steps[i]
		if planned.Ask == nil && planned.Wait == nil && planned.File == "" && (s.Status == StepStarted || s.Status == StepUnknown || s.Status == StepDone && !s.Already) {
			return true
		}
	}
	return false
}

func (r *Run) clone() *Run {
	c := *r
	c.Decisions, c.Steps = slices.Clone(r.Decisions), slices.Clone(r.Steps)
	c.Opened = slices.Clone(r.Opened)
	c.Gifts, c.History = slices.Clone(r.Gifts), slices.Clone(r.History)
	return &c
}

func (r *Run) log(at time.Time, by, text string) {
	r.History = append(r.History, Event{At: at, By: by, Text: text})
}
