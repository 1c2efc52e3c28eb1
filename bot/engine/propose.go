package engine

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"registrar/bot/runbook"
)

// Proposal is what a person typed for an action.
type Proposal struct {
	Draft  string // from NewID; the same again plans again
	Action string
	By     Person
	Values runbook.Values // as typed, secrets included
	Reason string
}

// NewID makes an id for a draft or a run: a UUIDv7, so that ids sort by age.
func NewID() string { return uuid.Must(uuid.NewV7()).String() }

// Propose checks what was typed and stores it as a draft to be planned. It
// calls no vendor, so that it fits before an acknowledgement. What is wrong
// with the fields comes back as [runbook.FieldErrors]. A second delivery of the
// same values leaves the plan made since as it is.
func (e *Engine) Propose(ctx context.Context, p Proposal) (*Draft, error) {
	action, ok := e.Catalog.Named(p.Action)
	if !ok || action.ReadOnly() {
		return nil, runbook.Refuse("This action is not available. /registrar lists those that are.")
	}
	if err := e.May(ctx, p.By, VerbRequest, Subject{Action: p.Action, Requester: p.By}); err != nil {
		return nil, err
	}
	input, err := e.decode(action, p)
	if err != nil {
		return nil, err
	}
	d, err := e.Store.Draft(ctx, p.Draft)
	switch {
	case errors.Is(err, ErrNotFound):
		d = &Draft{ID: p.Draft, Created: e.Now()}
	case err != nil:
		return nil, err
	case d.Requester.ID != p.By.ID:
		return nil, runbook.Refuse("This plan belongs to somebody else.")
	case d.Status == Used:
		return d, nil
	}
	again := d.Version > 0 && d.Status != Refused && d.Action == p.Action && d.Reason == p.Reason && bytes.Equal(d.Input, input)
	secrets, err := e.conceal(ctx, d.ID, action, p.Values)
	if err != nil || again {
		return d, err // what was planned from the same values stands
	}
	d.Action, d.Requester, d.Input, d.Reason, d.Secrets = p.Action, p.By, input, p.Reason, secrets
	d.Status, d.Plan, d.Target, d.Hash, d.Choose, d.Problem, d.Suggest, d.WhoCan = Planning, nil, nil, "", nil, "", nil, nil
	d.Values = runbook.Values{}
	for _, f := range action.Fields() {
		if value := strings.TrimSpace(p.Values[f.Name]); value != "" && !f.Secret {
			d.Values[f.Name] = value
		}
	}
	if err := e.Store.PutDraft(ctx, d); err != nil && !errors.Is(err, ErrConflict) {
		return nil, err
	}
	return d, nil
}

// conceal puts the values of secret fields into the vault and names them.
func (e *Engine) conceal(ctx context.Context, draft string, action runbook.Action, values runbook.Values) ([]string, error) {
	var names []string
	for _, f := range action.Fields() {
		value := strings.TrimSpace(values[f.Name])
		if !f.Secret || value == "" {
			continue
		}
		if err := e.Store.PutSecret(ctx, draft, secretName("", f.Name), value); err != nil {
			return nil, err
		}
		names = append(names, f.Name)
	}
	return names, nil
}

func (e *Engine) decode(action runbook.Action, p Proposal) (json.RawMessage, error) {
	input, err := action.Decode(p.Values)
	wrong := runbook.FieldErrors{}
	if err != nil && !errors.As(err, &wrong) {
		return nil, err
	}
	if action.Reason == runbook.ReasonRequired && strings.TrimSpace(p.Reason) == "" {
		wrong["reason"] = "Please say why: the approver reads it. A ticket link will do."
	}
	if e.private(p.Reason) {
		wrong["reason"] = textPrivate
	}
	for _, f := range action.Fields() {
		if !f.Secret && e.private(p.Values[f.Name]) {
			wrong[f.Name] = textPrivate
		}
	}
	if len(wrong) > 0 {
		return nil, wrong
	}
	return input, nil
}

// textPrivate is said where a person typed what others would then see.
const textPrivate = "This holds a private link, and others would see it here. Please take it out; a field that is kept secret is the place for it."

