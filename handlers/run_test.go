package handlers_test

import (
	"context"
	"fmt"
	"time"

	"registrar/bot/runbook"
	"registrar/integrations/rest"
)

// run applies a plan's steps the way the engine does, without its durability:
// Done is asked before Do, asks are answered by person.
type run struct {
	*world
	id      string
	secrets map[string]string // "step/input"
	gifts   []string
	asked   []string // the steps a person had to do
	did     []string // the steps whose Do was called
	waited  []string // the steps in which time passed
	files   []string // the contents of the files saved
	// person does what an ask asks for and returns what they typed.
	person func(step runbook.Step) map[string]string
}

func (w *world) newRun(typed runbook.Values, person func(runbook.Step) map[string]string) *run {
	r := &run{world: w, id: "run-1", secrets: map[string]string{}, person: person}
	if link := typed["confirmation-link"]; link != "" {
		r.secrets["/confirmation-link"] = link
	}
	return r
}

func (r *run) answers(step string) runbook.Answers {
	return runbook.Answers{
		RunID: r.id, StepID: step,
		Value: func(string, string) string { return "" },
		Secret: func(_ context.Context, step, input string) (string, error) {
			if secret, ok := r.secrets[step+"/"+input]; ok {
				return secret, nil
			}
			return "", runbook.ErrSecretLost
		},
		Give: func(_ context.Context, _, secret string) error {
			r.gifts = append(r.gifts, secret)
			return nil
		},
	}
}

// apply goes through all steps and stops at the first that cannot be done.
func (r *run) apply(action string, p runbook.Proposal) error {
	r.Helper()
	steps, err := r.action(action).Steps(p.Target)
	if err != nil {
		r.Fatal(err)
	}
	for _, s := range steps {
		if err := r.step(s); err != nil {
			return fmt.Errorf("step %s: %w", s.ID, err)
		}
	}
	return nil
}

func (r *run) step(s runbook.Step) error {
	ctx, answers := r.Context(), r.answers(s.ID)
	if done, err := r.done(s); done || err != nil {
		return err
	}
	switch {
	case s.File != nil:
		content, err := s.File.Make(rest.ReadOnly(ctx), answers)
		if err != nil {
			return err
		}
		r.files = append(r.files, string(content))
	case s.Do != nil:
		r.did = append(r.did, s.ID)
		if _, err := s.Do(ctx, answers); err != nil {
			return err
		}
	case s.Wait != nil:
		r.waited = append(r.waited, s.ID)
		r.goesOn(s.Wait.Until)
	default:
		r.asked = append(r.asked, s.ID)
		typed := r.person(s)
		for _, in := range s.Ask.Inputs {
			if err := in.Check(ctx, typed[in.Name]); err != nil {
				return err
			}
			r.secrets[s.ID+"/"+in.Name] = typed[in.Name]
		}
	}
	if done, err := r.done(s); err != nil || s.Done != nil && !done {
		return fmt.Errorf("the end state does not show: %w", err)
	}
	return nil
}

func (r *run) done(s runbook.Step) (bool, error) {
	if s.Done == nil {
		return false, nil
	}
	return s.Done(r.Context(), r.answers(s.ID))
}

// goesOn is the world while a run waits: mails are read, the sync does its work,
// time passes.
func (w *world) goesOn(by time.Duration) {
	for _, u := range w.org.Snapshot().Users {
		if u.PendingEmail != "" {
			_ = w.org.VerifyEmail(u.ID) // it is pending
		}
	}
	w.org.Sync()
	w.later(by)
}

// copiesLink is a person who copies the link from the record where asked to.
func (w *world) copiesLink(s runbook.Step) map[string]string {
	typed := map[string]string{}
	for _, in := range s.Ask.Inputs {
		typed[in.Name] = w.confirmationLink()
	}
	return typed
}
