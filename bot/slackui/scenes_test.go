package slackui

import (
	"fmt"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"registrar/bot/engine"
	"registrar/bot/runbook"
)

// scenes is one of everything the package draws, by the name of its golden
// file. The values are Messages and views.
func scenes() map[string]any {
	all := map[string]any{}
	for _, part := range []map[string]any{cards(), drafts(), modals(), notices(), reports(), alertScenes(), homeScenes()} {
		for name, scene := range part {
			all[name] = scene
		}
	}
	return all
}

func cards() map[string]any {
	u := testUI()
	out := map[string]any{}
	for _, s := range engine.Statuses() {
		out["card-"+string(s)] = u.Card(statusRun(s), at(20))
	}
	erased := statusRun(engine.Failed)
	erased.Erase(at(60), "erased on request")
	out["run-erased"], out["card-erased"] = u.ErasedRun(erased, "result"), u.Card(erased, at(60))
	delayed := runOf(mergePlan(), engine.Approved, 0)
	delayed.NotBefore = at(30)
	out["card-approved-delay"] = u.Card(delayed, at(25))
	merge := runOf(mergePlan(), engine.AwaitingApproval, 0)
	merge.Decisions = []engine.Decision{{By: ben, At: at(5), Approved: true}}
	out["card-merge"] = u.Card(merge, at(20))
	out["card-200"] = u.Card(runOf(hugePlan(200, 3), engine.AwaitingApproval, 0), at(20))
	out["card-300-losses"] = u.Card(runOf(hugePlan(30, 300), engine.AwaitingApproval, 0), at(20))
	nastyRun := runOf(nastyPlan(), engine.AwaitingApproval, 0)
	nastyRun.Reason = nasty[8] + nasty[1]
	nastyRun.Requester = engine.Person{ID: "<!here>", Name: nasty[1]}
	out["card-nasty"] = u.Card(nastyRun, at(20))
	long := statusRun(engine.Applying)
	for i := range 30 {
		long.History = append(long.History, engine.Event{At: at(i), By: ada.ID, Text: fmt.Sprintf("line %d", i)})
	}
	locked := runOf(confirmPlan(), engine.Approved, 0)
	locked.Blocked = &engine.Holder{Run: merge.ID, Lock: "learnupon:user:812", Since: at(1)}
	locked.Why = "Waiting for run " + merge.ID + ", which has held learnupon:user:812 since 1 Mar 09:01 UTC. It goes on when that is free."
	out["card-locked"] = u.Card(locked, at(20))
	out["card-long-history"] = u.Card(long, at(40))
	return out
}

// statusRun is a run as it plausibly stands in a status.
func statusRun(s engine.Status) *engine.Run {
	switch s {
	case engine.WaitingOnPerson:
		return runOf(confirmPlan(), s, 2)
	case engine.WaitingOnSystem:
		r := runOf(mergePlan(), s, 3)
		r.Steps[3].Status, r.Steps[3].Started = engine.StepStarted, at(15)
		return r
	case engine.Applying:
		r := runOf(mergePlan(), s, 1)
		r.Steps[1].Status = engine.StepStarted
		return r
	case engine.NeedsReview:
		r := runOf(confirmPlan(), s, 1)
		r.Steps[1].Status, r.Steps[1].Evidence = engine.StepUnknown, "The connection broke after the link was requested."
		r.Why = "The outcome of “Open the link” is not known."
		return r
	case engine.Failed:
		r := runOf(confirmPlan(), s, 1)
		r.Steps[1].Status, r.Steps[1].Note = engine.StepFailed, "LearnUpon refused the link."
		r.Why = "LearnUpon refused the link."
		return r
	case engine.Succeeded:
		r := runOf(confirmPlan(), s, 3)
		r.Steps[1].Already = true
		return r
	case engine.Rejected:
		r := runOf(confirmPlan(), s, 0)
		r.Decisions = []engine.Decision{{By: ben, At: at(5), Reason: "Resend it instead."}}
		r.History = append(r.History[:1], engine.Event{At: at(5), By: ben.ID, Text: "rejected it"})
		return r
	case engine.Cancelled:
		return runOf(confirmPlan(), s, 1)
	case engine.Stale:
		r := runOf(confirmPlan(), s, 0)
		r.Why = "Signed in was never, is now yesterday."
		return r
	case engine.Expired:
		r := runOf(confirmPlan(), s, 0)
		r.Decisions = nil
		return r
	}
	return runOf(confirmPlan(), s, 0)
}

func draftOf(p *runbook.Plan, s engine.DraftStatus) *engine.Draft {
	d := &engine.Draft{ID: "0195580a-0000-7000-8000-00000000000d", Version: 2, Action: "confirm-user", Requester: ada, Status: s, Plan: p,
		Values: runbook.Values{"email": "learner@x.edu", "kind": "drop"}, Secrets: []string{"link"}, Created: epoch}
	if p != nil {
		d.Hash = p.Hash()
	}
	return d
}

