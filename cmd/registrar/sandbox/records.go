package sandbox

import (
	"strconv"
	"time"

	"registrar/integrations/learnupon/learnupontest"
	"registrar/integrations/salesforce/salesforcetest"
)

// The people and the account that the story is about.
const (
	invited    = "priya.nair@lakeside.example"
	registered = "tom.becker@lakeside.example"
	active     = "maria.obrien@hillcrest.example"
	quiet      = "wei.chen@hillcrest.example"
	kept       = "daniel.costa@hillcrest.example"
	doubled    = "dcosta@mail.example"
	newAccount = "Riverbend Institute"
	waiting    = "ivan.novak@riverbend.example"
)

const day = 24 * time.Hour

// records is the portal and the org while they are filled, and what several
// people share there.
type records struct {
	lu  *learnupontest.Server
	sf  *salesforcetest.Server
	now time.Time

	lakeside, hillcrest, managers, summer       int64 // groups
	everybody                                   int64
	basics, reports, privacy, welcome           int64 // courses
	lakesideAccount, hillcrestAccount, newcomer string
}

// seedRecords fills LearnUpon and Salesforce with institutions that agree in
// both, but for what the story and a look-up are to find.
func (s *Sandbox) seedRecords(now time.Time) {
	r := records{lu: s.LearnUpon, sf: s.Salesforce, now: now}
	r.lakeside, r.hillcrest = r.lu.AddGroup("Lakeside College"), r.lu.AddGroup("Hillcrest University")
	r.managers, r.summer = r.lu.AddGroup("Institution Group Manager"), r.lu.AddGroup("Summer school")
	r.everybody = r.lu.AddGroup("TargetX")
	s.everybody = r.everybody
	r.basics = r.lu.AddCourse(learnupontest.Course{Name: "Getting started"})
	r.reports = r.lu.AddCourse(learnupontest.Course{Name: "Reports that people read"})
	r.privacy = r.lu.AddCourse(learnupontest.Course{Name: "Student privacy"})
	r.welcome = r.lu.AddCourse(learnupontest.Course{Name: "Welcome, spring edition", Archived: true})
	r.lakesideAccount = r.account("Lakeside College", r.lakeside, "America/Chicago")
	r.hillcrestAccount = r.account("Hillcrest University", r.hillcrest, "America/New_York")
	r.newcomer = r.account(newAccount, 0, "America/Denver")
	r.lakesidePeople()
	r.hillcrestPeople()
	r.riverbendPeople()
	r.oneTwice()
	r.invitations()
	r.sf.Sync() // it shows everybody's courses from the start
}

func (r *records) account(name string, group int64, zone string) string {
	a := salesforcetest.Account{Name: name, TimeZone: zone, LastModified: r.ago(400)}
	if group != 0 {
		a.GroupID = strconv.FormatInt(group, 10)
	}
	return r.sf.AddAccount(a)
}

func (r *records) ago(days int) time.Time { return r.now.Add(-time.Duration(days) * day) }

// synced adds a person to both systems, each record naming the other as the
// sync has it, and returns the number in LearnUpon. Who has signed in did so
// through Salesforce.
func (r *records) synced(account string, u learnupontest.User) int64 {
	c := salesforcetest.Contact{FirstName: u.FirstName, LastName: u.LastName, Email: u.Email, AccountID: account,
		Create: true, CreateAsManager: u.Type == "manager", LastModified: u.CreatedAt}
	contact := r.sf.AddContact(c)
	u.FromSalesforce, u.SFContactID = true, contact
	id := r.lu.AddUser(u)
	r.lu.AddMember(r.everybody, id)
	r.sf.Edit(contact, "LU User ID", strconv.FormatInt(id, 10))
	if !u.LastSignInAt.IsZero() {
		r.sf.AddUser(salesforcetest.User{
			Email: u.Email, FirstName: u.FirstName, LastName: u.LastName, ContactID: contact, LastModified: u.CreatedAt, LastSignIn: u.LastSignInAt,
			Inactive: u.Disabled,
		})
	}
	return id
}

const eastern, central, mountain = "Eastern Time (US & Canada)", "Central Time (US & Canada)", "Mountain Time (US & Canada)"

func (r *records) hillcrestPeople() {
	maria := r.synced(r.hillcrestAccount, learnupontest.User{Email: active, FirstName: "Maria", LastName: "O'Brien", Type: "manager",
		CreatedAt: r.ago(400), LastSignInAt: r.ago(2), SignIns: 131, TimeZone: eastern})
	r.lu.AddMember(r.hillcrest, maria)
	r.lu.AddMember(r.managers, maria)
	r.lu.AddRights(r.hillcrest, maria)
	r.lu.AddEnrollment(learnupontest.Enrollment{UserID: maria, CourseID: r.basics, Status: "completed", EnrolledAt: r.ago(390), CompletedAt: r.ago(380)})
	r.lu.AddEnrollment(learnupontest.Enrollment{UserID: maria, CourseID: r.reports, Status: "in_progress", EnrolledAt: r.ago(30), StartedAt: r.ago(20)})
	r.lu.AddEnrollment(learnupontest.Enrollment{UserID: maria, CourseID: r.privacy, EnrolledAt: r.ago(5)})

	wei := r.synced(r.hillcrestAccount, learnupontest.User{Email: quiet, FirstName: "Wei", LastName: "Chen",
		CreatedAt: r.ago(90), LastSignInAt: r.ago(11), SignIns: 9, TimeZone: eastern})
	r.lu.AddMember(r.hillcrest, wei)
	r.lu.AddEnrollment(learnupontest.Enrollment{UserID: wei, CourseID: r.basics, Status: "completed", EnrolledAt: r.ago(88), CompletedAt: r.ago(80)})
	r.lu.SelfRegister(learnupontest.User{Email: "yuki.tanaka@hillcrest.example", CreatedAt: r.now.Add(-3 * time.Hour)})
}

