package handlers_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon/learnupontest"
)

// secretsOf are the parts of all links in a world that nobody may see.
func secretsOf(w *world) []string {
	var secrets []string
	add := func(shot learnupontest.Snapshot) {
		for _, i := range shot.Invites {
			secrets = append(secrets, i.Link[strings.LastIndexByte(i.Link, '/')+1:])
		}
		for _, u := range shot.Users {
			if _, token, ok := strings.Cut(u.ConfirmationLink, "="); ok {
				secrets = append(secrets, token)
			}
		}
	}
	add(w.academy.Snapshot())
	return secrets
}

// storedText is all of a proposal that is stored, shown or logged.
func storedText(t *testing.T, p runbook.Proposal) string {
	t.Helper()
	plan, err := json.Marshal(p.Plan)
	if err != nil {
		t.Fatal(err)
	}
	return string(plan) + string(p.Target)
}

func isRefusal(err error) bool {
	_, ok := errors.AsType[*runbook.UserError](err)
	return ok
}
