package slackui

import (
	"fmt"
	"time"

	"registrar/bot/engine"
	"registrar/bot/runbook"
)

var epoch = time.Date(2026, 3, 2, 14, 30, 0, 0, time.UTC)

func at(minutes int) time.Time { return epoch.Add(time.Duration(minutes) * time.Minute) }

var (
	ada  = engine.Person{ID: "U0ADA", Name: "Ada", Email: "ada@team.example"}
	ben  = engine.Person{ID: "U0BEN", Name: "Ben", Email: "ben@team.example"}
	cleo = engine.Person{ID: "U0CLEO", Name: "Cleo"}
)

// nasty are names as somebody might choose them to break a page.
var nasty = []string{
	`O'Brien\`, "<!channel>", "%_", "*bold* _it_ `code` ~no~", "<https://evil.example|click>", "@here :sos: <@U0ADA>",
	"שָׁלוֹם עולם", "safe\u202Egpj.exe", "two\nlines\r\nthree", "tab\there", "zero\u200Bwidth", "\x00\x1b[31mred", "a\xffb",
	fmt.Sprintf("%0300d", 7), "👩‍👩‍👧‍👦🇩🇪", "", " space at the edges ", "&amp;",
}

func testUI() UI {
	return UI{
		Roles: map[runbook.Role][]string{runbook.Approvers: {"S0APPROVE"}, runbook.Admins: {"U0CLEO", "S0ADMIN"}},
		Actions: func(name string) (runbook.Action, bool) {
			for _, a := range testActions() {
				if a.Name == name {
					return a, true
				}
			}
			return runbook.Action{}, false
		},
	}
}

type typed struct{ Email, Link, Contact, Kind string }

func testActions() []runbook.Action {
	confirm := runbook.Definition[typed, typed]{
		Name: "confirm-user", Title: "Confirm user", Command: "/confirm-user", Summary: "Confirm a self-registered user.",
		Help: "Opening the link on a person's behalf skips the check of their mailbox.", Example: "learner@x.edu",
		Permission: runbook.Support,
		Fields: func(in *typed) []runbook.Field {
			return []runbook.Field{
				{Name: "email", Label: "Email", Placeholder: "learner@x.edu", Bind: runbook.Email(&in.Email)},
				{Name: "link", Label: "Confirmation link", Optional: true, Secret: true, Bind: runbook.Text(&in.Link)},
				{Name: "kind", Label: "Afterwards", Options: []runbook.Option{
					{Value: "keep", Text: "Keep it"}, {Value: "drop", Text: "Drop it", Description: "for good"},
				}, Bind: runbook.Choice(&in.Kind)},
				{Name: "contact", Label: "Contact", Chosen: true, Bind: runbook.Choice(&in.Contact)},
			}
		},
	}.Action()
	optOut := runbook.Definition[typed, typed]{
		Name: "opt-out", Title: "Opt out", Command: "/opt-out", Summary: "Stop mails to a person.", Example: "learner@x.edu",
		Permission: runbook.Support, Reason: runbook.ReasonOptional,
		Fields: func(in *typed) []runbook.Field {
			return []runbook.Field{{Name: "email", Label: "Email", Hint: "One address.", Bind: runbook.Email(&in.Email)}}
		},
	}.Action()
	lookup := runbook.Report[typed]{
		Name: "lookup", Title: "Look up", Command: "/lookup", Summary: "Everything about one person.", Example: "learner@x.edu",
		Permission: runbook.Support,
		Fields: func(in *typed) []runbook.Field {
			return []runbook.Field{{Name: "email", Label: "Email", Bind: runbook.Email(&in.Email)}}
		},
	}.Action()
	return []runbook.Action{confirm, optOut, lookup}
}

// confirmPlan is a small plan with an ask on both sides of a write.
func confirmPlan() runbook.Plan {
	return runbook.Plan{
		Action: "confirm-user", Title: "Confirm user", Subject: "learner@x.edu",
		Lead:     "Confirming on somebody's behalf skips the check that they own the mailbox. Resend the confirmation instead if you can.",
		Facts:    []runbook.Fact{{Label: "Last sign-in", Value: "never"}, {Label: "Name", Value: "Grace Learner"}},
		Requires: []runbook.Fact{{Label: "Signed in", Value: "never"}},
		Records: []runbook.Record{
			{System: runbook.LearnUpon, ID: "812", Title: "Grace Learner", URL: "https://portal.example/users/812"},
			{System: runbook.Salesforce, ID: "003A", Title: "Grace Learner (Contact)", URL: "javascript:alert(1)"},
		},
		Warnings:    []string{"Whoever registered this address gets in with the password they chose."},
		SecretGiven: "link",
		Suggest:     []runbook.Suggestion{{Action: "resend-confirmation", Label: "Resend confirmation", Values: runbook.Values{"email": "learner@x.edu"}}},
		Steps: []runbook.PlannedStep{
			{ID: "copy", Title: "Copy the confirmation link", System: runbook.Person, Ask: &runbook.PlannedAsk{
				Instruction: "Copy the confirmation link from the record.", NotRequester: true,
				Link:   runbook.Link{Text: "Open the record", URL: "https://portal.example/users/812"},
				Inputs: []runbook.PlannedInput{{Name: "link", Label: "Confirmation link", Hint: "It starts with https://portal.example.", Secret: true}},
			}},
			{ID: "open", Title: "Open the link", System: runbook.LearnUpon, Changes: []runbook.Change{{Record: "Grace Learner", Field: "Confirmed", From: "no", To: "yes"}}},
			{ID: "look", Title: "N/A is gone from the record", System: runbook.Person, ReadBack: true, Ask: &runbook.PlannedAsk{
				Instruction: "The record must not show N/A any more.", Link: runbook.Link{URL: "https://portal.example/users/812"},
			}},
		},
		Approval: runbook.Approval{Needed: 1, From: []runbook.Role{runbook.Approvers}, Why: "it opens an account", Expiry: 24 * time.Hour, Remind: 18 * time.Hour},
	}
}

// mergePlan is large: losses, asks, waits, two systems, two approvals, a delay.
func mergePlan() runbook.Plan {
	p := runbook.Plan{
		Action: "merge-users", Title: "Merge users", Subject: "keep@x.edu ← old@x.edu", Irreversible: true,
		Lead:          "The duplicate is deleted for good, in every portal below the top one.",
		Facts:         []runbook.Fact{{Label: "Courses of the duplicate", Value: "14"}},
		Warnings:      []string{"LearnUpon may send 3 mails.", "The other account looks better: it signed in yesterday."},
		Losses:        []string{"In-progress work in “Ethics 101” (40 %).", "The certificate of “Safety”.", "Archived history of 2019."},
		Beneficiaries: []string{"keep@x.edu"},
		Records:       []runbook.Record{{System: runbook.LearnUpon, ID: "1", Title: "Keep", URL: "https://portal.example/users/1"}},
		Approval: runbook.Approval{Needed: 2, From: []runbook.Role{runbook.Approvers, runbook.Admins, "merge-east"}, Why: "the duplicate is deleted", Floor: 1,
			Delay: 10 * time.Minute, Expiry: 24 * time.Hour, Remind: 18 * time.Hour},
	}
	p.Steps = []runbook.PlannedStep{
		{ID: "premier", Title: "Settle Premier courses", System: runbook.Person, Ask: &runbook.PlannedAsk{Instruction: "Write to the Premier team."}},
		{ID: "enroll", Title: "Copy enrollments", System: runbook.LearnUpon, ReadBack: true},
		{ID: "contact", Title: "Point the contact at the survivor", System: runbook.Salesforce, ReadBack: true,
			Changes: []runbook.Change{{Record: "Grace (Contact)", Field: "LU User ID", From: "2", To: "1"}}},
		{ID: "sync", Title: "The sync has run", System: runbook.Salesforce, Wait: &runbook.Wait{Every: time.Minute, Until: 72 * time.Hour}},
		{ID: "delete", Title: "Delete the duplicate", System: runbook.LearnUpon,
			Changes: []runbook.Change{{Record: "Old Learner", Field: "Email", From: "old@x.edu", To: ""}}},
	}
	for i := range 6 {
		p.Steps[1].Changes = append(p.Steps[1].Changes, runbook.Change{Record: fmt.Sprintf("Course %d", i+1), Field: "Status", From: "", To: "completed"})
	}
	return p
}

// hugePlan has n changes in two systems, and as many losses as told.
func hugePlan(n, losses int) runbook.Plan {
	p := mergePlan()
	p.Steps = []runbook.PlannedStep{{ID: "a", Title: "Enroll", System: runbook.LearnUpon}, {ID: "b", Title: "Link", System: runbook.Salesforce}}
	for i := range n {
		s := &p.Steps[i%2]
		s.Changes = append(s.Changes, runbook.Change{Record: fmt.Sprintf("record-%03d", i), Field: "Status", From: "not started", To: "completed"})
	}
	p.Losses = nil
	for i := range losses {
		p.Losses = append(p.Losses, fmt.Sprintf("loss-%03d: the certificate of a course with a rather long name.", i))
	}
	return p
}

// nastyPlan says every nasty thing in every place.
func nastyPlan() runbook.Plan {
	p := confirmPlan()
	p.Subject, p.Lead, p.Approval.Why = nasty[1]+nasty[7], nasty[6]+nasty[8], nasty[3]
	p.Facts, p.Requires, p.Beneficiaries, p.Warnings, p.Losses = nil, nil, nasty[:3], nasty, nasty
	step := &p.Steps[1]
	step.Changes = nil
	for i, name := range nasty {
		other := nasty[(i+1)%len(nasty)]
		p.Facts = append(p.Facts, runbook.Fact{Label: name, Value: other})
		p.Requires = append(p.Requires, runbook.Fact{Label: name, Value: other})
		step.Changes = append(step.Changes, runbook.Change{Record: name, Field: other, From: name, To: other})
		p.Records = append(p.Records, runbook.Record{System: runbook.LearnUpon, Title: name, URL: other})
	}
	p.Steps[0].Title, p.Steps[0].Ask.Instruction, p.Steps[0].Ask.Link.Text = nasty[9], nasty[2], nasty[1]
	return p
}

// runOf is a run of the plan in a status, with its first done steps done.
func runOf(p runbook.Plan, s engine.Status, done int) *engine.Run {
	r := &engine.Run{
		Schema: 1, ID: "0195580a-0000-7000-8000-000000000001", Version: 7, Action: p.Action, Plan: p, Hash: p.Hash(),
		Requester: ada, Reason: "Ticket 4711: she cannot get in.", Status: s, Created: epoch, Updated: at(5), Expires: at(24 * 60),
		History: []engine.Event{{At: epoch, By: ada.ID, Text: "asked for approval"}},
	}
	for i, step := range p.Steps {
		state := engine.StepState{ID: step.ID, Status: engine.StepTodo}
		if i < done {
			state.Status, state.Finished, state.Note = engine.StepDone, at(10+i), "as planned"
			if step.Ask != nil {
				state.By = &cleo
			}
		}
		r.Steps = append(r.Steps, state)
	}
	if s != engine.AwaitingApproval {
		r.Decisions = []engine.Decision{{By: ben, At: at(5), Approved: true, Hash: r.Hash}}
		if at := r.Current(); at >= 0 && s == engine.WaitingOnPerson {
			r.Steps[at].Status, r.Steps[at].Started = engine.StepStarted, epoch
		}
		r.History = append(r.History, engine.Event{At: at(5), By: ben.ID, Text: "approved"}, engine.Event{At: at(6), Text: "started"})
	}
	return r
}
