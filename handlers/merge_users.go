package handlers

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon"
)

type mergeInput struct {
	Keep      string         `json:"keep"` // an address or a LearnUpon number, as the next
	Duplicate string         `json:"duplicate"`
	After     string         `json:"after"`
	Awards    string         `json:"awards,omitempty"`
	LeaveOut  []learnupon.ID `json:"leave_out,omitempty"` // numbers of courses
	Role      string         `json:"role,omitempty"`
}

// What becomes of the duplicate, and of what its courses awarded.
const (
	afterDeactivate = "deactivate"
	afterDelete     = "delete"
	awardAgain      = "again"
)

// mergeTarget is a merge as it is approved: everything that moves, portal by
// portal, and the sentences about what does not.
type mergeTarget struct {
	In        mergeInput   `json:"in"`
	Keep      string       `json:"keep"` // addresses
	Duplicate string       `json:"duplicate"`
	Parts     []mergePart  `json:"parts,omitempty"`
	Elsewhere []account    `json:"elsewhere,omitempty"` // the duplicate's accounts where the kept person has none
	Freed     string       `json:"freed,omitempty"`     // the address a duplicate that is deleted gets first
	Link      *contactMove `json:"link,omitempty"`
	Accounts  []string     `json:"accounts,omitempty"` // Salesforce accounts of both, for scoped roles
	Groups    []string     `json:"groups,omitempty"`   // of both, in every portal touched

	Losses   []string       `json:"losses,omitempty"`
	Warnings []string       `json:"warnings,omitempty"`
	Facts    []runbook.Fact `json:"facts,omitempty"`
	Argument string         `json:"argument,omitempty"` // why the duplicate looks like the one to keep
}

func (t mergeTarget) deletes() bool { return t.In.After == afterDelete }

// mergePart is what happens in one portal.
type mergePart struct {
	Keep      account      `json:"keep"`
	Duplicate account      `json:"duplicate"`
	Premier   []string     `json:"premier,omitempty"` // courses to settle with the Premier team first
	Courses   []courseMove `json:"courses,omitempty"`
	Join      []groupRef   `json:"join,omitempty"`
	Leave     []groupRef   `json:"leave,omitempty"`
	FromRole  string       `json:"from_role,omitempty"`
	Role      string       `json:"role,omitempty"` // of the kept account; "": stays
	Grant     []groupRef   `json:"grant,omitempty"`
	Revoke    []groupRef   `json:"revoke,omitempty"`
	Rename    bool         `json:"rename,omitempty"`
	Retired   bool         `json:"retired,omitempty"` // the duplicate is deactivated already
}

// groupRef is a group as a plan keeps it.
type groupRef struct {
	ID          learnupon.ID `json:"id"`
	Title       string       `json:"title"`
	CreateUsers bool         `json:"create_users,omitempty"` // who manages it may create users in it
}

// mergeUsers makes one account of two of the same person. LearnUpon has no
// merge: what its API can carry over is carried over, and what it cannot is
// listed as lost before anybody agrees.
func mergeUsers(d Deps) runbook.Action {
	return runbook.Definition[mergeInput, mergeTarget]{
		Name: "merge-users", Title: "Merge users", Command: "/merge-users",
		Summary: "Make one account of two that belong to the same person",
		Help: "Carries results, enrollments, groups, user type and manager rights over to the account to keep, points the Salesforce contact at it, reads all of it back, and then retires the duplicate. " +
			"LearnUpon has no merge: work in progress, certificates and some history cannot be carried, and the plan lists every loss. " +
			"Deleting needs two approvals and cannot be undone; deactivating needs one and keeps the duplicate's history.",
		Example:    "keep@x.edu duplicate@x.edu deactivate",
		Permission: runbook.Support,
		Reason:     runbook.ReasonRequired,
		Fields: func(in *mergeInput) []runbook.Field {
			return []runbook.Field{
				{Name: "keep", Label: "Keep", Placeholder: "learner@x.edu or 1204", Hint: "The account that stays: its address or its LearnUpon number.", Bind: whom(&in.Keep)},
				{Name: "duplicate", Label: "Duplicate", Placeholder: "learner2@x.edu or 1310", Hint: "The account that goes: its address or its LearnUpon number.", Bind: whom(&in.Duplicate)},
				{Name: "afterwards", Label: "Afterwards", Hint: "What becomes of the duplicate when everything was carried over.", Bind: oneOf(&in.After, afterDeactivate, afterDelete), Options: []runbook.Option{
					{Value: afterDeactivate, Text: "Deactivate the duplicate"},
					{Value: afterDelete, Text: "Delete the duplicate and free its email"},
				}},
				{Name: "awards", Label: "Certificates and credits", Optional: true, Hint: "Left empty: no second certificate, credit or badge.", Bind: oneOf(&in.Awards, "none", awardAgain), Options: []runbook.Option{
					{Value: "none", Text: "No second certificate or credit"},
					{Value: awardAgain, Text: "Award them again to the account to keep"},
				}},
				{Name: "leave-out", Label: "Leave out", Optional: true, Placeholder: "1204 1310", Hint: "Numbers of courses that LearnUpon refused, full ones for instance. They are then lost.", Bind: courseNumbers(&in.LeaveOut)},
				{Name: "user-type", Label: "User type", Chosen: true, Bind: runbook.Choice(&in.Role)},
			}
		},
		Plan:          d.planMerge,
		Approval:      approveMerge,
		Cases:         []mergeTarget{{In: mergeInput{After: afterDelete}}, {}},
		Beneficiaries: func(t mergeTarget) []string { return []string{t.Keep, t.Duplicate} },
		Preview:       d.previewMerge,
		Steps:         d.mergeSteps,
	}.Action()
}

