package findings

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon"
	"registrar/integrations/salesforce"
)

var zonesAt = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

// Every time zone Salesforce offers has one in LearnUpon that shows the same
// time at every hour of the next two years, or is refused with a reason.
func TestEveryZoneOfSalesforce(t *testing.T) {
	raw, err := os.ReadFile("testdata/salesforce_timezones.txt")
	if err != nil {
		t.Fatal(err)
	}
	offered := strings.Fields(string(raw))
	if len(offered) != 87 {
		t.Fatalf("%d zones; Salesforce offered 87 in 2026", len(offered))
	}
	var refused []string
	for _, name := range offered {
		zone, err := ZoneOf(name, zonesAt)
		if refusal, ok := errors.AsType[*runbook.UserError](err); ok {
			if refused = append(refused, name); !strings.Contains(refusal.Text, "no zone of LearnUpon's") {
				t.Errorf("%s: %q names no reason", name, refusal.Text)
			}
			continue
		}
		iana, _, known := lookUp(zonesTable, zone.Name)
		if err != nil || !known {
			t.Errorf("%s: %q, %v; LearnUpon has no such zone", name, zone.Name, err)
			continue
		}
		sameClocks(t, name, iana)
	}
	if got := strings.Join(refused, " "); got != "Pacific/Kiritimati Pacific/Norfolk Australia/Lord_Howe" {
		t.Errorf("refused: %s", got)
	}
}

// The table holds more zones than Salesforce offered once. Where a government
// has moved the clocks since it was written, the zone is refused, and not wrong.
func TestEveryZoneOfTheTable(t *testing.T) {
	for line := range strings.Lines(salesforceTable) {
		name, _, _ := strings.Cut(strings.TrimSpace(line), "\t")
		zone, err := ZoneOf(name, zonesAt)
		iana, _, known := lookUp(zonesTable, zone.Name)
		switch {
		case err == nil && known:
			sameClocks(t, name, iana)
		case errors.As(err, new(*runbook.UserError)):
		default:
			t.Errorf("%s: %q, %v", name, zone.Name, err)
		}
	}
}

// sameClocks compares two zones hour by hour.
func sameClocks(t *testing.T, salesforceZone, iana string) {
	t.Helper()
	a, err := time.LoadLocation(salesforceZone)
	if err != nil {
		t.Fatal(err)
	}
	b, err := time.LoadLocation(iana)
	if err != nil {
		t.Fatal(err)
	}
	for at := zonesAt; at.Before(zonesAt.AddDate(2, 0, 0)); at = at.Add(time.Hour) {
		_, offsetA := at.In(a).Zone()
		if _, offsetB := at.In(b).Zone(); offsetA != offsetB {
			t.Errorf("%s and %s differ at %s", salesforceZone, iana, at)
			return
		}
	}
}

func TestZoneOf(t *testing.T) {
	for salesforceZone, want := range map[string]string{
		// The four pairs of the team's own formula.
		"America/New_York":    "Eastern Time (US & Canada)",
		"America/Chicago":     "Central Time (US & Canada)",
		"America/Los_Angeles": "Pacific Time (US & Canada)",
		"America/Anchorage":   "Alaska",
		// Its else-branch is not followed.
		"America/Denver":  "Mountain Time (US & Canada)",
		"America/Phoenix": "Arizona",
		"Asia/Calcutta":   "Kolkata",
		"GMT":             "UTC",
		// Not among those Salesforce offered, and known to LearnUpon.
		"Europe/Madrid":      "Madrid",
		"Pacific/Kiritimati": "",
		"Mars/Olympus_Mons":  "",
		"":                   "",
	} {
		got, err := ZoneOf(salesforceZone, zonesAt)
		if got.Name != want || (err != nil) != (want == "") {
			t.Errorf("%q: %q, %v; want %q", salesforceZone, got.Name, err, want)
		}
	}
	if z, _ := ZoneOf("Asia/Manila", zonesAt); z.Name != "Singapore" || z.Note == "" {
		t.Errorf("%+v; a name that misleads needs a note", z)
	}
}

// What shows the same time today and not all year round is not the same.
func TestSameTime(t *testing.T) {
	for _, tt := range []struct {
		salesforce, learnUpon string
		same, known           bool
	}{
		{"America/Denver", "Mountain Time (US & Canada)", true, true},
		{"America/Denver", "Arizona", false, true}, // the same in winter
		{"America/Anchorage", "Alaska", true, true},
		{"Europe/London", "UTC", false, true},
		{"Europe/London", "", false, false},
		{"", "UTC", false, false},
		{"Mars/Olympus_Mons", "UTC", false, false},
	} {
		same, known := sameTime(tt.salesforce, tt.learnUpon, zonesAt)
		if same != tt.same || known != tt.known {
			t.Errorf("%s and %s: same %t, known %t", tt.salesforce, tt.learnUpon, same, known)
		}
	}
}

func TestWrongZoneIsFound(t *testing.T) {
	for name, tt := range map[string]struct {
		account, shown string
		says           string // "": nothing
		mend           bool
	}{
		"right":                             {"America/Chicago", "Central Time (US & Canada)", "", false},
		"another name of the same":          {"America/Lima", "Quito", "", false},
		"the Flow's else-branch":            {"America/Denver", "Eastern Time (US & Canada)", "makes Eastern of every zone", true},
		"somebody's choice":                 {"America/Denver", "London", "shows times in London", true},
		"Eastern, and no better":            {"Pacific/Kiritimati", "Eastern Time (US & Canada)", "14 hours ahead", false},
		"the account's is not known":        {"", "Eastern Time (US & Canada)", "", false},
		"LearnUpon's is not told":           {"America/Denver", "", "", false},
		"Eastern is wrong, not by the Flow": {"America/Chicago", "Eastern Time (US & Canada)", "shows times in Eastern", true},
	} {
		t.Run(name, func(t *testing.T) {
			p := Person{At: zonesAt}
			got := p.timeZone(salesforce.Account{TimeZone: tt.account}, learnupon.User{Email: "a@x.edu", TimeZone: tt.shown})
			if tt.says == "" {
				if len(got) != 0 {
					t.Errorf("found %q", got[0].Text)
				}
				return
			}
			if len(got) != 1 || !strings.Contains(got[0].Text, tt.says) || (got[0].Mend != nil) != tt.mend {
				t.Fatalf("found %+v", got)
			}
			if byFlow := strings.Contains(got[0].Text, "The Flow"); byFlow != (tt.account != "America/Chicago" && strings.HasPrefix(tt.shown, "Eastern")) {
				t.Errorf("the Flow is blamed: %t", byFlow)
			}
		})
	}
}
