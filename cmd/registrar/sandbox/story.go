package sandbox

import (
	"bytes"
	"slices"
	"strings"

	"registrar/cmd/registrar/sandbox/page"
)

// story is what the page opens with: three things to try, three more, and what
// to do about what goes wrong.
func story() *page.Story {
	return page.NewStory(
		page.Chapter{Title: "Three things to try", Steps: []page.Step{invitation(), confirmation(), lookUp()}},
		page.Chapter{Title: "Three more", Steps: []page.Step{noMail(), newGroup(), oneAccount()}},
		syncError(),
	)
}

func invitation() page.Step {
	return page.Step{
		Title: "Send an invitation again",
		About: "Priya was invited a week ago and cannot find the mail.",
		Parts: []page.Part{
			{Text: "As Sam, ask for it. Press Continue and read the plan.", As: "sam", Channel: nameSupport, Command: "/resend-confirmation " + invited, When: requested("Resend confirmation")},
			{Text: "Press Apply. The link goes to Priya, once: see the mailbox.", As: "sam", Mailbox: true, When: mailedTo(invited)},
		},
	}
}

func confirmation() page.Step {
	return page.Step{
		Title: "Confirm somebody, with a second pair of eyes",
		About: "Tom registered by himself and never got the confirmation mail.",
		Parts: []page.Part{
			{Text: "As Max, ask for it, with a reason, and request approval.", As: "max", Channel: nameSupport, Command: "/confirm-user " + registered, When: requested("Confirm user")},
			{Text: "Press Approve on your own request, and be told why not.", As: "max", Channel: nameApprovals, When: told(userMax, "Nobody approves their own run")},
			{Text: "As Ana, approve it.", As: "ana", Channel: nameApprovals, When: carded("Copy the confirmation link from the record", `"Done"`)},
			{Text: "Copy the link from Tom's record in LearnUpon, press Done on the card and paste it.", As: "ana", Channel: nameApprovals, Record: registered, When: confirmed(registered)},
			{Text: "N/A is gone from the record: press Done once more.", As: "ana", Channel: nameApprovals, Record: registered, When: carded("Confirm user", "Done: all")},
		},
	}
}

func lookUp() page.Step {
	return page.Step{
		Title: "Look somebody up",
		About: "Everything about Maria in one place, for you alone.",
		Parts: []page.Part{
			{Text: "As Sam, look her up.", As: "sam", Channel: nameSupport, Command: "/lookup " + active, When: shown(userSam, active, "Enrollments")},
		},
	}
}

func noMail() page.Step {
	return page.Step{
		Title: "Stop all mail to somebody",
		About: "Wei wants no mail any more. Salesforce has an API for that, LearnUpon has none.",
		Parts: []page.Part{
			{Text: "As Sam, ask for it and press Apply. Salesforce is set at once.", As: "sam", Channel: nameSupport, Command: "/opt-out " + quiet, When: contactOptedOut(quiet)},
			{Text: "Set the opt-out on Wei's record in LearnUpon, as the card asks.", As: "sam", Channel: nameApprovals, Record: quiet, When: portalOptedOut(quiet)},
			{Text: "Press Done on the card.", As: "sam", Channel: nameApprovals, When: carded("Opt out", "Done: all")},
		},
	}
}

func newGroup() page.Step {
	return page.Step{
		Title: "Give a new account its group",
		About: newAccount + " is in Salesforce and has no group in LearnUpon, so nobody there can be taught.",
		Parts: []page.Part{
			{Text: "As Sam, ask for it. Say who joins, give a reason and request approval.", As: "sam", Channel: nameSupport, Command: "/create-group " + newAccount, When: requested("Create group")},
			{Text: "As Ana, approve it.", As: "ana", Channel: nameApprovals, When: carded("Create group", "Approvals: 1 of 1")},
			{Text: "See the group's number on the account in Salesforce, and its people in LearnUpon.", Salesforce: newAccount, When: hasGroup(newAccount)},
			{Text: "Ivan can come now: tick Create in LearnUpon on his contact, and wait a moment.", Salesforce: waiting, When: user(func(u page.User) bool { return u.Email == waiting })},
		},
	}
}

