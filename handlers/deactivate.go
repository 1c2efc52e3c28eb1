package handlers

import (
	"context"
	"fmt"
	"slices"

	"registrar/bot/runbook"
	"registrar/handlers/findings"
	"registrar/integrations/salesforce"
)

// accessInput is what the actions about a whole account ask.
type accessInput struct {
	Email  string `json:"email"`
	Portal string `json:"portal,omitempty"`
}

func (in *accessInput) fields() []runbook.Field {
	return []runbook.Field{
		{Name: "email", Label: "Email", Placeholder: "learner@x.edu", Hint: "The person's address.", Bind: runbook.Email(&in.Email)},
		portalField(&in.Portal),
	}
}

// deactivateTarget is an account to deactivate, with those that LearnUpon would
// deactivate along with it.
type deactivateTarget struct {
	profile
	Active  []account      `json:"active,omitempty"` // what is to deactivate, sub-portals first
	Cascade []runbook.Fact `json:"cascade,omitempty"`
}

// deactivate ends a person's login and keeps everything they did.
func deactivate(d Deps) runbook.Action {
	return runbook.Definition[accessInput, deactivateTarget]{
		Name: "deactivate", Title: "Deactivate", Command: "/deactivate",
		Summary: "End a person's login in LearnUpon and keep their history",
		Help: "The person cannot sign in and gets no mail from the portal any more; courses, results and certificates stay and are reported on as before. " +
			"In the top-level portal it reaches the sub-portals. A seat may be freed at renewal; your contract decides. Reactivate takes it back.",
		Example:       "learner@x.edu",
		Permission:    runbook.Support,
		Reason:        runbook.ReasonRequired,
		Fields:        (*accessInput).fields,
		Plan:          d.planDeactivation,
		Approval:      func(t deactivateTarget) runbook.Approval { return t.approved(1, "the person cannot sign in any more") },
		Cases:         []deactivateTarget{{}},
		Beneficiaries: func(t deactivateTarget) []string { return t.Known },
		Preview:       deactivateTarget.preview,
		Steps:         d.deactivateSteps,
	}.Action()
}

func (d Deps) planDeactivation(ctx context.Context, in accessInput) (deactivateTarget, error) {
	s, p, err := d.subject(ctx, in.Email, in.Portal)
	t := deactivateTarget{profile: p}
	if err != nil {
		return t, err
	}
	if err := s.adminAbove(); err != nil {
		return t, err
	}
	if err := s.lastAdmin(ctx, d, "a deactivation"); err != nil {
		return t, err
	}
	reached := append(s.below(), s.holding)
	if err := d.reach(ctx, s, reached, &t.profile); err != nil {
		return t, err
	}
	reached = slices.DeleteFunc(reached, func(h holding) bool { return !h.user.Enabled })
	if len(reached) == 0 {
		t.Nothing = "This person is deactivated in " + s.in() + " already."
		return t, nil
	}
	t.Cascade = s.cascade("deactivated")
	for _, h := range reached {
		t.Active = append(t.Active, accountOf(h))
		in := systemName(portalName(h.portal))
		has, err := d.duties(ctx, h)
		if err != nil {
			return t, err
		}
		t.leaveBehind(in, h.user, has)
		enrollments, err := h.portal.EnrollmentsOf(ctx, h.user.ID)
		if err != nil {
			return t, fmt.Errorf("enrollments of user %d: %w", h.user.ID, err)
		}
		t.fact("Stays in "+in, orNone(byStatus(enrollments)))
	}
	t.fact("Seat", "may be freed at renewal; your contract decides")
	t.warn("Who is signed in at that moment may stay in until the session ends: LearnUpon's API neither lists open sessions nor ends them.")
	t.employed(ctx, d, "may let them in again")
	s.inSalesforce(&t.profile)
	if s.followed() {
		t.warn("The person is in Salesforce, and LearnUpon documents nowhere whether its sync lets a deactivated account in again: look the person up after the next change to the contact. Their Salesforce user, if they have one, stays active.")
	}
	return t, nil
}

// below are the person's accounts in sub-portals, where the account that is
// meant is in the top-level portal.
func (s subject) below() []holding {
	return slices.DeleteFunc(slices.Clone(s.others), func(h holding) bool { return !s.realm.reaches(s.portal, h.portal) })
}

// reach adds to what a plan is about the groups of the accounts it reaches, and
// says of the person's other accounts that they stay.
func (d Deps) reach(ctx context.Context, s subject, reached []holding, p *profile) error {
	var err error
	if p.Groups, err = groupsOfAll(ctx, reached); err != nil {
		return err
	}
	for _, h := range s.others {
		switch {
		case s.realm.reaches(s.portal, h.portal):
		case s.realm.reaches(h.portal, s.portal):
			p.warn("The person's account in the top-level portal, %s (user %d), stays as it is.", systemName(portalName(h.portal)), h.user.ID)
		default:
			p.warn("The person's account in %s (user %d) stays as it is, unless LearnUpon has that portal below this one: the keys do not tell.", systemName(portalName(h.portal)), h.user.ID)
		}
	}
	return nil
}

// followed reports whether somebody in Salesforce belongs to the account, so
// that the sync concerns it.
func (s subject) followed() bool { return findings.Linked(s.user) || len(s.contacts) > 0 }

// inSalesforce shows what the sync goes by.
func (s subject) inSalesforce(p *profile) {
	for _, c := range s.contacts {
		box := "Create in LearnUpon cannot be seen"
		if c.Sees(salesforce.ContactCreate) {
			box = "Create in LearnUpon is " + pick(c.Create, "checked", "not checked")
		}
		p.fact("Contact "+c.ID.String(), listed(box, luUserID+": "+orNone(c.LearnUponID)))
	}
}

func (t deactivateTarget) preview() runbook.Preview {
	p := t.profile.preview()
	if t.Nothing != "" {
		return p
	}
	p.Requires = append(p.Requires, t.Cascade...)
	for _, a := range t.Active {
		if a.ID != t.Account.ID {
			p.Records, p.Locks = append(p.Records, a.planned()), append(p.Locks, a.lock())
		}
	}
	return p
}

// deactivateSteps end in the top-level portal, whose deactivation would reach
// the others: each account is deactivated, and read back, by itself.
func (d Deps) deactivateSteps(t deactivateTarget) []runbook.Step {
	if t.Nothing != "" {
		return nil
	}
	var steps []runbook.Step
	for _, a := range t.Active {
		steps = append(steps, a.switches("Deactivate the account in "+systemName(a.Portal), false).step(d))
	}
	return steps
}
