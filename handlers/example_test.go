package handlers_test

import (
	"context"
	"fmt"

	"registrar/bot/runbook"
)

// courses stands in for a vendor's client.
type courses map[string]string

type renameInput struct {
	Course string `json:"course"`
	Title  string `json:"title"`
}

type renameTarget struct {
	Course string `json:"course"`
	From   string `json:"from"`
	To     string `json:"to"`
}

// renameCourse is all there is to write for an action.
func renameCourse(vendor courses) runbook.Action {
	return runbook.Definition[renameInput, renameTarget]{
		Name: "rename-course", Title: "Rename course", Command: "/rename-course",
		Summary:    "Give a course another title",
		Help:       "Learners see the new title at once.",
		Example:    `101 "Basics, part one"`,
		Permission: runbook.Support,
		Fields: func(in *renameInput) []runbook.Field {
			return []runbook.Field{
				{Name: "course", Label: "Course", Hint: "Its number.", Bind: runbook.Text(&in.Course)},
				{Name: "title", Label: "New title", Hint: "As learners see it.", Bind: runbook.Text(&in.Title)},
			}
		},
		Plan: func(_ context.Context, in renameInput) (renameTarget, error) {
			title, ok := vendor[in.Course]
			if !ok {
				return renameTarget{}, runbook.Refuse("There is no course %s. Look for its number in the list of courses.", in.Course)
			}
			return renameTarget{Course: in.Course, From: title, To: in.Title}, nil
		},
		Approval: func(renameTarget) runbook.Approval { return runbook.ApprovalsBy(1, "learners see it") },
		Preview: func(t renameTarget) runbook.Preview {
			return runbook.Preview{Subject: t.From, Locks: []string{"course:" + t.Course}}
		},
		Steps: func(t renameTarget) []runbook.Step {
			return []runbook.Step{{
				ID: "rename", Title: "Rename the course", System: runbook.LearnUpon,
				Changes: []runbook.Change{{Record: "Course " + t.Course, Field: "Title", From: t.From, To: t.To}},
				Do: func(context.Context, runbook.Answers) (string, error) {
					if now := vendor[t.Course]; now != t.From {
						return "", &runbook.Mismatch{Record: "Course " + t.Course, Field: "Title", Want: t.From, Got: now}
					}
					vendor[t.Course] = t.To
					return "", nil
				},
				Done: func(context.Context, runbook.Answers) (bool, error) { return vendor[t.Course] == t.To, nil },
			}}
		},
	}.Action()
}

// A complete action, and what the engine does with it.
func Example() {
	vendor := courses{"101": "Basics"}
	action := renameCourse(vendor)

	typed, _ := runbook.Prefill(action.Fields(), action.Example)
	input, err := action.Decode(typed)
	if err != nil {
		fmt.Println(err)
	}
	proposal, err := action.Plan(context.Background(), input)
	if err != nil {
		fmt.Println(err)
	}
	for _, step := range proposal.Plan.Steps {
		fmt.Println(step.Title, step.Changes)
	}

	steps, err := action.Steps(proposal.Target)
	if err != nil {
		fmt.Println(err)
	}
	for _, step := range steps {
		if _, err := step.Do(context.Background(), runbook.Answers{}); err != nil {
			fmt.Println(err)
		}
	}
	fmt.Println(vendor)
	// Output:
	// Rename the course [{Course 101 Title Basics Basics, part one}]
	// map[101:Basics, part one]
}