func (r *records) lakesidePeople() {
	r.synced(r.lakesideAccount, learnupontest.User{Email: "lars.holm@lakeside.example", FirstName: "Lars", LastName: "Holm", Disabled: true,
		CreatedAt: r.ago(900), LastSignInAt: r.ago(500), SignIns: 12, TimeZone: central})
	r.lu.SelfRegister(learnupontest.User{Email: registered, CreatedAt: r.now.Add(-26 * time.Hour)})

	// Noor was made in LearnUpon by hand, so her contact does not know her number.
	noor := r.lu.AddUser(learnupontest.User{Email: byHand, FirstName: "Noor", LastName: "Haddad", CreatedAt: r.ago(3), TimeZone: central})
	r.lu.AddMember(r.lakeside, noor)
	r.sf.AddContact(salesforcetest.Contact{Email: byHand, FirstName: "Noor", LastName: "Haddad",
		AccountID: r.lakesideAccount, LastModified: r.ago(4)})
}

// riverbendPeople signed up before their account had a group.
func (r *records) riverbendPeople() {
	for _, u := range []learnupontest.User{
		{Email: "grace.kimani@riverbend.example", FirstName: "Grace", LastName: "Kimani", CreatedAt: r.ago(6), LastSignInAt: r.ago(1), SignIns: 4, TimeZone: mountain},
		{Email: "elif.demir@riverbend.example", FirstName: "Elif", LastName: "Demir", CreatedAt: r.ago(5), TimeZone: mountain},
	} {
		r.synced(r.newcomer, u)
	}
	r.sf.AddContact(salesforcetest.Contact{Email: waiting, FirstName: "Ivan", LastName: "Novak",
		AccountID: r.newcomer, LastModified: r.ago(2)})
}

// oneTwice is Daniel, who came by the sync and had an account of his own from
// before, with results in it.
func (r *records) oneTwice() {
	daniel := r.synced(r.hillcrestAccount, learnupontest.User{Email: kept, FirstName: "Daniel", LastName: "Costa",
		CreatedAt: r.ago(40), LastSignInAt: r.ago(3), SignIns: 17, TimeZone: eastern})
	r.lu.AddMember(r.hillcrest, daniel)
	r.lu.AddEnrollment(learnupontest.Enrollment{UserID: daniel, CourseID: r.privacy, Status: "in_progress", EnrolledAt: r.ago(38), StartedAt: r.ago(30)})

	before := r.lu.AddUser(learnupontest.User{Email: doubled, FirstName: "Daniel", LastName: "Costa",
		CreatedAt: r.ago(300), LastSignInAt: r.ago(60), SignIns: 22, TimeZone: eastern})
	r.lu.AddMember(r.summer, before)
	r.lu.AddEnrollment(learnupontest.Enrollment{UserID: before, CourseID: r.basics, Status: "completed", EnrolledAt: r.ago(298), CompletedAt: r.ago(290)})
	r.lu.AddEnrollment(learnupontest.Enrollment{UserID: before, CourseID: r.privacy, Status: "passed", Percentage: "92", EnrolledAt: r.ago(200), CompletedAt: r.ago(180)})
	r.lu.AddEnrollment(learnupontest.Enrollment{UserID: before, CourseID: r.reports, Status: "in_progress", EnrolledAt: r.ago(70), StartedAt: r.ago(65)})
	r.lu.AddEnrollment(learnupontest.Enrollment{UserID: before, CourseID: r.welcome, Status: "completed", EnrolledAt: r.ago(299), CompletedAt: r.ago(299)})
}

func (r *records) invitations() {
	welcome := r.lu.AddInvite(learnupontest.Invite{GroupID: r.lakeside, Email: invited, FirstName: "Priya", LastName: "Nair",
		CreatedAt: r.ago(6), ExpiresAt: r.ago(-24), Reminders: 1, LastReminderAt: r.ago(2)})
	r.lu.AddPending(welcome, r.basics)
	lapsed := r.lu.AddInvite(learnupontest.Invite{GroupID: r.hillcrest, Email: "jonas.weber@hillcrest.example", FirstName: "Jonas", LastName: "Weber",
		Type: "instructor", CreatedAt: r.ago(45), ExpiresAt: r.ago(15)})
	r.lu.AddPending(lapsed, r.basics)
	r.lu.AddPending(lapsed, r.privacy)
	r.lu.AddPortalInvite(learnupontest.Invite{Email: "ines.duarte@lakeside.example", FirstName: "Ines", LastName: "Duarte",
		CreatedAt: r.ago(4), ExpiresAt: r.ago(-26)})
}
