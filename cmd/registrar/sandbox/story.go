package sandbox

import (
	"bytes"
	"slices"
	"strings"

	"registrar/cmd/registrar/sandbox/page"
)

// story is what the page opens with.
func story() *page.Story {
	return page.NewStory(page.Chapter{Title: "Three things to try", Steps: []page.Step{
		{
			Title: "Send an invitation again",
			About: "Priya was invited a week ago and cannot find the mail.",
			Parts: []page.Part{
				{Text: "As Sam, ask for it. Press Continue and read the plan.", As: "sam", Channel: nameSupport, Command: "/resend-confirmation " + invited, When: requested("Resend confirmation")},
				{Text: "Press Apply. The link goes to Priya, once: see the mailbox.", As: "sam", Mailbox: true, When: mailedTo(invited)},
			},
		},
		{
			Title: "Confirm somebody, with a second pair of eyes",
			About: "Tom registered by himself and never got the confirmation mail.",
			Parts: []page.Part{
				{Text: "As Max, ask for it, with a reason, and request approval.", As: "max", Channel: nameSupport, Command: "/confirm-user " + registered, When: requested("Confirm user")},
				{Text: "Press Approve on your own request, and be told why not.", As: "max", Channel: nameApprovals, When: told(userMax, "Nobody approves their own run")},
				{Text: "As Ana, approve it.", As: "ana", Channel: nameApprovals, When: carded("Copy the confirmation link from the record", `"Done"`)},
				{Text: "Copy the link from Tom's record in LearnUpon, press Done on the card and paste it.", As: "ana", Channel: nameApprovals, Record: registered, When: confirmed(registered)},
				{Text: "N/A is gone from the record: press Done once more.", As: "ana", Channel: nameApprovals, Record: registered, When: carded("Confirm user", "Done: all")},
			},
		},
		{
			Title: "Look somebody up",
			About: "Everything about Maria in one place, for you alone.",
			Parts: []page.Part{
				{Text: "As Sam, look her up.", As: "sam", Channel: nameSupport, Command: "/lookup " + active, When: shown(userSam, "Look up", "Enrollments")},
			},
		},
	}})
}

// requested: a card of that action stands in the approvals channel.
func requested(action string) func(page.State) bool { return carded(action) }

// carded: one message of the approvals channel holds all the texts.
func carded(texts ...string) func(page.State) bool {
	return func(s page.State) bool {
		return slices.ContainsFunc(s.Messages, func(m page.Message) bool {
			return m.Channel == channelApprovals && m.Only == "" && holds(m.Text, m.Blocks, texts)
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
	return func(s page.State) bool {
		return slices.ContainsFunc(s.Portals, func(p page.Portal) bool {
			return slices.ContainsFunc(p.Users, func(u page.User) bool { return u.Email == email && !u.Unconfirmed })
		})
	}
}
