package slackui

import (
	"slices"
	"strings"
	"testing"

	"registrar/bot/engine"
)

// A post whose answer was lost is found again by its key, so what is posted
// twice on purpose must not share one.
func TestEachOccasionHasItsOwnKey(t *testing.T) {
	u := testUI()
	key := func(m Message) string { return m.Metadata.EventPayload["key"].(string) }
	first := runOf(confirmPlan(), engine.WaitingOnPerson, 0)
	reminded := runOf(confirmPlan(), engine.WaitingOnPerson, 0)
	reminded.Steps[0].Reminded = 1
	again := runOf(confirmPlan(), engine.WaitingOnPerson, 0)
	again.Steps[0].Started = at(60)
	later := runOf(confirmPlan(), engine.WaitingOnPerson, 2)
	waiting := runOf(confirmPlan(), engine.AwaitingApproval, 0)
	extended := runOf(confirmPlan(), engine.AwaitingApproval, 0)
	extended.Reminders = 1
	keys := []string{
		key(u.AskNotice(first)), key(u.AskNotice(reminded)), key(u.AskNotice(again)), key(u.AskNotice(later)),
		key(u.Reminder(waiting)), key(u.Reminder(extended)), key(u.Card(first, epoch)), key(u.Result(first)), key(u.StatusNotice(first)),
	}
	slices.Sort(keys)
	if got := len(slices.Compact(slices.Clone(keys))); got != len(keys) {
		t.Errorf("%d keys for %d occasions: %q", got, len(keys), keys)
	}
}

func TestASettledNoticeOffersNothing(t *testing.T) {
	u := testUI()
	for name, m := range map[string]Message{
		"ask":      u.AskNotice(statusRun(engine.Applying)),
		"approved": u.ApprovedInYourName(runOf(mergePlan(), engine.Applying, 0)),
		"used":     u.PlanReady(draftOf(nil, engine.Used)),
		"refused":  u.PlanReady(draftOf(nil, engine.Refused)),
	} {
		if b := buttonsIn(m); len(b) > 0 {
			t.Errorf("%s still offers %q", name, b)
		}
	}
}

func TestASecretIsShownAsItIsAndNowhereElse(t *testing.T) {
	const secret = "https://portal.example/confirm?token=*abc*&x=<y>"
	v := testUI().SecretModal("Confirm user", "Confirmation link", secret)
	if !strings.Contains(textIn(t, v), secret) {
		t.Error("the secret is not shown as it is")
	}
	if strings.Contains(v.PrivateMetadata+v.Title.Text, "portal.example") {
		t.Error("the secret travels in the view's metadata")
	}
	for name, scene := range scenes() {
		if strings.HasPrefix(name, "secret") {
			continue
		}
		if strings.Contains(string(wire(t, scene)), "https://portal.example/secret") {
			t.Errorf("%s shows a secret that was typed", name)
		}
	}
}

func TestAFormDrawnAgainKeepsWhatWasChosenBefore(t *testing.T) {
	d := draftOf(nil, engine.Choosing)
	d.Choose = few()
	d.Choose.Field = "kind"
	d.Values["contact"] = "003A"
	ref, err := ParseRef(testUI().Draft(d).PrivateMetadata)
	if err != nil || ref.Values["contact"] != "003A" || ref.Draft != d.ID {
		t.Errorf("ref %+v, %v", ref, err)
	}
}
