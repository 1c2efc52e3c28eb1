package handlers

import (
	"context"
	"time"

	"registrar/bot/runbook"
	"registrar/handlers/findings"
	"registrar/integrations/bamboohr"
)

// staffPatience is how long a look-up waits for BambooHR, which may have to go
// through everybody who works there.
const staffPatience = 20 * time.Second

// companyView is what BambooHR told about an address, as far as it got.
type companyView struct {
	client  *bamboohr.Client // nil: not configured
	who     bamboohr.Found
	problem error
}

func (v *companyView) read(ctx context.Context, email string) {
	if v.client == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, staffPatience)
	defer cancel()
	v.who, v.problem = v.client.ByEmail(ctx, email)
}

// found is what can be compared: nothing where it is not known whether the
// person works here.
func (v *companyView) found() *findings.Staff {
	if len(v.who.Employees) == 0 || v.who.Employees[0].Status == "" {
		return nil
	}
	e := v.who.Employees[0]
	return &findings.Staff{Active: e.Status == bamboohr.Active, Left: e.Left}
}

// sections show whether somebody works here, and nothing else that is in
// BambooHR.
func (v *companyView) sections(now time.Time) []runbook.Section {
	if v.client == nil {
		return nil
	}
	var out []runbook.Section
	for _, e := range v.who.Employees {
		out = append(out, runbook.Section{
			Heading: "BambooHR", Link: runbook.Link{Text: "Open the employee", URL: v.client.Page(e.ID)},
			Facts: []runbook.Fact{{Label: "Employee", Value: string(e.ID)}, {Label: "State", Value: employment(e, now)}},
		})
	}
	only := runbook.Section{Heading: "BambooHR"}
	switch {
	case v.problem != nil:
		only.Lines = []string{unreadable(v.problem)}
	case len(out) > 0:
		return out
	case v.who.Partial:
		only.Lines = []string{"Nobody whose address Registrar may see has this one; some it may not see."}
	default:
		only.Lines = []string{"Nobody who works or worked here has this address."}
	}
	return append(out, only)
}

// employment is whether somebody works here, in words.
func employment(e bamboohr.Employee, now time.Time) string {
	day := func(prefix string, t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return prefix + t.Format("2 Jan 2006")
	}
	switch {
	case e.Status == "":
		return "cannot be seen"
	case e.Status != bamboohr.Active:
		return "left" + day(" on ", e.Left)
	case e.Left.After(now):
		return "active" + day(" since ", e.Hired) + day(", leaves on ", e.Left)
	}
	return "active" + day(" since ", e.Hired)
}
