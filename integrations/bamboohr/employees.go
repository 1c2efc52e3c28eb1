package bamboohr

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"registrar/integrations/rest"
)

// pageSize is the most the list gives at once.
const pageSize = 100

// Found is what a search by address brought to light.
type Found struct {
	Employees []Employee // who is active first
	// Partial says that there are people whose address the key's user may not see: one of them may be meant.
	Partial bool
}

// ByEmail finds who has the address at work, compared without case. An address may have belonged to several people, one
// after the other, or to one who left and came back; where somebody active has it, others may be missing.
//
// BambooHR finds nobody by address, so the list of all employees is gone through, a hundred with each call, up to the
// first active one. The vendor documents that list for OAuth only (observed in 2026); where a key is refused, the
// directory, which leaves out who is not shared in it, has to do.
func (c *Client) ByEmail(ctx context.Context, email string) (Found, error) {
	who, partial, err := c.listed(ctx, email)
	if refusedWith(err, http.StatusUnauthorized, http.StatusForbidden) {
		who, err = c.inDirectory(ctx, email)
		partial = true
	}
	if err != nil {
		return Found{}, err
	}
	found := Found{Partial: partial}
	for _, id := range who {
		e, err := c.byID(ctx, id)
		switch {
		case rest.IsNotFound(err): // deleted a moment ago
		case err != nil:
			return Found{}, err
		case strings.EqualFold(e.Email, email):
			found.Employees = append(found.Employees, e)
		}
	}
	slices.SortStableFunc(found.Employees, func(a, b Employee) int { return strings.Compare(a.Status, b.Status) })
	return found, nil
}

// byID reads an employee, who may not have changed meanwhile. Only what is true today is asked for.
func (c *Client) byID(ctx context.Context, id ID) (Employee, error) {
	f, err := c.fields(ctx, id)
	if err != nil {
		return Employee{}, err
	}
	return f.employee(id), nil
}

func (c *Client) fields(ctx context.Context, id ID) (fields, error) {
	var f fields
	_, err := c.api.JSON(ctx, rest.Request{
		Route: "/employees/{id}", Args: []string{string(id)},
		Query: url.Values{"fields": {strings.Join(needed, ",")}, "onlyCurrent": {"true"}},
	}, &f)
	return f, err
}

// listPage is a page of the list. A field that may not be seen is null, and its name in Restricted.
type listPage struct {
	Data []struct {
		ID         ID       `json:"employeeId"`
		Email      *string  `json:"workEmail"`
		Status     string   `json:"status"`
		Restricted []string `json:"_restrictedFields"`
	} `json:"data"`
	Meta *struct {
		Total int `json:"total"`
		Page  struct {
			Next string `json:"nextCursor"`
		} `json:"page"`
	} `json:"meta"`
}

var (
	errShape = errors.New("the answer is not a list of employees")
	errTurns = errors.New("the list of employees does not end")
)

func (c *Client) list(ctx context.Context, size int, after string) (listPage, error) {
	var page listPage
	r := rest.Request{Route: "/employees", Query: url.Values{"fields": {"workEmail"}, "page[limit]": {strconv.Itoa(size)}}}
	if after != "" {
		r.Query.Set("page[after]", after)
	}
	res, err := c.api.JSON(ctx, r, &page)
	if err == nil && page.Meta == nil {
		return page, c.api.Unclear(r, res, errShape)
	}
	return page, err
}

// listed goes through the list. A cursor is good as long as the employee it stands at does not change, so that a refused
// one is begun again with.
func (c *Client) listed(ctx context.Context, email string) (who []ID, partial bool, err error) {
	for range 2 {
		if who, partial, err = c.throughList(ctx, email); !stale(err) {
			break
		}
	}
	return who, partial, err
}

func stale(err error) bool {
	failed, ok := errors.AsType[*rest.Error](err)
	return ok && failed.Code == "BadPage"
}

func (c *Client) throughList(ctx context.Context, email string) (who []ID, partial bool, err error) {
	after, seen := "", 0
	for {
		page, err := c.list(ctx, pageSize, after)
		if err != nil {
			return nil, false, err
		}
		active := false
		for _, e := range page.Data {
			switch {
			case slices.Contains(e.Restricted, "workEmail"):
				partial = true
			case e.Email != nil && strings.EqualFold(strings.TrimSpace(*e.Email), email):
				who, active = append(who, e.ID), active || e.Status == Active
			}
		}
		seen += len(page.Data)
		switch next := page.Meta.Page.Next; {
		case active || next == "":
			return who, partial, nil
		case next == after || len(page.Data) == 0 || seen > page.Meta.Total+pageSize:
			return nil, false, c.api.Unclear(rest.Request{Route: "/employees"}, nil, errTurns)
		default:
			after = next
		}
	}
}

// directory is what the company shares with everybody. Which fields it shows, the company decides.
type directory struct {
	Fields []struct {
		ID string `json:"id"`
	} `json:"fields"`
	Employees []struct {
		ID    ID      `json:"id"`
		Email *string `json:"workEmail"`
	} `json:"employees"`
}

func (c *Client) directory(ctx context.Context) (directory, error) {
	var d directory
	_, err := c.api.JSON(ctx, rest.Request{Route: "/employees/directory", Query: url.Values{"onlyCurrent": {"false"}}}, &d)
	if rest.IsNotFound(err) { // it is empty
		return directory{}, nil
	}
	return d, err
}

func (c *Client) inDirectory(ctx context.Context, email string) ([]ID, error) {
	d, err := c.directory(ctx)
	var who []ID
	for _, e := range d.Employees {
		if e.Email != nil && strings.EqualFold(strings.TrimSpace(*e.Email), email) {
			who = append(who, e.ID)
		}
	}
	return who, err
}
