package bamboohr

import (
	"encoding/json"
	"errors"
	"strings"
	"time"
)

// ID names an employee within the company and never changes. It is not the employee number, which the company gives out
// as it likes.
type ID string

// UnmarshalJSON accepts "7" and 7.
func (id *ID) UnmarshalJSON(b []byte) error {
	var number json.Number
	if err := json.Unmarshal(b, &number); err == nil {
		*id = ID(number)
		return nil
	}
	return errors.New("not the number of an employee")
}

// The values of [Employee].Status. A termination on a day to come leaves somebody active until then.
const (
	Active   = "Active"
	Inactive = "Inactive"
)

// Employee is somebody who works at the company, or did.
type Employee struct {
	ID     ID
	Name   string // as the person is called
	Email  string // at work
	Status string // Active, Inactive, or "" where the key's user may not see it
	Hired  time.Time
	Left   time.Time // the last day, perhaps one to come; zero: none, or not to be seen
}

// needed are the fields an [Employee] is made of.
var needed = []string{"firstName", "lastName", "preferredName", "workEmail", "status", "hireDate", "terminationDate"}

// fields is one employee as BambooHR sends it. What the key's user may not see is left out.
type fields map[string]any

func (f fields) employee(id ID) Employee {
	first := f.text("preferredName")
	if first == "" {
		first = f.text("firstName")
	}
	return Employee{
		ID: id, Name: strings.TrimSpace(first + " " + f.text("lastName")), Email: f.text("workEmail"), Status: f.text("status"),
		Hired: f.date("hireDate"), Left: f.date("terminationDate"),
	}
}

func (f fields) text(name string) string {
	value, _ := f[name].(string)
	return strings.TrimSpace(value)
}

// date reads a day. One that is not set has been seen as null, as "" and as 0000-00-00.
func (f fields) date(name string) time.Time {
	day, err := time.Parse(time.DateOnly, f.text(name))
	if err != nil {
		return time.Time{}
	}
	return day
}

// hidden are the needed fields that were not sent.
func (f fields) hidden() []string {
	var out []string
	for _, name := range needed {
		if _, sent := f[name]; !sent {
			out = append(out, name)
		}
	}
	return out
}