func (e *Engine) private(text string) bool { return e.Private != nil && e.Private(text) }

// Prefill fills an action's fields from the text behind a command. What must
// not be stored in clear is left out. The notes tell what was not filled in.
func (e *Engine) Prefill(fields []runbook.Field, text string) (runbook.Values, []string) {
	values, notes := runbook.Prefill(fields, text)
	all := len(values) + len(notes)
	maps.DeleteFunc(values, func(_, value string) bool { return e.private(value) })
	notes = slices.DeleteFunc(notes, e.private)
	if len(values)+len(notes) < all {
		notes = append(notes, "A private link is not taken from the text behind a command. Please paste it in the field that is kept secret.")
	}
	return values, notes
}

// Plan makes the plan of a draft; it may take as long as the vendors do. The
// draft comes back ready, choosing or refused. Reading somebody's records is
// recorded, whatever comes of it.
func (e *Engine) Plan(ctx context.Context, id string) (*Draft, error) {
	d, err := e.Store.Draft(ctx, id)
	if err != nil || d.Status != Planning {
		return d, err
	}
	action, ok := e.Catalog.Named(d.Action)
	if !ok {
		return nil, runbook.Refuse("This action is not available any more.")
	}
	proposal, err := e.find(ctx, action, d)
	var choose *runbook.Choose
	var refused *runbook.UserError
	var others interface{ WhoMay() []string }
	switch {
	case err == nil:
		d.Status, d.Plan, d.Target, d.Hash = Ready, &proposal.Plan, proposal.Target, proposal.Plan.Hash()
	case errors.As(err, &choose):
		d.Status, d.Choose = Choosing, choose
	default:
		d.Status, d.Problem = Refused, e.problem(ctx, "planning failed", err)
		if errors.As(err, &refused) && refused.Suggest != nil {
			d.Suggest = []runbook.Suggestion{*refused.Suggest}
		}
		if errors.As(err, &others) {
			d.WhoCan = others.WhoMay()
		}
	}
	looked := Entry{At: e.Now(), Kind: "plan." + string(d.Status), Action: d.Action, Actor: d.Requester.ID,
		Facts: map[string]string{"draft": d.ID}, Personal: map[string]string{}}
	for name, value := range d.Values {
		looked.Personal[name] = value
	}
	if err := e.Store.Append(ctx, "", looked); err != nil {
		return nil, err
	}
	if err := e.Store.PutDraft(ctx, d); errors.Is(err, ErrConflict) {
		return e.Store.Draft(ctx, id) // planned again meanwhile, with other values
	} else if err != nil {
		return nil, err
	}
	return d, nil
}

// find plans. What is found may lie outside the requester's scoped role: then
// nothing of it is shown.
func (e *Engine) find(ctx context.Context, action runbook.Action, d *Draft) (runbook.Proposal, error) {
	planning, end := e.trace(ctx, Work{Kind: WorkPlan, Action: d.Action})
	proposal, err := action.Plan(e.ReadOnly(planning), d.Input)
	end("", err)
	shown := Subject{Action: d.Action, Requester: d.Requester, Known: true}
	var choose *runbook.Choose
	switch {
	case err == nil:
		proposal.Plan.Approval = withTimes(e.Rule(d.Action, proposal.Plan.Approval))
		shown = subject(d.Action, d.Requester, &proposal.Plan)
	case errors.As(err, &choose):
		shown.Accounts, shown.Groups = choose.Accounts, choose.Groups
	default:
		return runbook.Proposal{}, err
	}
	if refused := e.May(ctx, d.Requester, VerbRequest, shown); refused != nil {
		return runbook.Proposal{}, refused
	}
	return proposal, err
}

// withTimes fills in how long a request is open where neither the action nor
// the policy says so.
func withTimes(a runbook.Approval) runbook.Approval {
	a.Expiry = cmp.Or(a.Expiry, 24*time.Hour)
	a.Remind = cmp.Or(a.Remind, a.Expiry*3/4)
	return a
}

// problem is what a person is told of an error; what is not meant for people
// goes to the log alone.
func (e *Engine) problem(ctx context.Context, what string, err error) string {
	if text, ok := runbook.PublicText(err); ok {
		return text
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return "It took too long. Please try again in a few minutes."
	}
	e.Log.ErrorContext(ctx, what, "error", err)
	return "Something went wrong inside Registrar; the error is in its log."
}

