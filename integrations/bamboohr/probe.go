package bamboohr

import (
	"context"
	"net/http"

	"registrar/integrations/rest"
)

// Company is what a look at the company itself tells.
type Company struct {
	Name   string // "": the key's user may not see it
	People int    // active or left, as far as the key's user sees them
	// Directory says that only the company's directory can be read, and not the list of all.
	Directory bool
	// Hidden are fields Registrar needs and the key's user may not see, of the first employee.
	Hidden []string
}

// Probe looks whether the key works, for which company, and what its user may see there.
func (c *Client) Probe(ctx context.Context) (Company, error) {
	var found Company
	var first ID
	page, err := c.list(ctx, 1, "")
	switch {
	case refusedWith(err, http.StatusUnauthorized, http.StatusForbidden):
		d, err := c.directory(ctx)
		if err != nil {
			return Company{}, err
		}
		found.Directory, found.People = true, len(d.Employees)
		if len(d.Employees) > 0 {
			first = d.Employees[0].ID
		}
	case err != nil:
		return Company{}, err
	default:
		found.People = page.Meta.Total
		if len(page.Data) > 0 {
			first = page.Data[0].ID
		}
	}
	if first != "" {
		f, err := c.fields(ctx, first)
		if err != nil {
			return Company{}, err
		}
		found.Hidden = f.hidden()
	}
	found.Name, err = c.companyName(ctx)
	return found, err
}

func (c *Client) companyName(ctx context.Context) (string, error) {
	var company struct {
		Legal   string `json:"legalName"`
		Display string `json:"displayName"`
	}
	_, err := c.api.JSON(ctx, rest.Request{Route: "/company_information"}, &company)
	if refusedWith(err, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound) {
		return "", nil
	}
	if company.Display == "" {
		return company.Legal, err
	}
	return company.Display, err
}
