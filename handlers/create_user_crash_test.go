package handlers_test

import "testing"

// Whenever a process dies, another one goes on to the same end: one contact,
// one account, one customer user. The package makes the fourth write.
func TestCreateUserSurvivesEveryCrash(t *testing.T) {
	t.Parallel()
	survives(t, "create-user", 4, seedNewcomer(map[string]string{"as-manager": "yes", "customer-user": "yes"}),
		func(t *testing.T, w *world) { isMade("manager", true)(t, w.newRun(nil, nil)) })
}
