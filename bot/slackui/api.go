package slackui

import (
	"time"

	"github.com/slack-go/slack"

	"registrar/bot/engine"
	"registrar/bot/runbook"
)

// HelpEntry is one action in help, as one person may use it.
type HelpEntry struct {
	Action  runbook.Action
	Allowed bool
	Why     string   // why not, where not allowed
	WhoCan  []string // Slack ids of user groups and users, or names
}

// Form is an action's modal. The caller sets ExternalID.
func (u UI) Form(a runbook.Action, v runbook.Values, note string) slack.ModalViewRequest {
	return slack.ModalViewRequest{}
}

// Planning is shown while a plan is made or a report is read.
func (u UI) Planning(ref Ref, title, progress string) slack.ModalViewRequest {
	return slack.ModalViewRequest{}
}

// Draft is the modal of a draft in any status.
func (u UI) Draft(d *engine.Draft) slack.ModalViewRequest { return slack.ModalViewRequest{} }

// Document is a report's answer in the modal.
func (u UI) Document(ref Ref, doc runbook.Document) slack.ModalViewRequest {
	return slack.ModalViewRequest{}
}

// DocumentMessage is a report's answer as a direct message.
func (u UI) DocumentMessage(doc runbook.Document) Message { return Message{} }

// Card is the run's one message in the approvals channel.
func (u UI) Card(r *engine.Run, now time.Time) Message { return Message{} }

// Result is posted in the card's thread and to the requester when a run ends.
func (u UI) Result(r *engine.Run) Message { return Message{} }

// PlanReady tells the requester whose modal was closed that the plan is ready.
func (u UI) PlanReady(d *engine.Draft) Message { return Message{} }

// Reminder is posted in the thread of a card that still waits for approval.
func (u UI) Reminder(r *engine.Run) Message { return Message{} }

// AskNotice tells a person what they must do now.
func (u UI) AskNotice(r *engine.Run) Message { return Message{} }

// ApprovedInYourName tells an approver what was approved in their name.
func (u UI) ApprovedInYourName(r *engine.Run) Message { return Message{} }

// GiftNotice tells the requester of a secret only they may see.
func (u UI) GiftNotice(r *engine.Run, gift engine.Gift) Message { return Message{} }

// StatusNotice tells the requester of a change that is not the end.
func (u UI) StatusNotice(r *engine.Run) Message { return Message{} }

// Changes is a page, from 0, of everything in a run's plan.
func (u UI) Changes(r *engine.Run, page int) slack.ModalViewRequest { return slack.ModalViewRequest{} }

// DraftChanges is a page, from 0, of everything in a draft's plan.
func (u UI) DraftChanges(d *engine.Draft, page int) slack.ModalViewRequest {
	return slack.ModalViewRequest{}
}

// RejectModal asks "Why?".
func (u UI) RejectModal(r *engine.Run) slack.ModalViewRequest { return slack.ModalViewRequest{} }

// AnswerModal has the inputs of the ask a run waits on.
func (u UI) AnswerModal(r *engine.Run) slack.ModalViewRequest { return slack.ModalViewRequest{} }

// SecretModal shows a secret to the one person who may see it.
func (u UI) SecretModal(title, label, secret string) slack.ModalViewRequest {
	return slack.ModalViewRequest{}
}

// Note is a modal with something to read and perhaps actions that would help.
func (u UI) Note(title, text string, suggest ...runbook.Suggestion) slack.ModalViewRequest {
	return slack.ModalViewRequest{}
}

// Private is a short answer to one person, such as why a button is not theirs.
func (u UI) Private(text string, suggest ...runbook.Suggestion) Message { return Message{} }

// Problem is a refusal or a failure, told to one person.
func (u UI) Problem(text string, suggest ...runbook.Suggestion) Message { return Message{} }

// Help lists what a person may use, what not and why, and what is not set up.
func (u UI) Help(entries []HelpEntry, absent ...runbook.Absent) Message { return Message{} }