var digits = regexp.MustCompile(`^[1-9]\d{0,17}$`)

// whom binds an e-mail address or a LearnUpon number.
func whom(p *string) func(string) error {
	return func(s string) error {
		if digits.MatchString(s) {
			*p = s
			return nil
		}
		if err := runbook.Email(p)(s); err != nil {
			return runbook.Refuse("That is neither one e-mail address, such as learner@x.edu, nor the number of a LearnUpon user.")
		}
		return nil
	}
}

func oneOf(p *string, values ...string) func(string) error {
	return func(s string) error {
		if !slices.Contains(values, s) {
			return runbook.Refuse("Please choose one of the options.")
		}
		*p = s
		return nil
	}
}

func courseNumbers(p *[]learnupon.ID) func(string) error {
	return func(s string) error {
		for _, word := range strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ';' || r == ' ' }) {
			if !digits.MatchString(word) || len(*p) == 50 {
				return runbook.Refuse("Numbers of courses, please, at most 50, such as 1204 1310. The failed run names them.")
			}
			n, _ := strconv.ParseInt(word, 10, 64) // digits matched
			*p = append(*p, learnupon.ID(n))
		}
		return nil
	}
}

func (d Deps) planMerge(ctx context.Context, in mergeInput) (mergeTarget, error) {
	pairs, alone, err := d.pairs(ctx, in)
	if err != nil {
		return mergeTarget{}, err
	}
	t := mergeTarget{In: in, Keep: pairs[0].keep.user.Email, Duplicate: pairs[0].duplicate.user.Email}
	var kept []string
	for i := range pairs {
		p := &pairs[i]
		runbook.Progress(ctx, "Reading courses and groups in "+systemName(portalName(p.portal))+"…")
		if err := p.read(ctx); err != nil {
			return t, err
		}
	}
	if err := d.planScope(ctx, pairs, alone, &t); err != nil {
		return t, err
	}
	for i := range pairs {
		found, err := pairs[i].merge(ctx, d, in)
		if err != nil {
			return t, concerning(err, t.Accounts, t.Groups)
		}
		t.Parts = append(t.Parts, found.part)
		t.Losses = append(t.Losses, found.losses...)
		t.Warnings = append(t.Warnings, found.warnings...)
		kept = append(kept, found.kept...)
	}
	if err := d.planElsewhere(ctx, alone, &t); err != nil {
		return t, err
	}
	if err := d.planLink(ctx, &t); err != nil {
		return t, err
	}
	if err := d.planRetirement(ctx, &t); err != nil {
		return t, err
	}
	t.Argument = argue(pairs, t)
	t.Facts = mergeFacts(pairs, t, kept)
	return t, nil
}

// planElsewhere says what becomes of the duplicate's accounts in portals where
// the kept person has none. LearnUpon carries deactivation and deletion from
// the top-level portal to the others.
func (d Deps) planElsewhere(ctx context.Context, alone []holding, t *mergeTarget) error {
	for _, h := range alone {
		a := accountOf(h)
		t.Elsewhere = append(t.Elsewhere, a)
		reach := "Deactivating the duplicate"
		if t.deletes() {
			reach = "Deleting the duplicate"
		}
		t.Warnings = append(t.Warnings, fmt.Sprintf("The duplicate also has an account in %s (user %d), where the person to keep has none, so nothing is carried over there. "+
			"%s in the top-level portal may reach it.", systemName(a.Portal), a.ID, reach))
		if !t.deletes() {
			continue
		}
		enrollments, err := h.portal.EnrollmentsOf(ctx, h.user.ID)
		if err != nil {
			return fmt.Errorf("enrollments of user %d: %w", h.user.ID, err)
		}
		for _, e := range enrollments {
			t.Losses = append(t.Losses, fmt.Sprintf("%s: %s, if the deletion reaches that portal.", systemName(a.Portal), courseLine(e)))
		}
	}
	return nil
}

// planRetirement finds the address a duplicate gets before it is deleted, so
// that its own is free at once.
func (d Deps) planRetirement(ctx context.Context, t *mergeTarget) error {
	if !t.deletes() {
		return nil
	}
	if strings.HasPrefix(t.Duplicate, freedPrefix) { // by a run that stopped in between
		t.Freed = t.Duplicate
		return nil
	}
	var err error
	if t.Freed, err = d.freedAddress(ctx, t.Duplicate); err != nil {
		return err
	}
	for i := range t.Parts {
		t.Parts[i].Rename = true
	}
	return nil
}

func approveMerge(t mergeTarget) runbook.Approval {
	if !t.deletes() {
		return runbook.ApprovalsBy(1, "it changes two accounts")
	}
	a := runbook.ApprovalsBy(2, "the duplicate is deleted for good").AtLeastOne()
	a.Delay = 10 * time.Minute
	return a
}
