package learnupontest

import (
	"strconv"
	"testing"
)

// A top-level admin is an admin everywhere: no sub-portal changes the type.
func TestTopLevelAdminsStayAdmins(t *testing.T) {
	top := fresh(t, Options{})
	sub := top.SubPortal(Options{Title: "Partners", AllowExisting: true})
	t.Cleanup(sub.Close)
	top.AddUser(User{Email: "jo@x.edu", Type: "admin"})
	below := sub.AddUser(User{Email: "jo@x.edu", Type: "admin"})
	other := sub.AddUser(User{Email: "al@x.edu", Type: "admin"})
	change := func(id int64) got {
		return ask(t, sub, "PUT /users/"+strconv.FormatInt(id, 10), `{"User":{"user_type":"learner"}}`)
	}
	change(below).want(t, 400, "top-level admin")
	change(other).want(t, 200, "id")
}
