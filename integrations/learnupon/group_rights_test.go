package learnupon_test

import (
	"slices"
	"testing"

	"registrar/integrations/learnupon"
	"registrar/integrations/learnupon/learnupontest"
	"registrar/integrations/rest"
)

// What somebody leaves behind: groups, courses, permissions.
func TestWhatAPersonHolds(t *testing.T) {
	server, client := portal(t, learnupontest.Options{PageSize: 1})
	jo := server.AddUser(learnupontest.User{Email: "jo@x.edu", Type: "manager", Permissions: []string{"can_mark_complete", "can_move_groups"}})
	al := server.AddUser(learnupontest.User{Email: "al@x.edu", Type: "manager", Disabled: true})
	east, west := server.AddGroup("East"), server.AddGroup("West")
	for _, user := range []int64{jo, al} {
		server.AddRights(east, user)
	}
	server.AddRights(west, jo)
	server.AddCourse(learnupontest.Course{Name: "Basics", Owner: jo})
	server.AddCourse(learnupontest.Course{Name: "Nobody's"})

	managers, err := client.ManagersOf(t.Context(), learnupon.ID(east))
	if err != nil || len(managers) != 2 || managers[0].UserID != learnupon.ID(jo) || managers[1].UserID != learnupon.ID(al) {
		t.Errorf("managers: %+v, %v", managers, err)
	}
	u, err := client.UserByID(t.Context(), learnupon.ID(jo))
	if err != nil || !slices.Equal(u.Permissions, []learnupon.Permission{"can_mark_complete", "can_move_groups"}) {
		t.Errorf("permissions: %+v, %v", u.Permissions, err)
	}
	var owners []learnupon.ID
	for c, err := range client.Courses(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		owners = append(owners, c.OwnerID)
	}
	if !slices.Equal(owners, []learnupon.ID{learnupon.ID(jo), 0}) {
		t.Errorf("owners: %v", owners)
	}
}

// Whoever is gone is not there, whether the portal says so with 404 or with an
// empty list.
func TestGoneIsGone(t *testing.T) {
	for name, o := range map[string]learnupontest.Options{"404": {}, "200 with nothing": {EmptyIfGone: true}} {
		t.Run(name, func(t *testing.T) {
			server, client := portal(t, o)
			jo := learnupon.ID(server.AddUser(learnupontest.User{Email: "jo@x.edu"}))
			server.AddUser(learnupontest.User{Email: "al@x.edu"})
			if err := client.DeleteUser(t.Context(), jo); err != nil {
				t.Fatal(err)
			}
			if _, err := client.UserByID(t.Context(), jo); !rest.IsNotFound(err) {
				t.Errorf("by number: %v", err)
			}
			if _, err := client.UserByEmail(t.Context(), "jo@x.edu"); !rest.IsNotFound(err) {
				t.Errorf("by address: %v", err)
			}
		})
	}
}
