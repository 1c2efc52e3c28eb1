package handlers_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"registrar/bot/engine"
	"registrar/bot/runbook"
	"registrar/integrations/learnupon/learnupontest"
	"registrar/integrations/salesforce/salesforcetest"
)

const newEmail = "new@x.edu"

var movingOn = runbook.Values{"email": learner, "new-email": newEmail}

// addressed is a person, with the addresses of their records; "-": there is none.
type addressed struct{ contact, login, account string }

func (a addressed) seed(w *world) runbook.Values {
	address := func(email string) string {
		if email == "" {
			return learner
		}
		return email
	}
	contact := ""
	if a.contact != "-" {
		of := w.org.AddAccount(salesforcetest.Account{Name: hillcrest})
		contact = w.org.AddContact(salesforcetest.Contact{FirstName: "Ada", LastName: "Byron", Email: address(a.contact), AccountID: of})
	}
	login := ""
	if a.login != "-" {
		login = w.org.AddUser(salesforcetest.User{Email: address(a.login), Username: "ada@hillcrest.example", ContactID: contact})
	}
	if a.account != "-" {
		id := w.academy.AddUser(learnupontest.User{Email: address(a.account), FirstName: "Ada", LastName: "Byron", SFContactID: contact, SFUserID: login, SignIns: 1})
		if contact != "" {
			w.org.Edit(contact, "LU User ID", number(id))
		}
	}
	return movingOn
}

// everyAddress are those of the contact, the login and the account.
func (w *world) everyAddress() (contact, login, account string) {
	org := w.org.Snapshot()
	if len(org.Contacts) > 0 {
		contact = org.Contacts[0].Email
	}
	if len(org.Users) > 0 {
		login = org.Users[0].Email
	}
	if users := w.academy.Snapshot().Users; len(users) > 0 {
		account = users[0].Email
	}
	return contact, login, account
}

// hasMoved: every record there is has the new address.
func hasMoved(t *testing.T, r *run) {
	t.Helper()
	contact, login, account := r.everyAddress()
	for _, email := range []string{contact, login, account} {
		if email != "" && email != newEmail {
			t.Errorf("contact %q, login %q, LearnUpon %q", contact, login, account)
			return
		}
	}
}

func TestChangeEmailPlan(t *testing.T) {
	for name, tt := range map[string]struct {
		who   addressed
		steps string
		warns string
	}{
		"everywhere":             {addressed{}, "contact-address login-address login-confirmed address-main sync read-back", "about a minute later"},
		"no login":               {addressed{login: "-"}, "contact-address address-main sync read-back", "with a password"},
		"Salesforce only":        {addressed{account: "-"}, "contact-address login-address login-confirmed read-back", "no account of this person"},
		"LearnUpon only":         {addressed{contact: "-", login: "-"}, "address-main read-back", "no contact of this person"},
		"one of our own":         {addressed{contact: "-"}, "login-address login-confirmed address-main read-back", "user name"},
		"the contact has it":     {addressed{contact: newEmail}, "login-address login-confirmed address-main sync read-back", ""},
		"only LearnUpon is left": {addressed{contact: newEmail, login: newEmail}, "address-main sync read-back", "cannot sign in"},
		"only the login is left": {addressed{contact: newEmail, account: newEmail}, "login-address login-confirmed sync read-back", ""},
		"the contact differs":    {addressed{contact: "third@x.edu"}, "contact-address login-address login-confirmed address-main sync read-back", ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			typed := tt.who.seed(w)
			p := w.mustPlan("change-email", typed)
			var steps []string
			for _, s := range p.Plan.Steps {
				steps = append(steps, s.ID)
			}
			if got := strings.Join(steps, " "); got != tt.steps {
				t.Errorf("steps %s\nwant  %s", got, tt.steps)
			}
			warned := strings.Join(p.Plan.Warnings, " ")
			if !strings.Contains(warned, tt.warns) {
				t.Errorf("warnings %q; want %q", warned, tt.warns)
			}
			if tt.who.contact == "-" && strings.Contains(warned, "only the contact") {
				t.Errorf("warnings of a contact that is not there: %q", warned)
			}
			r := w.newRun(typed, w.copiesLink)
			if err := r.apply("change-email", p); err != nil {
				t.Fatal(err)
			}
			hasMoved(t, r)
		})
	}
}

func TestChangeEmailRefuses(t *testing.T) {
	for name, tt := range map[string]struct {
		seed func(*world)
		says string
		mend string
	}{
		"nobody": {func(*world) {}, "anybody with the address " + learner, ""},
		"LearnUpon has the new address": {func(w *world) {
			addressed{}.seed(w)
			w.academy.AddUser(learnupontest.User{Email: newEmail})
		}, "free the address (/reuse-email)", "merge-users"},
		"another contact has it": {func(w *world) {
			addressed{}.seed(w)
			w.org.AddContact(salesforcetest.Contact{LastName: "B", Email: newEmail})
		}, "merge the contacts in Salesforce", ""},
		"another login has it": {func(w *world) {
			addressed{}.seed(w)
			w.org.AddUser(salesforcetest.User{Email: newEmail})
		}, "looks after Salesforce users", ""},
		"two accounts of one person": {func(w *world) {
			addressed{account: "second@x.edu"}.seed(w)
			w.academy.AddUser(learnupontest.User{Email: learner})
		}, "Merge the two first", "merge-users"},
		"the contact cannot be edited": {func(w *world) {
			addressed{}.seed(w)
			w.org.Protect("Contact", "Email")
		}, "does not let Registrar's user edit", ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			tt.seed(w)
			_, err := w.plan("change-email", movingOn)
			refused, ok := errors.AsType[*runbook.UserError](err)
			if !ok || !strings.Contains(refused.Text, tt.says) {
				t.Fatalf("%v; want %q", err, tt.says)
			}
			if refused.Suggest != nil && refused.Suggest.Action != tt.mend || refused.Suggest == nil && tt.mend != "" {
				t.Errorf("suggests %+v; want %q", refused.Suggest, tt.mend)
			}
		})
	}
	w := newWorld(t)
	if _, err := w.plan("change-email", runbook.Values{"email": learner, "new-email": strings.ToUpper(learner)}); !isRefusal(err) {
		t.Errorf("%v; both are one address", err)
	}
}

