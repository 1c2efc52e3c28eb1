package handlers

import (
	"context"
	"strings"

	"registrar/bot/runbook"
	"registrar/handlers/findings"
)

// reactivate lets a deactivated person sign in again.
func reactivate(d Deps) runbook.Action {
	return runbook.Definition[accessInput, profile]{
		Name: "reactivate", Title: "Reactivate", Command: "/reactivate",
		Summary: "Let a deactivated person sign in to LearnUpon again",
		Help: "The person finds everything as it was left, their rights too, and takes a seat from then on: the plan says how many are left where LearnUpon tells. " +
			"It is about one portal; an account in another is reactivated by itself.",
		Example:       "learner@x.edu",
		Permission:    runbook.Support,
		Reason:        runbook.ReasonRequired,
		Fields:        (*accessInput).fields,
		Plan:          d.planReactivation,
		Approval:      approveReactivation,
		Cases:         []profile{{Role: "admin"}, {}},
		Beneficiaries: func(p profile) []string { return p.Known },
		Preview:       profile.preview,
		Steps: func(p profile) []runbook.Step {
			if p.Nothing != "" {
				return nil
			}
			return []runbook.Step{p.Account.switches("Reactivate the account", true).step(d)}
		},
	}.Action()
}

func (d Deps) planReactivation(ctx context.Context, in accessInput) (profile, error) {
	s, p, err := d.subject(ctx, in.Email, in.Portal)
	if err != nil {
		return p, err
	}
	expired := findings.Expired(s.user, d.Now())
	if s.user.Enabled {
		p.Nothing = "This person is active in " + s.in() + "."
		if expired {
			p.Nothing = "This account is not deactivated in " + s.in() + ": it expired on " + findings.Day(s.user.AccountExpires) + ". Give it a later date in LearnUpon."
		}
		return p, nil
	}
	if err := s.adminAbove(); err != nil {
		return p, err
	}
	if expired {
		p.warn("The account expired on %s as well: the person cannot sign in until it is given a later date in LearnUpon.", findings.Day(s.user.AccountExpires))
	}
	seats, none := s.realm.seats(s.portal)
	p.fact("Seat", "takes one at once"+pick(seats != "", " ("+seats+")", "; LearnUpon does not tell how many are left"))
	if none {
		p.warn("The portal has no seat left. LearnUpon may refuse, or count one more than was bought.")
	}
	has, err := d.duties(ctx, s.holding)
	if err != nil {
		return p, err
	}
	if back := has.words(); len(back) > 0 {
		p.fact("Is again", strings.Join(back, "; "))
	}
	s.doubts(d, &p)
	p.employed(ctx, d, "may take them in or out again")
	s.inSalesforce(&p)
	return p, nil
}

// suggestReactivate is for whom another action cannot serve as they are.
func suggestReactivate(email string) *runbook.Suggestion {
	return &runbook.Suggestion{Action: "reactivate", Label: "Reactivate", Values: runbook.Values{"email": email}}
}

// doubts names what speaks against letting just this account in again.
func (s subject) doubts(d Deps, p *profile) {
	if strings.HasPrefix(strings.ToLower(s.user.Email), "deleted") {
		p.warn("The address looks like that of an account that was renamed to set its own free.")
	}
	for _, c := range s.contacts {
		if other, names := learnUponID(c); names && s.portal == d.Portals[0] && other != s.user.ID {
			p.warn("Contact %s belongs to another account, user %d: this one may be a duplicate that was merged into it.", c.ID, other)
		}
	}
	for _, h := range s.others {
		name := systemName(portalName(h.portal))
		switch {
		case h.user.Enabled:
		case s.realm.reaches(h.portal, s.portal):
			p.warn("The person is deactivated in the top-level portal, %s, too: reactivate them there first, or they may not get in.", name)
		case s.realm.reaches(s.portal, h.portal):
			p.warn("The person is deactivated in the sub-portal %s too. LearnUpon does not say whether they get in there again with this: look, and reactivate or deactivate them there.", name)
		}
	}
}

func approveReactivation(p profile) runbook.Approval {
	if p.Role == "admin" {
		return p.approvedByTwo("it gives back the rights of an admin")
	}
	return p.approved(1, "the person can sign in again, and takes a seat")
}
