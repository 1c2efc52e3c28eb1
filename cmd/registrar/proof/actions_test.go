package proof

import (
	"slices"
	"strings"
	"time"

	"registrar/integrations/learnupon/learnupontest"
	"registrar/integrations/salesforce/salesforcetest"
)

// errand is an action in one situation that it is for, and what people and
// vendors do meanwhile.
type errand struct {
	action string
	name   string // what tells it from others of the action
	// seed fills the vendors with what the sandbox lacks.
	seed    func(*stage)
	command string
	values  map[string]any // by the labels of the form, "Reason" aside
	// does has a person do in the vendors what asks ask for, however often it is
	// called, and returns what they type.
	does func(*stage) map[string]any
	// follows is what vendors and people do by themselves after each write. Nil:
	// nothing.
	follows func(*stage)
	// meanwhile is what they do while a run waits for a system. Nil: nothing.
	meanwhile func(*stage)
	// unread are the steps that a person may be asked about, because no system
	// can be: a part of the title, and whether it truly happened.
	unread map[string]func(*stage) bool
	// settings of the program beside the world's own.
	settings map[string]string
	// slow errands wait for minutes of the vendors' time.
	slow bool
}

func (e errand) title() string {
	if e.name == "" {
		return e.action
	}
	return e.action + ", " + e.name
}

// The sandbox's people, and one whom nobody knows yet.
const (
	tom      = "tom.becker@lakeside.example"    // registered by himself
	priya    = "priya.nair@lakeside.example"    // invited
	jonas    = "jonas.weber@hillcrest.example"  // invited, and it has lapsed
	wei      = "wei.chen@hillcrest.example"     // a learner who signs in
	maria    = "maria.obrien@hillcrest.example" // a manager who signs in
	daniel   = "daniel.costa@hillcrest.example" // has two accounts
	daniel2  = "dcosta@mail.example"            // the other one
	noor     = "noor.haddad@lakeside.example"   // made by hand in LearnUpon
	elif     = "elif.demir@riverbend.example"   // never signed in
	lars     = "lars.holm@lakeside.example"     // deactivated
	lena     = "lena.fischer@northwind.example" // in both portals
	newcomer = "ada.byron@hillcrest.example"
)

// errands are all of them: each action has at least one.
func errands() []errand {
	var all []errand
	for _, of := range [][]errand{confirming(), mailing(), merging(), syncing(), making(), addressing(), accounting()} {
		all = append(all, of...)
	}
	return all
}

// link has a person copy the confirmation link from the record.
func link(email string) func(*stage) map[string]any {
	return func(s *stage) map[string]any {
		u, _ := s.LearnUpon.Snapshot().User(email)
		return map[string]any{"Confirmation link": u.ConfirmationLink}
	}
}

// mailed: the person got a mail.
func mailed(s *stage, to string) bool {
	for _, m := range s.Mail.Messages() {
		if strings.Contains(strings.Join(m.To, " "), to) {
			return true
		}
	}
	return false
}

func got(to string) map[string]func(*stage) bool {
	return map[string]func(*stage) bool{"Mail the ": func(s *stage) bool { return mailed(s, to) }}
}

// linked reports on the step that has Salesforce mail a link to a new address.
func linked(to string) map[string]func(*stage) bool {
	return map[string]func(*stage) bool{"Change the address of the Salesforce user": func(s *stage) bool {
		return slices.ContainsFunc(s.Salesforce.Snapshot().Users, func(u salesforcetest.User) bool { return u.Email == to || u.PendingEmail == to })
	}}
}

func confirming() []errand {
	confirmed := func(s *stage) bool {
		u, _ := s.LearnUpon.Snapshot().User(tom)
		return u.Confirmed
	}
	return []errand{
		{action: "confirm-user", command: "/confirm-user " + tom, does: link(tom),
			unread: map[string]func(*stage) bool{"Open the confirmation link": confirmed, "See that the address is confirmed": confirmed}},
		{action: "resend-confirmation", name: "open invite", command: "/resend-confirmation " + priya, unread: got(priya)},
		{action: "resend-confirmation", name: "lapsed invite", command: "/resend-confirmation " + jonas, unread: got(jonas)},
		{action: "resend-confirmation", name: "self-registered", command: "/resend-confirmation " + tom, does: link(tom), unread: got(tom)},
		{action: "resend-confirmation", name: "no mail server", command: "/resend-confirmation " + priya, settings: map[string]string{"SMTP_URL": "", "MAIL_FROM": ""}},
		{action: "resend-confirmation", name: "from the Users page", command: "/resend-confirmation nora.lind@lakeside.example",
			values: map[string]any{"Invited from the Users page?": "Yes, it is in Pending Users of LearnUpon"}},
	}
}

