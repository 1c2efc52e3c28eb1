package access

import (
	"fmt"
	"slices"
	"time"

	"registrar/bot/runbook"
)

const (
	defaultExpiry = 24 * time.Hour
	// shortest is the least a policy may set a time to. That a second is too
	// short to press Stop is for whoever writes it.
	shortest = time.Second
)

// Policy is the policy file: what an installation changed about the actions'
// own rules, and its scoped roles. The zero value changes nothing.
type Policy struct {
	file    string
	actions map[string]override
	scopes  map[runbook.Role]scope
}

// override is one entry below "actions". Nil and empty mean: as the action says.
type override struct {
	request   []runbook.Role
	approvals *int
	from      []runbook.Role
	expires   *time.Duration
	remind    *time.Duration
	delay     *time.Duration
	lines     map[string]int // of its keys
}

// scope is one entry below "groups": a role limited to some actions and to
// some Salesforce accounts or LearnUpon groups.
type scope struct {
	line     int
	people   []string
	actions  []string
	accounts []string
	groups   []string
}

// Rule overlays the policy over an action's own approval rule a, which the
// plan resolved. The floor the action names holds whatever the policy says.
func (p *Policy) Rule(action string, a runbook.Approval) runbook.Approval {
	o := p.actions[action]
	if o.approvals != nil {
		a.Needed = *o.approvals
	}
	a.Needed = max(a.Needed, a.Floor)
	if len(o.from) > 0 {
		a.From = slices.Clone(o.from)
	}
	switch {
	case a.Needed == 0:
		a.From = nil
	case len(a.From) == 0:
		a.From = []runbook.Role{runbook.Approvers}
	}
	a.Expiry = first(o.expires, a.Expiry, defaultExpiry)
	a.Remind = first(o.remind, a.Remind, a.Expiry/4*3)
	if a.Remind >= a.Expiry {
		a.Remind = a.Expiry / 4 * 3
	}
	a.Delay = first(o.delay, a.Delay, 0)
	return a
}

// place is where a key of an action is set, if the policy sets it: "actions.
// opt-out.from in policy.yaml line 3".
func (p *Policy) place(action, key string) []string {
	line, ok := p.actions[action].lines[key]
	if !ok {
		return nil
	}
	return []string{fmt.Sprintf("actions.%s.%s in %s line %d", action, key, p.file, line)}
}

// home is where the people of a role are named.
func (p *Policy) home(role runbook.Role) string {
	if v := variable(role); v != "" {
		return v
	}
	return fmt.Sprintf("groups.%s in %s line %d", role, p.file, p.scopes[role].line)
}

// requesters are the roles that may request the action whoever is concerned:
// scoped roles come on top.
func (p *Policy) requesters(a runbook.Action) []runbook.Role {
	if roles := p.actions[a.Name].request; len(roles) > 0 {
		return roles
	}
	return []runbook.Role{a.Permission}
}

// scoped lists the scoped roles whose entry names the action, in order of name.
func (p *Policy) scoped(action string) []runbook.Role {
	var roles []runbook.Role
	for role, s := range p.scopes {
		if slices.Contains(s.actions, action) {
			roles = append(roles, role)
		}
	}
	slices.Sort(roles)
	return roles
}

// covers reports whether a plan stays inside the scope: it touches something
// of a kind the scope limits, and nothing of that kind outside it.
func (s scope) covers(accounts, groups []string) bool {
	touches := false
	if len(s.accounts) > 0 {
		touches = touches || len(accounts) > 0
		if slices.ContainsFunc(accounts, func(id string) bool { return !slices.ContainsFunc(s.accounts, sameRecord(id)) }) {
			return false
		}
	}
	if len(s.groups) > 0 {
		touches = touches || len(groups) > 0
		if slices.ContainsFunc(groups, func(g string) bool { return !slices.Contains(s.groups, g) }) {
			return false
		}
	}
	return touches
}

// sameRecord compares Salesforce ids, which exist in a form of 15 characters
// and in one of 18 whose last three only repeat the case of the others.
func sameRecord(id string) func(string) bool {
	return func(other string) bool { return short(id) == short(other) }
}

func short(id string) string {
	if len(id) == 18 {
		return id[:15]
	}
	return id
}

// first is the configured value, or else the first that is not zero.
func first(configured *time.Duration, otherwise ...time.Duration) time.Duration {
	if configured != nil {
		return *configured
	}
	for _, d := range otherwise {
		if d != 0 {
			return d
		}
	}
	return 0
}
