package access

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"registrar/bot/engine"
	"registrar/bot/runbook"
)

// Guard judges who may do what. All fields are set before use.
type Guard struct {
	Policy  *Policy
	Roles   Roles
	People  *People
	Catalog *runbook.Catalog
}

// Refusal says which rule stands in the way, where it is configured, and who
// could do it instead.
type Refusal struct {
	Text   string
	WhoCan []string // ids of user groups and users
}

func (r *Refusal) Error() string { return r.Text }

// Public marks the text as safe to show.
func (r *Refusal) Public() string { return r.Text }

// Unknown is the refusal of everything that could not be judged, because Slack
// did not say who is who. The cause is for the log.
type Unknown struct{ Cause error }

func (u *Unknown) Error() string { return "who may do this cannot be judged: " + u.Cause.Error() }

// Unwrap gives the cause.
func (u *Unknown) Unwrap() error { return u.Cause }

// Public marks the text as safe to show.
func (u *Unknown) Public() string {
	return "Slack does not say at the moment who is in which group, so nobody can be let through. Nothing was changed; please try again in a minute."
}

// May judges one wish by the policy and the memberships of this minute. It
// returns nil, a [*Refusal], an [*Unknown], or the refusal of a deactivated
// person. Membership is judged by today's roles; scoped roles are judged by
// what the plan touches, once there is one.
func (g *Guard) May(ctx context.Context, who engine.Person, verb engine.Verb, s engine.Subject) error {
	today, err := g.People.Person(ctx, who.ID)
	if err != nil {
		if _, public := runbook.PublicText(err); public {
			return err
		}
		return &Unknown{err}
	}
	action, ok := g.Catalog.Named(s.Action)
	if !ok {
		action = runbook.Action{Name: s.Action, Title: s.Action, Permission: runbook.Support}
	}
	switch verb {
	case engine.VerbRequest:
		return g.holds(ctx, who, s, "use "+action.Title, g.requesters(action))
	case engine.VerbApprove, engine.VerbResolve:
		if err := self(who, today, s); err != nil {
			return err
		}
		return g.holds(ctx, who, s, string(verb)+" this run", deciders(s))
	case engine.VerbReject:
		return g.holds(ctx, who, s, "reject this run", deciders(s))
	case engine.VerbCancel:
		if who.ID == s.Requester.ID {
			return nil
		}
		return g.holds(ctx, who, s, "cancel a run of somebody else", deciders(s))
	case engine.VerbExtend:
		if who.ID == s.Requester.ID {
			return nil
		}
		return &Refusal{Text: "Only the person who asked for this run may extend it.", WhoCan: []string{s.Requester.ID}}
	case engine.VerbStop:
		return nil
	case engine.VerbAnswer:
		return g.holds(ctx, who, s, "report on this run", append(g.requesters(action), append(deciders(s), runbook.Support)...))
	case engine.VerbReveal:
		return g.holds(ctx, who, s, "see what was given with this run", deciders(s))
	case engine.VerbSee:
		if who.ID == s.Requester.ID {
			return nil
		}
		everyone := append(g.requesters(action), append(deciders(s), runbook.Support, runbook.Admins)...)
		return g.holds(ctx, who, s, "see this run", everyone)
	}
	return &Refusal{Text: fmt.Sprintf("Nobody may %s a run.", verb)}
}

// WhoCan lists the ids of those who may request the action, for help.
func (g *Guard) WhoCan(action string) []string {
	a, ok := g.Catalog.Named(action)
	if !ok {
		return nil
	}
	return g.ids(g.requesters(a))
}

// Approvers lists the people who may decide under an approval rule, for the
// messages they get. It fails where Slack cannot be asked.
func (g *Guard) Approvers(ctx context.Context, a runbook.Approval) ([]string, error) {
	return g.People.Members(ctx, g.ids(deciders(engine.Subject{Approval: a})))
}

func (g *Guard) requesters(a runbook.Action) []runbook.Role {
	return slices.Concat(g.Policy.requesters(a), g.Policy.scoped(a.Name))
}

func deciders(s engine.Subject) []runbook.Role {
	if len(s.Approval.From) == 0 {
		return []runbook.Role{runbook.Approvers}
	}
	return slices.Clone(s.Approval.From)
}

// self refuses those who asked for a run and those who gain by it. No setting
// changes that. Both the address known when the person decided and today's count.
func self(who, today engine.Person, s engine.Subject) error {
	emails := slices.DeleteFunc([]string{who.Email, today.Email}, func(e string) bool { return e == "" })
	is := func(email string) bool {
		return email != "" && slices.ContainsFunc(emails, func(e string) bool { return strings.EqualFold(e, email) })
	}
	switch {
	case who.ID == s.Requester.ID || is(s.Requester.Email):
		return &Refusal{Text: "You asked for this run, so somebody else must decide. Nobody approves their own run; no setting changes that."}
	case slices.ContainsFunc(s.Beneficiaries, is):
		return &Refusal{Text: "This run is about you, so somebody else must decide. Nobody approves what they gain by; no setting changes that."}
	case len(s.Beneficiaries) > 0 && len(emails) == 0:
		return &Refusal{Text: "Slack does not tell your e-mail address, so it cannot be checked that this run is not about you. Somebody else must decide."}
	}
	return nil
}

// holds passes who is in one of the roles. A scoped role counts while there is
// no plan, and then where the plan stays inside its scope.
func (g *Guard) holds(ctx context.Context, who engine.Person, s engine.Subject, wish string, roles []runbook.Role) error {
	// Rule gives every planned approval an expiry, so one without has no plan yet.
	planned := s.Approval.Expiry > 0
	outside := runbook.Role("")
	for _, role := range roles {
		in, err := g.People.in(ctx, who.ID, g.ids([]runbook.Role{role}))
		if err != nil {
			return &Unknown{err}
		}
		if !in {
			continue
		}
		sc, scoped := g.Policy.scopes[role]
		if !scoped || !planned || sc.covers(s.Accounts, s.Groups) {
			return nil
		}
		outside = role
	}
	if outside != "" {
		return &Refusal{
			Text:   fmt.Sprintf("What this is about lies outside the accounts and groups of %s (groups.%s in %s), so you may not %s.", outside, outside, g.Policy.file, wish),
			WhoCan: g.ids(slices.DeleteFunc(slices.Clone(roles), func(r runbook.Role) bool { return r == outside })),
		}
	}
	return g.refusal(wish, roles)
}

func (g *Guard) refusal(wish string, roles []runbook.Role) error {
	var names, places []string
	for _, role := range unique(roles) {
		names = append(names, string(role))
		place := variable(role)
		switch {
		case place == "":
			place = fmt.Sprintf("groups.%s in %s", role, g.Policy.file)
		case len(g.Roles[role]) == 0:
			place += ", which names nobody yet"
		}
		places = append(places, place)
	}
	return &Refusal{
		Text:   fmt.Sprintf("Only %s may %s (%s).", strings.Join(names, " or "), wish, strings.Join(places, "; ")),
		WhoCan: g.ids(roles),
	}
}

// ids are the Slack ids behind roles, each once.
func (g *Guard) ids(roles []runbook.Role) []string {
	var ids []string
	for _, role := range roles {
		ids = append(ids, g.Roles[role]...)
		ids = append(ids, g.Policy.scopes[role].people...)
	}
	return unique(ids)
}

func unique[T comparable](list []T) []T {
	var out []T
	for _, x := range list {
		if !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}
