package handlers_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"registrar/handlers"
)

var update = flag.Bool("update", false, "write golden files and README.md anew")

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s is stale; run the test with -update (-want +got):\n%s", path, diff)
	}
}

func TestReadmeIsFresh(t *testing.T) {
	catalog, err := handlers.Catalog(newWorld(t).deps)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "README.md", handlers.Docs(catalog))
}

func TestCatalogWithoutLearnUpon(t *testing.T) {
	catalog, err := handlers.Catalog(handlers.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	for a := range catalog.All() {
		t.Errorf("%s is offered", a.Name)
	}
	for _, a := range catalog.Absent() {
		if !strings.Contains(a.Why, "LEARNUPON_URL") {
			t.Errorf("%s is absent because: %s", a.Title, a.Why)
		}
	}
	if len(catalog.Absent()) == 0 {
		t.Error("nothing is absent")
	}
}

func TestCatalogWithoutSalesforce(t *testing.T) {
	w := newWorld(t)
	w.deps.Salesforce = nil
	catalog, err := handlers.Catalog(w.deps)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range catalog.Absent() {
		if !strings.Contains(a.Why, "SALESFORCE_URL") || strings.Contains(a.Why, "LEARNUPON_URL") {
			t.Errorf("%s is absent because: %s", a.Title, a.Why)
		}
		if _, ok := catalog.Commanded(a.Command); ok {
			t.Errorf("%s is both absent and there", a.Title)
		}
	}
	for _, name := range []string{"lookup", "confirm-user", "resend-confirmation"} {
		if _, ok := catalog.Named(name); !ok {
			t.Errorf("%s needs no Salesforce and is absent", name)
		}
	}
}

func TestCatalogWithoutAlerts(t *testing.T) {
	w := newWorld(t)
	w.deps.Alerts = nil
	catalog, err := handlers.Catalog(w.deps)
	if err != nil {
		t.Fatal(err)
	}
	if absent := catalog.Absent(); len(absent) != 1 || absent[0].Command != "/sync-alerts" || !strings.Contains(absent[0].Why, "REGISTRAR_ALERTS_CHANNEL") {
		t.Errorf("absent: %+v", absent)
	}
}

func TestCatalogRefusesTwoPortalsOfOneName(t *testing.T) {
	w := newWorld(t)
	w.deps.Portals = append(w.deps.Portals, w.client("main", w.academy))
	if _, err := handlers.Catalog(w.deps); err == nil {
		t.Error("locks and plans would mix up the two")
	}
}

func TestCatalogNeedsWhatKeepsLinksFromBeingOpenedTwice(t *testing.T) {
	w := newWorld(t)
	w.deps.MarkLinkUsed = nil
	if _, err := handlers.Catalog(w.deps); err == nil {
		t.Error("links could be opened without a mark")
	}
}
