package handlers

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon"
	"registrar/integrations/mail"
)

// More mails than this to one person in a week look like a mistake, or like
// somebody being pestered: they need an approval.
const (
	mailsAllowed = 3
	mailsWithin  = 7 * 24 * time.Hour
)

// delivery is how a link reaches a person: by mail, or, where no mail server is
// configured, through the requester, who is shown it privately.
type delivery struct {
	To       string `json:"to"`
	ByMail   bool   `json:"by_mail,omitempty"`
	Recent   int    `json:"recent,omitempty"` // mails from Registrar within mailsWithin
	OptedOut bool   `json:"opted_out,omitempty"`
}

func (d Deps) planDelivery(ctx context.Context, to string) (delivery, error) {
	v := delivery{To: to, ByMail: d.Mail != nil}
	if !v.ByMail {
		return v, nil
	}
	var err error
	if v.Recent, err = d.Mail.Sent(ctx, to, mailsWithin); err != nil {
		return v, err
	}
	if v.OptedOut, err = d.optedOut(ctx, to); err != nil {
		return v, fmt.Errorf("whether the person opted out: %w", err)
	}
	return v, nil
}

func (v delivery) approval() runbook.Approval {
	switch {
	case v.OptedOut:
		return runbook.ApprovalsBy(1, "this person has opted out of mail")
	case v.Recent >= mailsAllowed:
		return runbook.ApprovalsBy(1, fmt.Sprintf("this would be more than %d mails to this person in 7 days", mailsAllowed))
	}
	return runbook.NoApproval()
}

// show adds to a preview how the link travels. The count of mails is only for
// information: what follows from it is in the approval rule.
func (v delivery) show(p *runbook.Preview) {
	if !v.ByMail {
		p.Requires = append(p.Requires, runbook.Fact{Label: "The link goes", Value: "to the requester, privately, to be sent to " + v.To})
		p.Warnings = append(p.Warnings, "No mail server is configured: the requester is shown the link and must send it to "+v.To+" and nobody else.")
		return
	}
	p.Requires = append(p.Requires, runbook.Fact{Label: "The link goes", Value: "by mail to " + v.To})
	p.Facts = append(p.Facts, runbook.Fact{Label: "Mails from Registrar in 7 days", Value: strconv.Itoa(v.Recent)})
	if v.OptedOut {
		p.Warnings = append(p.Warnings, "This person has opted out of mail.")
	}
}

// letter is what is delivered.
type letter struct {
	name   string // "accept link"
	portal string
	write  func(id, to, site, link string) mail.Message
	// link reads the link, after checking that the records still hold what was
	// planned.
	link func(context.Context, *learnupon.Client, runbook.Answers) (string, error)
}

// deliver is the step that brings the link to the person.
func (d Deps) deliver(v delivery, l letter) runbook.Step {
	if !v.ByMail {
		return runbook.Step{
			ID: "hand-over", Title: "Show the " + l.name + " to the requester", System: runbook.Person, Repeatable: true,
			Do: func(ctx context.Context, answers runbook.Answers) (string, error) {
				c, err := d.portal(l.portal)
				if err != nil {
					return "", err
				}
				link, err := l.link(ctx, c, answers)
				if err != nil {
					return "", err
				}
				if err := answers.Give(ctx, capital(l.name), link); err != nil {
					return "", untouched(err)
				}
				return "The requester can look at the link for 24 hours.", nil
			},
		}
	}
	return runbook.Step{
		// Without Done: the mail ledger hears of a mail only after the server took
		// it, so its silence after a crash does not prove that nothing went out.
		// A mail that is in the ledger is not sent again.
		ID: "mail", Title: "Mail the " + l.name + " to " + v.To, System: runbook.Mail,
		Changes: []runbook.Change{{Record: "Mail to " + v.To, Field: capital(l.name), From: "", To: "sent"}},
		Look:    "Ask " + v.To + " whether the mail came, or look in the mail server's log.",
		Do: func(ctx context.Context, answers runbook.Answers) (string, error) {
			if d.Mail == nil {
				return "", runbook.Refuse("No mail server is configured any more. Please run the command again: the link is then shown to you.")
			}
			c, err := d.portal(l.portal)
			if err != nil {
				return "", err
			}
			link, err := l.link(ctx, c, answers)
			if err != nil {
				return "", err
			}
			if err := d.Mail.Send(ctx, l.write(answers.RunID+"/"+answers.StepID, v.To, siteName(ctx, c), link)); err != nil {
				return "", err
			}
			return "The mail server took it.", nil
		},
	}
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// untouchedError is an error of Registrar's own store before anything was sent.
type untouchedError struct{ error }

// untouched marks an error after which the step may simply be tried later.
func untouched(err error) error { return untouchedError{err} }

func (e untouchedError) Unwrap() error { return e.error }

// Unsure is false: nothing was sent.
func (e untouchedError) Unsure() bool { return false }

// RetryLater is true: nothing was changed.
func (e untouchedError) RetryLater() (time.Duration, bool) { return 15 * time.Second, true }

// Public says so.
func (e untouchedError) Public() string {
	return "Registrar's own store does not answer; nothing was changed."
}
