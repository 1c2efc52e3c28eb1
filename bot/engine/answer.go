package engine

import (
	"context"
	"errors"
	"slices"
	"strings"

	"registrar/bot/runbook"
)

// Answer is the Done of an ask, with what the person typed. Where the end state
// can be read back, the worker does so before the run goes on. What is wrong
// with the inputs comes back as [runbook.FieldErrors].
func (e *Engine) Answer(ctx context.Context, p Press, step string, values map[string]string) (*Run, error) {
	return e.press(ctx, p, func(r *Run) (*Gate, []Entry, error) {
		planned := r.OpenAsk()
		if planned == nil || planned.ID != step {
			return nil, nil, runbook.Refuse("This step is not open: %s", lowerFirst(Sentence(r)))
		}
		s := SubjectOf(r)
		s.NotRequester = planned.Ask.NotRequester
		if err := e.May(ctx, p.By, VerbAnswer, s); err != nil {
			return nil, nil, err
		}
		if s.NotRequester && p.By.Is(r.Requester) {
			return nil, nil, runbook.Refuse("Somebody other than the requester must do this step.")
		}
		st := &r.Steps[r.Current()]
		if err := e.keep(ctx, r, st, values); err != nil {
			return nil, nil, err
		}
		now := e.Now()
		by := p.By
		st.By, st.Note = &by, ""
		r.Status, r.Why, r.Wake = Applying, "", now
		r.log(now, p.By.ID, "did: "+planned.Title)
		record := entry(now, "step.answered", r, p.By.ID)
		record.Facts["step"] = step
		return &Gate{From: WaitingOnPerson, Hash: r.Hash}, []Entry{record}, nil
	})
}

// keep checks an ask's inputs and stores them: secrets in the vault, the rest
// in the step.
func (e *Engine) keep(ctx context.Context, r *Run, st *StepState, values map[string]string) error {
	action, ok := e.Catalog.Named(r.Action)
	if !ok {
		return runbook.Refuse("This action is not available in this release.")
	}
	steps, err := action.Steps(r.Target)
	if err != nil {
		return err
	}
	i := r.Current()
	if i >= len(steps) || steps[i].Ask == nil || steps[i].ID != st.ID {
		return runbook.Refuse("This release does not know the step. Please try again later.")
	}
	step := steps[i]
	wrong := runbook.FieldErrors{}
	typed := map[string]string{}
	for _, in := range step.Ask.Inputs {
		value := strings.TrimSpace(values[in.Name])
		typed[in.Name] = value
		if value == "" {
			wrong[in.Name] = "Please fill this in."
		} else if in.Check != nil {
			if err := in.Check(ctx, value); err != nil {
				text, ok := runbook.PublicText(err)
				if !ok {
					return err
				}
				wrong[in.Name] = text
			}
		}
	}
	if len(wrong) > 0 {
		return wrong
	}
	st.Values, st.Secrets = nil, nil
	for _, in := range step.Ask.Inputs {
		if !in.Secret {
			if st.Values == nil {
				st.Values = map[string]string{}
			}
			st.Values[in.Name] = typed[in.Name]
			continue
		}
		// The press may still turn out to come too late: what it typed must not
		// take the place of the answer that counts.
		name := secretName(st.ID, in.Name) + "/" + NewID()
		if err := e.Store.PutSecret(ctx, r.ID, name, typed[in.Name]); err != nil {
			return err
		}
		if st.Secrets == nil {
			st.Secrets = map[string]string{}
		}
		st.Secrets[in.Name] = name
	}
	return nil
}

// Resolve settles a step whose outcome is unknown: an approver who is not self
// says whether it happened. If it did not, the step will run again.
func (e *Engine) Resolve(ctx context.Context, p Press, step string, happened bool) (*Run, error) {
	return e.press(ctx, p, func(r *Run) (*Gate, []Entry, error) {
		i := r.Current()
		if r.Status != NeedsReview || i < 0 || r.Steps[i].ID != step || r.Steps[i].Status != StepUnknown {
			return nil, nil, runbook.Refuse("There is nothing to review: %s", lowerFirst(Sentence(r)))
		}
		if p.Review != r.Review() {
			return nil, nil, runbook.Refuse("The step has run again since that was on your screen. Please look at the card and at the record once more.")
		}
		if err := e.May(ctx, p.By, VerbResolve, SubjectOf(r)); err != nil {
			return nil, nil, err
		}
		if err := self(r, p.By); err != nil {
			return nil, nil, err
		}
		now := e.Now()
		st := &r.Steps[i]
		kind := "step.happened"
		if happened {
			by := p.By
			st.By = &by
			st.Status, st.Finished, st.Note = StepDone, now, "a person looked: it happened"
			r.log(now, p.By.ID, "said that it happened: "+r.Plan.Steps[i].Title)
		} else {
			kind = "step.not-happened"
			// Who looked has not done what an ask asks for.
			st.Status, st.Evidence, st.By = StepTodo, "", nil
			// What was seen before the review is settled; from here on Redis is
			// trusted again.
			r.Epoch = ""
			r.log(now, p.By.ID, "said that it did not happen: "+r.Plan.Steps[i].Title)
		}
		r.Status, r.Why, r.Wake = Applying, "", now
		record := entry(now, kind, r, p.By.ID)
		record.Facts["step"] = step
		return &Gate{From: NeedsReview, Hash: r.Hash}, []Entry{record}, nil
	})
}

// Reveal shows a secret given with the request, to somebody who may approve it
// and must compare it with the record. Every look is recorded.
func (e *Engine) Reveal(ctx context.Context, p Press, name string) (string, error) {
	r, err := e.load(ctx, p.Run)
	if err != nil {
		return "", err
	}
	if r.Plan.SecretGiven != name || name == "" {
		return "", runbook.Refuse("Nothing secret was given with this run.")
	}
	if err := e.May(ctx, p.By, VerbReveal, SubjectOf(r)); err != nil {
		return "", err
	}
	return e.reveal(ctx, p, r, secretName("", name))
}

// RevealGift shows a secret handed to the requester, such as a link to send.
func (e *Engine) RevealGift(ctx context.Context, p Press, gift string) (string, error) {
	r, err := e.load(ctx, p.Run)
	if err != nil {
		return "", err
	}
	if p.By.ID != r.Requester.ID {
		return "", runbook.Refuse("Only the person who asked for it can see this.")
	}
	if !slices.ContainsFunc(r.Gifts, func(g Gift) bool { return g.ID == gift }) {
		return "", runbook.Refuse("Nothing of that name was handed over by this run.")
	}
	return e.reveal(ctx, p, r, gift)
}

func (e *Engine) reveal(ctx context.Context, p Press, r *Run, name string) (string, error) {
	record := entry(e.Now(), "secret.shown", r, p.By.ID)
	record.Facts["secret"] = name
	// The look is recorded before it happens: a secret shown without a record
	// would be worse than a record of one that could not be shown.
	if err := e.Store.Append(ctx, "", record); err != nil {
		return "", err
	}
	secret, err := e.Store.Secret(ctx, r.ID, name)
	if errors.Is(err, ErrNotFound) {
		return "", runbook.Refuse("It is gone: it was used already, or it is older than 24 hours.")
	}
	return secret, err
}