func oneAccount() page.Step {
	return page.Step{
		Title: "Make one account of two, and delete the other",
		About: "Daniel has two accounts. What cannot be undone needs two people, and a moment in which anyone can stop it.",
		Parts: []page.Part{
			{Text: "As Max, ask for it: delete the duplicate. Read what is lost, and request approval.", As: "max", Channel: nameSupport, Command: "/merge-users " + kept + " " + doubled + " delete", When: requested("Merge users")},
			{Text: "As Ana, approve it.", As: "ana", Channel: nameApprovals, When: carded("Merge users", "Approvals: 1 of 2")},
			{Text: "As Ada, approve it as well.", As: "ada", Channel: nameApprovals, When: carded("Merge users", `"Stop"`)},
			{Text: "Press Stop within the minute, or let it happen and see what Daniel has then.", Channel: nameApprovals, As: "max", Record: kept, When: either(gone(doubled), carded("Merge users", "stopped it"))},
		},
	}
}

// requested: a card of that action stands in the approvals channel.
func requested(action string) func(page.State) bool { return carded(action) }

// carded: one message of the approvals channel holds all the texts.
func carded(texts ...string) func(page.State) bool { return said(channelApprovals, texts...) }

// said: one message of a channel holds all the texts.
func said(channel string, texts ...string) func(page.State) bool {
	return func(s page.State) bool {
		return slices.ContainsFunc(s.Messages, func(m page.Message) bool {
			return m.Channel == channel && m.Only == "" && holds(m.Text, m.Blocks, texts)
		})
	}
}

// told: the person was told something nobody else sees.
func told(user, text string) func(page.State) bool {
	return func(s page.State) bool {
		return slices.ContainsFunc(s.Messages, func(m page.Message) bool { return m.Only == user && holds(m.Text, m.Blocks, []string{text}) })
	}
}

// shown: a modal of the person holds all the texts.
func shown(user string, texts ...string) func(page.State) bool {
	return func(s page.State) bool {
		return slices.ContainsFunc(s.Views, func(v page.View) bool { return v.Person == user && holds("", v.View, texts) })
	}
}

func holds(text string, blocks []byte, all []string) bool {
	return !slices.ContainsFunc(all, func(t string) bool {
		return !strings.Contains(text, t) && !bytes.Contains(blocks, []byte(t))
	})
}

func mailedTo(email string) func(page.State) bool {
	return func(s page.State) bool {
		return slices.ContainsFunc(s.Mail, func(m page.Mail) bool { return strings.Contains(m.To, email) })
	}
}

// confirmed: the record no longer shows N/A.
func confirmed(email string) func(page.State) bool {
	return user(func(u page.User) bool { return u.Email == email && !u.Unconfirmed })
}

func contactOptedOut(email string) func(page.State) bool {
	return contact(func(c page.Contact) bool { return c.Email == email && c.OptedOut })
}

func portalOptedOut(email string) func(page.State) bool {
	return user(func(u page.User) bool { return u.Email == email && u.OptedOut })
}

// gone: LearnUpon has nobody of that address.
func gone(email string) func(page.State) bool {
	is := user(func(u page.User) bool { return u.Email == email })
	return func(s page.State) bool { return !is(s) }
}

// user: somebody in LearnUpon is like that.
func user(is func(page.User) bool) func(page.State) bool {
	return func(s page.State) bool {
		return slices.ContainsFunc(s.Portals, func(p page.Portal) bool { return slices.ContainsFunc(p.Users, is) })
	}
}

func hasGroup(account string) func(page.State) bool {
	return func(s page.State) bool {
		return slices.ContainsFunc(s.Salesforce.Accounts, func(a page.Account) bool { return a.Name == account && a.GroupID != "" })
	}
}

func either(a, b func(page.State) bool) func(page.State) bool {
	return func(s page.State) bool { return a(s) || b(s) }
}
