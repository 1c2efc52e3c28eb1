package sandbox

import (
	"slices"

	"registrar/cmd/registrar/sandbox/page"
)

// byHand is somebody who had an account in LearnUpon before Salesforce knew of
// it, so that the sync cannot make one.
const byHand = "noor.haddad@lakeside.example"

// syncError is the chapter about what goes wrong by itself.
func syncError() page.Chapter {
	return page.Chapter{Title: "When something goes wrong", Steps: []page.Step{mendSync(), leaver(), howThingsStand()}}
}

func mendSync() page.Step {
	return page.Step{
		Title: "Mend a sync error",
		About: "Noor was given an account in LearnUpon by hand. Now Salesforce wants to make her one.",
		Parts: []page.Part{
			{Text: "Tick Create in LearnUpon on Noor's contact. After a moment LearnUpon refuses: her address is in use.", Salesforce: byHand, When: answered(byHand, addressInUse)},
			{Text: "As Sam, see the alert. It says why, and what mends it. Press Fix…, then Continue.", As: "sam", Channel: nameAlerts, When: shown(userSam, byHand, "LU User ID")},
			{Text: "Read the plan: the two records get to know each other, and nothing else. Press Apply.", As: "sam", Channel: nameAlerts, When: tied(byHand)},
			{Text: "The alert closes by itself once its cause is gone.", As: "sam", Channel: nameAlerts, When: said(channelAlerts, "Noor Haddad", `"closed"`)},
		},
	}
}

func leaver() page.Step {
	return page.Step{
		Title: "Somebody has left",
		About: "Max asks about Lena. BambooHR knows that she has gone, LearnUpon does not.",
		Parts: []page.Part{
			{Text: "As Sam, open the three dots on Max's message and choose Look up this address. Press Look up.", As: "sam", Channel: nameSupport, When: shown(userSam, left, "BambooHR")},
			{Text: "Press Deactivate beside the finding. Give a reason, choose the portal LearnUpon, and request approval.", As: "sam", Channel: nameSupport, When: carded("Deactivate", left)},
			{Text: "As Ana, open Registrar's Home. It waits for you there: press Open.", As: "ana", Home: true, When: atHome(userAna, left)},
			{Text: "Approve it. Lena cannot sign in any more, in either portal.", As: "ana", Channel: nameApprovals, Record: left, When: user(func(u page.User) bool { return u.Email == left && !u.Enabled })},
		},
	}
}

func howThingsStand() page.Step {
	return page.Step{
		Title: "See how things stand",
		About: "LearnUpon's own status, what Registrar has left of its calls, and everything it did.",
		Parts: []page.Part{
			{Text: "As Sam, see whether the systems are well.", As: "sam", Channel: nameSupport, Command: "/system-status", When: shown(userSam, "System status", announced)},
			{Text: "See the runs of the last 30 days.", As: "sam", Channel: nameSupport, Command: "/runs", When: shown(userSam, "Runs", left)},
		},
	}
}

// asks is how Max brings Lena up.
func (s *Sandbox) asks() error {
	_, err := s.Slack.Person(userMax).Say(channelSupport, left+" is still in the course reports. Has she not left?")
	return err
}

// answered: LearnUpon's last answer about a contact.
func answered(email, response string) func(page.State) bool {
	return contact(func(c page.Contact) bool { return c.Email == email && c.Response == response })
}

// tied: the contact knows its account in LearnUpon.
func tied(email string) func(page.State) bool {
	return contact(func(c page.Contact) bool { return c.Email == email && c.LearnUponID != "" })
}

// contact: some contact in Salesforce is like that.
func contact(is func(page.Contact) bool) func(page.State) bool {
	return func(s page.State) bool { return s.Salesforce != nil && slices.ContainsFunc(s.Salesforce.Contacts, is) }
}

// atHome: the person's Home shows a text.
func atHome(user, text string) func(page.State) bool {
	return func(s page.State) bool {
		return slices.ContainsFunc(s.Homes, func(h page.Home) bool { return h.Person == user && holds("", h.View, []string{text}) })
	}
}
