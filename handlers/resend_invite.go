package handlers

import (
	"context"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon"
	"registrar/integrations/mail"
)

// resendInvite is the case of an invite that can still be accepted: its link is
// sent again. LearnUpon has no call that does so.
type resendInvite struct {
	Invite   invite   `json:"invite"`
	Delivery delivery `json:"delivery"`
}

func (d Deps) planResendInvite(ctx context.Context, i learnupon.Invite, planned invite) (resendTarget, error) {
	if i.AcceptURL == "" { // some portals tell it only when the invite is made
		return resendTarget{Email: i.Email, Pending: &resendPending{
			Email: i.Email, Portal: planned.Portal, Page: planned.Page, Invite: &planned,
		}}, nil
	}
	v, err := d.planDelivery(ctx, i.Email)
	return resendTarget{Email: i.Email, Invite: &resendInvite{Invite: planned, Delivery: v}}, err
}

func (r resendInvite) approval() runbook.Approval { return r.Invite.approval(r.Delivery) }

func (r resendInvite) preview() runbook.Preview {
	p := r.Invite.preview()
	expires := "never"
	if r.Invite.Expires != "" {
		expires = "on " + r.Invite.Expires
	}
	p.Requires = append(p.Requires, runbook.Fact{Label: "Open, expires", Value: expires})
	r.Delivery.show(&p)
	return p
}

func (r resendInvite) steps(d Deps) []runbook.Step {
	return []runbook.Step{d.deliver(r.Delivery, letter{
		name: "accept link", portal: r.Invite.Portal, write: mail.AcceptLink,
		link: func(ctx context.Context, c *learnupon.Client, _ runbook.Answers) (string, error) {
			i, err := r.Invite.unanswered(ctx, c)
			if err != nil {
				return "", err
			}
			if i.Lapsed(d.Now()) {
				return "", runbook.Refuse("The invite has lapsed meanwhile. Run the command again: it is then replaced by a new one.")
			}
			return acceptLink(c, i)
		},
	})}
}
