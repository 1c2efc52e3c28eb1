package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"unicode"

	"registrar/bot/access"
)

// doctorCommand checks an installation. It changes nothing, but for a probe
// key in Redis and, where it is asked to, a message in Slack.
type doctorCommand struct {
	JSON  bool `name:"json" help:"Print one JSON object a check instead of text."`
	Click bool `help:"Also post a button to the approvals channel, and wait two minutes for somebody to press it while Registrar runs."`
}

// The states of a check.
const (
	stateOK   = "ok"
	stateWarn = "warn"
	stateFail = "fail"
)

// result is what one check found, and for warn and fail what to do about it.
type result struct {
	Check string `json:"check"`
	State string `json:"state"`
	Text  string `json:"text"`
	Mend  string `json:"mend,omitempty"`
}

func ok(check, text string) result            { return result{check, stateOK, text, ""} }
func warning(check, text, mend string) result { return result{check, stateWarn, text, mend} }
func failure(check, text, mend string) result { return result{check, stateFail, text, mend} }

func (d doctorCommand) Run(ctx context.Context, s surroundings) error {
	results := diagnose(ctx, s.environ)
	if c, err := ReadConfig(s.environ); d.Click && err == nil {
		results = append(results, checkClick(ctx, c, clickPatience))
	}
	failed := 0
	for _, r := range results {
		if r.State == stateFail {
			failed++
		}
	}
	write := writeResults
	if d.JSON {
		write = writeResultsJSON
	}
	if err := write(s.stdout, results); err != nil {
		return err
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d checks failed", failed, len(results))
	}
	return nil
}

// diagnose runs every check. What is not configured is not checked.
func diagnose(ctx context.Context, environ []string) []result {
	const check = "configuration"
	c, err := ReadConfig(environ)
	var results []result
	for _, w := range c.Warnings {
		results = append(results, warning(check, w, "Correct its name, or remove it."))
	}
	if err != nil {
		for line := range strings.Lines(err.Error()) {
			results = append(results, failure(check, strings.TrimSpace(line), "See deploy/registrar.env.example."))
		}
		return results
	}
	results = append(results, ok(check, "every variable can be read"))
	results = append(results, checkPolicy(c)...)
	results = append(results, checkSlack(ctx, c)...)
	results = append(results, checkRedis(ctx, c)...)
	results = append(results, checkPortals(ctx, c)...)
	results = append(results, checkSalesforce(ctx, c)...)
	results = append(results, checkAlerts(ctx, c)...)
	results = append(results, checkBambooHR(ctx, c)...)
	return append(results, checkStatuspage(ctx, c), checkMail(ctx, c))
}

// checkPolicy reads the policy, and names where it asks for less than the
// actions do.
func checkPolicy(c Config) []result {
	const check = "policy"
	catalog, err := wholeCatalog()
	var policy *access.Policy
	if err == nil {
		policy, err = access.ReadPolicy(c.PolicyFile, catalog)
	}
	switch {
	case err != nil:
		return []result{failure(check, oneLine(err), "Mend the file REGISTRAR_POLICY names; deploy/policy.example.yaml shows its form.")}
	case c.PolicyFile == "":
		return []result{ok(check, "no file: every action keeps the rule it brings")}
	}
	results := []result{ok(check, c.PolicyFile+" can be read")}
	for _, weaker := range policy.Weaker(catalog) {
		results = append(results, warning(check, weaker, "Raise it, or take it out of the file, unless it is meant so."))
	}
	return results
}

func writeResults(w io.Writer, results []result) error {
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	for _, r := range results {
		fmt.Fprintf(table, "%s\t%s\t%s\n", r.State, printable(r.Check), printable(r.Text))
		if r.Mend != "" {
			fmt.Fprintf(table, "\t\t-> %s\n", printable(r.Mend))
		}
	}
	return table.Flush()
}

// printable is a text that cannot command the terminal it is shown on: names in
// it are a vendor's.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsGraphic(r) {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}

func writeResultsJSON(w io.Writer, results []result) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	for _, r := range results {
		if err := encoder.Encode(r); err != nil {
			return err
		}
	}
	return nil
}

// oneLine is an error as one line of a report, with nothing in it that a log
// must not hold either.
func oneLine(err error) string {
	return mask(strings.ReplaceAll(err.Error(), "\n", "; "))
}
