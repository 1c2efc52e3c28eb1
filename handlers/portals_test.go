package handlers

import (
	"errors"
	"strings"
	"testing"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon"
	"registrar/integrations/learnupon/learnupontest"
)

// twoPortals are a realm with its clients, the second called partners.
func twoPortals(t *testing.T) (main, partners *learnupontest.Server, d Deps) {
	main = learnupontest.New(learnupontest.Options{})
	t.Cleanup(main.Close)
	partners = main.SubPortal(learnupontest.Options{Title: "Partners", AllowExisting: true})
	t.Cleanup(partners.Close)
	for i, s := range []*learnupontest.Server{main, partners} {
		name := []string{"", "partners"}[i]
		c, err := learnupon.New(learnupon.Config{Name: name, URL: s.URL, Username: s.Username(), Password: s.Password()})
		if err != nil {
			t.Fatal(err)
		}
		d.Portals = append(d.Portals, c)
	}
	return main, partners, d
}

func TestChoosePortal(t *testing.T) {
	const ada = "ada@x.edu"
	tests := []struct {
		name            string
		main, partners  bool   // has an account there
		chosen          string // portal
		want            string // portal, or part of the refusal
		choices, refuse bool
	}{
		{name: "in the main one only", main: true, want: "main"},
		{name: "in the other only", partners: true, want: "partners"},
		{name: "in both", main: true, partners: true, choices: true},
		{name: "in both, chosen", main: true, partners: true, chosen: "partners", want: "partners"},
		{name: "in both, a third chosen", main: true, partners: true, chosen: "staff", choices: true},
		{name: "not in the chosen one", main: true, chosen: "partners", want: "LearnUpon (partners) has no account", refuse: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			main, partners, d := twoPortals(t)
			if tt.main {
				main.AddUser(learnupontest.User{Email: ada})
			}
			if tt.partners {
				partners.AddUser(learnupontest.User{Email: ada})
			}
			found, err := d.holdings(t.Context(), ada)
			if err != nil {
				t.Fatal(err)
			}
			h, err := d.choosePortal(t.Context(), found, tt.chosen)
			switch {
			case tt.choices:
				ask, ok := errors.AsType[*runbook.Choose](err)
				if !ok || ask.Field != "portal" || len(ask.Options) != 2 || ask.Options[1].Value != "partners" {
					t.Errorf("%v; want a choice between two portals", err)
				}
			case tt.refuse:
				refusal, ok := errors.AsType[*runbook.UserError](err)
				if !ok || !strings.Contains(refusal.Text, tt.want) {
					t.Errorf("%v; want a refusal with %q", err, tt.want)
				}
			case err != nil:
				t.Error(err)
			case portalName(h.portal) != tt.want || h.user.Email != ada:
				t.Errorf("user %d in %s; want the one in %s", h.user.ID, portalName(h.portal), tt.want)
			}
		})
	}
}

// A portal that cannot be read may hold the account that is meant.
func TestHoldingsNeedEveryPortal(t *testing.T) {
	main, partners, d := twoPortals(t)
	main.AddUser(learnupontest.User{Email: "ada@x.edu"})
	partners.Fail(learnupontest.Fault{Status: 403})
	_, err := d.holdings(t.Context(), "ada@x.edu")
	if text, ok := runbook.PublicText(err); !ok || !strings.Contains(text, "partners") {
		t.Errorf("%v; want an outage of partners in words", err)
	}
}
