package handlers

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"registrar/bot/runbook"
	"registrar/handlers/findings"
	"registrar/integrations/learnupon"
	"registrar/integrations/rest"
)

// portalView is what one portal told about an address, as far as it got.
type portalView struct {
	findings.Portal
	client      *learnupon.Client
	groups      []learnupon.Group
	enrollments []learnupon.Enrollment
	invitedTo   []string // the groups' titles, in the order of Waiting
	problem     error
}

// readPortal reads what there is side by side. What cannot be read does not hide
// the rest.
func readPortal(ctx context.Context, c *learnupon.Client, email string) portalView {
	v := portalView{client: c, Portal: findings.Portal{Name: systemName(portalName(c))}}
	v.problem = v.read(ctx, email)
	return v
}

func (v *portalView) read(ctx context.Context, email string) error {
	return atOnce(
		func() error { return v.readAccount(ctx, email) },
		func() error { return v.readAlike(ctx, email) },
		func() error { return v.readInvites(ctx, email) },
	)
}

func (v *portalView) readAccount(ctx context.Context, email string) error {
	u, err := userByEmail(ctx, v.client, email)
	if err != nil || u == nil {
		return err
	}
	v.Account = u
	return atOnce(
		func() (err error) { v.groups, err = v.client.GroupsOf(ctx, u.ID); return err },
		func() (err error) { v.enrollments, err = v.client.EnrollmentsOf(ctx, u.ID); return err },
	)
}

func (v *portalView) readAlike(ctx context.Context, email string) error {
	for _, address := range findings.Variants(email) {
		switch other, err := v.client.UserByEmail(ctx, address); {
		case err == nil:
			v.Alike = append(v.Alike, other)
		case !rest.IsNotFound(err):
			return err
		}
	}
	return nil
}

func (v *portalView) readInvites(ctx context.Context, email string) error {
	open, err := waitingFor(ctx, v.client, email)
	if err != nil {
		return err
	}
	for _, i := range open {
		title, err := groupTitle(ctx, v.client, i.GroupID)
		if err != nil {
			return err
		}
		v.Waiting, v.invitedTo = append(v.Waiting, i), append(v.invitedTo, title)
	}
	return nil
}

func (v *portalView) section(d Deps) runbook.Section {
	s := runbook.Section{Heading: v.Name}
	switch {
	case v.Account != nil:
		s.Link = runbook.Link{Text: "Open the user's record", URL: v.client.UserPage(v.Account.ID)}
		s.Facts = v.facts(d)
	case v.problem == nil:
		s.Lines = append(s.Lines, "No account has this address.")
	}
	for i, w := range v.Waiting {
		s.Lines = append(s.Lines, inviteLine(w, v.invitedTo[i], d))
	}
	if v.problem != nil {
		s.Lines = append(s.Lines, unreadable(v.problem))
	}
	return s
}

func (v *portalView) facts(d Deps) []runbook.Fact {
	u := v.Account
	state := "active"
	switch {
	case !u.Enabled:
		state = "deactivated"
	case findings.Expired(*u, d.Now()):
		state = "expired on " + findings.Day(u.AccountExpires)
	case !u.AccountExpires.IsZero():
		state = "active, expires on " + findings.Day(u.AccountExpires)
	}
	signIn := "never"
	if u.SignedIn() {
		signIn = strings.TrimSpace(fmt.Sprintf("%s (%d in all)", findings.Day(u.LastSignInAt), u.SignInCount))
	}
	facts := []runbook.Fact{
		{Label: "User", Value: u.ID.String()}, {Label: "Name", Value: orNone(fullName(u.FirstName, u.LastName))},
		{Label: "Type", Value: u.Type}, {Label: "Account", Value: state}, {Label: "Made on", Value: findings.Day(u.CreatedAt)},
		{Label: "Last sign-in", Value: signIn}, {Label: "Time zone", Value: orNone(u.TimeZone)},
		{Label: "Groups", Value: orNone(titles(v.groups))}, {Label: "Enrollments", Value: orNone(byStatus(v.enrollments))},
	}
	if findings.Linked(*u) {
		facts = append(facts, runbook.Fact{Label: "Salesforce", Value: strings.TrimSpace("linked " + u.SFContactID)})
	}
	return facts
}

func inviteLine(i learnupon.Invite, group string, d Deps) string {
	line := "Invited"
	if group != "" {
		line += " to “" + group + "”"
	}
	line += " on " + findings.Day(i.CreatedAt)
	if i.UserType != "" {
		line += " as " + i.UserType
	}
	switch {
	case i.Lapsed(d.Now()):
		line += "; lapsed on " + findings.Day(i.ExpiresAt)
	case !i.ExpiresAt.IsZero():
		line += "; expires on " + findings.Day(i.ExpiresAt)
	}
	return line + "."
}

func titles(groups []learnupon.Group) string {
	var out []string
	for _, g := range groups {
		out = append(out, g.Title)
	}
	return strings.Join(out, ", ")
}

// byStatus counts enrollments in the order a learner goes through the statuses.
func byStatus(enrollments []learnupon.Enrollment) string {
	counts := learnupon.ByStatus(enrollments)
	var out []string
	for _, status := range []string{
		learnupon.NotStarted, learnupon.InProgress, learnupon.PendingReview, learnupon.Completed, learnupon.Passed, learnupon.Failed,
	} {
		if n := counts[status]; n > 0 {
			out = append(out, strconv.Itoa(n)+" "+strings.ReplaceAll(status, "_", " "))
		}
	}
	return strings.Join(out, ", ")
}
