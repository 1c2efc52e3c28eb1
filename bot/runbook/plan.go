package runbook

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"
)

// Preview is what Definition.Preview makes of a target.
type Preview struct {
	Subject  string   // whom or what the run is about, one line
	Lead     string   // what the approver must read first, if anything
	Facts    []Fact   // for information; outside the hash
	Requires []Fact   // preconditions; inside the hash
	Records  []Record // records touched, with links for the result
	Warnings []string
	Losses   []string // what cannot be brought back, one by one
	Locks    []string // names of objects no other run may touch meanwhile
	Accounts []string // Salesforce account ids, for scoped roles
	Groups   []string // LearnUpon groups, for scoped roles
	// Irreversible runs wait before they start, with a Stop for anyone.
	Irreversible bool
	// SecretGiven names a secret field the requester filled: approvers get a
	// private "Show link" to compare it with the record.
	SecretGiven string
	// Nothing says, where there is nothing to change, why, and what helps
	// instead. The plan then has no submit button.
	Nothing string
	Suggest []Suggestion
}

// Fact is a label and a value.
type Fact struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

// Record is one record of a vendor.
type Record struct {
	System System `json:"system"`
	ID     string `json:"id"`
	Title  string `json:"title"`
	URL    string `json:"url,omitempty"`
}

// Change is one field of one record. It is what the approver sees and what the
// step checks before it writes.
type Change struct {
	Record string `json:"record"`
	Field  string `json:"field"`
	From   string `json:"from"`
	To     string `json:"to"`
}

// Suggestion offers another action with its fields filled in.
type Suggestion struct {
	Action string `json:"action"` // the action's name
	Label  string `json:"label"`  // the button
	Values Values `json:"values,omitempty"`
}

// Plan is a preview with its steps and its approval rule: plain data, stored
// with the run, so that a card never needs the Definition.
type Plan struct {
	Action        string        `json:"action"`
	Title         string        `json:"title"`
	Subject       string        `json:"subject"`
	Lead          string        `json:"lead,omitempty"`
	Facts         []Fact        `json:"facts,omitempty"`
	Requires      []Fact        `json:"requires,omitempty"`
	Records       []Record      `json:"records,omitempty"`
	Warnings      []string      `json:"warnings,omitempty"`
	Losses        []string      `json:"losses,omitempty"`
	Locks         []string      `json:"locks,omitempty"`
	Accounts      []string      `json:"accounts,omitempty"`
	Groups        []string      `json:"groups,omitempty"`
	Irreversible  bool          `json:"irreversible,omitempty"`
	SecretGiven   string        `json:"secret_given,omitempty"`
	Nothing       string        `json:"nothing,omitempty"`
	Suggest       []Suggestion  `json:"suggest,omitempty"`
	Steps         []PlannedStep `json:"steps,omitempty"`
	Approval      Approval      `json:"approval"`
	Beneficiaries []string      `json:"beneficiaries,omitempty"`
}

// PlannedStep is a step as the approver sees it.
type PlannedStep struct {
	ID      string      `json:"id"`
	Title   string      `json:"title"`
	System  System      `json:"system"`
	Changes []Change    `json:"changes,omitempty"`
	Ask     *PlannedAsk `json:"ask,omitempty"`
	Wait    *Wait       `json:"wait,omitempty"`
	// File is the name of a file that is saved to the card's thread.
	File string `json:"file,omitempty"`
	// ReadBack says the step's end state can be read from the system;
	// otherwise the record says "reported by", not "verified".
	ReadBack bool `json:"read_back,omitempty"`
}

// PlannedAsk is an ask as plain data.
type PlannedAsk struct {
	Instruction  string         `json:"instruction"`
	Link         Link           `json:"link"`
	Inputs       []PlannedInput `json:"inputs,omitempty"`
	NotRequester bool           `json:"not_requester,omitempty"`
}

// PlannedInput is an input as plain data.
type PlannedInput struct {
	Name   string `json:"name"`
	Label  string `json:"label"`
	Hint   string `json:"hint,omitempty"`
	Secret bool   `json:"secret,omitempty"`
}

// Approval is who must agree before a run may start.
type Approval struct {
	Needed int    `json:"needed"`         // 0: the requester's Apply is the decision
	From   []Role `json:"from,omitempty"` // who may approve; empty with Needed 0
	Why    string `json:"why,omitempty"`  // the reason for the rule, one phrase
	// Floor is the number no policy may go below: deletes, freed addresses and
	// admin rights never need fewer than one.
	Floor  int           `json:"floor,omitempty"`
	Delay  time.Duration `json:"delay,omitempty"`  // wait after the last approval
	Expiry time.Duration `json:"expiry,omitempty"` // how long the request is open
	Remind time.Duration `json:"remind,omitempty"` // when a reminder goes out
}

