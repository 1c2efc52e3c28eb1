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

// WhoMay lists the ids of those who may do it.
func (r *Refusal) WhoMay() []string { return r.WhoCan }

// Unknown is the refusal of everything that could not be judged, because Slack
// did not say who is who. The cause is for the log.
type Unknown struct{ Cause error }

func (u *Unknown) Error() string { return "who may do this cannot be judged: " + u.Cause.Error() }

// Unwrap gives the cause, and says that nothing was judged.
func (u *Unknown) Unwrap() []error { return []error{u.Cause, engine.ErrUnjudged} }

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
		return g.holds(ctx, who, s, wish{"use " + action.Title, g.requesters(action), "request"})
	case engine.VerbApprove, engine.VerbReject, engine.VerbResolve:
		if err := g.self(who, today, s); err != nil {
			return err
		}
		return g.holds(ctx, who, s, wish{string(verb) + " this run", deciders(s), "from"})
	case engine.VerbCancel:
		if who.ID == s.Requester.ID {
			return nil
		}
		// An approver rejects; a run whose requester is away is for an admin.
		return g.holds(ctx, who, s, wish{"cancel a run of somebody else", []runbook.Role{runbook.Admins}, ""})
	case engine.VerbExtend:
		if who.ID == s.Requester.ID {
			return nil
		}
		return &Refusal{Text: "Only the person who asked for this run may extend it; no setting changes that.", WhoCan: []string{s.Requester.ID}}
	case engine.VerbBreak:
		return g.holds(ctx, who, s, wish{"break a lock", []runbook.Role{runbook.Admins}, ""})
	case engine.VerbStop:
		return nil
	case engine.VerbAnswer:
		if s.NotRequester && same(who, today, s.Requester) {
			return &Refusal{Text: "You asked for this run, and this step must be done by somebody else; no setting changes that.", WhoCan: g.ids(deciders(s))}
		}
		return g.holds(ctx, who, s, wish{"report on this run", append(g.requesters(action), append(deciders(s), runbook.Support)...), "request"})
	case engine.VerbReveal:
		return g.holds(ctx, who, s, wish{"see what was given with this run", deciders(s), "from"})
	case engine.VerbSee:
		if who.ID == s.Requester.ID {
			return nil
		}
		everyone := append(g.requesters(action), append(deciders(s), runbook.Support, runbook.Admins)...)
		return g.holds(ctx, who, s, wish{"see this run", everyone, "request"})
	}
	return &Refusal{Text: fmt.Sprintf("Nobody may %s a run; this release does not know how.", verb)}
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
func (g *Guard) self(who, today engine.Person, s engine.Subject) error {
	refuse := func(text string) error {
		return &Refusal{Text: text + " No setting changes that.", WhoCan: g.ids(deciders(s))}
	}
	switch {
	case same(who, today, s.Requester):
		return refuse("You asked for this run, so somebody else must decide. Nobody approves their own run.")
	case slices.ContainsFunc(s.Beneficiaries, func(email string) bool { return has(email, who, today) }):
		return refuse("This run is about you, so somebody else must decide. Nobody approves what they gain by.")
	case len(s.Beneficiaries) > 0 && who.Email == "" && today.Email == "":
		return refuse("Slack does not tell your e-mail address, so it cannot be checked that this run is not about you. Somebody else must decide.")
	}
	return nil
}

// same reports whether who is the other person, perhaps under a second Slack
// account with the same address.
func same(who, today, other engine.Person) bool {
	return who.ID == other.ID || has(other.Email, who, today)
}

func has(email string, people ...engine.Person) bool {
	return email != "" && slices.ContainsFunc(people, func(p engine.Person) bool { return strings.EqualFold(p.Email, email) })
}

// A wish is what somebody wants to do, the roles that may, and the key of the
// policy by which an installation says so.
type wish struct {
	text  string
	roles []runbook.Role
	key   string
}

// holds passes who is in one of the roles. A scoped role counts while it is not
// known what is touched, and then where that stays inside its scope.
func (g *Guard) holds(ctx context.Context, who engine.Person, s engine.Subject, w wish) error {
	outside := runbook.Role("")
	for _, role := range w.roles {
		in, err := g.People.in(ctx, who.ID, g.ids([]runbook.Role{role}))
		if err != nil {
			return &Unknown{err}
		}
		if !in {
			continue
		}
		sc, scoped := g.Policy.scopes[role]
		if !scoped || !s.Known || sc.covers(s.Accounts, s.Groups) {
			return nil
		}
		outside = role
	}
	if outside != "" {
		return &Refusal{
			Text:   fmt.Sprintf("What this is about lies outside the accounts and groups of %s (%s), so you may not %s.", outside, g.Policy.home(outside), w.text),
			WhoCan: g.ids(slices.DeleteFunc(slices.Clone(w.roles), func(r runbook.Role) bool { return r == outside })),
		}
	}
	return g.refusal(s.Action, w)
}

func (g *Guard) refusal(action string, w wish) error {
	var names []string
	places := g.Policy.place(action, w.key)
	for _, role := range unique(w.roles) {
		names = append(names, string(role))
		place := g.Policy.home(role)
		if len(g.ids([]runbook.Role{role})) == 0 {
			place += ", which names nobody yet"
		}
		places = append(places, place)
	}
	return &Refusal{
		Text:   fmt.Sprintf("Only %s may %s (%s).", strings.Join(names, " or "), w.text, strings.Join(places, "; ")),
		WhoCan: g.ids(w.roles),
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
