package main

import (
	"encoding/csv"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"registrar/cmd/registrar/sandbox"
	"registrar/integrations/learnupon/learnupontest"
	"registrar/integrations/salesforce/salesforcetest"
)

// drifting is a portal, a sub-portal and an org that a test fills, and what
// points the program at them.
type drifting struct {
	academy, partners *learnupontest.Server
	org               *salesforcetest.Server
	env               map[string]string
}

func newDrifting(t *testing.T) *drifting {
	t.Helper()
	world, err := sandbox.Start(sandbox.App{}) // for what else the configuration must name
	if err != nil {
		t.Fatal(err)
	}
	w := &drifting{academy: learnupontest.New(learnupontest.Options{PageSize: 3}), org: salesforcetest.New(salesforcetest.Options{}), env: world.Environment()}
	w.partners = w.academy.SubPortal(learnupontest.Options{Title: "Partners", Subdomain: "partners"})
	t.Cleanup(func() {
		world.Close()
		w.partners.Close()
		w.academy.Close()
		w.org.Close()
	})
	for prefix, portal := range map[string]*learnupontest.Server{"LEARNUPON_": w.academy, "LEARNUPON_PARTNERS_": w.partners} {
		w.env[prefix+"URL"], w.env[prefix+"USERNAME"], w.env[prefix+"PASSWORD"] = portal.URL, portal.Username(), portal.Password()
	}
	w.env["SALESFORCE_URL"], w.env["SALESFORCE_CLIENT_ID"], w.env["SALESFORCE_CLIENT_SECRET"] = w.org.URL, w.org.ClientID(), w.org.ClientSecret()
	return w
}

// compare runs the command.
func (w *drifting) compare(t *testing.T, args ...string) (out, errs string, code int) {
	t.Helper()
	var environ []string
	for name, value := range w.env {
		environ = append(environ, name+"="+value)
	}
	var stdout, stderr strings.Builder
	code = run(t.Context(), append([]string{"compare"}, args...), surroundings{environ: environ, stdout: &stdout, stderr: &stderr})
	return stdout.String(), stderr.String(), code
}

func (w *drifting) account(email, contact string) string {
	return strconv.FormatInt(w.academy.AddUser(learnupontest.User{Email: email, FirstName: "Ada", SignIns: 3, SFContactID: contact, FromSalesforce: contact != ""}), 10)
}

func (w *drifting) contact(email, account string) string {
	return w.org.AddContact(salesforcetest.Contact{LastName: "Byron", Email: email, LearnUponID: account, Create: true})
}

// tied is a person whose records agree.
func (w *drifting) tied(email string) { w.contact(email, w.account(email, "")) }

