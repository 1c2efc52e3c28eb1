package proof

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"registrar/bot/slacktest"
	"registrar/cmd/registrar/registrartest"
	"registrar/integrations/learnupon/learnupontest"
	"registrar/integrations/salesforce/salesforcetest"
)

// vendors is what all vendors hold and what was written to them, as sorted
// lines without numbers and times that differ from run to run: two worlds in
// which the same was done have the same lines.
func (s *stage) vendors() []string {
	s.byPackage(func() { s.Salesforce.Sync() }) // LearnUpon tells Salesforce of courses, sooner or later
	var lines []string
	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	org := s.Salesforce.Snapshot()
	emails := map[string]string{} // of LearnUpon's users and Salesforce's contacts, by id
	for _, u := range s.LearnUpon.Snapshot().Users {
		emails[strconv.FormatInt(u.ID, 10)] = u.Email
	}
	for _, c := range org.Contacts {
		emails[c.ID] = c.Email
	}
	for name, portal := range map[string]*learnupontest.Server{"learnupon": s.LearnUpon, "partners": s.Partners} {
		portalLines(add, name, portal.Snapshot(), emails)
	}
	orgLines(add, org, emails, s.LearnUpon.Snapshot())
	for _, m := range s.Mail.Messages() {
		var links []string
		for _, l := range m.Links {
			if u, err := url.Parse(l); err == nil {
				links = append(links, strings.SplitN(u.Path, "/", 4)[1])
			}
		}
		add("mail to %v: %s, links %v", m.To, m.Subject, links)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, w := range s.writes {
		add("written: %s", w)
	}
	slices.Sort(lines)
	return lines
}

func portalLines(add func(string, ...any), portal string, shot learnupontest.Snapshot, emails map[string]string) {
	for _, u := range shot.Users {
		slices.Sort(u.Groups)
		slices.Sort(u.Manages)
		var courses []string
		for _, c := range u.Courses {
			courses = append(courses, fmt.Sprintf("%s %s %s %t", c.Name, c.Status, c.Score, c.Awarded))
		}
		slices.Sort(courses)
		contact := emails[u.SFContactID]
		if contact == "" {
			contact = u.SFContactID
		}
		add("%s user %s: %s %s, %s, disabled %t, zone %s, confirmed %t, opted out %t, contact %q, custom %v, groups %q, manages %q, courses %q",
			portal, u.Email, u.FirstName, u.LastName, u.Type, u.Disabled, u.TimeZone, u.Confirmed, u.OptedOut, contact, u.CustomData, u.Groups, u.Manages, courses)
	}
	for _, i := range shot.Invites {
		add("%s invite %s: %s %s, %s, group %q, %s, lapsed %t", portal, i.Email, i.FirstName, i.LastName, i.Type, i.Group, i.Status, i.Lapsed)
	}
	for _, g := range shot.Groups {
		add("%s group %s: %d members", portal, g.Title, g.Members)
	}
}

func orgLines(add func(string, ...any), org salesforcetest.Snapshot, emails map[string]string, academy learnupontest.Snapshot) {
	groups := map[string]string{}
	for _, g := range academy.Groups {
		groups[strconv.FormatInt(g.ID, 10)] = g.Title
	}
	accounts := map[string]string{}
	for _, a := range org.Accounts {
		accounts[a.ID] = a.Name
		add("account %s: group %q %q, zone %s, deleted %t", a.Name, groups[a.GroupID], strings.Repeat("?", min(1, len(a.GroupID))), a.TimeZone, a.Deleted)
	}
	for _, c := range org.Contacts {
		user, there := emails[c.LearnUponID]
		courses := fmt.Sprint(c.Enrolled, c.InProgress, c.Completed)
		if !there { // the counts are of any moment before
			user, courses = strings.Repeat("?", min(1, len(c.LearnUponID))), ""
		}
		add("contact %s: %s %s of %q, opted out %t, create %t, as manager %t, LU User ID of %q, courses %s, deleted %t",
			c.Email, c.FirstName, c.LastName, accounts[c.AccountID], c.EmailOptOut, c.Create, c.CreateAsManager, user, courses, c.Deleted)
	}
	for _, u := range org.Users {
		add("login %s: %s, inactive %t, contact %q, %s, zone %s, waiting for %q", u.Email, u.Username, u.Inactive, emails[u.ContactID], u.Profile, u.TimeZone, u.PendingEmail)
	}
	for _, l := range org.CallLogs {
		add("the package about %q: %s", emails[l.ContactID], l.Response)
	}
}

var runID = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

// told is what people find in Slack about the run, by the kinds of messages
// that the bot marks them with: the card, what is in its thread, files and
// direct messages. What was said about a review is left out, and that a plan
// is ready, which is said to who has closed the form.
func (s *stage) told() []string {
	var lines []string
	say := func(where string, m slacktest.Message) {
		var data struct {
			Payload struct{ Key string } `json:"event_payload"`
		}
		_ = json.Unmarshal(m.Metadata, &data) // a file has none
		kind, _, _ := strings.Cut(data.Payload.Key, "-")
		if kind != "status" && kind != "plan" && len(m.Files) == 0 {
			lines = append(lines, where+": "+kind)
		}
		for _, f := range m.Files {
			lines = append(lines, where+": "+runID.ReplaceAllString(f.Name, "{run}"))
		}
	}
	for _, card := range s.Slack.Messages(registrartest.Approvals) {
		lines = append(lines, card.Text)
		for _, reply := range s.Slack.Replies(registrartest.Approvals, card.TS) {
			say("in the thread", reply)
		}
	}
	for _, person := range []string{registrartest.Sam, registrartest.Max, registrartest.Ana, registrartest.Ada} {
		for _, m := range s.Slack.DirectMessages(person) {
			say("to "+person, m)
		}
	}
	slices.Sort(lines)
	return lines
}
