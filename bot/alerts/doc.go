// Package alerts says how an alert about a failed sync moves.
//
// A log somewhere holds rows, each saying that a person could not be synced.
// The [Desk] reads it again and again; the rows of one person become one
// [Alert], and a burst of new persons becomes one [Digest] as well. People take,
// snooze and dismiss alerts; an alert whose cause is gone closes itself.
//
//	Poll -> (Announce) -> explained -> Assign/Snooze/Dismiss -> dismissed or closed
//
// Every move is one compare-and-set in the [Store], together with the marks of
// the rows or of the press that caused it and its audit entries. A process may
// die between any two of them: no row is lost and none counts twice.
//
// The package knows neither Slack nor Redis nor any vendor. Whoever shows alerts
// to people hears of every move through Watch and WatchDigest.
package alerts
