package runbook

import "context"

// Document is what a report shows, privately, to the person who asked.
type Document struct {
	Title    string
	Subject  string
	Sections []Section
	Findings []Finding
	// Next and Previous lead to the neighbouring pages of a long list: the same
	// report with other values, read again in the same place.
	Next, Previous *Suggestion
	// Accounts are the Salesforce account ids and Groups the LearnUpon groups it
	// shows, for scoped roles: who has one sees the document only where these are
	// named and all lie inside it.
	Accounts []string
	Groups   []string
	// Judged says that scoped roles need not be looked at: what it shows was
	// chosen for its reader, or belongs to no account or group.
	Judged bool
	// Personal are the addresses looked at, for the audit trail.
	Personal []string
}

// Section is one system's view: a heading, facts, lines of text.
type Section struct {
	Heading string
	Link    Link
	Facts   []Fact
	Lines   []string
}

// Finding names something that disagrees or is amiss, in words, with the
// action that mends it and, where a person must write to somebody, a text to
// paste.
type Finding struct {
	Text  string
	Mend  *Suggestion
	Paste string
}

type progressKey struct{}

// WithProgress has report called with each [Progress] text below ctx.
func WithProgress(ctx context.Context, report func(text string)) context.Context {
	return context.WithValue(ctx, progressKey{}, report)
}

// Progress tells the person waiting what is being read, in a few words. It is
// for anything that may take longer than two seconds.
func Progress(ctx context.Context, text string) {
	if report, ok := ctx.Value(progressKey{}).(func(string)); ok {
		report(text)
	}
}
