// Package slacktest is a Slack workspace in one process: the Web API, Socket Mode, and the
// people who type commands, fill in modals and press buttons.
//
// It speaks real HTTP and real WebSocket on the loopback interface, so the client under test is
// the one that runs in production, and it refuses what Slack refuses, in Slack's own words: a
// button label of 76 characters, a trigger that is four seconds old, a 21 KB answer inside an ack.
// A fake that is kinder than the real thing makes tests that lie.
//
// It knows Slack and nothing about this bot. Facts about Slack were taken from its documentation
// and published types; none was checked against a paid workspace.
package slacktest
