package sandbox

import (
	"time"

	"registrar/bot/slacktest"
	"registrar/cmd/registrar/sandbox/page"
	"registrar/integrations/learnupon/learnupontest"
)

// The workspace's ids, in the form Slack gives them.
const (
	userSam = "U0SAM"
	userMax = "U0MAX"
	userAna = "U0ANA"
	userAda = "U0ADA"

	groupSupport   = "S0SUPPORT"
	groupApprovers = "S0APPROVERS"
	groupAdmins    = "S0ADMINS"

	channelSupport   = "C0SUPPORT"
	channelApprovals = "C0APPROVALS"
	channelAudit     = "C0AUDIT"

	nameSupport   = "academy-support"
	nameApprovals = "academy-approvals"
	nameAudit     = "academy-audit"
)

func people() []page.Person {
	return []page.Person{
		{ID: userSam, Key: "sam", Name: "Sam Okafor", Role: "Support", Email: "sam@northwind.example"},
		{ID: userMax, Key: "max", Name: "Max Lindqvist", Role: "Support", Email: "max@northwind.example"},
		{ID: userAna, Key: "ana", Name: "Ana Petrova", Role: "Approver", Email: "ana@northwind.example"},
		{ID: userAda, Key: "ada", Name: "Ada Moreau", Role: "Admin", Email: "ada@northwind.example"},
	}
}

func channels() map[string]string {
	return map[string]string{
		nameSupport:   "Where the support team works. Commands can be typed anywhere.",
		nameApprovals: "Every request waits here for a second person.",
		nameAudit:     "The head of the audit trail, daily.",
	}
}

// The learners whom the story is about.
const (
	invited    = "priya.nair@lakeside.example"
	registered = "tom.becker@lakeside.example"
	active     = "maria.obrien@hillcrest.example"
)

func (s *Sandbox) seedSlack() {
	for _, p := range people() {
		s.Slack.AddUser(slacktest.User{ID: p.ID, Name: p.Key, RealName: p.Name, Email: p.Email, TZ: "America/New_York"})
	}
	s.Slack.AddUserGroup(groupSupport, "academy-support", userSam, userMax)
	s.Slack.AddUserGroup(groupApprovers, "academy-approvers", userAna, userAda)
	s.Slack.AddUserGroup(groupAdmins, "academy-admins", userAda)
	everyone := []string{userSam, userMax, userAna, userAda, slacktest.BotUser}
	s.Slack.AddChannel(slacktest.Channel{ID: channelSupport, Name: nameSupport, Members: everyone})
	s.Slack.AddChannel(slacktest.Channel{ID: channelApprovals, Name: nameApprovals, Members: everyone})
	s.Slack.AddChannel(slacktest.Channel{ID: channelAudit, Name: nameAudit, Members: everyone})
}

func (s *Sandbox) seedLearnUpon(now time.Time) {
	const day = 24 * time.Hour
	lu := s.LearnUpon
	lakeside := lu.AddGroup("Lakeside College")
	hillcrest := lu.AddGroup("Hillcrest University")
	managers := lu.AddGroup("Institution Group Manager")
	basics := lu.AddCourse(learnupontest.Course{Name: "Getting started"})
	reports := lu.AddCourse(learnupontest.Course{Name: "Reports that people read"})
	privacy := lu.AddCourse(learnupontest.Course{Name: "Student privacy"})

	maria := lu.AddUser(learnupontest.User{Email: active, FirstName: "Maria", LastName: "O'Brien", Type: "manager",
		CreatedAt: now.Add(-400 * day), LastSignInAt: now.Add(-2 * day), SignIns: 131, TimeZone: "Eastern Time (US & Canada)"})
	lu.AddMember(hillcrest, maria)
	lu.AddMember(managers, maria)
	lu.AddRights(hillcrest, maria)
	lu.AddEnrollment(learnupontest.Enrollment{UserID: maria, CourseID: basics, Status: "completed", EnrolledAt: now.Add(-390 * day), CompletedAt: now.Add(-380 * day)})
	lu.AddEnrollment(learnupontest.Enrollment{UserID: maria, CourseID: reports, Status: "in_progress", EnrolledAt: now.Add(-30 * day), StartedAt: now.Add(-20 * day)})
	lu.AddEnrollment(learnupontest.Enrollment{UserID: maria, CourseID: privacy, EnrolledAt: now.Add(-5 * day)})

	chen := lu.AddUser(learnupontest.User{Email: "wei.chen@hillcrest.example", FirstName: "Wei", LastName: "Chen", FromSalesforce: true,
		SFContactID: "0035e00000AbCdEAAV", CreatedAt: now.Add(-9 * day)})
	lu.AddMember(hillcrest, chen)
	lu.AddUser(learnupontest.User{Email: "lars.holm@lakeside.example", FirstName: "Lars", LastName: "Holm", Disabled: true,
		CreatedAt: now.Add(-900 * day), LastSignInAt: now.Add(-500 * day), SignIns: 12})
	lu.AddUser(learnupontest.User{Email: "noor.haddad@lakeside.example", FirstName: "Noor", LastName: "Haddad", CreatedAt: now.Add(-3 * day)})

	lu.SelfRegister(learnupontest.User{Email: registered, CreatedAt: now.Add(-26 * time.Hour)})
	lu.SelfRegister(learnupontest.User{Email: "yuki.tanaka@hillcrest.example", CreatedAt: now.Add(-3 * time.Hour)})

	welcome := lu.AddInvite(learnupontest.Invite{GroupID: lakeside, Email: invited, FirstName: "Priya", LastName: "Nair",
		CreatedAt: now.Add(-6 * day), ExpiresAt: now.Add(24 * day), Reminders: 1, LastReminderAt: now.Add(-2 * day)})
	lu.AddPending(welcome, basics)
	lapsed := lu.AddInvite(learnupontest.Invite{GroupID: hillcrest, Email: "jonas.weber@hillcrest.example", FirstName: "Jonas", LastName: "Weber",
		Type: "instructor", CreatedAt: now.Add(-45 * day), ExpiresAt: now.Add(-15 * day)})
	lu.AddPending(lapsed, basics)
	lu.AddPending(lapsed, privacy)
	lu.AddPortalInvite(learnupontest.Invite{Email: "ines.duarte@lakeside.example", FirstName: "Ines", LastName: "Duarte",
		CreatedAt: now.Add(-4 * day), ExpiresAt: now.Add(26 * day)})
}
