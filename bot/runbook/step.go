package runbook

import (
	"context"
	"time"
)

// System is where a step or a record lives.
type System string

// The systems Registrar knows.
const (
	LearnUpon  System = "LearnUpon"
	Salesforce System = "Salesforce"
	BambooHR   System = "BambooHR"
	Mail       System = "Mail"
	Person     System = "Person" // a step that changes no system: somebody looks and says so
)

// Step is one unit of work in a run. It has exactly one of Do, Ask, Wait and
// File.
type Step struct {
	ID      string // stable within the action's plan
	Title   string
	System  System
	Changes []Change

	// Do makes the change and returns a short note for the record. It checks
	// the From values of its changes first and returns [Mismatch] if they no
	// longer hold. It is called at most once unless it failed without effect.
	Do func(context.Context, Answers) (note string, err error)
	// Done reports whether the end state already holds. It is asked before Do
	// and after a crash; for an ask it is the read-back, for a wait the
	// condition. Where it is nil, a Do whose outcome is unknown stops the run
	// as needs-review; so does an error of Done that is an answer, such as a
	// [Mismatch], while an outage is waited out.
	Done func(context.Context, Answers) (bool, error)
	// Look tells people, in a sentence, how they find out whether a Do without
	// Done happened: no system tells us, and the record alone may mislead.
	Look string
	// Repeatable says that doing it twice is the same as once, so that after a
	// crash it is simply done again. It is for steps that change no record,
	// such as handing a link to the requester.
	Repeatable bool
	Ask        *Ask
	Wait       *Wait
	File       *File
}

// Ask is a step that only a person can do, because the vendor has no API for it.
type Ask struct {
	// Instruction states the end state, never a toggle's direction.
	Instruction string
	Link        Link // the exact page, as deep as the vendor allows
	Inputs      []Input
	// NotRequester keeps the requester from answering.
	NotRequester bool
}

// Input is something the person answering an ask must type.
type Input struct {
	Name   string
	Label  string
	Hint   string
	Secret bool // kept encrypted, deleted when used, 24 h at most
	// Check's error is shown under the input. Nil accepts any text.
	Check func(ctx context.Context, value string) error
}

// Link is a page to open.
type Link struct {
	Text string `json:"text"`
	URL  string `json:"url"`
}

// Wait is a step in which a system must act: Done is asked every Every until
// it is true or Until has passed since the step began. What has not happened
// within an hour is asked less often, see [Wait.Pause].
type Wait struct {
	Every time.Duration
	Until time.Duration
}

// Pause is how long to leave Done alone in a wait of that age: Every in the
// first hour, in which most people and systems act, and ten minutes after that
// (or Every, where that is longer), so that days cost hundreds of calls and not
// thousands. It never goes beyond Until.
func (w Wait) Pause(age time.Duration) time.Duration {
	pause := w.Every
	if age >= time.Hour {
		pause = max(pause, 10*time.Minute)
	}
	return min(pause, w.Until-age)
}

// File is a file for the thread of the run's card, such as what a later step
// deletes. Where it comes before the first write, a file that cannot be made or
// posted leaves everything as it was. It is posted once: the thread is looked
// at first. Changes and Done have no meaning for such a step.
type File struct {
	Name string // with its extension: "course-history.csv"
	// Make reads and writes the content; it runs with clients that refuse
	// writes. It must not be empty: Slack takes no empty file. A file with
	// outside values that a spreadsheet may open is made by [CSV].
	Make func(context.Context, Answers) ([]byte, error)
}

// Answers is what a step knows about its run beyond the target.
type Answers struct {
	RunID  string
	StepID string
	// Value is an ask's plain input. Empty where it was not given.
	Value func(step, input string) string
	// Secret is a secret field (step "") or a secret input of an ask. It
	// returns [ErrSecretLost] where the secret has expired or was used up.
	Secret func(ctx context.Context, step, input string) (string, error)
	// Give hands a secret, such as a link, to the requester alone: a direct
	// message offers a button that shows it.
	Give func(ctx context.Context, label, secret string) error
}
