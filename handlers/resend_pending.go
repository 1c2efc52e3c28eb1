package handlers

import (
	"fmt"

	"registrar/bot/runbook"
)

// resendPending is the case in which only a person can send the invitation
// again: the API does not list invites made from the Users page, and of some
// invites it does not tell the link.
type resendPending struct {
	Email  string  `json:"email"`
	Portal string  `json:"portal"`
	Page   string  `json:"page"`
	Invite *invite `json:"invite,omitempty"`
}

const notInvited = "no"

func (d Deps) planResendPending(in resendInput) (resendTarget, error) {
	for _, c := range d.Portals {
		if in.Invited == portalName(c) {
			return resendTarget{Email: in.Email, Pending: &resendPending{
				Email: in.Email, Portal: portalName(c), Page: c.PendingPage(),
			}}, nil
		}
	}
	if in.Invited == notInvited {
		return resendTarget{}, runbook.Refuse("Nobody with this address is known to LearnUpon. Check the spelling and ask which address they registered with; whoever has none yet can register, or be invited.")
	}
	ask := &runbook.Choose{
		Field: "invited",
		Text:  "LearnUpon has no account and no group invite for this address. People invited from the Users page cannot be looked up: please look in Pending Users there.",
	}
	for _, c := range d.Portals {
		ask.Options = append(ask.Options, runbook.Option{Value: portalName(c), Text: "Yes, it is in Pending Users of " + systemName(portalName(c))})
	}
	ask.Options = append(ask.Options, runbook.Option{Value: notInvited, Text: "No"})
	return resendTarget{}, ask
}

func (r resendPending) approval() runbook.Approval {
	if r.Invite != nil {
		return r.Invite.approval(delivery{})
	}
	return runbook.NoApproval()
}

func (r resendPending) preview() runbook.Preview {
	p := runbook.Preview{
		Subject:  r.Email,
		Requires: []runbook.Fact{{Label: "E-mail address", Value: r.Email}},
		Records:  []runbook.Record{{System: runbook.LearnUpon, Title: "Pending Users of " + systemName(r.Portal), URL: r.Page}},
	}
	if r.Invite != nil {
		p = r.Invite.preview()
		p.Warnings = append(p.Warnings, "LearnUpon does not tell the link of this invite, so a person sends it from there.")
		return p
	}
	p.Warnings = append(p.Warnings, "No call of LearnUpon lists an invite made from the Users page, so the result is reported by whoever does it.")
	return p
}

func (r resendPending) steps(Deps) []runbook.Step {
	ask := runbook.Ask{
		Instruction: fmt.Sprintf("A new invitation of %s was sent to %s.", systemName(r.Portal), r.Email),
		Link:        runbook.Link{Text: "Open Pending Users", URL: r.Page},
	}
	if r.Invite != nil {
		ask.Instruction = fmt.Sprintf("A reminder of the invite to %s was sent to %s.", r.Invite.goal(), r.Email)
		ask.Link.Text = "Open the invites"
	}
	return []runbook.Step{{ID: "invite", Title: "Send the invitation again", System: runbook.LearnUpon, Ask: &ask}}
}
