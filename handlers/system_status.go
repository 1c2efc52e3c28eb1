package handlers

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"registrar/bot/runbook"
	"registrar/integrations/statuspage"
)

// SystemState is how Registrar itself is doing.
type SystemState struct {
	Sockets int // to Slack, of all replicas
	Most    int // that Slack gives to all replicas

	Tasks int           // in the queue
	Late  time.Duration // how long the oldest that is due has waited
	Open  int           // runs that are not closed

	Budgets []CallBudget
	// Read is when the sync errors were last read; zero: never, or nobody reads
	// them.
	Read time.Time
	// Unread is what could not be told, in words.
	Unread []string
}

// CallBudget is how many calls to a portal fit in now. Negative: no limit, or
// it is not known.
type CallBudget struct {
	Portal       string
	Minute, Week int
	PerMinute    int // what the minute began with
	// Held: runs wait, because what is left of the week is kept for people.
	Held bool
}

// When something is worth a finding.
const (
	lateQueue = time.Minute
	lateRead  = 10 * time.Minute
	fewCalls  = 10 // percent
)

type statusInput struct{}

// systemStatus shows how LearnUpon says it is doing, and how we are.
func systemStatus(d Deps) runbook.Action {
	return runbook.Report[statusInput]{
		Name: "system-status", Title: "System status", Command: "/system-status",
		Summary: "Show how LearnUpon and Registrar are doing",
		Help: "What LearnUpon's public status page says, how many sockets to Slack are open, what waits in the queue, and how many calls to LearnUpon " +
			"and Salesforce are left. It changes nothing.",
		Permission: runbook.Support,
		Fields:     func(*statusInput) []runbook.Field { return nil },
		Read:       d.status,
	}.Action()
}

func (d Deps) status(ctx context.Context, _ statusInput) (runbook.Document, error) {
	runbook.Progress(ctx, "Asking LearnUpon's status page…")
	doc := runbook.Document{Title: "System status", Judged: true}
	var state SystemState
	var vendor runbook.Section
	var wg sync.WaitGroup
	var err error
	wg.Go(func() { vendor = d.vendorStatus(ctx) })
	wg.Go(func() { state, err = d.System(ctx) })
	wg.Wait()
	if err != nil {
		return runbook.Document{}, err
	}
	doc.Sections = append([]runbook.Section{vendor}, state.sections(d.Now())...)
	if d.Salesforce != nil {
		if used, allowed := d.Salesforce.Usage(); allowed > 0 {
			doc.Sections = append(doc.Sections, runbook.Section{
				Heading: "Salesforce calls", Facts: []runbook.Fact{{Label: "Used in 24 hours", Value: fmt.Sprintf("%d of %d, by all programs together", used, allowed)}},
			})
			if (allowed-used)*100 < allowed*fewCalls {
				doc.Findings = append(doc.Findings, runbook.Finding{Text: "Salesforce will soon take no more calls from any program until some of the last 24 hours are over."})
			}
		}
	}
	doc.Findings = append(doc.Findings, state.findings(d.Now())...)
	return doc, nil
}

// vendorStatus is what the public page says, or that it says nothing.
func (d Deps) vendorStatus(ctx context.Context) runbook.Section {
	s := runbook.Section{Heading: "LearnUpon"}
	if d.Status == nil {
		s.Lines = []string{"Its status page is not configured (STATUSPAGE_URL)."}
		return s
	}
	page, err := d.Status.Summary(ctx)
	if err != nil {
		said, public := runbook.PublicText(err)
		if !public {
			said = "It could not be read."
		}
		s.Lines = []string{"Its status page gives no answer: " + said}
		return s
	}
	s.Link = runbook.Link{Text: "Open the status page", URL: page.Page.URL}
	s.Facts = []runbook.Fact{{Label: "Status", Value: page.Status.Description}, {Label: "As of", Value: onTheClock(page.Page.Updated)}}
	for _, c := range page.Ailing() {
		s.Facts = append(s.Facts, runbook.Fact{Label: c.Name, Value: inWords(c.Status)})
	}
	for _, i := range page.Incidents {
		s.Lines = append(s.Lines, incident(i))
	}
	for _, m := range page.Maintenances {
		s.Lines = append(s.Lines, fmt.Sprintf("Maintenance: %s, %s to %s (%s).", m.Name, onTheClock(m.From), onTheClock(m.Until), inWords(m.Status)))
	}
	return s
}

func incident(i statuspage.Incident) string {
	said := fmt.Sprintf("Incident since %s: %s (%s, %s).", onTheClock(i.Started), i.Name, i.Impact, inWords(i.Status))
	if len(i.Updates) > 0 && i.Updates[0].Body != "" {
		said += " " + i.Updates[0].Body
	}
	return said
}

func (s SystemState) sections(now time.Time) []runbook.Section {
	all := []runbook.Section{
		{Heading: "Slack", Facts: []runbook.Fact{{Label: "Open sockets", Value: fmt.Sprintf("%d of %d, of all replicas together", s.Sockets, s.Most)}}},
		{Heading: "Queue", Facts: []runbook.Fact{
			{Label: "Visits of runs, due or planned", Value: fmt.Sprint(s.Tasks)},
			{Label: "The oldest that is due waits for", Value: s.Late.Round(time.Second).String()},
			{Label: "Runs that are not closed", Value: fmt.Sprint(s.Open)},
		}},
	}
	if !s.Read.IsZero() {
		all[1].Facts = append(all[1].Facts, runbook.Fact{Label: "Sync errors last read", Value: now.Sub(s.Read).Round(time.Second).String() + " ago"})
	}
	for _, b := range s.Budgets {
		section := runbook.Section{Heading: "Calls to " + systemName(b.Portal)}
		if b.Minute >= 0 {
			section.Facts = append(section.Facts, runbook.Fact{Label: "Left this minute", Value: fmt.Sprintf("%d of %d", b.Minute, b.PerMinute)})
		}
		if b.Week >= 0 {
			section.Facts = append(section.Facts, runbook.Fact{Label: "Left this week, LearnUpon says", Value: fmt.Sprint(b.Week)})
		} else {
			section.Lines = []string{"LearnUpon has not said yet how many are left this week."}
		}
		all = append(all, section)
	}
	if len(s.Unread) > 0 {
		all = append(all, runbook.Section{Heading: "Not known", Lines: s.Unread})
	}
	return all
}

// findings are what somebody should look at.
func (s SystemState) findings(now time.Time) []runbook.Finding {
	var all []runbook.Finding
	add := func(when bool, text string) {
		if when {
			all = append(all, runbook.Finding{Text: text})
		}
	}
	add(s.Late > lateQueue, "Runs that should go on are waiting: no replica works the queue fast enough, or none does.")
	add(!s.Read.IsZero() && now.Sub(s.Read) > lateRead, "The sync errors in Salesforce have not been read for a while, so new ones are not announced.")
	for _, b := range s.Budgets {
		add(b.Held && b.Week > 0, "Runs that change something in "+systemName(b.Portal)+" wait: of the calls it allows per week a fifth is left, which is kept for look-ups and plans. They go on by themselves, at most six hours after it allows more.")
		add(b.Week == 0, "LearnUpon takes no more calls from "+systemName(b.Portal)+" this week.")
		add(b.PerMinute > 0 && b.Minute >= 0 && b.Minute*100 < b.PerMinute*fewCalls, "Hardly any calls to "+systemName(b.Portal)+" are left this minute, so answers are slow.")
	}
	return all
}

// inWords is one of the vendor's own names, such as partial_outage.
func inWords(name string) string { return strings.ReplaceAll(name, "_", " ") }
