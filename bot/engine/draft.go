package engine

import (
	"encoding/json"
	"time"

	"registrar/bot/runbook"
)

// DraftStatus is where a draft stands. The values are stored.
type DraftStatus string

// Every status of a draft.
const (
	Planning DraftStatus = "planning"
	Choosing DraftStatus = "choosing" // the plan needs one more field
	Ready    DraftStatus = "ready"
	Refused  DraftStatus = "refused" // planning failed; Problem says why
	Used     DraftStatus = "used"    // it became Run
)

// DraftLife is how long a draft is kept.
const DraftLife = 30 * time.Minute

// Draft is what a person typed and the plan made from it, until it is
// requested. Only the person who made it may use it.
type Draft struct {
	ID        string          `json:"id"`
	Version   int64           `json:"version"`
	Action    string          `json:"action"`
	Requester Person          `json:"requester"`
	Values    runbook.Values  `json:"values"`            // plain values, for drawing the modal again
	Secrets   []string        `json:"secrets,omitempty"` // names of secret fields in the vault
	Input     json.RawMessage `json:"input"`
	Reason    string          `json:"reason,omitempty"`
	Status    DraftStatus     `json:"status"`
	Plan      *runbook.Plan   `json:"plan,omitempty"`
	Target    json.RawMessage `json:"target,omitempty"`
	Hash      string          `json:"hash,omitempty"`
	Choose    *runbook.Choose `json:"choose,omitempty"`
	Problem   string          `json:"problem,omitempty"`
	// Suggest is what would help where planning was refused.
	Suggest []runbook.Suggestion `json:"suggest,omitempty"`
	// WhoCan are the Slack ids of those who may do what was refused.
	WhoCan  []string  `json:"who_can,omitempty"`
	Run     string    `json:"run,omitempty"` // the run it became
	Created time.Time `json:"created"`
}
