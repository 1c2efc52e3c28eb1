// Package slackui says how it looks: it is the only maker of Slack blocks.
//
// Everything in it is a function from a record (a draft, a run, a document) to
// a [Message] or a modal. A card is drawn from the run alone, so it can be
// drawn again at any time, by any replica, and says the same.
//
// What came from a person or a vendor is shown in plain_text and rich_text
// only, never in mrkdwn, with invisible characters made visible; what does not
// fit is counted and can be opened. The package must not know how Slack is
// called, where records are stored or what time it is: it sends nothing, reads
// nothing and has no clock but the one it is given.
package slackui
