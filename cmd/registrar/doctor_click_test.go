package main

import (
	"strings"
	"testing"
	"time"
)

// Somebody presses doctor's button while the bot runs: the press goes all the
// way, and no button is left.
func TestDoctorHearsAPress(t *testing.T) {
	at := newInstallation(t)
	at.serving(t)
	c, err := ReadConfig(at.env)
	if err != nil {
		t.Fatal(err)
	}
	found := make(chan result, 1)
	go func() { found <- checkClick(t.Context(), c, time.Minute) }()
	at.wait(t, "the button", func() bool { return len(at.slack.Messages("C1")) > 0 })
	if _, err := at.slack.Person("U1").Click(t.Context(), at.slack.Messages("C1")[0], "It works"); err != nil {
		t.Fatal(err)
	}
	if r := <-found; r.State != stateOK {
		t.Errorf("%+v", r)
	}
	if m := at.slack.Messages("C1")[0]; strings.Contains(string(m.Blocks), "It works") || !strings.Contains(m.Text, "the press arrived") {
		t.Errorf("the message still shows: %s", m.Blocks)
	}
	if v := at.slack.Violations(); len(v) > 0 {
		t.Errorf("against Slack's rules: %v", v)
	}
}

// Nobody presses, or nothing that runs hears of it.
func TestDoctorHearsNothing(t *testing.T) {
	at := newInstallation(t)
	c, err := ReadConfig(at.env)
	if err != nil {
		t.Fatal(err)
	}
	if r := checkClick(t.Context(), c, time.Millisecond); r.State != stateFail || !strings.Contains(r.Mend, "Interactivity") {
		t.Errorf("%+v", r)
	}
	if m := at.slack.Messages("C1")[0]; strings.Contains(string(m.Blocks), "It works") {
		t.Error("the button is left behind")
	}
}
