// Package engine says how a run moves.
//
// A person's values become a [Draft], the draft's plan becomes a [Run] when it
// is requested, decisions are added until the run is approved, and then its
// steps are applied, each at most once, by whichever replica holds the run's
// lease. Every move is one compare-and-set in the [Store], with its audit
// entries in the same atomic write; a process may die between any two of them
// and another goes on from the journal.
//
//	Propose -> Request -> Approve/Reject/... -> Apply -> (Answer) -> Apply ...
//
// The engine knows neither Slack nor Redis nor any vendor. Whoever shows runs
// to people hears of every move through Watch.
package engine