// NoApproval lets the requester apply at once.
func NoApproval() Approval { return Approval{} }

// ApprovalsBy asks for n approvals by approvers, for a reason.
func ApprovalsBy(n int, why string) Approval {
	return Approval{Needed: n, From: []Role{Approvers}, Why: why}
}

// AtLeastOne is a with the floor under which no policy goes; a itself where
// nobody need approve.
func (a Approval) AtLeastOne() Approval {
	a.Floor = min(a.Needed, 1)
	return a
}

// Stricter reports whether a asks for more than b.
func (a Approval) Stricter(b Approval) bool {
	return a.Needed > b.Needed || a.Delay > b.Delay ||
		slices.ContainsFunc(b.From, func(r Role) bool { return a.Needed > 0 && !slices.Contains(a.From, r) })
}

func newPlan(name, title string, p Preview, steps []Step, approval Approval, gain []string) Plan {
	plan := Plan{
		Action: name, Title: title, Subject: p.Subject, Lead: p.Lead, Facts: p.Facts, Requires: p.Requires,
		Records: p.Records, Warnings: p.Warnings, Losses: p.Losses, Accounts: p.Accounts, Groups: p.Groups,
		Irreversible: p.Irreversible, SecretGiven: p.SecretGiven, Nothing: p.Nothing, Suggest: p.Suggest,
		Approval: approval, Beneficiaries: gain,
	}
	// Locks are always taken in this order, so that two runs cannot hold one each.
	plan.Locks = slices.Compact(slices.Sorted(slices.Values(p.Locks)))
	for _, s := range steps {
		plan.Steps = append(plan.Steps, planned(s))
	}
	return plan
}

func planned(s Step) PlannedStep {
	p := PlannedStep{ID: s.ID, Title: s.Title, System: s.System, Changes: s.Changes, Wait: s.Wait, ReadBack: s.Done != nil}
	if s.Ask != nil {
		p.Ask = &PlannedAsk{Instruction: s.Ask.Instruction, Link: s.Ask.Link, NotRequester: s.Ask.NotRequester}
		for _, in := range s.Ask.Inputs {
			p.Ask.Inputs = append(p.Ask.Inputs, PlannedInput{Name: in.Name, Label: in.Label, Hint: in.Hint, Secret: in.Secret})
		}
	}
	if s.File != nil {
		p.File = s.File.Name
	}
	return p
}

// Hash identifies what is approved: everything in the plan but the facts shown
// for information and the suggestions, in canonical form (encoding/json writes
// struct fields in order and map keys sorted). It is a SHA-256 in hex.
func (p Plan) Hash() string {
	p.Facts, p.Suggest = nil, nil
	raw, err := json.Marshal(p)
	if err != nil {
		panic("runbook: a plan is plain data and always marshals: " + err.Error())
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// Diff names what differs between the plan that was approved and a newer one,
// one phrase each, for the card of a stale run.
func (p Plan) Diff(now Plan) []string {
	var out []string
	add := func(differs bool, what string) {
		if differs {
			out = append(out, what)
		}
	}
	add(p.Nothing != now.Nothing, "there is nothing left to change, or there is again")
	add(p.Subject != now.Subject || !slices.Equal(p.Records, now.Records), "the records it is about")
	out = append(out, changedFacts(p.Requires, now.Requires)...)
	add(!slices.Equal(p.Losses, now.Losses), "what would be lost")
	add(!slices.Equal(p.Warnings, now.Warnings) || p.Lead != now.Lead, "the warnings")
	add(!equalJSON(p.Steps, now.Steps), "the steps or the values they would change")
	add(!equalJSON(p.Approval, now.Approval), "the approval rule")
	add(!slices.Equal(p.Beneficiaries, now.Beneficiaries), "who gains by it")
	if len(out) == 0 && p.Hash() != now.Hash() {
		out = append(out, "details of the plan")
	}
	return out
}

func changedFacts(old, now []Fact) []string {
	value := map[string]string{}
	for _, f := range now {
		value[f.Label] = f.Value
	}
	var out []string
	for _, f := range old {
		if v, ok := value[f.Label]; !ok || v != f.Value {
			out = append(out, f.Label+" was "+f.Value+", is now "+v)
		}
	}
	if len(out) == 0 && len(old) != len(now) {
		out = append(out, "the preconditions")
	}
	return out
}

func equalJSON(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}
