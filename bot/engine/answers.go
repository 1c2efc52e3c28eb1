package engine

import (
	"context"
	"errors"
	"strconv"
	"time"

	"registrar/bot/runbook"
)

// vault is the name of a secret: of the request where there is no step, or of
// an ask's answer.
func (t *turn) vault(step, input string) (name string, ok bool) {
	if step == "" {
		return secretName("", input), true
	}
	for _, st := range t.run.Steps {
		if st.ID == step {
			name, ok = st.Secrets[input]
		}
	}
	return name, ok
}

// answers is what the step may know of the run.
func (t *turn) answers() runbook.Answers {
	return runbook.Answers{
		RunID: t.run.ID, StepID: t.step.ID,
		Value: func(step, input string) string {
			for _, st := range t.run.Steps {
				if st.ID == step {
					return st.Values[input]
				}
			}
			return ""
		},
		Secret: func(ctx context.Context, step, input string) (string, error) {
			name, ok := t.vault(step, input)
			if !ok {
				return "", runbook.ErrSecretLost
			}
			secret, err := t.Store.Secret(ctx, t.run.ID, name)
			if errors.Is(err, ErrNotFound) {
				return "", runbook.ErrSecretLost
			}
			return secret, err
		},
		Give: func(ctx context.Context, label, secret string) error {
			gift := Gift{ID: "gift/" + t.step.ID + "/" + strconv.Itoa(len(t.gifts)), Label: label, Until: t.Now().Add(24 * time.Hour)}
			if err := t.Store.PutSecret(ctx, t.run.ID, gift.ID, secret); err != nil {
				return err
			}
			t.gifts = append(t.gifts, gift)
			return nil
		},
	}
}