func mailing() []errand {
	sets := func(out bool) func(*stage) map[string]any {
		return func(s *stage) map[string]any {
			u, _ := s.LearnUpon.Snapshot().User(wei)
			s.LearnUpon.SetOptOut(u.ID, out)
			return nil
		}
	}
	return []errand{
		{action: "opt-out", command: "/opt-out " + wei, does: sets(true)},
		{action: "opt-in", command: "/opt-in " + wei, does: sets(false), seed: func(s *stage) {
			sets(true)(s)
			c, _ := s.Salesforce.Snapshot().Contact(wei)
			s.Salesforce.Edit(c.ID, "Email Opt Out", true)
		}},
	}
}

func merging() []errand {
	command := "/merge-users " + daniel + " " + daniel2
	return []errand{
		{action: "merge-users", name: "deactivated", command: command + " deactivate"},
		{action: "merge-users", name: "deleted", command: command + " delete"},
	}
}

// syncs has LearnUpon's package do at once what it does within minutes.
func syncs(s *stage) { s.Salesforce.Sync() }

// verifies has the person open the link in the mail about a new address.
func verifies(s *stage) {
	for _, u := range s.Salesforce.Snapshot().Users {
		if u.PendingEmail != "" {
			_ = s.Salesforce.VerifyEmail(u.ID) // it is pending
		}
	}
	syncs(s)
}

func syncing() []errand {
	// unmade is somebody whom the package made no account although it was asked.
	unmade := func(s *stage) {
		a, _ := s.Salesforce.Snapshot().Account("Lakeside College")
		s.Salesforce.AddContact(salesforcetest.Contact{FirstName: "Omi", LastName: "Kato", Email: "omi.kato@lakeside.example", AccountID: a.ID, Create: true, LastModified: longAgo()})
	}
	// renamed is somebody whose Salesforce user has another address.
	renamed := func(s *stage) {
		a, _ := s.Salesforce.Snapshot().Account("Lakeside College")
		c := s.Salesforce.AddContact(salesforcetest.Contact{FirstName: "Omi", LastName: "Kato", Email: "omi.kato@lakeside.example", AccountID: a.ID, LastModified: longAgo()})
		s.Salesforce.AddUser(salesforcetest.User{Email: "omi@old.example", FirstName: "Omi", LastName: "Kato", ContactID: c, LastModified: longAgo()})
		s.LearnUpon.AddUser(learnupontest.User{Email: "omi.kato@lakeside.example", FirstName: "Omi", LastName: "Kato", SignIns: 2, CreatedAt: longAgo()})
	}
	return []errand{
		{action: "create-group", name: "people waited", command: "/create-group Riverbend Institute", values: map[string]any{"Add the people who were waiting?": "Yes, add them"}, follows: syncs},
		{action: "create-group", name: "a group of that name is there", command: "/create-group Riverbend Institute", values: map[string]any{"Add the people who were waiting?": "No, only the group"}, follows: syncs,
			seed: func(s *stage) { s.LearnUpon.AddGroup("RIVERBEND INSTITUTE") }},
		{action: "fix-sync", name: "two records of one person", command: "/fix-sync " + noor, follows: syncs},
		{action: "fix-sync", name: "account to be made", command: "/fix-sync omi.kato@lakeside.example", seed: unmade, follows: syncs},
		{action: "fix-sync", name: "address of the login differs", command: "/fix-sync omi.kato@lakeside.example", seed: renamed, follows: verifies,
			unread: linked("omi.kato@lakeside.example"), values: map[string]any{"Which address is right": "omi.kato@lakeside.example"}},
	}
}

// longAgo is before anything that waits for a record to settle.
func longAgo() time.Time { return time.Now().AddDate(0, 0, -100) }