// Draft loads a draft for the person who made it.
func (e *Engine) Draft(ctx context.Context, id string, who Person) (*Draft, error) {
	d, err := e.Store.Draft(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return nil, runbook.Refuse("This plan is older than 30 minutes and is gone. Please run the command again.")
	}
	if err != nil {
		return nil, err
	}
	if d.Requester.ID != who.ID {
		return nil, runbook.Refuse("This plan belongs to somebody else.")
	}
	return d, nil
}

// Request turns a draft into a run: the same person, the plan that was on the
// screen. Where nobody need approve, it is the decision to apply. Repeating it
// returns the run that was made.
func (e *Engine) Request(ctx context.Context, id, hash, reason string, by Person, mark Mark) (*Run, error) {
	d, err := e.Draft(ctx, id, by)
	if err != nil {
		return nil, err
	}
	if d.Status == Used {
		return e.load(ctx, d.Run)
	}
	if d.Status != Ready || d.Hash != hash {
		return nil, runbook.Refuse("This is not the newest plan any more. Please run the command again.")
	}
	if d.Plan.Nothing != "" || len(d.Plan.Steps) == 0 {
		return nil, runbook.Refuse("There is nothing to change.")
	}
	if d.Reason == "" {
		d.Reason = strings.TrimSpace(reason)
	}
	if e.private(d.Reason) {
		return nil, runbook.FieldErrors{"reason": textPrivate}
	}
	if d.Plan.Approval.Needed > 0 && d.Reason == "" {
		return nil, runbook.FieldErrors{"reason": "This needs an approval, and the approver reads the reason. A ticket link will do."}
	}
	if err := e.May(ctx, by, VerbRequest, subject(d.Action, by, d.Plan)); err != nil {
		return nil, err
	}
	r, entries := e.request(d)
	err = e.Store.Submit(ctx, d, Move{Run: r, Entries: entries, Mark: mark})
	if errors.Is(err, ErrSeen) || errors.Is(err, ErrConflict) {
		again, err := e.Draft(ctx, id, by)
		if err != nil {
			return nil, err
		}
		if again.Status != Used {
			return nil, runbook.Refuse("The plan was made again meanwhile. Please look at it once more.")
		}
		return e.load(ctx, again.Run)
	}
	if err != nil {
		return nil, err
	}
	e.saved(ctx, r)
	return r, nil
}

func (e *Engine) request(d *Draft) (*Run, []Entry) {
	now := e.Now()
	r := &Run{
		Schema: RunSchema, ID: NewID(), Action: d.Action, Input: d.Input, Target: d.Target, Plan: *d.Plan, Hash: d.Hash,
		Requester: d.Requester, Reason: d.Reason, Status: AwaitingApproval, Created: now, Updated: now,
	}
	for _, s := range d.Plan.Steps {
		r.Steps = append(r.Steps, StepState{ID: s.ID, Status: StepTodo})
	}
	asked := entry(now, "run.requested", r, d.Requester.ID)
	asked.Facts["hash"] = r.Hash
	asked.Personal = map[string]string{"subject": r.Plan.Subject, "reason": r.Reason}
	entries := []Entry{asked}
	if r.Plan.Approval.Needed == 0 {
		r.log(now, d.Requester.ID, "applied it; no approval is needed")
		decision := Decision{By: d.Requester, At: now, Approved: true, Hash: r.Hash}
		decision.MAC = e.mac(r.ID, decision)
		r.Decisions = []Decision{decision}
		r.Status, r.NotBefore, r.Wake = Approved, now.Add(r.Plan.Approval.Delay), now.Add(r.Plan.Approval.Delay)
		return r, append(entries, entry(now, "run.approved", r, d.Requester.ID))
	}
	r.log(now, d.Requester.ID, "asked for approval")
	r.Expires = now.Add(r.Plan.Approval.Expiry)
	r.RemindAt = now.Add(r.Plan.Approval.Remind)
	r.Wake = r.RemindAt
	return r, entries
}
