package runbook

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"reflect"
)

// Role names a set of people in the policy.
type Role string

// The roles every installation has. A policy may add scoped ones.
const (
	Support   Role = "support"
	Approvers Role = "approvers"
	Admins    Role = "admins"
)

// ReasonRule says whether the modal's last field, "Reason", must be filled.
type ReasonRule int

const (
	// ReasonRequired is for actions that need an approval: the approver reads it.
	ReasonRequired ReasonRule = iota
	// ReasonOptional is for actions nobody need approve. Where the plan turns
	// out to need an approval after all, the plan asks for the reason.
	ReasonOptional
	// ReasonNone is for reports.
	ReasonNone
)

// Definition is an action that changes something. In is what a person typed,
// Target is what the plan found; both must survive JSON unchanged, because a
// run outlives the process that planned it.
type Definition[In, Target any] struct {
	Name       string // durable: it is stored in runs and never renamed
	Title      string // what people see, "Confirm user"; at most 24 characters
	Command    string // the slash command with its slash, "/confirm-user"
	Summary    string // one line for help and the manifest
	Help       string // what a person should know before using it
	Example    string // text after the command, for help: "learner@x.edu"
	Permission Role   // who may request it unless the policy says otherwise
	Reason     ReasonRule

	// Fields binds each field of the modal to in, as package flag does.
	Fields func(in *In) []Field
	// Plan reads and decides. It runs with clients that refuse writes. It may
	// return a [Choose] error to have one more field asked, or a [UserError].
	Plan func(context.Context, In) (Target, error)
	// Approval says who must agree. It may depend on what the plan found.
	Approval func(Target) Approval
	// Cases are targets of which Approval asks for something, one for each rule it
	// knows, strictest first. They tell what a policy changes before there is a plan.
	Cases []Target
	// Beneficiaries are the e-mail addresses of those who gain; they may not
	// approve. Nil means nobody.
	Beneficiaries func(Target) []string
	// Preview renders the target. Pure.
	Preview func(Target) Preview
	// Steps lists the work. Pure: the same target gives the same steps.
	Steps func(Target) []Step
}

// Report is an action that only reads and renders. It has no run, but every
// use of it is recorded in the audit trail.
type Report[In any] struct {
	Name       string
	Title      string
	Command    string
	Summary    string
	Help       string
	Example    string
	Permission Role

	Fields func(in *In) []Field
	// Read gathers the document; it runs with clients that refuse writes.
	Read func(context.Context, In) (Document, error)
}

// Action is a Definition or a Report with its types erased.
type Action struct {
	Name       string
	Title      string
	Command    string
	Summary    string
	Help       string
	Example    string
	Permission Role
	Reason     ReasonRule
	// Approvals are the rules by which its plans need an approval, strictest first.
	Approvals []Approval

	fields func() []Field
	decode func(Values) (json.RawMessage, error)
	plan   func(context.Context, json.RawMessage) (Proposal, error)
	steps  func(json.RawMessage) ([]Step, error)
	read   func(context.Context, json.RawMessage) (Document, error)
}

// Proposal is a plan with the target its steps are made from again later.
type Proposal struct {
	Plan   Plan
	Target json.RawMessage
}

// Action erases the types.
func (d Definition[In, Target]) Action() Action {
	var rules []Approval
	for _, t := range d.Cases {
		rules = append(rules, d.Approval(t))
	}
	return Action{
		Name: d.Name, Title: d.Title, Command: d.Command, Summary: d.Summary,
		Help: d.Help, Example: d.Example, Permission: d.Permission, Reason: d.Reason, Approvals: rules,
		fields: func() []Field { return d.Fields(new(In)) },
		decode: func(v Values) (json.RawMessage, error) { return decode(d.Fields, v) },
		plan: func(ctx context.Context, input json.RawMessage) (Proposal, error) {
			return d.propose(ctx, input)
		},
		steps: func(raw json.RawMessage) ([]Step, error) {
			var t Target
			if err := json.Unmarshal(raw, &t); err != nil {
				return nil, fmt.Errorf("%s: stored target: %w", d.Name, err)
			}
			return d.Steps(t), nil
		},
	}
}

func (d Definition[In, Target]) propose(ctx context.Context, input json.RawMessage) (Proposal, error) {
	var in In
	if err := json.Unmarshal(input, &in); err != nil {
		return Proposal{}, fmt.Errorf("%s: stored input: %w", d.Name, err)
	}
	target, err := d.Plan(ctx, in)
	if err != nil {
		return Proposal{}, err
	}
	raw, err := roundTrip(target)
	if err != nil {
		return Proposal{}, fmt.Errorf("%s: %w", d.Name, err)
	}
	var gain []string
	if d.Beneficiaries != nil {
		gain = d.Beneficiaries(target)
	}
	plan := newPlan(d.Name, d.Title, d.Preview(target), d.Steps(target), d.Approval(target), gain)
	return Proposal{Plan: plan, Target: raw}, nil
}

// Action erases the types.
func (r Report[In]) Action() Action {
	return Action{
		Name: r.Name, Title: r.Title, Command: r.Command, Summary: r.Summary,
		Help: r.Help, Example: r.Example, Permission: r.Permission, Reason: ReasonNone,
		fields: func() []Field { return r.Fields(new(In)) },
		decode: func(v Values) (json.RawMessage, error) { return decode(r.Fields, v) },
		read: func(ctx context.Context, input json.RawMessage) (Document, error) {
			var in In
			if err := json.Unmarshal(input, &in); err != nil {
				return Document{}, fmt.Errorf("%s: input: %w", r.Name, err)
			}
			return r.Read(ctx, in)
		},
	}
}

// ReadOnly reports whether the action is a report: it has no plan and no run.
func (a Action) ReadOnly() bool { return a.read != nil }

// Fields lists the action's own fields, without "Reason".
func (a Action) Fields() []Field { return a.fields() }

// Decode checks what a person typed. Every field that is wrong is in the
// returned [FieldErrors]. Secret values are checked and left out of the result.
func (a Action) Decode(v Values) (json.RawMessage, error) { return a.decode(v) }

// Plan makes the plan for decoded input.
func (a Action) Plan(ctx context.Context, input json.RawMessage) (Proposal, error) {
	return a.plan(ctx, input)
}

// Steps makes the steps of a stored target again.
func (a Action) Steps(target json.RawMessage) ([]Step, error) { return a.steps(target) }

// Read makes a report's document.
func (a Action) Read(ctx context.Context, input json.RawMessage) (Document, error) {
	return a.read(ctx, input)
}

// roundTrip marshals v and proves that reading it back gives the same value,
// so that what a later process applies is what this one planned.
func roundTrip[T any](v T) (json.RawMessage, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("target: %w", err)
	}
	var back T
	if err := json.Unmarshal(raw, &back); err != nil {
		return nil, fmt.Errorf("target: %w", err)
	}
	again, err := json.Marshal(back)
	if err != nil {
		return nil, fmt.Errorf("target: %w", err)
	}
	if !bytes.Equal(raw, again) || !reflect.DeepEqual(v, back) {
		return nil, fmt.Errorf("target %T does not survive JSON: unexported or ambiguous fields", v)
	}
	return raw, nil
}
