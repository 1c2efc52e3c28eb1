package access

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"registrar/bot/runbook"
)

// ReadPolicy reads the policy file; an empty name means there is none.
func ReadPolicy(file string, catalog *runbook.Catalog) (*Policy, error) {
	if file == "" {
		return &Policy{}, nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("REGISTRAR_POLICY: %w", err)
	}
	return ParsePolicy(file, data, catalog)
}

// ParsePolicy reads a policy. The file is refused as a whole for any key or
// action it does not know; the error names every problem with its line. Actions
// that are known but not configured in this installation may be mentioned.
func ParsePolicy(file string, data []byte, catalog *runbook.Catalog) (*Policy, error) {
	tree, err := parser.ParseBytes(data, 0)
	if err != nil {
		var at *yaml.SyntaxError
		if errors.As(err, &at) && at.Token != nil {
			return nil, fmt.Errorf("%s:%d: %s", file, at.Token.Position.Line, at.Message)
		}
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	d := &decoder{file: file, catalog: catalog, policy: &Policy{
		file: file, actions: map[string]override{}, scopes: map[runbook.Role]scope{},
	}}
	for i, doc := range tree.Docs {
		if i > 0 && doc.Body != nil {
			d.problem(doc.Body, "only one document, please")
			break
		}
		d.document(doc.Body)
	}
	if err := errors.Join(d.problems...); err != nil {
		return nil, err
	}
	return d.policy, nil
}

// A decoder walks the tree itself, so that all problems come at once and each
// with its line.
type decoder struct {
	file     string
	catalog  *runbook.Catalog
	policy   *Policy
	problems []error
}

func (d *decoder) problem(at ast.Node, format string, args ...any) {
	d.problems = append(d.problems, fmt.Errorf("%s:%d: %s", d.file, lineOf(at), fmt.Sprintf(format, args...)))
}

func lineOf(at ast.Node) int {
	if t := at.GetToken(); t != nil && t.Position != nil {
		return t.Position.Line
	}
	return 0
}

func (d *decoder) document(body ast.Node) {
	if body == nil || body.Type() == ast.CommentType {
		return
	}
	var actions, groups ast.Node
	d.each(body, func(key string, value ast.Node) bool {
		switch key {
		case "actions":
			actions = value
		case "groups":
			groups = value
		default:
			return false
		}
		return true
	})
	// Scoped roles first: the actions may name them.
	d.each(groups, d.scope)
	d.each(actions, d.action)
}

var validRole = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)

func (d *decoder) scope(name string, value ast.Node) bool {
	role := runbook.Role(name)
	switch {
	case !validRole.MatchString(name):
		d.problem(value, "a role is named in lower case words with hyphens, not %q", name)
	case slices.Contains([]runbook.Role{runbook.Support, runbook.Approvers, runbook.Admins}, role):
		d.problem(value, "%s is a role of its own: its people are set in %s", name, variable(role))
	}
	s := scope{line: lineOf(value)}
	d.each(value, func(key string, value ast.Node) bool {
		switch key {
		case "people":
			s.people = d.list(value, d.slackID)
		case "actions":
			s.actions = d.list(value, d.knownAction)
		case "accounts":
			s.accounts = d.list(value, nil)
		case "groups":
			s.groups = d.list(value, nil)
		default:
			return false
		}
		return true
	})
	if len(s.people) == 0 {
		d.problem(value, "%s has no people", name)
	}
	if len(s.accounts) == 0 && len(s.groups) == 0 {
		d.problem(value, "%s names neither accounts nor groups: it would be limited to nothing", name)
	}
	d.policy.scopes[role] = s
	return true
}

