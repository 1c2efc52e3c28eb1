// Package bot connects the engine to Slack over Socket Mode.
//
// An envelope is decoded once into an [Event], handled behind one barrier that
// recovers, logs and measures, and acknowledged in one place, [Bot.receive]:
//
//	socket -> decode -> handler (effect, where a press decides) -> ack -> the rest
//
// Slack waits three seconds for an acknowledgement and never repeats a click.
// So what decides something is stored before the acknowledgement, and all that
// may take longer (opening modals, planning, posting) comes after it. In the
// other direction every saved move of a run arrives at [Bot.Watch], and cards
// and notices are drawn from the run; what was lost on the way is repaired from
// the record by [Bot.Repair], and a plan whose process died is made again by
// [Bot.Resume]. Alerts and their digests arrive at [Bot.WatchAlert] and
// [Bot.WatchDigest] in the same way, and the Home tabs that are open follow
// both.
//
// The package knows neither the vendors nor Redis, makes no blocks of its own
// (that is slackui) and decides nothing about runs (that is engine).
package bot
