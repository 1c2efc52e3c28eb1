package handlers

import (
	"cmp"
	"context"
	"strings"
	"sync"

	"registrar/bot/runbook"
	"registrar/handlers/findings"
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
			"beside the contact, the user and the account in Salesforce and whether BambooHR has them as active or left, with findings in words and the action that mends each. It changes nothing; every look is recorded.",
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
	org, company := orgView{client: d.Salesforce}, companyView{client: d.BambooHR}
	var wg sync.WaitGroup
	for i, c := range d.Portals {
		wg.Go(func() { seen[i] = readPortal(ctx, c, in.Email) })
	}
	wg.Go(func() { org.readByEmail(ctx, in.Email) })
	var staff sync.WaitGroup // BambooHR takes longest, and nothing follows from it
	staff.Go(func() { company.read(ctx, in.Email) })
	wg.Wait()
	runbook.Progress(ctx, "Reading what the records are linked to…")
	org.follow(ctx, d, seen)
	staff.Wait()

	doc := runbook.Document{Title: "Look up", Subject: in.Email, Personal: []string{in.Email}}
	person := findings.Person{Email: in.Email, At: d.Now(), Salesforce: org.found(), Staff: company.found()}
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
	doc.Sections = append(doc.Sections, company.sections(d.Now())...)
	doc.Accounts = org.accounts()
	doc.Personal = append(doc.Personal, org.personal(in.Email)...)
	doc.Findings = findings.Of(person)
	return doc, nil
}

// systems names those that are read.
func (d Deps) systems() string {
	names := []string{"LearnUpon"}
	if d.Salesforce != nil {
		names = append(names, "Salesforce")
	}
	if d.BambooHR != nil {
		names = append(names, "BambooHR")
	}
	if last := len(names) - 1; last > 0 {
		return strings.Join(names[:last], ", ") + " and " + names[last]
	}
	return names[0]
}

// atOnce reads several things side by side. Its error is the first one, in the
// order given.
func atOnce(reads ...func() error) error {
	errs := make([]error, len(reads))
	var wg sync.WaitGroup
	for i, read := range reads {
		wg.Go(func() { errs[i] = read() })
	}
	wg.Wait()
	return cmp.Or(errs...)
}

// unreadable says that a system could not be read, or not to the end.
func unreadable(problem error) string {
	text, ok := runbook.PublicText(problem)
	if !ok {
		text = "something went wrong."
	}
	return "Not everything could be read here: " + text
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}