func (d *decoder) action(name string, value ast.Node) bool {
	d.knownAction(value, name)
	o := override{lines: map[string]int{}}
	d.each(value, func(key string, value ast.Node) bool {
		o.lines[key] = lineOf(value)
		switch key {
		case "request":
			o.request = d.roles(value)
		case "from":
			o.from = d.roles(value)
		case "approvals":
			o.approvals = d.count(value)
		case "expires":
			o.expires = d.duration(value)
		case "remind":
			o.remind = d.duration(value)
		case "delay":
			o.delay = d.duration(value)
		default:
			return false
		}
		return true
	})
	if o.remind != nil && *o.remind >= *orElse(o.expires, defaultExpiry) {
		d.problem(value, "%s: a reminder after the request has expired reminds nobody", name)
	}
	d.policy.actions[name] = o
	return true
}

func orElse(d *time.Duration, otherwise time.Duration) *time.Duration {
	if d != nil {
		return d
	}
	return &otherwise
}

func (d *decoder) knownAction(at ast.Node, name string) {
	if _, ok := d.catalog.Named(name); ok {
		return
	}
	if slices.ContainsFunc(d.catalog.Absent(), func(a runbook.Absent) bool { return a.Command == "/"+name }) {
		return
	}
	d.problem(at, "there is no action %q", name)
}

var validSlackID = regexp.MustCompile(`^[SUW][A-Za-z0-9_]+$`)

func (d *decoder) slackID(at ast.Node, id string) {
	if !validSlackID.MatchString(id) {
		d.problem(at, "%q is not the id of a Slack user group (S…) or user (U…, W…)", id)
	}
}

func (d *decoder) roles(value ast.Node) []runbook.Role {
	var roles []runbook.Role
	d.list(value, func(at ast.Node, name string) {
		role := runbook.Role(name)
		if _, scoped := d.policy.scopes[role]; !scoped && variable(role) == "" {
			d.problem(at, "there is no role %q: use support, approvers, admins or one of the groups below \"groups\"", name)
		}
		roles = append(roles, role)
	})
	if len(roles) == 0 {
		d.problem(value, "an empty list would let nobody; leave the key out instead")
	}
	return roles
}

func (d *decoder) count(value ast.Node) *int {
	n, ok := value.(*ast.IntegerNode)
	if !ok {
		d.problem(value, "a number is needed here")
		return nil
	}
	v, ok := n.GetValue().(uint64)
	if !ok || v > 9 {
		d.problem(value, "a number from 0 to 9 is needed here")
		return nil
	}
	count := int(v)
	return &count
}

func (d *decoder) duration(value ast.Node) *time.Duration {
	text, ok := d.text(value)
	if !ok {
		return nil
	}
	v, err := time.ParseDuration(text)
	switch {
	case err != nil:
		d.problem(value, "%q is not a duration such as 24h or 10m", text)
	case v < shortest || v > 30*24*time.Hour:
		d.problem(value, "a duration from %s to 720h is needed here", shortest)
	}
	return &v
}

// each calls set for every key of a map; set returns false for a key it does
// not know.
func (d *decoder) each(value ast.Node, set func(key string, value ast.Node) bool) {
	switch m := value.(type) {
	case nil, *ast.NullNode:
	case *ast.MappingNode:
		for _, pair := range m.Values {
			key, ok := d.text(pair.Key)
			if ok && !set(key, pair.Value) {
				d.problem(pair.Key, "unknown key %q", key)
			}
		}
	default:
		d.problem(value, "a map of keys and values is needed here")
	}
}

// list reads a list of texts and has each checked.
func (d *decoder) list(value ast.Node, check func(at ast.Node, text string)) []string {
	entries, ok := value.(*ast.SequenceNode)
	if !ok {
		d.problem(value, "a list is needed here, such as [support]")
		return nil
	}
	var out []string
	for _, entry := range entries.Values {
		text, ok := d.text(entry)
		if !ok {
			continue
		}
		if check != nil {
			check(entry, text)
		}
		out = append(out, text)
	}
	return out
}

func (d *decoder) text(value ast.Node) (string, bool) {
	switch n := value.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.IntegerNode: // a LearnUpon group's id, written without quotes
		return n.GetToken().Value, true
	}
	d.problem(value, "a text is needed here")
	return "", false
}
