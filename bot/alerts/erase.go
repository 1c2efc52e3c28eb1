package alerts

import "time"

// Erase takes out of an alert that has ended all that tells of whom it was, and
// says why in the place of the message. What stays is when it came and ended, how
// often it was logged, and who took it. No row finds it any more. It reports
// whether it did anything: an open alert, or one erased before, is left as it is.
func (a *Alert) Erase(at time.Time, why string) bool {
	if !a.Status.Ended() || !a.Erased.IsZero() {
		return false
	}
	*a = Alert{
		Schema: a.Schema, ID: a.ID, Version: a.Version, Status: a.Status, Person: "erased", Message: why, Explained: a.Explained,
		Rows: a.Rows, First: a.First, Last: a.Last, Heard: a.Heard, Assignee: a.Assignee, Reminded: a.Reminded,
		Digest: a.Digest, Run: a.Run, History: []Event{{At: at, Text: why}}, Created: a.Created, Updated: a.Updated, Ended: a.Ended,
		Erased: at,
	}
	return true
}
