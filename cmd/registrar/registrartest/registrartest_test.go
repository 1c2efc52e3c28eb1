package registrartest_test

import (
	"net/http"
	"strings"
	"testing"

	"registrar/cmd/registrar/registrartest"
)

func TestTheProgramServesInTheWorldAndStopsWhenTold(t *testing.T) {
	p := registrartest.Build(t)
	w := registrartest.NewWorld(t, p)
	r := w.Start(p)
	resp, err := http.Get(r.URL + "/healthz")
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("/healthz: %v, %v", resp, err)
	}
	resp.Body.Close()
	sam := w.Slack.Person("U0SAM")
	if _, err := sam.Command(t.Context(), "C0APPROVALS", "/registrar"); err != nil {
		t.Error(err)
	}
	if code := r.Stop(); code != 0 || !strings.Contains(r.Log(), `"stopped"`) {
		t.Errorf("exit code %d, log\n%s", code, r.Log())
	}
}

func TestARunFromCommandToResult(t *testing.T) {
	p := registrartest.Build(t)
	w := registrartest.NewWorld(t, p)
	w.Start(p)
	if err := w.Request(registrartest.Sam, "/create-group Riverbend Institute", map[string]any{"Reason": "ticket", "Add the people who were waiting?": "Yes, add them"}); err != nil {
		t.Fatal(err)
	}
	if err := w.Press(registrartest.Ana, "Approve"); err != nil {
		t.Fatal(err)
	}
	w.CardSays("done")
}
