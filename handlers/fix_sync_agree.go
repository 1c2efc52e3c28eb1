package handlers

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon"
	"registrar/integrations/rest"
	"registrar/integrations/salesforce"
)

// counting is how the enrollment counts of the two systems are compared.
type counting string

const (
	countsRead  counting = "read"  // Registrar compares them
	countsShown counting = "shown" // Salesforce hides them from Registrar's user: a person compares
)

// planCounts: an account that is still to be made has nothing to count yet.
func (d Deps) planCounts(ctx context.Context, t *syncTarget) error {
	t.Notes = append(t.Notes, t.addressNotes()...)
	there, err := d.Salesforce.EnrollmentsOf(ctx, t.Contact.ID)
	if err != nil {
		return err
	}
	t.Counts = countsRead
	if len(there.Unseen) > 0 {
		t.Counts = countsShown
	}
	if t.Account == nil {
		return nil
	}
	here, err := d.Portals[0].EnrollmentsOf(ctx, t.Account.ID)
	if err != nil {
		return fmt.Errorf("enrollments of user %d: %w", t.Account.ID, err)
	}
	t.Facts = append(t.Facts, runbook.Fact{Label: "Enrollments in LearnUpon", Value: orNone(byStatus(here))})
	if t.Counts == countsRead {
		t.Facts = append(t.Facts, runbook.Fact{Label: "Enrollments in Salesforce", Value: inSalesforce(there)})
	}
	return nil
}

func inSalesforce(e salesforce.Enrollments) string {
	return fmt.Sprintf("%d enrolled, %d in progress, %d completed", e.Enrolled, e.InProgress, e.Completed)
}

// sameCounts compares what LearnUpon has with what it has told Salesforce. The
// vendor does not say whether a failed course is a completed one there, nor
// whether Enrolled counts all courses or only those not begun or not ended.
func sameCounts(here []learnupon.Enrollment, there salesforce.Enrollments) bool {
	counts, all := learnupon.ByStatus(here), 0
	for _, n := range counts {
		all += n
	}
	waiting, begun := counts[learnupon.NotStarted], counts[learnupon.InProgress]
	done := counts[learnupon.Completed] + counts[learnupon.Passed]
	return begun == there.InProgress &&
		slices.Contains([]int{all, waiting, waiting + begun}, there.Enrolled) &&
		slices.Contains([]int{done, done + counts[learnupon.Failed]}, there.Completed)
}

// agreeSteps read everything back and compare the enrollment counts.
func (d Deps) agreeSteps(t syncTarget) []runbook.Step {
	steps := []runbook.Step{{
		ID: "read-back", Title: "Read everything back", System: runbook.LearnUpon, Repeatable: true,
		Do: func(ctx context.Context, _ runbook.Answers) (string, error) { return d.agrees(ctx, t) },
	}}
	switch t.Counts {
	case countsRead:
		steps = append(steps, runbook.Step{
			ID: "counts", Title: "Update of the enrollment counts in Salesforce", System: runbook.Salesforce,
			Wait: &runbook.Wait{Every: time.Minute, Until: countsWithin},
			Done: func(ctx context.Context, _ runbook.Answers) (bool, error) {
				id, err := d.syncedUser(ctx, t)
				if err != nil || id == 0 {
					return false, err
				}
				here, err := d.Portals[0].EnrollmentsOf(ctx, id)
				if err != nil {
					return false, err
				}
				there, err := d.Salesforce.EnrollmentsOf(ctx, t.Contact.ID)
				return err == nil && sameCounts(here, there), err
			},
		})
	case countsShown:
		steps = append(steps, runbook.Step{
			ID: "counts", Title: "Compare the enrollment counts", System: runbook.Person,
			Ask: &runbook.Ask{
				Instruction: "The LearnUpon tab of the contact shows " + t.syncedID() + ", and the enrollment counts there are those of the LearnUpon record. LearnUpon may take some minutes to bring them up to date.",
				Link:        t.Contact.link(),
			},
		})
	}
	return steps
}

// syncedUser is the account whose courses are counted: the one that was planned
// with, or the one that was made meanwhile; 0 where the contact names none.
func (d Deps) syncedUser(ctx context.Context, t syncTarget) (learnupon.ID, error) {
	if t.Account != nil {
		return t.Account.ID, nil
	}
	now, err := d.Salesforce.ContactByID(ctx, t.Contact.ID)
	id, _ := learnUponID(now)
	return id, err
}

func (t syncTarget) syncedID() string {
	if t.Account == nil {
		return "an " + luUserID
	}
	return luUserID + " " + t.Account.ID.String()
}

// countsWithin is how long LearnUpon may take to tell Salesforce of the courses
// of somebody who was just linked.
const countsWithin = 30 * time.Minute

// agrees is what a fixed sync looks like.
func (d Deps) agrees(ctx context.Context, t syncTarget) (string, error) {
	now, err := t.moved().unchanged(ctx, d.Salesforce)
	if err != nil {
		return "", err
	}
	if now.LearnUponID == "" {
		said, err := d.packageSaid(ctx, now)
		if err != nil {
			return "", err
		}
		return "", runbook.Refuse("LearnUpon made no account and answered “%s”. Run the command again; it finds what is in the way now.", cmp.Or(said, "nothing"))
	}
	if t.Account != nil && now.LearnUponID != t.Account.ID.String() {
		return "", &runbook.Mismatch{Record: t.Contact.record(), Field: luUserID, Want: t.Account.ID.String(), Got: now.LearnUponID}
	}
	id, _ := learnUponID(now)
	u, err := d.Portals[0].UserByID(ctx, id)
	record := fmt.Sprintf("%s user %s", systemName(portalName(d.Portals[0])), now.LearnUponID)
	switch {
	case rest.IsNotFound(err):
		return "", &runbook.Mismatch{Record: record, Field: "Account", Want: "there", Got: "gone"}
	case err != nil:
		return "", err
	case !strings.EqualFold(u.Email, t.Addresses.Right):
		return "", &runbook.Mismatch{Record: record, Field: "E-mail address", Want: t.Addresses.Right, Got: u.Email}
	case u.SFContactID != "" && !namesContact(u, t.Contact.ID), u.SFContactID == "" && t.Link.Account:
		return "", &runbook.Mismatch{Record: record, Field: "Salesforce contact", Want: t.Contact.ID.String(), Got: u.SFContactID}
	}
	if t.Login != nil {
		l, err := d.Salesforce.UserByID(ctx, t.Login.ID)
		if err != nil {
			return "", err
		}
		if !strings.EqualFold(l.Email, t.Addresses.Right) {
			return "", &runbook.Mismatch{Record: t.Login.record(), Field: "Email", Want: t.Addresses.Right, Got: l.Email}
		}
	}
	enrollments, err := d.Portals[0].EnrollmentsOf(ctx, u.ID)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("LU User ID %d; the addresses are equal; enrollments in LearnUpon: %s.", u.ID, orNone(byStatus(enrollments))), nil
}

// gain are all addresses of the person: whoever has the right one may get in
// with it.
func (t syncTarget) gain() []string {
	who := []string{t.Email}
	for _, address := range t.Addresses.all() {
		if !slices.ContainsFunc(who, func(have string) bool { return strings.EqualFold(have, address) }) {
			who = append(who, address)
		}
	}
	return who
}