// Who has the new address where the person has nothing may be the person: that
// is asked.
func TestChangeEmailAsksWhoItIs(t *testing.T) {
	w := newWorld(t)
	addressed{contact: "-", login: "-"}.seed(w)
	w.org.AddContact(salesforcetest.Contact{LastName: "Byron", Email: newEmail, AccountID: w.org.AddAccount(salesforcetest.Account{Name: hillcrest})})
	_, err := w.plan("change-email", movingOn)
	asked, ok := errors.AsType[*runbook.Choose](err)
	if !ok || asked.Field != "same" || len(asked.Accounts) != 1 {
		t.Fatalf("%+v", err)
	}
	no := runbook.Values{"email": learner, "new-email": newEmail, "same": "no"}
	if _, err := w.plan("change-email", no); !isRefusal(err) || !strings.Contains(err.Error(), "/reuse-email") {
		t.Error(err)
	}
	yes := runbook.Values{"email": learner, "new-email": newEmail, "same": "yes"}
	p := w.mustPlan("change-email", yes)
	if len(p.Plan.Steps) != 3 || len(p.Plan.Records) != 2 {
		t.Errorf("%d steps, %d records", len(p.Plan.Steps), len(p.Plan.Records))
	}
}

// Two contacts share the old address: one is chosen, the other stays.
func TestChangeEmailOfOneOfTwoContacts(t *testing.T) {
	w := newWorld(t)
	addressed{}.seed(w)
	other := w.org.AddContact(salesforcetest.Contact{LastName: "Byron", Email: learner})
	_, err := w.plan("change-email", movingOn)
	asked, ok := errors.AsType[*runbook.Choose](err)
	if !ok || len(asked.Options) != 2 {
		t.Fatalf("%+v", err)
	}
	typed := runbook.Values{"email": learner, "new-email": newEmail, "which": asked.Options[0].Value}
	r := w.newRun(typed, w.copiesLink)
	if err := r.apply("change-email", w.mustPlan("change-email", typed)); err != nil {
		t.Fatal(err)
	}
	for _, c := range w.org.Snapshot().Contacts {
		if (c.Email == learner) != (c.ID == other) {
			t.Errorf("contact %s has %s", c.ID, c.Email)
		}
	}
}

// While nobody opens the link, everything that signing in needs stays as it
// was; when it runs out, the run stops, and the command can be run again.
func TestChangeEmailLinkNotOpened(t *testing.T) {
	w := newWorld(t)
	typed := addressed{}.seed(w)
	store := engine.NewMemory(w.clock)
	e := w.saving("one", store)
	r := started(t, e, "SAM", "change-email", typed)
	for range 80 { // hours
		_ = e.Visit(t.Context(), r.ID)
		if contact, login, account := w.everyAddress(); contact != newEmail || login != learner || account != learner {
			t.Fatalf("contact %q, login %q, LearnUpon %q", contact, login, account)
		}
		w.later(time.Hour)
	}
	r, err := store.Run(t.Context(), r.ID)
	if err != nil || r.Status != engine.Failed || !strings.Contains(r.Why, "within 72 hours.") || !strings.Contains(strings.Join(r.Plan.Warnings, " "), "Run the command again") {
		t.Fatalf("%s: %s, %v", r.Status, r.Why, err)
	}
	r = w.visit(e, store, started(t, e, "SAM", "change-email", typed).ID, func() bool { return false })
	if hasMoved(t, w.newRun(nil, nil)); r.Status != engine.Succeeded {
		t.Errorf("%s: %s", r.Status, r.Why)
	}
}

func TestChangeEmailInAnOrgThatDoesNotAsk(t *testing.T) {
	w := newWorldWith(t, salesforcetest.Options{EmailAtOnce: true})
	typed := addressed{}.seed(w)
	r := w.newRun(typed, w.copiesLink)
	if err := r.apply("change-email", w.mustPlan("change-email", typed)); err != nil {
		t.Fatal(err)
	}
	if hasMoved(t, r); len(r.waited) != 0 {
		t.Errorf("it waited in %v", r.waited)
	}
}

// Somebody who was shut out after the plan was approved gets no link.
func TestChangeEmailOfALoginThatWasDeactivated(t *testing.T) {
	w := newWorld(t)
	typed := addressed{contact: "-"}.seed(w)
	p := w.mustPlan("change-email", typed)
	w.org.Edit(w.org.Snapshot().Users[0].ID, "Active", false)
	err := w.newRun(typed, w.copiesLink).apply("change-email", p)
	differs, ok := errors.AsType[*runbook.Mismatch](err)
	if u := w.org.Snapshot().Users[0]; !ok || differs.Got != "deactivated" || u.PendingEmail != "" || u.Email != learner {
		t.Errorf("%v; pending %q", err, u.PendingEmail)
	}
}
