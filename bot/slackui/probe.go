package slackui

import "github.com/slack-go/slack"

// Probe is the message by which doctor finds out whether a press arrives: its
// one button names the attempt.
func Probe(id string) (fallback string, blocks []slack.Block) {
	fallback = "Registrar is being checked: please press the button."
	return fallback, []slack.Block{
		section(fallback),
		actions(button(PressProbe, "It works", "check of Registrar", Ref{Item: id})),
	}
}

// Probed is what the message becomes: it has no button any more.
func Probed(arrived bool) (fallback string, blocks []slack.Block) {
	fallback = "Registrar was checked: the press arrived."
	if !arrived {
		fallback = "Registrar was checked: no press arrived."
	}
	return fallback, []slack.Block{section(fallback)}
}