// Each cause is found, with the command that mends it, and nobody whose records
// agree is among them.
func TestCompareFindsEachCause(t *testing.T) {
	w := newDrifting(t)
	for i := range 7 { // more than two pages
		w.tied("fine" + strconv.Itoa(i) + "@x.edu")
	}
	w.tied("CASE@x.edu")
	w.contact("case@x.edu ", "") // another contact with the same address but for case would be two; a space makes it another
	w.contact("old@x.edu", w.account("new@x.edu", ""))
	w.account("untied@x.edu", "")
	w.contact("untied@x.edu", "")
	w.contact("waits@x.edu", "")
	w.contact("lost@x.edu", "987654321")
	w.contact("double@x.edu", w.account("double.first@x.edu", ""))
	w.account("double@x.edu", "")
	other := w.contact("other@x.edu", "")
	w.contact("names@x.edu", w.account("names@x.edu", other))
	twin := w.account("twin@x.edu", "")
	w.contact("twin@x.edu", twin)
	w.org.AddContact(salesforcetest.Contact{LastName: "Byron", Email: "Twin@x.edu", LearnUponID: twin, EmailOptOut: true})
	w.account("gone@x.edu", "003000000000000AAA")
	w.account("alone@x.edu", "")
	same := w.contact("same@x.edu", w.account("same@x.edu", ""))
	w.partners.AddUser(learnupontest.User{Email: "elsewhere@x.edu", SFContactID: same})
	w.partners.AddUser(learnupontest.User{Email: "fine0@x.edu"})

	out, errs, code := w.compare(t)
	if code != exitOK {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	got := map[string][]string{} // causes and commands by person
	for line := range strings.Lines(out) {
		var l driftLine
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		for _, c := range l.Causes {
			if c.Text == "" {
				t.Errorf("%s: %s says nothing", l.Person, c.Cause)
			}
			got[l.Person] = append(got[l.Person], string(c.Cause)+": "+c.Mend)
		}
	}
	want := map[string][]string{
		"case@x.edu ":     {"not-made: /fix-sync case@x.edu "},
		"old@x.edu":       {"addresses-differ: /fix-sync old@x.edu"},
		"untied@x.edu":    {"not-tied: /fix-sync untied@x.edu"},
		"waits@x.edu":     {"not-made: /fix-sync waits@x.edu"},
		"lost@x.edu":      {"leads-nowhere: /fix-sync lost@x.edu"},
		"double@x.edu":    {"two-accounts: /merge-users double.first@x.edu double@x.edu", "addresses-differ: /fix-sync double@x.edu"},
		"other@x.edu":     {"not-made: /fix-sync other@x.edu"},
		"names@x.edu":     {"names-another: /fix-sync names@x.edu", "not-tied: /fix-sync names@x.edu", "addresses-differ: /fix-sync names@x.edu"},
		"twin@x.edu":      {"several-contacts: ", "opt-out-differs: /opt-out twin@x.edu"},
		"gone@x.edu":      {"contact-gone: /fix-sync gone@x.edu"},
		"elsewhere@x.edu": {"addresses-differ: /lookup elsewhere@x.edu"},
	}
	for _, person := range slices.Sorted(maps.Keys(got)) {
		if !slices.Equal(got[person], want[person]) {
			t.Errorf("%s: %q; want %q", person, got[person], want[person])
		}
	}
	for person := range want {
		if len(got[person]) == 0 {
			t.Errorf("%s is not among them", person)
		}
	}
	if strings.Contains(errs, "@") || !strings.Contains(errs, "not-tied 2") || !strings.Contains(errs, "Compared 19 accounts with 19 contacts") {
		t.Errorf("standard error says %q", errs)
	}
	if writes := len(w.academy.Writes()) + len(w.partners.Writes()) + len(w.org.Writes()); writes > 0 {
		t.Errorf("%d writes", writes)
	}

	out, _, code = w.compare(t, "--format", "csv", "--unmatched")
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil || code != exitOK {
		t.Fatalf("exit code %d, %v", code, err)
	}
	if !slices.Equal(rows[0], driftColumns) || !slices.ContainsFunc(rows, func(r []string) bool {
		return r[0] == "alone@x.edu" && r[3] == "account-of-no-contact" && r[5] == "/lookup alone@x.edu"
	}) {
		t.Errorf("the table is %q", rows)
	}
}

// A system that cannot be read to its end is named, and nothing is written that
// could be taken for the whole.
func TestCompareOfHalfIsNothing(t *testing.T) {
	for name, tt := range map[string]struct {
		fail func(w *drifting)
		says string
	}{
		"a page of the portal": {func(w *drifting) {
			w.academy.Around(func(out http.ResponseWriter, r *http.Request, next http.Handler) {
				if r.URL.Query().Get("page") == "2" {
					http.Error(out, "gone", http.StatusNotFound)
					return
				}
				next.ServeHTTP(out, r)
			})
		}, "reading the accounts of LearnUpon, after 3"},
		"a page of a sub-portal": {func(w *drifting) {
			w.partners.Fail(learnupontest.Fault{Route: "/users", Status: 403})
		}, "reading the accounts of LearnUpon (partners)"},
		"Salesforce": {func(w *drifting) {
			w.org.Fail(salesforcetest.Fault{Method: "GET", Route: "/query", Status: 400})
		}, "reading the contacts of Salesforce"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newDrifting(t)
			for i := range 7 {
				w.account("untied"+strconv.Itoa(i)+"@x.edu", "")
				w.contact("untied"+strconv.Itoa(i)+"@x.edu", "")
			}
			tt.fail(w)
			out, errs, code := w.compare(t)
			if code != exitFailed || out != "" || !strings.Contains(errs, "nothing was compared: "+tt.says) || strings.Contains(errs, "Compared") {
				t.Errorf("exit code %d, %q, standard error %q", code, out, errs)
			}
		})
	}
}

// What a person has to configure first is not worth another try.
func TestCompareWithoutSalesforce(t *testing.T) {
	w := newDrifting(t)
	for name := range w.env {
		if strings.HasPrefix(name, "SALESFORCE_") {
			delete(w.env, name)
		}
	}
	if out, errs, code := w.compare(t); code != exitUsage || out != "" || !strings.Contains(errs, "SALESFORCE_URL is missing") {
		t.Errorf("exit code %d, %q, standard error %q", code, out, errs)
	}
}
