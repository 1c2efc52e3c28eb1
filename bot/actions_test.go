package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"registrar/bot/runbook"
)

// hooks let a test reach into the actions.
type hooks struct {
	mu    sync.Mutex
	plan  func(ctx context.Context) error // called while tidy is planned and peek reads
	done  int                             // how often a step was done
	panic bool                            // have Fields panic
	found string                          // what tidy finds
}

func (h *hooks) find(what string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.found = what
}

func (h *hooks) state() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.found
}

func (h *hooks) onPlan(f func(ctx context.Context) error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.plan = f
}

func (h *hooks) breakDown() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.panic = true
}

func (h *hooks) planned(ctx context.Context) error {
	h.mu.Lock()
	f := h.plan
	h.mu.Unlock()
	if f == nil {
		return nil
	}
	return f(ctx)
}

func (h *hooks) writes() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.done
}

func (h *hooks) write() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.done++
}

type input struct{ Email, Which string }

type target struct{ Email, State string }

func emailField(in *input) []runbook.Field {
	return []runbook.Field{{Name: "email", Label: "Email", Bind: runbook.Email(&in.Email)}}
}

func plain(t target) runbook.Preview {
	return runbook.Preview{Subject: t.Email, Requires: []runbook.Fact{{Label: "Account", Value: t.State}}, Records: []runbook.Record{{System: runbook.LearnUpon, ID: "7", Title: t.Email, URL: "https://lms.example/users/7"}}}
}

func (h *hooks) step() []runbook.Step {
	return []runbook.Step{{
		ID: "tidy", Title: "Tidy the record", System: runbook.LearnUpon,
		Changes: []runbook.Change{{Record: "user 7", Field: "state", From: "untidy", To: "tidy"}},
		Do: func(context.Context, runbook.Answers) (string, error) {
			h.write()
			return "it is tidy now", nil
		},
	}}
}