// few is a choice between two contacts.
func few() *runbook.Choose {
	return &runbook.Choose{Field: "contact", Text: "Two contacts have this address. Which one?", Options: []runbook.Option{
		{Value: "003A", Text: "Grace Learner", Description: "X University"}, {Value: "003B", Text: nasty[1], Description: nasty[13]},
	}}
}

func drafts() map[string]any {
	u := testUI()
	plans := map[string]runbook.Plan{"plan": confirmPlan(), "plan-merge": mergePlan(), "plan-200": hugePlan(200, 40), "plan-nasty": nastyPlan()}
	free := confirmPlan()
	free.Approval = runbook.NoApproval()
	plans["plan-apply"] = free
	idle := confirmPlan()
	idle.Nothing, idle.Steps = "She signed in yesterday, so she is confirmed.", nil
	plans["plan-nothing"] = idle
	out := map[string]any{}
	for name, p := range plans {
		out[name] = u.Draft(draftOf(&p, engine.Ready))
	}
	given := confirmPlan()
	reasoned := draftOf(&given, engine.Ready)
	reasoned.Reason = "Ticket 4711"
	out["plan-reasoned"] = u.Draft(reasoned)
	out["draft-planning"] = u.Draft(draftOf(nil, engine.Planning))
	refused := draftOf(nil, engine.Refused)
	refused.Problem = "Nobody with this address is in LearnUpon. Check the spelling, or create the user."
	out["draft-refused"] = u.Draft(refused)
	out["draft-used"] = u.Draft(draftOf(&given, engine.Used))
	asks, many := draftOf(nil, engine.Choosing), draftOf(nil, engine.Choosing)
	asks.Choose, asks.Reason = few(), "Ticket 4711"
	many.Choose = &runbook.Choose{Field: "contact", Text: "Which one?"}
	for i := range 150 {
		many.Choose.Options = append(many.Choose.Options, runbook.Option{Value: fmt.Sprint(i), Text: fmt.Sprintf("Contact %d", i)})
	}
	out["draft-choosing"], out["draft-choosing-150"] = u.Draft(asks), u.Draft(many)
	ready := u.PlanReady(reasoned)
	out["notice-plan-ready"] = ready
	out["notice-plan-refused"] = u.PlanReady(refused)
	out["notice-plan-choosing"] = u.PlanReady(asks)
	return out
}

func modals() map[string]any {
	u := testUI()
	all := testActions()
	huge := runOf(hugePlan(200, 3), engine.AwaitingApproval, 0)
	last := len(pagesOf(&huge.Plan)) - 1
	p := hugePlan(200, 3)
	nastyRun := runOf(nastyPlan(), engine.AwaitingApproval, 0)
	nastyRun.Plan.Facts = append(nastyRun.Plan.Facts, runbook.Fact{Label: "Long", Value: fmt.Sprintf("%05000d", 1)})
	return map[string]any{
		"form":        u.Form(all[0], runbook.Values{"email": "learner@x.edu", "link": "https://portal.example/secret", "kind": "drop"}, ""),
		"form-note":   u.Form(all[1], nil, "Nobody has that address."),
		"form-report": u.Form(all[2], runbook.Values{"email": nasty[1]}, ""),
		"form-offering": u.FormOffering(all[2], "email", []runbook.Option{
			{Value: "learner@x.edu", Text: "learner@x.edu"}, {Value: strings.Repeat("x", 80) + "@x.edu", Text: "long"}, {Value: nasty[1], Text: nasty[1]},
		}, "There are 3 addresses in this message. Which one?"),
		"planning":        u.Planning(Ref{Action: "confirm-user", Draft: "d1"}, "Confirm user", "Reading LearnUpon"),
		"planning-report": u.Planning(Ref{Action: "lookup", Draft: "d2"}, "Look up", ""),
		"changes-first":   u.Changes(huge, 0),
		"changes-middle":  u.Changes(huge, 5),
		"changes-last":    u.Changes(huge, last),
		"changes-draft":   u.DraftChanges(draftOf(&p, engine.Ready), 1),
		"changes-nasty":   u.Changes(nastyRun, 2),
		"reject":          u.RejectModal(huge),
		"answer":          u.AnswerModal(runOf(confirmPlan(), engine.WaitingOnPerson, 0)),
		"answer-closed":   u.AnswerModal(statusRun(engine.Succeeded)),
		"secret":          u.SecretModal("Confirm user", "Confirmation link", "https://portal.example/confirm?token=abc&x=<y>"),
		"secret-odd":      u.SecretModal("Confirm user", "Confirmation link", "https://portal.example/\u202Ex"),
		"note":            u.Note("Confirm user", "She signed in yesterday.", confirmPlan().Suggest...),
	}
}

