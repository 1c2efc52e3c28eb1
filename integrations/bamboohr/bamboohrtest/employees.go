package bamboohrtest

import (
	"cmp"
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Employee is somebody who works at the company, or did.
type Employee struct {
	ID            int // given out by AddEmployee
	FirstName     string
	LastName      string
	PreferredName string
	WorkEmail     string
	Hired         string   // a day, "2026-01-31"
	Terminated    string   // the day from which on the person is inactive; "": none
	Hidden        []string // fields that the key's user may not see of this one
	Unlisted      bool     // not shared in the directory

	changed int // how often
}

const (
	mostFields = 400
	mostListed = 100
)

// AddEmployee adds somebody and returns the id, which the API calls a string.
func (s *Server) AddEmployee(e Employee) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	e.ID = 101 + len(s.employees)
	s.employees = append(s.employees, &e)
	return e.ID
}

// Change changes somebody. A cursor that stood at them is good no longer.
func (s *Server) Change(id int, change func(*Employee)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.employees {
		if e.ID == id {
			change(e)
			e.changed++
		}
	}
}

// Hide takes fields from the sight of the key's user, of everybody.
func (s *Server) Hide(fields ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range fields {
		s.hidden[f] = true
	}
}

// Employees are all there are, in the order in which they were added.
func (s *Server) Employees() []Employee {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Employee
	for _, e := range s.employees {
		all = append(all, *e)
	}
	return all
}

func (s *Server) status(e *Employee) string {
	if e.Terminated != "" && s.options.Now().UTC().Format(time.DateOnly) >= e.Terminated {
		return "Inactive"
	}
	return "Active"
}

func (s *Server) sees(e *Employee, field string) bool {
	return !s.hidden[field] && !slices.Contains(e.Hidden, field)
}

// value is a field of an employee; ok is false where there is no such field.
func (s *Server) value(e *Employee, field string) (value any, ok bool) {
	text := func(v string) any {
		if v == "" {
			return nil
		}
		return v
	}
	switch field {
	case "firstName":
		return e.FirstName, true
	case "lastName":
		return e.LastName, true
	case "displayName":
		return cmp.Or(e.PreferredName, e.FirstName) + " " + e.LastName, true
	case "preferredName":
		return text(e.PreferredName), true
	case "workEmail":
		return text(e.WorkEmail), true
	case "status":
		return s.status(e), true
	case "hireDate":
		return cmp.Or(e.Hired, "0000-00-00"), true
	case "terminationDate":
		return cmp.Or(e.Terminated, "0000-00-00"), true
	}
	return nil, false
}

// one leaves out what may not be seen, and what it does not know.
func (s *Server) one(r *http.Request, path string) answer {
	id := strings.TrimPrefix(path, "employees/")
	i := slices.IndexFunc(s.employees, func(e *Employee) bool { return strconv.Itoa(e.ID) == id })
	if i < 0 {
		return refuse(http.StatusNotFound, "Employee not found")
	}
	wanted := strings.Split(cmp.Or(r.URL.Query().Get("fields"), "firstName,lastName"), ",")
	if len(wanted) > mostFields {
		return refuse(http.StatusBadRequest, "Too many fields")
	}
	fields := map[string]any{"id": id}
	for _, name := range wanted {
		if v, known := s.value(s.employees[i], name); known && s.sees(s.employees[i], name) {
			fields[name] = v
		}
	}
	return answer{status: http.StatusOK, content: fields, xml: asXML(id, fields)}
}

func wrong(code, message string) answer {
	return answer{status: http.StatusBadRequest, content: map[string]any{"error": map[string]any{"code": code, "message": message}}}
}

// list sends null for what may not be seen, and says so.
func (s *Server) list(r *http.Request, _ string) answer {
	if s.options.OAuthOnly {
		return answer{status: http.StatusUnauthorized}
	}
	query := r.URL.Query()
	limit := 50
	if text := query.Get("page[limit]"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > mostListed {
			return wrong("BadRequest", "page[limit] must be between 1 and 100")
		}
		limit = n
	}
	start := 0
	if after := query.Get("page[after]"); after != "" {
		at := slices.IndexFunc(s.employees, func(e *Employee) bool { return cursor(e) == after })
		if at < 0 {
			return wrong("BadPage", "The cursor is not valid any more")
		}
		start = at + 1
	}
	end := min(start+limit, len(s.employees))
	data := []any{}
	for _, e := range s.employees[start:end] {
		data = append(data, s.row(e, query.Get("fields")))
	}
	page := map[string]any{"limit": limit, "nextCursor": nil, "prevCursor": nil}
	links := map[string]any{"self": map[string]any{"href": r.URL.RequestURI()}}
	if end < len(s.employees) {
		page["nextCursor"] = cursor(s.employees[end-1])
		links["next"] = map[string]any{"href": "/api/v1/employees"}
	}
	return answer{status: http.StatusOK, content: map[string]any{
		"data": data, "meta": map[string]any{"total": len(s.employees), "page": page}, "_links": links,
	}}
}

// cursor stands at an employee as long as that one does not change.
func cursor(e *Employee) string {
	return base64.StdEncoding.EncodeToString([]byte(strconv.Itoa(e.ID) + "/" + strconv.Itoa(e.changed)))
}

func (s *Server) row(e *Employee, further string) map[string]any {
	row := map[string]any{"employeeId": strconv.Itoa(e.ID), "photoUrl": nil, "jobTitleName": nil}
	var restricted []string
	for _, name := range append([]string{"firstName", "lastName", "preferredName", "status"}, strings.Split(further, ",")...) {
		v, known := s.value(e, name)
		switch {
		case !known || name == "hireDate" || name == "terminationDate": // the list has no such columns, and says nothing
		case s.sees(e, name):
			row[name] = v
		default:
			row[name], restricted = nil, append(restricted, name)
		}
	}
	if restricted != nil {
		row["_restrictedFields"] = restricted
	}
	return row
}

// directory is what the company shares with everybody who works there.
func (s *Server) directory(r *http.Request, _ string) answer {
	if s.options.Unshared {
		return refuse(http.StatusForbidden, "The company directory is not shared")
	}
	shown, columns, people := []string{"displayName", "firstName", "lastName", "preferredName", "workEmail"}, []any{}, []any{}
	shown = slices.DeleteFunc(shown, func(name string) bool { return s.hidden[name] })
	for _, name := range shown {
		columns = append(columns, map[string]any{"id": name, "type": "text", "name": name})
	}
	for _, e := range s.employees {
		if e.Unlisted || s.status(e) != "Active" && r.URL.Query().Get("onlyCurrent") != "false" {
			continue
		}
		row := map[string]any{"id": strconv.Itoa(e.ID)}
		for _, name := range shown {
			row[name], _ = s.value(e, name)
		}
		people = append(people, row)
	}
	if len(people) == 0 {
		return refuse(http.StatusNotFound, "The directory is empty")
	}
	return answer{status: http.StatusOK, content: map[string]any{"fields": columns, "employees": people}, xml: "<directory/>"}
}
