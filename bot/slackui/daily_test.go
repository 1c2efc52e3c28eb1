package slackui

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"registrar/bot/engine"
)

func TestDaily(t *testing.T) {
	d := Daily{Day: time.Date(2026, 3, 2, 0, 1, 0, 0, time.UTC), Entries: 12, Head: "12:9f86d0", OpenRuns: 4,
		Runs: map[engine.Status]int{engine.Succeeded: 3, engine.Rejected: 1}, Alerts: &DailyAlerts{Opened: 1, Ended: 2, Open: 5}}
	m := UI{}.Daily(d)
	raw, err := json.Marshal(m.Blocks)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"4 runs requested in the last 24 hours: 3 done, 1 rejected; 4 open now",
		"1 alert in the last 24 hours, 2 closed or dismissed; 5 open now", "12 entries", "registrar audit verify --head 12:9f86d0"} {
		if !strings.Contains(string(raw), want) {
			t.Errorf("no %q in %s", want, raw)
		}
	}
	if !strings.Contains(m.Text, "registrar audit verify --head 12:9f86d0") || m.Metadata.EventPayload["day"] != "2026-03-02" {
		t.Errorf("%q, %v", m.Text, m.Metadata)
	}
	d.Alerts, d.Runs, d.Day = nil, nil, d.Day.Add(time.Hour)
	again := UI{}.Daily(d)
	if raw, err = json.Marshal(again.Blocks); err != nil || strings.Contains(string(raw), "Sync errors") || !strings.Contains(string(raw), "0 runs requested in the last 24 hours; 4") {
		t.Errorf("%s, %v", raw, err)
	}
	if again.Metadata.EventPayload["day"] != m.Metadata.EventPayload["day"] {
		t.Error("the same day's message is not known again an hour later")
	}
}

// The program takes no head of a trail that has no entry.
func TestDailyOfAnEmptyTrail(t *testing.T) {
	m := UI{}.Daily(Daily{Day: time.Date(2026, 3, 2, 0, 1, 0, 0, time.UTC), Head: "0:"})
	raw, err := json.Marshal(m.Blocks)
	if err != nil {
		t.Fatal(err)
	}
	for _, shown := range []string{string(raw), m.Text} {
		if strings.Contains(shown, "--head") || !strings.Contains(shown, "no entry yet") {
			t.Errorf("%s", shown)
		}
	}
}
