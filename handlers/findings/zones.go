package findings

import (
	_ "embed"
	"strings"
	"time"
	_ "time/tzdata" // a container may have none of its own

	"registrar/bot/runbook"
	"registrar/integrations/learnupon"
	"registrar/integrations/salesforce"
)

var (
	// zonesTable holds LearnUpon's names of time zones, which are those of Rails,
	// each with its IANA zone. They have been the same since Rails 5.2.
	//
	//go:embed zones.tsv
	zonesTable string
	// salesforceTable holds Salesforce's zones, each with the name LearnUpon has
	// for it, none where there is no honest one, and what people should know.
	//
	//go:embed salesforce_zones.tsv
	salesforceTable string
)

// zoneYears is for how long two zones must show the same time to be called the
// same: what rules hold later, no one knows.
const zoneYears = 2

// Zone is the time zone in LearnUpon that is one of Salesforce's.
type Zone struct {
	Name string // as LearnUpon has it: "Eastern Time (US & Canada)"
	Note string // a sentence people should read first, if any
}

// ZoneOf finds LearnUpon's zone for one of Salesforce's, such as
// America/New_York. The two show the same time at every moment of the next two
// years. Where LearnUpon has none that does, the error is a
// [*runbook.UserError] with the reason.
func ZoneOf(salesforceZone string, at time.Time) (Zone, error) {
	name, note, listed := lookUp(salesforceTable, salesforceZone)
	if !listed {
		name = namedFor(salesforceZone)
	}
	switch same, known := sameTime(salesforceZone, name, at); {
	case salesforceZone == "":
		return Zone{}, runbook.Refuse("Salesforce has no time zone there. Fill in the field Time Zone of the account first.")
	case name == "" && note != "":
		return Zone{}, runbook.Refuse("LearnUpon has no zone that shows the time of %s: %s", salesforceZone, note)
	case name == "" || !known:
		return Zone{}, runbook.Refuse("LearnUpon has no zone for Salesforce's %s that is known to show the same time.", salesforceZone)
	case !same:
		return Zone{}, runbook.Refuse("The clocks of %s and of LearnUpon's “%s” will not always show the same time within the next %d years.", salesforceZone, name, zoneYears)
	}
	return Zone{Name: name, Note: note}, nil
}

// FlowZone is what the Flow in Salesforce makes of an account's zone. It sets
// it 15 minutes after LU User ID was written, knows four zones, and takes every
// other one for Eastern.
func FlowZone(salesforceZone string) string {
	switch salesforceZone {
	case "America/Chicago":
		return "Central Time (US & Canada)"
	case "America/Los_Angeles":
		return "Pacific Time (US & Canada)"
	case "America/Anchorage":
		return "Alaska"
	}
	return "Eastern Time (US & Canada)"
}

// SameTime reports whether Salesforce's zone and LearnUpon's show the same time
// for the next two years. It is false where one of them is not known.
func SameTime(salesforceZone, learnUponZone string, at time.Time) bool {
	same, known := sameTime(salesforceZone, learnUponZone, at)
	return known && same
}

// timeZone says whether LearnUpon shows an account's people the time of
// somewhere else, and what the Flow has to do with it.
func (p Person) timeZone(of salesforce.Account, u learnupon.User) []runbook.Finding {
	if same, known := sameTime(of.TimeZone, u.TimeZone, p.At); !known || same {
		return nil
	}
	f := plain("The account is in the time zone %s, and LearnUpon shows times in %s.", of.TimeZone, u.TimeZone)
	if wrong := FlowZone(of.TimeZone); u.TimeZone == wrong && !SameTime(of.TimeZone, wrong, p.At) {
		f.Text += " The Flow in Salesforce makes Eastern of every zone it does not know."
	}
	if _, err := ZoneOf(of.TimeZone, p.At); err != nil {
		f.Text += " " + err.Error()
		return []runbook.Finding{f}
	}
	f.Mend = &runbook.Suggestion{Action: "set-time-zone", Label: "Set time zone", Values: runbook.Values{"email": u.Email}}
	return []runbook.Finding{f}
}

// sameTime reports whether Salesforce's zone, an IANA name, and LearnUpon's
// show the same time at every moment of the next years. Where one of them is
// not known, nobody can tell, and known is false.
func sameTime(salesforceZone, learnUponZone string, at time.Time) (same, known bool) {
	a, errA := time.LoadLocation(salesforceZone)
	b, errB := time.LoadLocation(ianaOf(learnUponZone))
	if salesforceZone == "" || learnUponZone == "" || errA != nil || errB != nil {
		return false, false
	}
	for end := at.AddDate(zoneYears, 0, 0); at.Before(end); {
		_, offsetA := at.In(a).Zone()
		_, offsetB := at.In(b).Zone()
		if offsetA != offsetB {
			return false, true
		}
		at = nextChange(at, end, a, b) // in between nothing can differ
	}
	return true, true
}

// nextChange is when the clocks of one of the places next change; end if they
// do not before.
func nextChange(at, end time.Time, places ...*time.Location) time.Time {
	for _, place := range places {
		if _, change := at.In(place).ZoneBounds(); !change.IsZero() && change.Before(end) {
			end = change
		}
	}
	return end
}

// ianaOf is the IANA name of a zone of LearnUpon's. Other names stay as they
// are.
func ianaOf(name string) string {
	if iana, _, ok := lookUp(zonesTable, name); ok {
		return iana
	}
	return name
}

// namedFor is the first of LearnUpon's names for an IANA zone; "" if it has
// none.
func namedFor(iana string) string {
	for line := range strings.Lines(zonesTable) {
		if name, zone, _ := strings.Cut(strings.TrimSpace(line), "\t"); zone == iana {
			return name
		}
	}
	return ""
}

// lookUp finds the line of a table that starts with key.
func lookUp(table, key string) (second, third string, found bool) {
	for line := range strings.Lines(table) {
		if rest, ok := strings.CutPrefix(line, key+"\t"); ok && key != "" {
			second, third, _ = strings.Cut(strings.TrimSuffix(rest, "\n"), "\t")
			return second, third, true
		}
	}
	return "", "", false
}
