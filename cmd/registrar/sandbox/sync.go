package sandbox

import (
	"context"
	"strconv"
	"time"

	"registrar/integrations/learnupon"
	"registrar/integrations/learnupon/learnupontest"
	"registrar/integrations/salesforce/salesforcetest"
)

// syncAfter is how long LearnUpon's managed package takes: long enough to see
// that it is not the box that makes the user.
const syncAfter = 3 * time.Second

// alertsEvery is how often the bot reads the package's log here: nobody stays
// in front of a demo for a minute to see that something went wrong.
const alertsEvery = 2 * time.Second

// refusal is what the package writes into its call log, word for word.
type refusal string

const addressInUse = "Email address already in use"

func (r refusal) Error() string { return string(r) }

// sync is LearnUpon's answer to its managed package in Salesforce, when somebody
// has ticked "Create in LearnUpon" on a contact.
func (s *Sandbox) sync(want salesforcetest.Sync) (string, error) {
	group, noGroup := strconv.ParseInt(want.GroupID, 10, 64)
	if want.UserID != "" {
		if err := s.promote(want.UserID); err != nil {
			return "", refusal("The user could not be made a manager")
		}
		if user, err := strconv.ParseInt(want.UserID, 10, 64); err == nil && noGroup == nil {
			s.LearnUpon.AddRights(group, user)
		}
		return want.UserID, nil
	}
	if _, taken := s.LearnUpon.Snapshot().User(want.Email); taken {
		return "", refusal(addressInUse)
	}
	u := learnupontest.User{Email: want.Email, FirstName: want.FirstName, LastName: want.LastName, FromSalesforce: true, SFContactID: want.ContactID}
	if want.Manager {
		u.Type = "manager"
	}
	id := s.LearnUpon.AddUser(u)
	s.LearnUpon.AddMember(s.everybody, id)
	if noGroup == nil {
		s.LearnUpon.AddMember(group, id)
	}
	return strconv.FormatInt(id, 10), nil
}

// promote makes a user a manager: the package is a client of LearnUpon's API
// like any other.
func (s *Sandbox) promote(user string) error {
	client, err := learnupon.New(learnupon.Config{URL: s.LearnUpon.URL, Username: s.LearnUpon.Username(), Password: s.LearnUpon.Password()})
	if err != nil {
		return err
	}
	id, err := strconv.ParseInt(user, 10, 64)
	if err != nil {
		return err
	}
	ctx, done := context.WithTimeout(context.Background(), 10*time.Second)
	defer done()
	manager := "manager"
	_, err = client.UpdateUser(ctx, learnupon.ID(id), learnupon.UserUpdate{Type: &manager})
	return err
}

// counts is what LearnUpon tells the package of a user's courses.
func (s *Sandbox) counts(id string) (enrolled, inProgress, completed int) {
	for _, u := range s.LearnUpon.Snapshot().Users {
		if strconv.FormatInt(u.ID, 10) != id {
			continue
		}
		for _, c := range u.Courses {
			enrolled++
			switch c.Status {
			case "in_progress":
				inProgress++
			case "completed", "passed":
				completed++
			}
		}
	}
	return enrolled, inProgress, completed
}
