package handlers

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"registrar/bot/runbook"
)

// AlertsQuery chooses sync-error alerts. What is empty is not looked at.
type AlertsQuery struct {
	State string // one of [AlertStates]
	Mine  bool   // only those that the reader has taken
	// Beyond is where a page before this one ended, and Newer says to go on from
	// there to newer alerts instead of older ones. Empty: the newest.
	Beyond string
	Newer  bool
}

// AlertLine is a sync-error alert as the list shows it.
type AlertLine struct {
	Name, Email string   // of the person, as far as they are known
	Account     string   // its name
	State       string   // one of [AlertStates]
	Sentence    string   // where it stands, and the next move
	Why         []string // what is wrong
	Opened      time.Time
	Errors      int // in the log
	Last        time.Time
	TakenBy     string       // empty: nobody
	Ended       time.Time    // zero: it has not
	Message     runbook.Link // zero: it was never posted
}

// AlertsPage is a page of the list, the newest alert first. It holds only what
// its reader may see.
type AlertsPage struct {
	Alerts []AlertLine
	// Counts is nil for who may not see all alerts.
	Counts *AlertCounts
	// Newer and Older are what a query for the neighbouring pages goes on from;
	// empty where there is none.
	Newer, Older string
}

// AlertCounts are numbers of alerts: those that have not ended, and those that
// were opened or ended within the last 30 days.
type AlertCounts struct{ Open, Opened, Ended int }

// AlertStates are the states of alerts in the order of their life, with what
// each is called.
func AlertStates() []runbook.Option {
	return []runbook.Option{
		{Value: "open", Text: "Open", Description: "Waits for somebody, or somebody has taken it"},
		{Value: "snoozed", Text: "Snoozed", Description: "Put aside for a while"},
		{Value: "dismissed", Text: "Dismissed", Description: "Closed by hand"},
		{Value: "closed", Text: "Closed", Description: "Its cause was gone"},
	}
}

// readers are whose alerts may be asked for.
func readers() []runbook.Option { return []runbook.Option{{Value: "me", Text: "Me"}} }

type alertsInput struct {
	State string `json:"state,omitempty"`
	Taken string `json:"taken,omitempty"`
	Older string `json:"older,omitempty"`
	Newer string `json:"newer,omitempty"`
}

// syncAlerts is the history of the sync-error alerts. It is for those who may
// mend what they are about.
func syncAlerts(d Deps) runbook.Action {
	return runbook.Report[alertsInput]{
		Name: "sync-alerts", Title: "Sync alerts", Command: "/sync-alerts",
		Summary: "Show the sync errors there were, and what became of them",
		Help: "Every sync-error alert about somebody whose records you may mend, the newest first, with a link to its message. Choose by state, or those you have taken; " +
			"leave a field empty to see all. It changes nothing.",
		Example:    "open",
		Permission: runbook.Support,
		Fields: func(in *alertsInput) []runbook.Field {
			return []runbook.Field{
				{Name: "state", Label: "State", Optional: true, Options: AlertStates(), Hint: "Empty: any.", Bind: optionOf(&in.State, AlertStates())},
				{Name: "taken", Label: "Taken by", Optional: true, Options: readers(), Hint: "Empty: anybody, or nobody.", Bind: optionOf(&in.Taken, readers())},
				{Name: "older", Label: "Older than", Chosen: true, Bind: runbook.Text(&in.Older)},
				{Name: "newer", Label: "Newer than", Chosen: true, Bind: runbook.Text(&in.Newer)},
			}
		},
		Read: d.alerted,
	}.Action()
}

func (d Deps) alerted(ctx context.Context, in alertsInput) (runbook.Document, error) {
	page, err := d.Alerts(ctx, AlertsQuery{State: in.State, Mine: in.Taken != "", Beyond: cmp.Or(in.Newer, in.Older), Newer: in.Newer != ""})
	if err != nil {
		return runbook.Document{}, err
	}
	doc := runbook.Document{Title: "Sync alerts", Subject: in.chosen(), Judged: true}
	doc.Sections = append(doc.Sections, page.overview())
	for _, a := range page.Alerts {
		doc.Sections = append(doc.Sections, a.section())
	}
	chosen := runbook.Values{"state": in.State, "taken": in.Taken}
	doc.Previous, doc.Next = turns("sync-alerts", page.Newer, page.Older, chosen)
	return doc, nil
}

// chosen says in words which alerts were asked for.
func (in alertsInput) chosen() string {
	said := "Sync alerts"
	if in.State != "" {
		said += " · " + textOf(in.State, AlertStates())
	}
	if in.Taken != "" {
		said += " · taken by you"
	}
	return said
}

func (p AlertsPage) overview() runbook.Section {
	s := runbook.Section{Heading: "Overview"}
	if p.Counts != nil {
		s.Facts = []runbook.Fact{
			{Label: "Not ended", Value: fmt.Sprint(p.Counts.Open)},
			{Label: "Opened in 30 days", Value: fmt.Sprint(p.Counts.Opened)},
			{Label: "Ended in 30 days", Value: fmt.Sprint(p.Counts.Ended)},
		}
	}
	if len(p.Alerts) == 0 {
		s.Lines = append(s.Lines, "There is none here that you may see.")
	}
	return s
}

func (a AlertLine) section() runbook.Section {
	s := runbook.Section{Heading: cmp.Or(a.Name, a.Email, "Somebody unknown"), Link: a.Message, Lines: append([]string{a.Sentence}, a.Why...)}
	if a.Name != "" && a.Email != "" {
		s.Heading += " · " + a.Email
	}
	s.Facts = []runbook.Fact{
		{Label: "State", Value: textOf(a.State, AlertStates())},
		{Label: "Opened", Value: onTheClock(a.Opened)},
		{Label: "Errors", Value: fmt.Sprintf("%d, the last %s", a.Errors, onTheClock(a.Last))},
		{Label: "Taken by", Value: orNone(a.TakenBy)},
	}
	if a.Account != "" {
		s.Facts = append(s.Facts, runbook.Fact{Label: "Account", Value: a.Account})
	}
	if !a.Ended.IsZero() {
		s.Facts = append(s.Facts, runbook.Fact{Label: "Ended", Value: onTheClock(a.Ended)})
	}
	return s
}
