package handlers

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"registrar/bot/runbook"
)

// RunsQuery chooses runs of the last 30 days. What is empty is not looked at.
type RunsQuery struct {
	State  string // one of [RunStates]
	Person string // the address of who asked
	Action string // its name
	// Beyond is where a page before this one ended, and Newer says to go on from
	// there to newer runs instead of older ones. Empty: the newest.
	Beyond string
	Newer  bool
}

// RunLine is a run as the tracker shows it.
type RunLine struct {
	Title    string // of its action
	Subject  string
	State    string // one of [RunStates]
	Sentence string // where it stands, and the next move
	By       string
	Asked    time.Time
	Moved    time.Time
	Card     runbook.Link // zero: its card was never posted
}

// RunsPage is a page of the tracker, the newest run first. It holds only what
// its reader may see.
type RunsPage struct {
	Runs []RunLine
	// Counts is how many runs there are in each state; nil for who may not see
	// all of them.
	Counts map[string]int
	// Newer and Older are what a query for the neighbouring pages goes on from;
	// empty where there is none.
	Newer, Older string
}

// RunStates are the states of runs in the order of their life, with what each
// is called.
func RunStates() []runbook.Option {
	return []runbook.Option{
		{Value: "scheduled", Text: "Scheduled", Description: "Waits for approval, or to start"},
		{Value: "in-progress", Text: "In progress", Description: "Works, or waits for somebody or something"},
		{Value: "completed", Text: "Completed"},
		{Value: "failed", Text: "Failed"},
		{Value: "dropped", Text: "Dropped", Description: "Rejected, expired, cancelled or out of date"},
	}
}

type runsInput struct {
	State  string `json:"state,omitempty"`
	Person string `json:"person,omitempty"`
	Action string `json:"action,omitempty"`
	Older  string `json:"older,omitempty"`
	Newer  string `json:"newer,omitempty"`
}

// runs is the tracker. It comes last in the catalog, because people choose
// among the actions before it.
func runs(d Deps, actions []runbook.Action) runbook.Action {
	names := []runbook.Option{}
	for _, a := range actions {
		if !a.ReadOnly() {
			names = append(names, runbook.Option{Value: a.Name, Text: a.Title})
		}
	}
	return runbook.Report[runsInput]{
		Name: "runs", Title: "Runs", Command: "/runs",
		Summary: "Show what was asked for in the last 30 days, and where it stands",
		Help: "Every run of the last 30 days that you may see, the newest first, with a link to its card. Choose by state, by who asked and by action; " +
			"leave a field empty to see all. It changes nothing.",
		Example:    "in-progress",
		Permission: runbook.Support,
		Fields: func(in *runsInput) []runbook.Field {
			return []runbook.Field{
				{Name: "state", Label: "State", Optional: true, Options: RunStates(), Hint: "Empty: any.", Bind: optionOf(&in.State, RunStates())},
				{Name: "person", Label: "Asked by", Optional: true, Placeholder: "colleague@x.edu", Hint: "The address of the colleague who asked, not of the person a run is about. Empty: anybody.", Bind: runbook.Email(&in.Person)},
				{Name: "action", Label: "Action", Optional: true, Options: names, Hint: "Empty: any.", Bind: optionOf(&in.Action, names)},
				{Name: "older", Label: "Older than", Chosen: true, Bind: runbook.Text(&in.Older)},
				{Name: "newer", Label: "Newer than", Chosen: true, Bind: runbook.Text(&in.Newer)},
			}
		},
		Read: d.tracked,
	}.Action()
}

// optionOf binds one of the options, by its value or by what it is called.
func optionOf(p *string, options []runbook.Option) func(string) error {
	return func(s string) error {
		i := slices.IndexFunc(options, func(o runbook.Option) bool { return strings.EqualFold(o.Value, s) || strings.EqualFold(o.Text, s) })
		if i < 0 {
			known := make([]string, len(options))
			for i, o := range options {
				known[i] = o.Value
			}
			return runbook.Refuse("Please choose one of: %s.", strings.Join(known, ", "))
		}
		*p = options[i].Value
		return nil
	}
}

