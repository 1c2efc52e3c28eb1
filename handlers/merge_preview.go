package handlers

import (
	"fmt"
	"strconv"
	"strings"

	"registrar/bot/runbook"
	"registrar/handlers/findings"
	"registrar/integrations/learnupon"
)

func (d Deps) previewMerge(t mergeTarget) runbook.Preview {
	p := runbook.Preview{
		Subject: t.Duplicate + " into " + t.Keep, Irreversible: t.deletes(), Losses: t.Losses, Facts: t.Facts,
		Requires: []runbook.Fact{{Label: "Keep", Value: t.Keep}, {Label: "Duplicate", Value: t.Duplicate}},
		Warnings: t.Warnings, Accounts: t.Accounts, Groups: t.Groups,
	}
	if t.deletes() {
		p.Lead = "This cannot be undone: " + t.Duplicate + " is deleted for good, with everything that is not carried over."
		p.Requires = append(p.Requires, runbook.Fact{Label: "Deleted under the address", Value: t.Freed})
	}
	awards := "no second certificate, credit or badge is given"
	if t.In.Awards == awardAgain {
		awards = "given to the kept account as well, dated by LearnUpon"
	}
	p.Requires = append(p.Requires, runbook.Fact{Label: "Certificates and credits", Value: awards})
	for _, part := range t.Parts {
		for _, a := range []account{part.Keep, part.Duplicate} {
			p.Records = append(p.Records, a.planned())
			p.Locks = append(p.Locks, a.lock())
		}
	}
	for _, a := range t.Elsewhere {
		p.Locks = append(p.Locks, a.lock())
	}
	if t.Link != nil {
		p.Records = append(p.Records, t.Link.Contact.planned())
		p.Locks = append(p.Locks, t.Link.Contact.lock())
	}
	if t.Argument != "" {
		p.Suggest = []runbook.Suggestion{{Action: "merge-users", Label: "Keep the other one", Values: runbook.Values{
			"keep": t.Duplicate, "duplicate": t.Keep, "afterwards": t.In.After,
		}}}
	}
	if len(d.mergeSteps(t)) == 0 {
		p.Nothing = "Nothing is left to carry over, and the duplicate is deactivated already. To free its address, choose “Delete the duplicate and free its email”."
	}
	return p
}

// mergeFacts are for information: they change while a request waits, and the
// plan does not.
func mergeFacts(pairs []pair, t mergeTarget, kept []string) []runbook.Fact {
	var facts []runbook.Fact
	add := func(label, value string) { facts = append(facts, runbook.Fact{Label: label, Value: value}) }
	for _, p := range pairs {
		in := systemName(portalName(p.portal))
		add("Keep, in "+in, p.keep.summary())
		add("Duplicate, in "+in, p.duplicate.summary())
	}
	if t.Argument != "" {
		add("Which to keep", t.Argument)
	}
	if len(kept) > 0 {
		add("As good already on the kept account", strings.Join(kept, ", "))
	}
	enrollments, results := 0, 0
	for _, part := range t.Parts {
		for _, m := range part.Courses {
			if m.Enroll != 0 {
				enrollments++
			}
			if m.Date != "" {
				results++
			}
		}
	}
	add("Mails LearnUpon may send to "+t.Keep, fmt.Sprintf("up to %d (%s, %s), as the portal's notifications are set",
		enrollments+results, count(enrollments, "enrollment"), count(results, "result")))
	if t.Link == nil {
		add("Salesforce", "no contact is changed")
	}
	return facts
}

func (s side) summary() string {
	signIn := "never signed in"
	if s.user.SignedIn() {
		signIn = "last signed in on " + findings.Day(s.user.LastSignInAt)
	}
	text := fmt.Sprintf("user %d, %s, %s, %s, %s", s.user.ID, s.user.Type, signIn, count(s.results(), "result"), count(len(s.groups), "group"))
	if findings.Linked(s.user) {
		text += ", linked to Salesforce"
	}
	if !s.user.Enabled {
		text += ", deactivated"
	}
	return text
}

// results counts the courses the person has completed or passed.
func (s side) results() int {
	counts := learnupon.ByStatus(s.enrollments)
	return counts[learnupon.Completed] + counts[learnupon.Passed]
}

// argue says why the duplicate looks like the account to keep, if it does: the
// one that is linked wins, then the one in use, then the one with more results.
func argue(pairs []pair, t mergeTarget) string {
	keep, duplicate := pairs[0].keep, pairs[0].duplicate
	if !duplicate.user.Enabled {
		return ""
	}
	var points []string
	lead := 0
	weigh := func(weight int, forDuplicate, forKeep bool, text string) {
		switch {
		case forDuplicate && !forKeep:
			lead += weight
			points = append(points, text)
		case forKeep && !forDuplicate:
			lead -= weight
		}
	}
	pointed := t.Link != nil && t.Link.From == duplicate.user.ID
	weigh(4, findings.Linked(duplicate.user) || pointed, findings.Linked(keep.user), "it is linked to Salesforce, which sign-in and sync go by")
	later := duplicate.user.LastSignInAt.Compare(keep.user.LastSignInAt.Time)
	weigh(2, later > 0, later < 0, "it was signed in to last")
	more := duplicate.results() - keep.results()
	weigh(1, more > 0, more < 0, strconv.Itoa(max(more, 1))+" more results are on it")
	if lead <= 0 {
		return ""
	}
	return "The duplicate looks like the better one to keep: " + strings.Join(points, "; ") + "."
}
