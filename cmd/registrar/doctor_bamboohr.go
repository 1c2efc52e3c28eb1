package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"registrar/integrations/bamboohr"
	"registrar/integrations/rest"
)

// checkBambooHR looks whether the key works, and whether its user sees what a
// look-up needs. Nothing is written, and no person's data is shown.
func checkBambooHR(ctx context.Context, c Config) []result {
	const check = "BambooHR"
	if c.BambooHR == nil {
		return []result{ok(check, "it is not configured, so a look-up does not tell who works here")}
	}
	ctx, cancel := context.WithTimeout(ctx, 2*probeTimeout)
	defer cancel()
	client, err := newBambooHR(*c.BambooHR, rest.Observe{})
	if err != nil {
		return []result{failure(check, oneLine(err), "Correct BAMBOOHR_URL and BAMBOOHR_API_KEY.")}
	}
	company, err := client.Probe(ctx)
	if err != nil {
		return []result{failure(check, oneLine(err), "Compare BAMBOOHR_URL and BAMBOOHR_API_KEY with the API Keys of the user the key was made for, in BambooHR; that user has to be enabled.")}
	}
	return []result{checkCompany(company), checkEmployeeFields(company)}
}

func checkCompany(found bamboohr.Company) result {
	const check = "BambooHR"
	where := found.Name
	if where == "" {
		where = "a company whose name it may not see"
	}
	said := fmt.Sprintf("the key works at %s and sees %d people", where, found.People)
	const mend = "Give the key's user an access level that sees all employees, those who left too."
	switch {
	case found.Directory:
		return warning(check, said+", in the directory only: who is not shared there is not found", mend)
	case found.People == 0:
		return warning(check, said, mend)
	}
	return ok(check, said)
}

// checkEmployeeFields: without the address nobody is found, and without the
// state a find says nothing. Days are for information.
func checkEmployeeFields(found bamboohr.Company) result {
	const check = "BambooHR fields"
	if len(found.Hidden) == 0 {
		return ok(check, "the key's user may see all that is needed")
	}
	said := "the key's user may not see " + strings.Join(found.Hidden, ", ")
	const mend = "Let the access level of the key's user see these fields."
	if slices.Contains(found.Hidden, "workEmail") || slices.Contains(found.Hidden, "status") {
		return failure(check, said+", so a look-up cannot tell who works here", mend)
	}
	return warning(check, said, mend)
}
