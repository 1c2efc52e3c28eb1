package alerts

import (
	"slices"
	"strings"
	"time"

	"registrar/bot/runbook"
)

// Status is where an alert stands. The values are stored and never renamed.
type Status string

// Every status an alert can have.
const (
	// Open: it waits for somebody, or somebody has taken it (Assignee).
	Open Status = "open"
	// Snoozed: somebody has put it aside until Snoozed; then it is Open again.
	Snoozed Status = "snoozed"
	// Dismissed: somebody has closed it by hand. It stays closed.
	Dismissed Status = "dismissed"
	// Closed: its cause is gone, so it has closed itself. It stays closed.
	Closed Status = "closed"
)

// Statuses lists every status, for tests and metrics.
func Statuses() []Status { return []Status{Open, Snoozed, Dismissed, Closed} }

// Ended reports whether nothing can happen to the alert any more but that rows
// join it while a run still mends their cause.
func (s Status) Ended() bool { return s == Dismissed || s == Closed }

// Row is one line of the log: somebody could not be synced.
type Row struct {
	ID      string
	At      time.Time // when it was last written, by the log's own clock
	Contact string    // id of the person's contact record, if the row names it
	User    string    // id of the person's user record, if the row names it
	Account string    // id of the account, if the row names it
	// AccountName is the account's name, if the row leads to it.
	AccountName string
	Email       string
	Name        string
	Message     string // what the other system answered
}

// Persons are the keys by which two rows are one alert, the surest first: the
// contact and the address, else the user, else nothing but the row itself. A row
// may name no contact where an earlier one did.
func (r Row) Persons() []string {
	var keys []string
	for _, key := range []string{r.Contact, strings.ToLower(strings.TrimSpace(r.Email))} {
		if key != "" {
			keys = append(keys, key)
		}
	}
	switch {
	case len(keys) > 0:
		return keys
	case r.User != "":
		return []string{r.User}
	}
	return []string{"row " + r.ID}
}

// Who is somebody who pressed a button.
type Who struct {
	ID   string `json:"id"` // a Slack user id
	Name string `json:"name"`
}

// Event is one line of an alert's history as its card shows it.
type Event struct {
	At   time.Time `json:"at"`
	By   string    `json:"by,omitempty"` // a Slack user id; empty for Registrar itself
	Text string    `json:"text"`
}

// AlertSchema is the version of an alert's stored form that this release writes.
const AlertSchema = 1

// Alert is what went wrong for one person, from the first row to its end. It is
// stored as JSON and must be readable by later releases: add fields, never
// rename them.
type Alert struct {
	Schema  int    `json:"schema"`
	ID      string `json:"id"`
	Version int64  `json:"version"`
	Status  Status `json:"status"`
	// Person is the first of the keys by which rows find it, Also the others; see
	// [Row.Persons].
	Person    string   `json:"person"`
	Also      []string `json:"also,omitempty"`
	Name      string   `json:"name,omitempty"`
	Email     string   `json:"email,omitempty"`
	Account   string   `json:"account,omitempty"` // its name, once known
	AccountID string   `json:"account_id,omitempty"`
	Contact   string   `json:"contact,omitempty"` // the contact's id
	// Message is what the log's last row says.
	Message string `json:"message,omitempty"`
	// Emails are the person's addresses, each under the record that holds it.
	Emails []runbook.Fact `json:"emails,omitempty"`
	// Why it happened, each with the action that mends it, if there is one.
	Why   []runbook.Finding `json:"why,omitempty"`
	Links []runbook.Link    `json:"links,omitempty"`
	// Explained is when it last learned something from the person's records.
	// Zero: not yet, so it holds only what its row says.
	Explained time.Time `json:"explained,omitzero"`
	Rows      int       `json:"rows"`
	First     time.Time `json:"first"` // the oldest row
	Last      time.Time `json:"last"`  // the newest row
	Heard     time.Time `json:"heard"` // when its last row was taken in
	Assignee  *Who      `json:"assignee,omitempty"`
	// Snoozed is until when it is put aside; zero where it is not.
	Snoozed time.Time `json:"snoozed,omitzero"`
	// Idle is since when it has been open with nobody to care for it.
	Idle time.Time `json:"idle,omitzero"`
	// Reminded: it was unassigned for [RemindAfter], which is said once.
	Reminded bool `json:"reminded,omitempty"`
	// Wake is when the desk looks at it next; zero once it has ended.
	Wake time.Time `json:"wake,omitzero"`
	// Digest is the digest that shows it; empty where it has a card of its own.
	Digest string `json:"digest,omitempty"`
	// Run is the run that mends it just now, if any.
	Run     string    `json:"run,omitempty"`
	History []Event   `json:"history,omitempty"`
	Created time.Time `json:"created"`
	Updated time.Time `json:"updated"`
	Ended   time.Time `json:"ended,omitzero"` // when it was dismissed or closed
	// Erased is when everything personal was taken out of it; see [Alert.Erase].
	Erased time.Time `json:"erased,omitzero"`
}

// FixSync is the action that mends what an alert is about, and the name of its
// field that says whom.
const (
	FixSync      = "fix-sync"
	fixSyncField = "email"
)

// Fix is what "Fix…" opens: fix-sync as a cause proposes it, else for the
// alert's address. Actions that mend a cause otherwise stand beside it in Why.
func (a *Alert) Fix() *runbook.Suggestion {
	for _, f := range a.Why {
		if f.Mend != nil && f.Mend.Action == FixSync {
			return f.Mend
		}
	}
	return &runbook.Suggestion{Action: FixSync, Label: "Fix sync", Values: runbook.Values{fixSyncField: a.Email}}
}

// Keys are all by which rows find the alert.
func (a *Alert) Keys() []string { return append([]string{a.Person}, a.Also...) }

// Face names the message that shows the alert: its own id, or its digest's.
func (a *Alert) Face() string {
	if a.Digest != "" {
		return a.Digest
	}
	return a.ID
}

func (a *Alert) log(at time.Time, by, text string) {
	a.History = append(a.History, Event{At: at, By: by, Text: text})
}

// clone is a copy that may be changed.
func (a *Alert) clone() *Alert {
	c := *a
	if a.Assignee != nil {
		who := *a.Assignee
		c.Assignee = &who
	}
	c.Emails, c.Why, c.Links = slices.Clone(a.Emails), slices.Clone(a.Why), slices.Clone(a.Links)
	c.History, c.Also = slices.Clone(a.History), slices.Clone(a.Also)
	return &c
}

// digestPrefix begins the id of every digest, and of nothing else.
const digestPrefix = "digest-"

// IsDigest reports whether a face (see [Alert.Face]) is a digest's.
func IsDigest(face string) bool { return strings.HasPrefix(face, digestPrefix) }

// DigestSchema is the version of a digest's stored form that this release
// writes.
const DigestSchema = 1

// Digest is one message for a burst: more than [Burst] new persons in a poll.
// Its alerts have no card of their own; each is taken, snoozed and dismissed as
// any other.
type Digest struct {
	Schema int    `json:"schema"`
	ID     string `json:"id"`
	// Version grows with every move of one of its alerts.
	Version int64     `json:"version"`
	Alerts  []string  `json:"alerts"`
	Created time.Time `json:"created"`
}

// Cause is why an alert happened, as the person's records say.
type Cause struct {
	Name, Email        string
	Account, AccountID string
	Contact            string
	Emails             []runbook.Fact
	Why                []runbook.Finding
	Links              []runbook.Link
	// Gone says, in one sentence, what shows that nothing is amiss any more;
	// empty where something still is, or where nobody can tell.
	Gone string
}
