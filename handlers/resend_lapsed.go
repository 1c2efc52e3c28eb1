package handlers

import (
	"context"
	"fmt"
	"strings"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon"
	"registrar/integrations/mail"
	"registrar/integrations/rest"
)

// resendLapsed is the case of an invite whose time is over: it is cancelled and
// made again with all it held, because LearnUpon cannot prolong one.
type resendLapsed struct {
	Invite    invite    `json:"invite"`
	Cancelled bool      `json:"cancelled,omitempty"` // already, by a run that stopped or by a person
	Courses   []course  `json:"courses,omitempty"`
	Lost      []string  `json:"lost,omitempty"`
	Delivery  *delivery `json:"delivery,omitempty"` // nil: the portal tells no accept links
}

// halfway reports whether an invite lapsed and was cancelled with none made in
// its place, as a run leaves it that stopped between the two.
func (d Deps) halfway(i learnupon.Invite) bool {
	return i.Status == learnupon.InviteCanceled && !i.ExpiresAt.IsZero() && !d.Now().Before(i.ExpiresAt.Time)
}

// course waits for the invite to be accepted.
type course struct {
	ID   learnupon.ID `json:"id"`
	Name string       `json:"name"`
}

func (d Deps) planResendLapsed(ctx context.Context, c *learnupon.Client, i learnupon.Invite, planned invite) (resendTarget, error) {
	r := resendLapsed{Invite: planned, Cancelled: i.Status == learnupon.InviteCanceled, Lost: notCarried(i)}
	pending, err := c.PendingEnrollments(ctx, i)
	if err != nil {
		return resendTarget{}, fmt.Errorf("courses that wait for the invite: %w", err)
	}
	for _, p := range pending {
		name := p.CourseName
		if name == "" {
			name = "course " + p.CourseID.String()
		}
		r.Courses = append(r.Courses, course{p.CourseID, name})
	}
	if i.AcceptURL != "" { // some portals tell it only when the invite is made
		v, err := d.planDelivery(ctx, i.Email)
		if err != nil {
			return resendTarget{}, err
		}
		r.Delivery = &v
	}
	return resendTarget{Email: i.Email, Lapsed: &r}, nil
}

// notCarried lists what the old invite holds and LearnUpon documents no way to
// give to a new group invite.
func notCarried(i learnupon.Invite) []string {
	var lost []string
	if i.Username != "" {
		lost = append(lost, "The user name kept with the old invite: "+i.Username)
	}
	if i.SFContactID != "" {
		lost = append(lost, "The old invite's link to Salesforce contact "+i.SFContactID)
	}
	if i.SFUserID != "" {
		lost = append(lost, "The old invite's link to Salesforce user "+i.SFUserID)
	}
	if i.CustomDataCount > 0 {
		lost = append(lost, fmt.Sprintf("The old invite's custom user data (%s)", count(i.CustomDataCount, "field")))
	}
	return lost
}

func (r resendLapsed) approval() runbook.Approval {
	if r.Delivery == nil {
		return r.Invite.approval(delivery{})
	}
	return r.Invite.approval(*r.Delivery)
}

func (r resendLapsed) preview() runbook.Preview {
	p := r.Invite.preview()
	p.Requires = append(p.Requires, runbook.Fact{Label: "Lapsed on", Value: r.Invite.Expires})
	p.Losses = r.Lost
	if r.Cancelled {
		p.Warnings = append(p.Warnings, "The lapsed invite was cancelled already. Make sure that this was not on purpose.")
	}
	if len(r.Lost) > 0 {
		p.Warnings = append(p.Warnings, "What is lost can be entered on the person's record once they have accepted.")
	}
	p.Warnings = append(p.Warnings, "The link of the old invite stops working for good.")
	if r.Delivery == nil {
		p.Warnings = append(p.Warnings, "LearnUpon itself mails the person the new link. It does not tell the link to Registrar, so no second mail is sent.")
		return p
	}
	p.Warnings = append(p.Warnings, "LearnUpon itself mails the person about the new invite, so they get two mails with the same link.")
	r.Delivery.show(&p)
	return p
}

func (r resendLapsed) steps(d Deps) []runbook.Step {
	var steps []runbook.Step
	if !r.Cancelled {
		steps = append(steps, r.cancel(d))
	}
	steps = append(steps, r.inviteAgain(d))
	for _, c := range r.Courses {
		steps = append(steps, r.enroll(d, c))
	}
	if r.Delivery == nil {
		return steps
	}
	return append(steps, d.deliver(*r.Delivery, letter{
		name: "accept link", portal: r.Invite.Portal, write: mail.AcceptLink,
		link: func(ctx context.Context, c *learnupon.Client, _ runbook.Answers) (string, error) {
			i, err := r.renewed(ctx, c)
			if err != nil {
				return "", err
			}
			return acceptLink(c, i)
		},
	}))
}

