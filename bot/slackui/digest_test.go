package slackui

import (
	"strings"
	"testing"

	"registrar/bot/alerts"
)

// What mends is told of the alerts that are still to be mended.
func TestDigestNamesNoCauseOfWhatHasEnded(t *testing.T) {
	d, list := burst(12)
	for _, a := range list {
		a.Status, a.Why = alerts.Closed, nil
	}
	list[3] = syncError(alerts.Open)
	if shown := string(wire(t, testUI().Digest(d, list))); strings.Contains(shown, "no reason found") || !strings.Contains(shown, "By what mends it") {
		t.Errorf("eleven of twelve have ended, and the digest says %s", shown)
	}
	list[3].Status = alerts.Dismissed
	if shown := string(wire(t, testUI().Digest(d, list))); strings.Contains(shown, "By what mends it") {
		t.Errorf("all have ended, and the digest says %s", shown)
	}
}