func (d Deps) tracked(ctx context.Context, in runsInput) (runbook.Document, error) {
	q := RunsQuery{State: in.State, Person: in.Person, Action: in.Action, Beyond: in.Older}
	if in.Newer != "" {
		q.Beyond, q.Newer = in.Newer, true
	}
	page, err := d.Runs(ctx, q)
	if err != nil {
		return runbook.Document{}, err
	}
	doc := runbook.Document{Title: "Runs", Subject: in.chosen(), Judged: true}
	if in.Person != "" {
		doc.Personal = []string{in.Person}
	}
	doc.Sections = append(doc.Sections, d.overview(page, in))
	for _, r := range page.Runs {
		doc.Sections = append(doc.Sections, r.section())
	}
	chosen := runbook.Values{"state": in.State, "person": in.Person, "action": in.Action}
	doc.Previous, doc.Next = turns("runs", page.Newer, page.Older, chosen)
	return doc, nil
}

// turns lead to the neighbouring pages of a report with what was chosen, each
// nil where there is none.
func turns(report, newer, older string, chosen runbook.Values) (previous, next *runbook.Suggestion) {
	turn := func(label, field, from string) *runbook.Suggestion {
		if from == "" {
			return nil
		}
		values := maps.Clone(chosen)
		maps.DeleteFunc(values, func(_, value string) bool { return value == "" })
		values[field] = from
		return &runbook.Suggestion{Action: report, Label: label, Values: values}
	}
	return turn("Newer", "newer", newer), turn("Older", "older", older)
}

// chosen says in words which runs were asked for.
func (in runsInput) chosen() string {
	said := "Runs of the last 30 days"
	if in.State != "" {
		said += " · " + textOf(in.State, RunStates())
	}
	if in.Action != "" {
		said += " · " + in.Action
	}
	if in.Person != "" {
		said += " · asked for by " + in.Person
	}
	return said
}

// textOf is what an option is called.
func textOf(value string, options []runbook.Option) string {
	for _, o := range options {
		if o.Value == value {
			return o.Text
		}
	}
	return value
}

// overview is how many runs there are, and where LearnUpon tracks its own work.
func (d Deps) overview(page RunsPage, in runsInput) runbook.Section {
	s := runbook.Section{Heading: "Overview"}
	if page.Counts != nil {
		for _, o := range RunStates() {
			s.Facts = append(s.Facts, runbook.Fact{Label: o.Text, Value: fmt.Sprint(page.Counts[o.Value])})
		}
	}
	if len(page.Runs) == 0 {
		s.Lines = append(s.Lines, "There is none here that you may see.")
		if in.Person != "" {
			s.Lines = append(s.Lines, "“Asked by” is who asked for a run, not whom a run is about. Leave it empty, and choose by state and action, to find a run about somebody.")
		}
	}
	if len(d.Portals) > 0 {
		s.Lines = append(s.Lines, "What LearnUpon does by itself, such as enrolling a whole group, is in its own Portal Action Tracker.")
		s.Link = runbook.Link{Text: "Open LearnUpon", URL: d.Portals[0].HomePage()}
	}
	return s
}

func (r RunLine) section() runbook.Section {
	heading := r.Title
	if r.Subject != "" {
		heading += " · " + r.Subject
	}
	return runbook.Section{
		Heading: heading, Link: r.Card,
		Facts: []runbook.Fact{
			{Label: "State", Value: textOf(r.State, RunStates())},
			{Label: "Asked", Value: onTheClock(r.Asked) + " by " + orNone(r.By)},
			{Label: "Last move", Value: onTheClock(r.Moved)},
		},
		Lines: []string{r.Sentence},
	}
}

func onTheClock(t time.Time) string { return t.UTC().Format("2 Jan 2006, 15:04 MST") }