func (r resendLapsed) cancel(d Deps) runbook.Step {
	return runbook.Step{
		ID: "cancel", Title: "Cancel the lapsed invite", System: runbook.LearnUpon,
		Changes: []runbook.Change{{Record: r.Invite.record(), Field: "Status", From: learnupon.InviteSent, To: learnupon.InviteCanceled}},
		Do: func(ctx context.Context, _ runbook.Answers) (string, error) {
			c, err := d.portal(r.Invite.Portal)
			if err != nil {
				return "", err
			}
			if _, err := r.Invite.unanswered(ctx, c); err != nil {
				return "", err
			}
			return "", c.CancelInvite(ctx, r.Invite.ID)
		},
		Done: func(ctx context.Context, _ runbook.Answers) (bool, error) {
			c, err := d.portal(r.Invite.Portal)
			if err != nil {
				return false, err
			}
			i, err := c.Invite(ctx, r.Invite.ID)
			if rest.IsNotFound(err) {
				return true, nil
			}
			return i.Status == learnupon.InviteCanceled, err
		},
	}
}

func (r resendLapsed) inviteAgain(d Deps) runbook.Step {
	i := r.Invite
	fresh := func(field, value string) runbook.Change {
		return runbook.Change{Record: "New invite to " + i.goal(), Field: field, To: value}
	}
	changes := []runbook.Change{fresh("E-mail address", i.Email), fresh("Role", i.Role)}
	if i.FirstName != "" {
		changes = append(changes, fresh("First name", i.FirstName))
	}
	if i.LastName != "" {
		changes = append(changes, fresh("Last name", i.LastName))
	}
	return runbook.Step{
		ID: "invite", Title: "Invite again with the same group, role and name", System: runbook.LearnUpon, Changes: changes,
		Do: func(ctx context.Context, _ runbook.Answers) (string, error) {
			c, err := d.portal(i.Portal)
			if err != nil {
				return "", err
			}
			made, err := c.CreateInvite(ctx, learnupon.NewInvite{
				Email: i.Email, GroupID: i.GroupID, UserType: i.Role, FirstName: i.FirstName, LastName: i.LastName,
			})
			if err != nil {
				return "", err
			}
			if err := i.sameAs(made); err != nil {
				return "", err
			}
			return fmt.Sprintf("Invite %d.", made.ID), nil
		},
		Done: func(ctx context.Context, _ runbook.Answers) (bool, error) {
			c, err := d.portal(i.Portal)
			if err != nil {
				return false, err
			}
			made, found, err := r.replacement(ctx, c)
			return found && i.sameAs(made) == nil, err
		},
	}
}

func (r resendLapsed) enroll(d Deps, co course) runbook.Step {
	return runbook.Step{
		ID: "course-" + co.ID.String(), Title: "Have “" + co.Name + "” wait for the new invite", System: runbook.LearnUpon,
		Changes: []runbook.Change{{Record: "New invite to " + r.Invite.goal(), Field: "Pending enrollment", To: co.Name}},
		Do: func(ctx context.Context, _ runbook.Answers) (string, error) {
			c, err := d.portal(r.Invite.Portal)
			if err != nil {
				return "", err
			}
			i, err := r.renewed(ctx, c)
			if err != nil {
				return "", err
			}
			return "", c.AddPendingEnrollment(ctx, i, co.ID)
		},
		Done: func(ctx context.Context, _ runbook.Answers) (bool, error) {
			c, err := d.portal(r.Invite.Portal)
			if err != nil {
				return false, err
			}
			i, found, err := r.replacement(ctx, c)
			if err != nil || !found {
				return false, err
			}
			pending, err := c.PendingEnrollments(ctx, i)
			for _, p := range pending {
				if p.CourseID == co.ID {
					return true, nil
				}
			}
			return false, err
		},
	}
}

// replacement is the newest open invite to the same group. That of another
// person's making is as good.
func (r resendLapsed) replacement(ctx context.Context, c *learnupon.Client) (learnupon.Invite, bool, error) {
	open, err := waitingFor(ctx, c, r.Invite.Email)
	if err != nil {
		return learnupon.Invite{}, false, err
	}
	for _, i := range open {
		if i.GroupID == r.Invite.GroupID && i.ID != r.Invite.ID {
			return i, true, nil
		}
	}
	return learnupon.Invite{}, false, nil
}

func (r resendLapsed) renewed(ctx context.Context, c *learnupon.Client) (learnupon.Invite, error) {
	i, found, err := r.replacement(ctx, c)
	if err == nil && !found {
		err = runbook.Refuse("The new invite is not open any more: it was accepted or withdrawn meanwhile. Look the person up to see where they stand.")
	}
	return i, err
}

// sameAs checks that a new invite gives what the old one gave. Where it does
// not, a person has to look: it is sent already.
func (i invite) sameAs(made learnupon.Invite) error {
	for _, f := range [...]struct{ field, want, got string }{
		{"Role", i.Role, made.UserType}, {"First name", i.FirstName, made.FirstName}, {"Last name", i.LastName, made.LastName},
	} {
		if !strings.EqualFold(strings.TrimSpace(f.want), strings.TrimSpace(f.got)) && f.got != "" {
			return &runbook.Mismatch{Record: fmt.Sprintf("new invite %d", made.ID), Field: f.field, Want: f.want, Got: f.got}
		}
	}
	return nil
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
