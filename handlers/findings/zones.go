package findings

import (
	_ "embed"
	"strings"
	"time"
	_ "time/tzdata" // a container may have none of its own
)

// zonesTable holds LearnUpon's names of time zones, which are those of Rails,
// each with its IANA zone.
//
//go:embed zones.tsv
var zonesTable string

// sameTime reports whether Salesforce's zone, an IANA name, and LearnUpon's
// show the same time all year long. Where one of them is not known, nobody can
// tell, and known is false.
func sameTime(salesforce, learnUpon string, at time.Time) (same, known bool) {
	a, errA := time.LoadLocation(salesforce)
	b, errB := time.LoadLocation(ianaOf(learnUpon))
	if salesforce == "" || learnUpon == "" || errA != nil || errB != nil {
		return false, false
	}
	for month := range 12 {
		day := at.AddDate(0, month, 0)
		_, offsetA := day.In(a).Zone()
		_, offsetB := day.In(b).Zone()
		if offsetA != offsetB {
			return false, true
		}
	}
	return true, true
}

// ianaOf is the IANA name of a zone of LearnUpon's. Other names stay as they
// are.
func ianaOf(name string) string {
	for line := range strings.Lines(zonesTable) {
		if rails, iana, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok && rails == name {
			return iana
		}
	}
	return name
}
