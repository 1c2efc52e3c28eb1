package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"registrar/bot/runbook"
	"registrar/handlers"
	"registrar/handlers/findings"
	"registrar/integrations/rest"
	"registrar/store"
)

// compareCommand finds everybody whose records in LearnUpon and Salesforce
// disagree. It changes nothing. Addresses go to standard output only.
type compareCommand struct {
	Format    store.Format `enum:"jsonl,csv" default:"jsonl" help:"${enum}. jsonl holds one person a line, csv one cause a line, and opens in a spreadsheet."`
	Unmatched bool         `help:"Also the accounts of which Salesforce knows nobody. Portals where people register by themselves have many."`
}

// Help says what it takes.
func (compareCommand) Help() string {
	return "Reads every account of every portal and every contact, and writes those whose records disagree, each with the cause and the command that mends it. " +
		"It takes one call for each 500 people out of the calls that runs may make, so that people who wait do not wait for it. " +
		"Nothing is written unless everything could be read."
}

func (c compareCommand) Run(ctx context.Context, s surroundings) error {
	config, err := s.config()
	if err != nil {
		return err
	}
	if config.Salesforce == nil {
		return usageError{errors.New("comparing needs Salesforce, which is not configured: SALESFORCE_URL is missing")}
	}
	return withStore(ctx, s, func(kept *store.Store) error {
		log := newLogger(s.stderr, true, slog.LevelWarn)
		deps, err := newDeps(config, kept, rest.Observe{}, log)
		if err != nil {
			return err
		}
		catalog, err := handlers.Catalog(deps)
		if err != nil {
			return err
		}
		words := &progressWords{out: s.stderr, now: time.Now}
		found, err := handlers.Compare(rest.Background(rest.ReadOnly(ctx)), deps, words.say)
		if err != nil {
			return fmt.Errorf("nothing was compared: %w", explainedTo(err))
		}
		out := bufio.NewWriter(s.stdout)
		summary, err := writeDrift(out, c.Format, found, c.Unmatched, catalog)
		if err == nil {
			err = out.Flush()
		}
		if err != nil {
			return fmt.Errorf("not all of it was written: %w", err)
		}
		_, err = fmt.Fprintf(s.stderr, "Compared %d accounts with %d contacts, as they were from %s on: %s.\n",
			found.Accounts, found.Contacts, found.At.UTC().Format("2 Jan 2006 15:04:05 MST"), summary)
		return err
	})
}

// explainedTo adds what may be shown to anybody to an error that is for logs.
func explainedTo(err error) error {
	if text, ok := runbook.PublicText(err); ok && !strings.Contains(err.Error(), text) {
		return fmt.Errorf("%w. %s", err, text)
	}
	return err
}

// progressWords tells how far a reading is, at most every two seconds.
type progressWords struct {
	out  io.Writer
	now  func() time.Time
	mu   sync.Mutex
	last time.Time
}

func (p *progressWords) say(system string, records int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now := p.now(); now.Sub(p.last) >= 2*time.Second {
		p.last = now
		fmt.Fprintf(p.out, "%s: %d records read…\n", system, records)
	}
}

// driftLine is a person as jsonl has it. The names are those of released
// versions: add some, never rename one.
type driftLine struct {
	Person   string       `json:"person"`
	Accounts []string     `json:"accounts,omitempty"`
	Contacts []string     `json:"contacts,omitempty"`
	Causes   []driftCause `json:"causes"`
}

type driftCause struct {
	Cause findings.Cause `json:"cause"`
	Text  string         `json:"text"`
	Mend  string         `json:"mend,omitempty"` // a command to type in Slack
}

var driftColumns = []string{"person", "accounts", "contacts", "cause", "text", "mend"}

// writeDrift writes everybody whose records disagree, and sums up why.
func writeDrift(w io.Writer, format store.Format, found *handlers.Comparison, unmatched bool, catalog *runbook.Catalog) (string, error) {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	write := func(l driftLine) error { return encoder.Encode(l) }
	if format == store.CSV {
		if _, err := w.Write(runbook.CSV(driftColumns)); err != nil {
			return "", err
		}
		write = func(l driftLine) error {
			for _, c := range l.Causes {
				row := []string{l.Person, strings.Join(l.Accounts, "; "), strings.Join(l.Contacts, "; "), string(c.Cause), c.Text, c.Mend}
				if _, err := w.Write(runbook.CSV(row)); err != nil {
					return err
				}
			}
			return nil
		}
	}
	people, count := 0, map[findings.Cause]int{}
	for d := range found.Drift(unmatched) {
		l := driftLine{Person: d.Person, Accounts: d.Accounts, Contacts: d.Contacts}
		for _, c := range d.Causes {
			l.Causes = append(l.Causes, driftCause{c.Cause, c.Text, commandOf(catalog, c.Mend)})
			count[c.Cause]++
		}
		people++
		if err := write(l); err != nil {
			return "", err
		}
	}
	if people == 0 {
		return "nobody's records disagree", nil
	}
	var causes []string
	for cause, n := range count {
		causes = append(causes, fmt.Sprintf("%s %d", cause, n))
	}
	slices.Sort(causes)
	return fmt.Sprintf("the records of %d people disagree (%s)", people, strings.Join(causes, ", ")), nil
}

// commandOf is a suggestion as a line to type in Slack; "" where there is none,
// or the action is not configured.
func commandOf(catalog *runbook.Catalog, mend *runbook.Suggestion) string {
	if mend == nil {
		return ""
	}
	action, there := catalog.Named(mend.Action)
	if !there {
		return ""
	}
	line := action.Command
	for _, f := range action.Fields() {
		if value := mend.Values[f.Name]; value != "" {
			line += " " + value
		}
	}
	return line
}
