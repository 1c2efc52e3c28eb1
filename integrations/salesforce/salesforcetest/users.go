package salesforcetest

import (
	"fmt"
	"time"
)

// The kinds of users, as profiles name them.
const (
	ownUser       = "Standard"
	communityUser = "CspLitePortal"
)

// verifyWithin is how long the link in the mail about a new address works.
const verifyWithin = 72 * time.Hour

// newUser is what the org insists on for a new user, and what it adds.
func (s *Server) newUser(o *object, v values) *answer {
	if o.name != userType {
		return nil
	}
	v["IsActive"] = true
	if v["ContactId"] == nil {
		v["UserType"] = ownUser
		return nil
	}
	contact := s.find(v["ContactId"].(string))
	account := s.find(contact.text("AccountId"))
	if account == nil {
		return bad("FIELD_INTEGRITY_EXCEPTION", "Contact must belong to an account", "ContactId")
	}
	if owner := s.find(account.text("OwnerId")); owner != nil && owner.text("UserRoleId") == "" {
		return bad("UNKNOWN_EXCEPTION", "portal account owner must have a role")
	}
	if profile := s.find(v["ProfileId"].(string)); profile.text("UserType") != communityUser {
		return bad("FIELD_INTEGRITY_EXCEPTION", "this profile is not for users of a community", "ProfileId")
	}
	logins := 0
	for _, r := range s.of(userType) {
		if r.text("ContactId") == contact.id {
			return bad("DUPLICATE_VALUE", "portal user already exists for contact: "+contact.id, "ContactId")
		}
		if r.text("ContactId") != "" && r.flag("IsActive") {
			logins++
		}
	}
	if s.options.Logins > 0 && logins >= s.options.Logins {
		return bad("LICENSE_LIMIT_EXCEEDED", "license limit exceeded: Customer Community")
	}
	v["AccountId"], v["UserType"] = account.id, communityUser
	return nil
}

// VerifyEmail is a user opening the link that was mailed to a new address.
func (s *Server) VerifyEmail(id string) error {
	var err error
	s.change(func() {
		r := s.mustFind(id)
		if r.pendingEmail == "" || s.now().After(r.pendingUntil) {
			err = fmt.Errorf("no change of the address is waiting")
			return
		}
		r.values["Email"], r.pendingEmail = r.pendingEmail, ""
		s.stamp(r)
	})
	return err
}
