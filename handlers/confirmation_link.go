package handlers

import (
	"context"
	"errors"

	"registrar/bot/runbook"
)

// No API returns the link with which somebody confirms an address, so a person
// copies it from the record: into the request, or later into an ask.
const (
	linkField = "confirmation-link" // of the request, and the input of the ask
	linkStep  = "link"
)

// confirmationField lets the requester give the link at once.
func (d Deps) confirmationField(given *bool) runbook.Field {
	return runbook.Field{
		Name: linkField, Label: "Confirmation link", Optional: true, Secret: true,
		Hint: "If you have it at hand: the link on the user's record in LearnUpon, next to N/A. Otherwise it is asked for later.",
		Bind: runbook.Given(given, func(link string) error {
			err := error(errForeignLink)
			for _, c := range d.Portals {
				_, wrong := checkConfirmation(c, link)
				if wrong == nil {
					return nil
				}
				if wrong == errOtherLink {
					err = wrong
				}
			}
			return err
		}),
	}
}

// askForLink is the step in which the link is copied from the record. It is
// skipped where a good one came with the request. Otherwise it has no Done:
// nothing but the person's word says that the link is the record's.
func (d Deps) askForLink(a account, given, notRequester bool) runbook.Step {
	step := runbook.Step{
		ID: linkStep, Title: "Copy the confirmation link from the record", System: runbook.LearnUpon,
		Ask: &runbook.Ask{
			Instruction:  "Under Done is the confirmation link that the record of " + a.Email + " in " + systemName(a.Portal) + " shows now, next to N/A.",
			Link:         a.link(),
			NotRequester: notRequester,
			Inputs: []runbook.Input{{
				Name: linkField, Label: "Confirmation link", Secret: true,
				Hint:  "It is kept encrypted, 24 hours at most, and shown to nobody.",
				Check: func(ctx context.Context, link string) error { return d.checkUnused(ctx, a, link) },
			}},
		},
	}
	if given {
		step.Done = func(ctx context.Context, answers runbook.Answers) (bool, error) {
			_, err := d.confirmationLink(ctx, a, given, answers)
			if _, useless := errors.AsType[*runbook.AskAgain](err); useless {
				return false, nil
			}
			return err == nil, err
		}
	}
	return step
}

// checkUnused judges a link typed into the ask.
func (d Deps) checkUnused(ctx context.Context, a account, link string) error {
	c, err := d.portal(a.Portal)
	if err != nil {
		return err
	}
	full, err := checkConfirmation(c, link)
	if err != nil {
		return err
	}
	switch run, err := d.LinkUsed(ctx, full); {
	case err != nil:
		return untouched(err)
	case run != "":
		return runbook.Refuse("This link was opened before, by run %s. Take the one that the record shows now.", run)
	}
	return nil
}

// confirmationLink is the full link, from the ask or else from the request, if
// the plan says that one was given there. Where there is none that can be used,
// the error is [runbook.AskAgain].
func (d Deps) confirmationLink(ctx context.Context, a account, given bool, answers runbook.Answers) (string, error) {
	again := func(reason string) error { return &runbook.AskAgain{Step: linkStep, Reason: reason} }
	c, err := d.portal(a.Portal)
	if err != nil {
		return "", err
	}
	typed, err := typedLink(ctx, given, answers)
	if errors.Is(err, runbook.ErrSecretLost) {
		return "", again("the link is not kept any more; links are kept for 24 hours at most")
	}
	if err != nil {
		return "", untouched(err)
	}
	link, err := checkConfirmation(c, typed)
	if err != nil {
		return "", again("the link is not one of this portal's own address")
	}
	switch run, err := d.LinkUsed(ctx, link); {
	case err != nil:
		return "", untouched(err)
	case run != "" && run != answers.RunID:
		return "", again("the link was opened before, by run " + run)
	}
	return link, nil
}

func typedLink(ctx context.Context, given bool, answers runbook.Answers) (string, error) {
	link, err := answers.Secret(ctx, linkStep, linkField)
	if given && errors.Is(err, runbook.ErrSecretLost) {
		return answers.Secret(ctx, "", linkField)
	}
	return link, err
}

// secretGiven names the link in a plan where it came with the request.
func secretGiven(given bool) string {
	if given {
		return linkField
	}
	return ""
}
