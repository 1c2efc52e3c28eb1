package handlers

import (
	"context"

	"registrar/bot/runbook"
	"registrar/handlers/findings"
	"registrar/integrations/learnupon"
	"registrar/integrations/mail"
)

// resendLink is the case of a person who registered by themselves: a person
// copies the confirmation link from the record, and it goes to the learner's
// own address.
type resendLink struct {
	Account   account  `json:"account"`
	LinkGiven bool     `json:"link_given,omitempty"`
	Delivery  delivery `json:"delivery"`
}

// planResendLink plans for an account nobody has signed in to. People who
// registered by themselves have no name yet; a link copied from the record
// proves the same.
func (d Deps) planResendLink(ctx context.Context, in resendInput, h holding) (resendTarget, error) {
	u, t := h.user, resendTarget{Email: h.user.Email}
	a, err := plannedAccount(ctx, h.portal, u)
	if err != nil {
		return t, err
	}
	t.Groups = a.Groups
	if findings.Linked(u) {
		t.Nothing = "This account comes from Salesforce and nobody has signed in to it yet. There is no address to confirm: they sign in through the User Community."
		return t, nil
	}
	if err := d.mayConfirm(ctx, u); err != nil {
		return t, err
	}
	if !in.LinkGiven && fullName(u.FirstName, u.LastName) != "" {
		t.Nothing = "An admin or the sync seems to have made this account: it has a name, and nobody has signed in to it. So there is no confirmation mail to send again; " + forgotPassword +
			" If the record shows N/A and a confirmation link, run Resend confirmation again with that link."
		return t, nil
	}
	v, err := d.planDelivery(ctx, u.Email)
	t.Link = &resendLink{Account: a, LinkGiven: in.LinkGiven, Delivery: v}
	return t, err
}

func (r resendLink) approval() runbook.Approval { return r.Delivery.approval() }

func (r resendLink) preview() runbook.Preview {
	p := r.Account.preview()
	p.SecretGiven = secretGiven(r.LinkGiven)
	r.Delivery.show(&p)
	return p
}

func (r resendLink) steps(d Deps) []runbook.Step {
	return []runbook.Step{
		d.askForLink(r.Account, r.LinkGiven, false),
		d.deliver(r.Delivery, letter{
			name: "confirmation link", portal: r.Account.Portal, write: mail.ConfirmationLink,
			link: func(ctx context.Context, c *learnupon.Client, answers runbook.Answers) (string, error) {
				link, err := d.confirmationLink(ctx, r.Account, r.LinkGiven, answers)
				if err != nil {
					return "", err
				}
				return link, r.Account.unchanged(ctx, c)
			},
		}),
	}
}