func notices() map[string]any {
	u := testUI()
	gift := engine.Gift{ID: "gift-1", Label: "Confirmation link", Until: at(24 * 60)}
	delayed := runOf(mergePlan(), engine.Approved, 0)
	delayed.NotBefore = at(15)
	out := map[string]any{
		"notice-reminder":      u.Reminder(runOf(mergePlan(), engine.AwaitingApproval, 0)),
		"notice-ask":           u.AskNotice(statusRun(engine.WaitingOnPerson)),
		"notice-ask-over":      u.AskNotice(statusRun(engine.Succeeded)),
		"notice-approved":      u.ApprovedInYourName(delayed),
		"notice-approved-over": u.ApprovedInYourName(runOf(mergePlan(), engine.Cancelled, 0)),
		"notice-gift":          u.GiftNotice(statusRun(engine.Applying), gift),
		"notice-status":        u.StatusNotice(delayed),
		"notice-refused":       u.Problem(Answer{Text: "Only approvers may approve this run (REGISTRAR_APPROVERS).", WhoCan: []string{"S0APPROVE", "U0BEN"}}),
		"notice-problem":       u.Problem(Answer{Text: "LearnUpon did not answer. Nothing was changed.", Suggest: confirmPlan().Suggest}),
		"result-huge":          u.Result(runOf(hugePlan(200, 300), engine.Succeeded, 2)),
		"result-nasty":         u.Result(runOf(nastyPlan(), engine.Failed, 2)),
	}
	for _, s := range engine.Statuses() {
		if s.Closed() {
			out["result-"+string(s)] = u.Result(statusRun(s))
		}
	}
	return out
}

func reports() map[string]any {
	u := testUI()
	u.Zone = time.FixedZone("EST", -5*3600)
	doc := runbook.Document{
		Title: "Look up", Subject: "learner@x.edu",
		Sections: []runbook.Section{
			{Heading: "LearnUpon", Link: runbook.Link{Text: "Open in LearnUpon", URL: "https://portal.example/users/812"},
				Facts: []runbook.Fact{{Label: "Id", Value: "812"}, {Label: "Last sign-in", Value: ""}}, Lines: []string{"3 enrollments: 2 completed, 1 in progress"}},
			{Heading: "Salesforce", Link: runbook.Link{Text: "Open in Salesforce", URL: "https://sf.example/003A"}, Facts: []runbook.Fact{{Label: "Contact", Value: "Grace"}}},
			{Heading: "BambooHR", Facts: []runbook.Fact{{Label: "Status", Value: "active"}}},
		},
		Findings: []runbook.Finding{
			{Text: "The e-mails disagree, so she cannot sign in.", Mend: &runbook.Suggestion{Action: "fix-sync", Label: "Fix sync", Values: runbook.Values{"email": "learner@x.edu"}}},
			{Text: "She tried to register by hand.", Paste: "Please sign in through the User Community:\nhttps://community.example"},
		},
	}
	out := map[string]any{"report": u.Document(Ref{Action: "lookup", Draft: "d3"}, doc), "report-message": u.DocumentMessage(doc)}
	huge := doc
	huge.Subject = nasty[1]
	var long runbook.Section
	long.Heading = nasty[3]
	for i := range 200 {
		long.Facts = append(long.Facts, runbook.Fact{Label: nasty[i%len(nasty)], Value: nasty[(i+1)%len(nasty)]})
		long.Lines = append(long.Lines, nasty[i%len(nasty)])
		huge.Findings = append(huge.Findings, runbook.Finding{Text: nasty[i%len(nasty)], Mend: doc.Findings[0].Mend, Paste: nasty[(i+1)%len(nasty)]})
	}
	huge.Sections = append([]runbook.Section{long}, doc.Sections...)
	out["report-huge"], out["report-huge-message"] = u.Document(Ref{}, huge), u.DocumentMessage(huge)
	broad := runbook.Document{Title: "Runs", Subject: "The last 30 days"}
	for i := range 70 {
		broad.Sections = append(broad.Sections, runbook.Section{Heading: fmt.Sprintf("Run %d", i), Facts: doc.Sections[0].Facts, Link: doc.Sections[0].Link})
	}
	broad.Previous = &runbook.Suggestion{Action: "runs", Label: "Newer", Values: runbook.Values{"state": "failed", "newer": "001763000000000/r9"}}
	broad.Next = &runbook.Suggestion{Action: "runs", Label: "Older", Values: runbook.Values{"state": "failed", "older": "001763000000000/r1"}}
	out["report-broad"], out["report-broad-message"] = u.Document(Ref{}, broad), u.DocumentMessage(broad)
	all := testActions()
	entries := []HelpEntry{{Action: all[0], Allowed: true}, {Action: all[2], Allowed: true},
		{Action: all[1], Why: "Your groups do not allow it.", WhoCan: []string{"S0SUPPORT", "U0ADA", "admins"}}}
	absent := runbook.Absent{Title: "Fix sync", Command: "/fix-sync", Why: "Salesforce is not set up."}
	out["help"], out["help-nobody"] = u.Help("", entries, absent), u.Help("There is no action “"+nasty[1]+"”.", entries[2:])
	many := entries
	for range 80 {
		many = append(many, entries...)
	}
	out["help-many"] = u.Help("", many, absent)
	return out
}

// blocksIn is what a scene shows.
func blocksIn(scene any) []slack.Block {
	switch s := scene.(type) {
	case Message:
		return s.Blocks
	case slack.ModalViewRequest:
		return s.Blocks.BlockSet
	case slack.HomeTabViewRequest:
		return s.Blocks.BlockSet
	}
	panic("slackui: a scene is a Message or a view")
}
