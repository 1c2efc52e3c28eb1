package learnupon_test

import (
	"errors"
	"testing"

	"registrar/integrations/learnupon"
	"registrar/integrations/learnupon/learnupontest"
	"registrar/integrations/rest"
)

// An account is tied to a contact, in whichever length the portal keeps the id.
func TestUpdateUserTiesToAContact(t *testing.T) {
	server, client := portal(t, learnupontest.Options{})
	id := learnupon.ID(server.AddUser(learnupontest.User{Email: "ada@x.edu"}))
	contact := "003Hs000000003aIAA"
	u, err := client.UpdateUser(t.Context(), id, learnupon.UserUpdate{SFContactID: &contact})
	if err != nil || u.SFContactID != contact || u.Email != "ada@x.edu" {
		t.Fatalf("%+v, %v", u, err)
	}
	for kept, taken := range map[string]bool{"003Hs000000003a": true, "003Hs000000003b": false, "": false} {
		server.Fail(learnupontest.Fault{Method: "GET", Route: "/users/{id}", Status: 200, Times: 1,
			Body: `{"user":[{"id":` + id.String() + `,"email":"ada@x.edu","sf_contact_id":"` + kept + `"}]}`})
		if _, err := client.UpdateUser(t.Context(), id, learnupon.UserUpdate{SFContactID: &contact}); (err == nil) != taken || !taken && !errors.Is(err, rest.ErrNotApplied) {
			t.Errorf("read back as %q: %v", kept, err)
		}
	}
}
