package proof

import (
	"fmt"
	"strconv"

	"registrar/integrations/learnupon/learnupontest"
	"registrar/integrations/salesforce/salesforcetest"
)

func making() []errand {
	made := func(name string, values map[string]any) errand {
		return errand{action: "create-user", name: name, command: "/create-user Ada Byron " + newcomer + ` "Hillcrest University"`, values: values, follows: syncs}
	}
	slow := made("the package takes its time", nil)
	slow.follows, slow.slow = nil, true
	return []errand{
		made("learner", nil),
		made("manager", map[string]any{"As manager": "Yes"}),
		made("with a login", map[string]any{"Customer user": "Yes"}),
		slow,
	}
}

func addressing() []errand {
	moves := errand{action: "change-email", name: "with a login", command: "/change-email " + maria + " maria@new.example", follows: verifies, unread: linked("maria@new.example")}
	slow := moves
	slow.name, slow.slow, slow.follows, slow.meanwhile = "the person takes their time", true, syncs, verifies
	return []errand{
		moves,
		{action: "change-email", name: "without a login", command: "/change-email " + elif + " elif@new.example", follows: syncs},
		slow,
		{action: "reuse-email", name: "kept", command: "/reuse-email " + wei + " deactivate"},
		{action: "reuse-email", name: "deleted", command: "/reuse-email " + wei + " delete"},
	}
}

// abroad seeds people of an institution in another time zone, whose records are
// long settled.
func abroad(n int) func(*stage) {
	return func(s *stage) {
		group := s.LearnUpon.AddGroup("Berlin College")
		account := s.Salesforce.AddAccount(salesforcetest.Account{Name: "Berlin College", TimeZone: "Europe/Berlin", GroupID: strconv.FormatInt(group, 10), LastModified: longAgo()})
		for i := range n {
			email := fmt.Sprintf("person%02d@berlin.example", i)
			id := s.LearnUpon.AddUser(learnupontest.User{Email: email, FirstName: "Person", LastName: strconv.Itoa(i), SignIns: 1, CreatedAt: longAgo(), TimeZone: "UTC"})
			s.LearnUpon.AddMember(group, id)
			s.Salesforce.AddContact(salesforcetest.Contact{FirstName: "Person", LastName: strconv.Itoa(i), Email: email, AccountID: account,
				LearnUponID: strconv.FormatInt(id, 10), LastModified: longAgo()})
		}
	}
}

func accounting() []errand {
	managed := func(s *stage) {
		for _, g := range s.LearnUpon.Snapshot().Groups {
			if g.Title == "Institution Group Manager" {
				s.LearnUpon.AddGroupCourse(g.ID, s.LearnUpon.AddCourse(learnupontest.Course{Name: "Managing"}))
			}
		}
	}
	main := map[string]any{"Portal": "LearnUpon"}
	return []errand{
		{action: "set-time-zone", name: "one person", command: "/set-time-zone person00@berlin.example", seed: abroad(1)},
		{action: "set-time-zone", name: "everybody of an account", command: "/set-time-zone all", values: map[string]any{"Salesforce account": "Berlin College"}, seed: abroad(23)},
		{action: "add-manager", command: "/add-manager " + wei + " Hillcrest University", seed: managed},
		{action: "change-role", name: "a learner becomes an instructor", command: "/change-role " + wei + " instructor"},
		{action: "change-role", name: "a manager becomes a learner", command: "/change-role " + maria + " learner"},
		{action: "deactivate", command: "/deactivate " + lena, values: main},
		{action: "reactivate", command: "/reactivate " + lars},
		{action: "delete-user", command: "/delete-user " + wei},
	}
}
