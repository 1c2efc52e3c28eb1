package runbook

import (
	"errors"
	"fmt"
	"iter"
	"regexp"
	"slices"
	"unicode/utf8"
)

// Catalog holds the actions that can be used, in the order help shows them,
// and says of the others why not.
type Catalog struct {
	actions []Action
	absent  []Absent
}

// Absent is an action left out, because its system is not configured.
type Absent struct {
	Title   string
	Command string
	Why     string
}

// NewCatalog checks the actions: names and commands are unique and well formed,
// and nothing a card or the manifest needs is missing.
func NewCatalog(actions []Action, absent ...Absent) (*Catalog, error) {
	var errs []error
	names, commands := map[string]bool{}, map[string]bool{}
	for _, a := range actions {
		if names[a.Name] || commands[a.Command] {
			errs = append(errs, fmt.Errorf("action %s (%s) is in the catalog twice", a.Name, a.Command))
		}
		names[a.Name], commands[a.Command] = true, true
		errs = append(errs, a.check())
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return &Catalog{actions: slices.Clone(actions), absent: absent}, nil
}

var (
	validName    = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)
	validCommand = regexp.MustCompile(`^/[a-z][a-z0-9-]{0,30}$`)
)

func (a Action) check() error {
	switch {
	case !validName.MatchString(a.Name):
		return fmt.Errorf("action %q: a name is lower case words with hyphens", a.Name)
	case !validCommand.MatchString(a.Command):
		return fmt.Errorf("action %s: %q is not a slash command of at most 32 characters", a.Name, a.Command)
	case a.Title == "" || utf8.RuneCountInString(a.Title) > 24:
		return fmt.Errorf("action %s: the title is a modal's title, 1 to 24 characters", a.Name)
	case a.Summary == "" || a.Example == "" && len(a.Fields()) > 0 || a.Permission == "":
		return fmt.Errorf("action %s: summary, example and permission are needed for help", a.Name)
	case a.fields == nil:
		return fmt.Errorf("action %s: it was not made by Definition.Action or Report.Action", a.Name)
	}
	seen := map[string]bool{"reason": true}
	for _, f := range a.Fields() {
		if seen[f.Name] || !validName.MatchString(f.Name) || f.Label == "" || f.Bind == nil {
			return fmt.Errorf("action %s: field %q is double, misnamed or incomplete", a.Name, f.Name)
		}
		seen[f.Name] = true
	}
	return nil
}

// All yields the actions in the order of help.
func (c *Catalog) All() iter.Seq[Action] { return slices.Values(c.actions) }

// Absent lists the actions left out, and why.
func (c *Catalog) Absent() []Absent { return c.absent }

// Named finds an action by its name.
func (c *Catalog) Named(name string) (Action, bool) {
	return c.find(func(a Action) bool { return a.Name == name })
}

// Commanded finds an action by its slash command, or by the same word behind
// /registrar, with or without the slash.
func (c *Catalog) Commanded(command string) (Action, bool) {
	return c.find(func(a Action) bool { return a.Command == command || a.Command == "/"+command })
}

func (c *Catalog) find(match func(Action) bool) (Action, bool) {
	i := slices.IndexFunc(c.actions, match)
	if i < 0 {
		return Action{}, false
	}
	return c.actions[i], true
}