// actions: /tidy needs one approval, /sweep and /fix-sync none, /wipe cannot be undone,
// /doubt loses the reply to its first write, /purge needs two and has more
// changes than a card can show, /keep saves a file before it writes, /pick asks
// which, /hand has a person do it and gives the requester a link, /relay has somebody
// else do it, /hold keeps others from the same person, /peek and /lookup only read, /roll does so at once and in pages, /crash breaks down.
func (h *hooks) actions() []runbook.Action {
	plan := func(ctx context.Context, in input) (target, error) {
		return target{in.Email, h.state()}, h.planned(ctx)
	}
	definition := func(name, title string, approval runbook.Approval, steps []runbook.Step) runbook.Definition[input, target] {
		return runbook.Definition[input, target]{
			Name: name, Title: title, Command: "/" + name, Summary: title + " somebody.", Example: "a@x.edu",
			Permission: runbook.Support, Fields: emailField, Plan: plan,
			Approval:      func(target) runbook.Approval { return approval },
			Beneficiaries: func(t target) []string { return []string{t.Email} },
			Preview:       plain,
			Steps:         func(target) []runbook.Step { return steps },
		}
	}
	tidy := definition("tidy", "Tidy", runbook.ApprovalsBy(1, "it writes"), h.step())
	fix := definition("fix-sync", "Fix sync", runbook.NoApproval(), h.step())
	sweep := definition("sweep", "Sweep", runbook.NoApproval(), h.step())
	sweep.Reason = runbook.ReasonOptional
	wipe := definition("wipe", "Wipe", runbook.Approval{Needed: 1, Floor: 1, Delay: 10 * time.Minute}, h.step())
	wipe.Preview = func(t target) runbook.Preview {
		return runbook.Preview{Subject: t.Email, Irreversible: true, Losses: []string{"everything"}}
	}
	purge := definition("purge", "Purge", runbook.Approval{Needed: 2, Floor: 1, From: []runbook.Role{runbook.Approvers}}, h.step())
	purge.Beneficiaries = nil
	purge.Preview = func(t target) runbook.Preview {
		return runbook.Preview{Subject: t.Email, Losses: []string{"the history"}}
	}
	purge.Steps = func(target) []runbook.Step {
		steps := h.step()
		for i := range 30 {
			steps[0].Changes = append(steps[0].Changes, runbook.Change{Record: fmt.Sprint("course ", i), Field: "state", From: "there", To: "gone"})
		}
		return steps
	}
	doubt := definition("doubt", "Doubt", runbook.ApprovalsBy(1, "it writes"), []runbook.Step{{
		ID: "send", Title: "Send a letter", System: runbook.Mail,
		Do: func(context.Context, runbook.Answers) (string, error) {
			if h.write(); h.writes() == 1 {
				return "", errors.New("the line went dead")
			}
			return "sent", nil
		},
	}})
	keep := definition("keep", "Keep", runbook.NoApproval(), append([]runbook.Step{{
		ID: "history", Title: "Keep the history", System: runbook.LearnUpon, File: &runbook.File{Name: "history of a@x.csv",
			Make: func(ctx context.Context, _ runbook.Answers) ([]byte, error) {
				return runbook.CSV([]string{"course"}, []string{"=1+1"}), nil
			}},
	}}, h.step()...))
	keep.Reason = runbook.ReasonOptional
	pick := definition("pick", "Pick", runbook.ApprovalsBy(1, ""), h.step())
	pick.Fields = func(in *input) []runbook.Field {
		return append(emailField(in), runbook.Field{Name: "which", Label: "Which contact", Chosen: true, Bind: runbook.Choice(&in.Which)})
	}
	pick.Plan = func(ctx context.Context, in input) (target, error) {
		if in.Which == "" {
			return target{}, &runbook.Choose{Field: "which", Text: "There are two.", Options: []runbook.Option{{Value: "1", Text: "First"}, {Value: "2", Text: "Second"}}}
		}
		return target{Email: in.Which + "@x.edu"}, nil
	}
	hand := definition("hand", "Hand over", runbook.NoApproval(), []runbook.Step{
		{ID: "copy", Title: "Copy the link", System: runbook.Person, Ask: &runbook.Ask{
			Instruction: "The link is on the record.", Link: runbook.Link{Text: "Open the record", URL: "https://lms.example/users/7"},
			Inputs: []runbook.Input{{Name: "link", Label: "Confirmation link", Secret: true, Check: func(_ context.Context, s string) error {
				if s != "https://lms.example/confirm/1" {
					return runbook.Refuse("That is not a confirmation link.")
				}
				return nil
			}}},
		}},
		{ID: "give", Title: "Give it to the requester", System: runbook.Person, Do: func(ctx context.Context, a runbook.Answers) (string, error) {
			link, err := a.Secret(ctx, "copy", "link")
			if err != nil {
				return "", err
			}
			return "given", a.Give(ctx, "Confirmation link", link)
		}},
	})
	hand.Reason = runbook.ReasonOptional
	relay := definition("relay", "Relay", runbook.ApprovalsBy(1, ""), []runbook.Step{{
		ID: "paste", Title: "Paste the code", System: runbook.Person, Ask: &runbook.Ask{
			Instruction: "The code is in the log.", NotRequester: true, Inputs: []runbook.Input{{Name: "code", Label: "Code"}},
		},
	}})
	hold := definition("hold", "Hold", runbook.NoApproval(), append([]runbook.Step{{
		ID: "call", Title: "Call them", System: runbook.Person, Ask: &runbook.Ask{Instruction: "They have been called."},
	}}, h.step()...))
	hold.Preview = func(t target) runbook.Preview {
		return runbook.Preview{Subject: t.Email, Locks: []string{"person " + t.Email}}
	}
	hold.Reason = runbook.ReasonOptional
	peek := runbook.Report[input]{
		Name: "peek", Title: "Peek", Command: "/peek", Summary: "Peek at somebody.", Example: "a@x.edu",
		Permission: runbook.Support, Fields: emailField,
		Read: func(ctx context.Context, in input) (runbook.Document, error) {
			return runbook.Document{Title: "Peek", Subject: in.Email, Findings: []runbook.Finding{{
				Text: "It is untidy.", Mend: &runbook.Suggestion{Action: "tidy", Label: "Tidy it", Values: runbook.Values{"email": in.Email}},
			}}}, h.planned(ctx)
		},
	}
	type turned struct{ Page string }
	roll := runbook.Report[turned]{
		Name: "roll", Title: "Roll", Command: "/roll", Summary: "Show everybody", Example: "all", Permission: runbook.Support,
		Fields: func(in *turned) []runbook.Field {
			return []runbook.Field{{Name: "page", Label: "Page", Chosen: true, Bind: runbook.Text(&in.Page)}}
		},
		Read: func(ctx context.Context, in turned) (runbook.Document, error) {
			doc := runbook.Document{Title: "Roll", Subject: "page " + cmp.Or(in.Page, "1"), Judged: true}
			if in.Page == "" {
				doc.Next = &runbook.Suggestion{Action: "roll", Label: "Older", Values: runbook.Values{"page": "2"}}
			} else {
				doc.Previous = &runbook.Suggestion{Action: "roll", Label: "Newer"}
			}
			return doc, h.planned(ctx)
		},
	}
	lookup := peek
	lookup.Name, lookup.Title, lookup.Command = "lookup", "Look up", "/lookup"
	lookup.Fields = func(in *input) []runbook.Field {
		return append(emailField(in), runbook.Field{Name: "how", Label: "How", Optional: true, Bind: runbook.Choice(&in.Which),
			Options: []runbook.Option{{Value: "short", Text: "In short"}, {Value: "full", Text: "In full"}}})
	}
	crash := definition("crash", "Crash", runbook.NoApproval(), h.step())
	crash.Fields = func(in *input) []runbook.Field {
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.panic {
			panic("fields")
		}
		return emailField(in)
	}
	return []runbook.Action{tidy.Action(), fix.Action(), sweep.Action(), wipe.Action(), doubt.Action(), purge.Action(), keep.Action(), pick.Action(), hand.Action(), relay.Action(), hold.Action(), peek.Action(), roll.Action(), lookup.Action(), crash.Action()}
}
