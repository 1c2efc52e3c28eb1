package slackui

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"registrar/bot/engine"
	"registrar/bot/runbook"
)

// buttonsIn lists the words on the buttons of a scene, in order.
func buttonsIn(scene any) []string {
	var out []string
	for _, b := range blocksIn(scene) {
		if row, ok := b.(*slack.ActionBlock); ok {
			for _, e := range row.Elements.ElementSet {
				out = append(out, e.(*slack.ButtonBlockElement).Text.Text)
			}
		}
	}
	return out
}

// textIn is everything a scene says, one piece after the other.
func textIn(t *testing.T, scene any) string {
	t.Helper()
	var b strings.Builder
	for _, block := range blocksIn(scene) {
		block, ok := block.(*slack.RichTextBlock)
		if !ok {
			continue
		}
		for _, e := range block.Elements {
			for _, l := range linesIn(e) {
				for _, piece := range l {
					b.WriteString(textOf(piece))
				}
				b.WriteByte('\n')
			}
		}
	}
	return b.String()
}

func linesIn(e slack.RichTextElement) []line {
	switch e := e.(type) {
	case *slack.RichTextSection:
		return []line{e.Elements}
	case *slack.RichTextQuote:
		return []line{e.Elements}
	case *slack.RichTextPreformatted:
		return []line{e.Elements}
	case *slack.RichTextList:
		var out []line
		for _, item := range e.Elements {
			out = append(out, linesIn(item)...)
		}
		return out
	}
	return nil
}

func TestButtonsByStatus(t *testing.T) {
	want := map[engine.Status][]string{
		engine.AwaitingApproval: {"Approve", "Reject", "Show link", "Extend", "Cancel run"},
		engine.Approved:         {"Cancel run"},
		engine.WaitingOnPerson:  {"Open the page", "Done", "Cancel run"},
		engine.WaitingOnSystem:  {"Cancel run"},
		engine.NeedsReview:      {"It happened", "It did not happen"},
	}
	for _, s := range engine.Statuses() {
		got := buttonsIn(testUI().Card(statusRun(s), at(20)))
		if diff := cmp.Diff(want[s], got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", s, diff)
		}
	}
}

func TestAnExtendedRequestCannotBeExtendedForever(t *testing.T) {
	r := runOf(confirmPlan(), engine.AwaitingApproval, 0)
	r.Extended = engine.MaxExtensions
	for _, b := range buttonsIn(testUI().Card(r, at(1))) {
		if b == "Extend" {
			t.Error("offers a third extension")
		}
	}
}

func TestAnyoneMayStopDuringTheDelay(t *testing.T) {
	r := runOf(mergePlan(), engine.Approved, 0)
	r.NotBefore = at(30)
	if diff := cmp.Diff([]string{"Stop"}, buttonsIn(testUI().Card(r, at(25)))); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(textIn(t, testUI().Card(r, at(25))), "It starts ") {
		t.Error("does not say when it starts")
	}
}

func TestApproveAsksTwiceWhereItCannotBeUndone(t *testing.T) {
	for _, irreversible := range []bool{false, true} {
		p := mergePlan()
		p.Irreversible = irreversible
		for _, e := range testUI().buttons(runOf(p, engine.AwaitingApproval, 0), false) {
			b := e.(*slack.ButtonBlockElement)
			if b.ActionID != PressApprove {
				continue
			}
			if asks := b.Confirm != nil && b.Confirm.Style == slack.StyleDanger; asks != irreversible {
				t.Errorf("irreversible %v: asks again %v", irreversible, asks)
			}
			ref, err := ParseRef(b.Value)
			if err != nil || ref.Hash != p.Hash() {
				t.Errorf("Approve refers to plan %q, %v", ref.Hash, err)
			}
		}
	}
}

func TestNoChangeIsCutFromWhatAnApproverSees(t *testing.T) {
	for _, n := range []int{1, 20, 21, 200, 1000} {
		r := runOf(hugePlan(n, 300), engine.AwaitingApproval, 0)
		card := testUI().Card(r, at(1))
		if !strings.Contains(strings.Join(buttonsIn(card), "|"), "Show all changes") {
			t.Fatalf("%d changes: the card has no way to the rest", n)
		}
		if said := fmt.Sprintf("%d change", n); n > manyChanges && !strings.Contains(textIn(t, card), said) {
			t.Errorf("the card does not say %q", said)
		}
		if !testUI().MustOpen(r) {
			t.Errorf("%d changes and 300 losses: Approve would not ask to see them", n)
		}
		var all strings.Builder
		for page := range pagesOf(&r.Plan) {
			all.WriteString(textIn(t, testUI().Changes(r, page)))
		}
		for i := range n {
			if got := strings.Count(all.String(), fmt.Sprintf("record-%03d ", i)); got != 1 {
				t.Errorf("record-%03d stands %d times in the pages", i, got)
			}
		}
		for i := range 300 {
			if got := strings.Count(all.String(), fmt.Sprintf("loss-%03d:", i)); got != 1 {
				t.Errorf("loss-%03d stands %d times in the pages", i, got)
			}
		}
	}
}

func TestAClosedCardSaysWhereTheRestIs(t *testing.T) {
	r := runOf(hugePlan(200, 0), engine.Succeeded, 2)
	if got := buttonsIn(testUI().Card(r, at(1))); len(got) > 0 {
		t.Errorf("a closed card offers %q", got)
	}
	if diff := cmp.Diff([]string{"Show all changes"}, buttonsIn(testUI().Result(r))); diff != "" {
		t.Errorf("the result: %s", diff)
	}
}

func TestASmallPlanStandsWholeOnItsCard(t *testing.T) {
	r := runOf(mergePlan(), engine.AwaitingApproval, 0)
	card := testUI().Card(r, at(1))
	said := textIn(t, card)
	for _, loss := range r.Plan.Losses {
		if !strings.Contains(said, loss) {
			t.Errorf("the loss %q is missing", loss)
		}
	}
	for _, s := range r.Plan.Steps {
		for _, ch := range s.Changes {
			if !strings.Contains(said, ch.Record+" · "+ch.Field) {
				t.Errorf("%+v is missing", ch)
			}
		}
	}
	if testUI().MustOpen(r) {
		t.Error("asks to open what is on the card")
	}
}

func TestALongValueIsCountedOnTheCardAndWholeInThePages(t *testing.T) {
	p := confirmPlan()
	secret := strings.Repeat("0123456789", 1000)
	p.Steps[1].Changes = []runbook.Change{{Record: "r", Field: "f", From: "", To: secret}}
	r := runOf(p, engine.AwaitingApproval, 0)
	if said := textIn(t, testUI().Card(r, at(1))); !strings.Contains(said, " more)") {
		t.Error("the card cuts silently")
	}
	var all strings.Builder
	for page := range pagesOf(&p) {
		all.WriteString(textIn(t, testUI().Changes(r, page)))
	}
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, all.String())
	if !strings.Contains(digits, secret) {
		t.Error("the pages do not hold the whole value")
	}
}

func TestPagesBeyondTheEndAreTheLast(t *testing.T) {
	r := runOf(hugePlan(200, 0), engine.AwaitingApproval, 0)
	last := len(pagesOf(&r.Plan)) - 1
	for _, page := range []int{-5, last + 1, 9999} {
		want := testUI().Changes(r, max(0, min(page, last)))
		if diff := cmp.Diff(string(wire(t, want)), string(wire(t, testUI().Changes(r, page)))); diff != "" {
			t.Errorf("page %d: %s", page, diff)
		}
	}
}
