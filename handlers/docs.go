package handlers

import (
	"fmt"
	"strings"

	"registrar/bot/runbook"
)

// Docs is the text of README.md: every action of the catalog with its fields,
// who may use it, what it does and an example.
func Docs(c *runbook.Catalog) string {
	var b strings.Builder
	b.WriteString("# Actions\n\nGenerated from the catalog by `registrar docs`; do not edit.\n\n")
	b.WriteString("| action | command | what it does |\n|---|---|---|\n")
	for a := range c.All() {
		fmt.Fprintf(&b, "| [%s](#%s) | `%s` | %s |\n", a.Title, anchor(a.Title), a.Command, a.Summary)
	}
	for a := range c.All() {
		describe(&b, a)
	}
	return b.String()
}

func describe(b *strings.Builder, a runbook.Action) {
	fmt.Fprintf(b, "\n## %s\n\n%s\n\n%s\n\n", a.Title, a.Summary, a.Help)
	fmt.Fprintf(b, "- Example: `%s`\n", strings.TrimSpace(a.Command+" "+a.Example))
	fmt.Fprintf(b, "- Who may use it: %s, unless the policy says otherwise\n", a.Permission)
	if a.ReadOnly() {
		b.WriteString("- It only reads; every use is recorded\n")
	}
	if len(a.Fields()) > 0 {
		b.WriteString("\n| field | |\n|---|---|\n")
	}
	for _, f := range a.Fields() {
		if f.Chosen && a.ReadOnly() {
			continue // which page, and the like: nobody types it
		}
		fmt.Fprintf(b, "| %s | %s |\n", f.Label, strings.TrimSuffix(trait(f)+". "+f.Hint, ". "))
	}
	switch a.Reason {
	case runbook.ReasonRequired:
		b.WriteString("| Reason | required. A sentence or a ticket link for the approver |\n")
	case runbook.ReasonOptional:
		b.WriteString("| Reason | optional, asked for where the plan needs an approval |\n")
	}
}

// trait says in words how a field behaves.
func trait(f runbook.Field) string {
	switch {
	case f.Chosen:
		return "asked only where the plan needs it"
	case f.Secret && f.Optional:
		return "optional, secret"
	case f.Secret:
		return "required, secret"
	case f.Optional:
		return "optional"
	}
	return "required"
}

// anchor is how GitHub and others name a heading in links.
func anchor(title string) string {
	return strings.ReplaceAll(strings.ToLower(title), " ", "-")
}
