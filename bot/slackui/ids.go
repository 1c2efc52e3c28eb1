package slackui

import (
	"encoding/json"
	"fmt"
	"strings"

	"registrar/bot/runbook"
)

// The action ids of buttons: what a press means. A press's value is a [Ref].
const (
	PressApprove     = "approve"
	PressReject      = "reject"   // opens the "Why?" modal
	PressCancel      = "cancel"   // the requester withdraws
	PressExtend      = "extend"   // the requester asks for more time
	PressStop        = "stop"     // anyone, during the delay of an irreversible run
	PressDone        = "done"     // an ask's Done; opens a modal where input is needed
	PressHappened    = "happened" // needs-review: it did happen
	PressNotHappened = "not-happened"
	PressBreak       = "break-lock" // an admin takes the locks of run Item, for this one
	PressChanges     = "changes"    // "Show all changes"; Page says which
	PressShowSecret  = "show-secret"
	PressShowGift    = "show-gift"
	PressOpenPlan    = "open-plan" // from the direct message "Your plan is ready"
	PressFix         = "fix"       // an alert's: opens what mends it; Item is the alert
	PressAssign      = "assign"
	PressUnassign    = "unassign"
	PressSnooze      = "snooze" // Step says for how long
	PressDismiss     = "dismiss"
	PressAlerts      = "alerts" // "Show all" of digest Item; Page says which
	PressMend        = "mend"   // a suggestion: opens another action, prefilled
	PressPage        = "page"   // another page of a report, read in place
	PressHome        = "home"   // on the Home tab: draw it again
	PressProbe       = "probe"  // doctor's: that it arrives is all
	PressLink        = "link"   // a link button; Slack reports the press, nothing happens
)

// How long "Snooze" puts an alert aside.
const (
	SnoozeHour = "1h"
	SnoozeDay  = "1d"
)

// Pressed is what an action id means. Where one block holds several buttons of
// the same meaning ("Previous" and "Next"), their ids differ behind a colon,
// because Slack wants them unique; whoever reads one goes through Pressed.
func Pressed(actionID string) string {
	press, _, _ := strings.Cut(actionID, ":")
	return press
}

// nth makes the action id of the nth button of one meaning in a block.
func nth(press string, n int) string { return fmt.Sprintf("%s:%d", press, n) }

// The callback ids of views: what a submission means. A view's private
// metadata is a [Ref].
const (
	ViewForm     = "form"     // an action's fields
	ViewPlanning = "planning" // "Planning…", and a report being read
	ViewPlan     = "plan"     // the plan, with its submit button
	ViewReject   = "reject"
	ViewAnswer   = "answer" // an ask's inputs
	ViewShow     = "show"   // something to read
	ViewAlerts   = "alerts" // the alerts of a digest
	ViewHome     = "home"   // the Home tab
)

// InputAction is the action id of the element in every input block; the block
// id is the field's name.
const InputAction = "value"

// ReasonField is the block id of the field "Reason" (and of "Why?").
const ReasonField = "reason"

// Ref is what a button or view refers to. It travels through Slack as JSON, at
// most 2,000 characters, and is never trusted: whoever reads it checks the
// person's rights and the stored record.
type Ref struct {
	Action string `json:"a,omitempty"`
	Draft  string `json:"d,omitempty"`
	Run    string `json:"r,omitempty"`
	Hash   string `json:"h,omitempty"` // of the plan that was on the screen
	Step   string `json:"s,omitempty"`
	Item   string `json:"i,omitempty"` // a gift's id, a secret's name, which review, an alert's or digest's id
	Page   int    `json:"p,omitempty"`
	// Values are the prefill of a suggestion. In a form that was drawn again
	// they are answers the view has no input for; they join what was typed.
	Values runbook.Values `json:"v,omitempty"`
}

// Encode is the Ref as the text a button or a view carries.
func (r Ref) Encode() string {
	raw, err := json.Marshal(r)
	if err != nil {
		panic("slackui: a Ref is plain data and always marshals: " + err.Error())
	}
	return string(raw)
}

// ParseRef reads a button's value or a view's private metadata.
func ParseRef(s string) (Ref, error) {
	var r Ref
	if len(s) > 3000 {
		return r, fmt.Errorf("ref of %d bytes", len(s))
	}
	if err := json.Unmarshal([]byte(s), &r); err != nil {
		return Ref{}, fmt.Errorf("ref: %w", err)
	}
	return r, nil
}
