package handlers_test

import (
	"testing"

	"registrar/bot/runbook"
)

// Whenever a process dies, another one goes on to the same end.
func TestFixSyncSurvivesEveryCrash(t *testing.T) {
	for name, tt := range map[string]struct {
		who    unsynced
		writes int
	}{
		"existing account, without group": {unsynced{noGroup: true}, 4},
		"account to be made":              {unsynced{account: "-", ticked: true}, 2},
		"LearnUpon differs":               {unsynced{account: "old@x.edu", tied: true}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			survives(t, "fix-sync", tt.writes,
				func(w *world) runbook.Values { return w.seedUnsynced(tt.who) },
				func(t *testing.T, w *world) { isSynced(t, w.newRun(nil, nil)) })
		})
	}
}
