package handlers

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"registrar/bot/runbook"
	"registrar/handlers/findings"
	"registrar/integrations/learnupon"
	"registrar/integrations/rest"
)

type lookupInput struct {
	Email string `json:"email"`
}

// lookup shows what every system holds on one address, and what is amiss. A
// system that cannot be read is named and does not hide the others.
func lookup(d Deps) runbook.Action {
	return runbook.Report[lookupInput]{
		Name: "lookup", Title: "Look up", Command: "/lookup",
		Summary: "Show everything known about a person, and what is amiss",
		Help: "One address in: accounts, roles, sign-ins, groups, enrollments and unanswered invites in every portal come back, privately, " +
			"beside the contact, the user and the account in Salesforce, with findings in words and the action that mends each. It changes nothing; every look is recorded.",
		Example:    "learner@x.edu",
		Permission: runbook.Support,
		Fields: func(in *lookupInput) []runbook.Field {
			return []runbook.Field{{
				Name: "email", Label: "Email", Placeholder: "learner@x.edu", Hint: "The person's address.", Bind: runbook.Email(&in.Email),
			}}
		},
		Read: d.look,
	}.Action()
}

func (d Deps) look(ctx context.Context, in lookupInput) (runbook.Document, error) {
	runbook.Progress(ctx, "Reading "+d.systems()+"…")
	seen := make([]portalView, len(d.Portals))
	org := orgView{client: d.Salesforce}
	var wg sync.WaitGroup
	for i, c := range d.Portals {
		wg.Go(func() { seen[i] = readPortal(ctx, c, in.Email) })
	}
	wg.Go(func() { org.readByEmail(ctx, in.Email) })
	wg.Wait()
	org.follow(ctx, d, seen)

	doc := runbook.Document{Title: "Look up", Subject: in.Email, Personal: []string{in.Email}}
	person := findings.Person{Email: in.Email, At: d.Now(), Salesforce: org.found()}
	for _, v := range seen {
		doc.Sections = append(doc.Sections, v.section(d))
		v.Partial = v.problem != nil
		person.Portals = append(person.Portals, v.Portal)
		for _, u := range v.Alike {
			doc.Personal = append(doc.Personal, u.Email)
		}
		for _, g := range v.groups {
			doc.Groups = append(doc.Groups, g.ID.String())
		}
	}
	doc.Sections = append(doc.Sections, org.sections()...)
	doc.Accounts = org.accounts()
	doc.Personal = append(doc.Personal, org.personal(in.Email)...)
	doc.Findings = findings.Of(person)
	return doc, nil
}

func (d Deps) systems() string {
	if d.Salesforce == nil {
		return "LearnUpon"
	}
	return "LearnUpon and Salesforce"
}

// portalView is what one portal told about an address, as far as it got.
type portalView struct {
	findings.Portal
	client      *learnupon.Client
	groups      []learnupon.Group
	enrollments []learnupon.Enrollment
	invitedTo   []string // the groups' titles, in the order of Waiting
	problem     error
}

// readPortal stops at the first thing that cannot be read.
func readPortal(ctx context.Context, c *learnupon.Client, email string) portalView {
	v := portalView{client: c, Portal: findings.Portal{Name: systemName(portalName(c))}}
	v.problem = v.read(ctx, email)
	return v
}

func (v *portalView) read(ctx context.Context, email string) error {
	u, err := userByEmail(ctx, v.client, email)
	if err != nil {
		return err
	}
	if v.Account = u; u != nil {
		if v.groups, err = v.client.GroupsOf(ctx, u.ID); err != nil {
			return err
		}
		if v.enrollments, err = v.client.EnrollmentsOf(ctx, u.ID); err != nil {
			return err
		}
	}
	for _, address := range findings.Variants(email) {
		switch other, err := v.client.UserByEmail(ctx, address); {
		case err == nil:
			v.Alike = append(v.Alike, other)
		case !rest.IsNotFound(err):
			return err
		}
	}
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

// unreadable says that a system could not be read, or not to the end.
func unreadable(problem error) string {
	text, ok := runbook.PublicText(problem)
	if !ok {
		text = "something went wrong."
	}
	return "Not everything could be read here: " + text
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

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}
