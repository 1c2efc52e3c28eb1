package sandbox

import (
	"registrar/bot/slacktest"
	"registrar/cmd/registrar/sandbox/page"
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
	channelAlerts    = "C0ALERTS"
	channelAudit     = "C0AUDIT"

	nameSupport   = "academy-support"
	nameApprovals = "academy-approvals"
	nameAlerts    = "sync-alerts"
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
		nameAlerts:    "What the sync of Salesforce and LearnUpon could not do.",
		nameAudit:     "The head of the audit trail, daily.",
	}
}

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
	s.Slack.AddChannel(slacktest.Channel{ID: channelAlerts, Name: nameAlerts, Members: everyone})
	s.Slack.AddChannel(slacktest.Channel{ID: channelAudit, Name: nameAudit, Members: everyone})
}
