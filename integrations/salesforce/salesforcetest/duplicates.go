package salesforcetest

import (
	"net/http"
	"strings"
)

// duplicateRule holds a new contact for a second one of somebody with the same address, or with the same first and last
// name, in whichever account.
type duplicateRule struct {
	message string // "": there is no rule
	warns   bool   // and may be waved aside
}

// RefuseDuplicates adds a rule by which no second contact of an address is made; one that only warns can be waved aside
// by who makes the contact.
func (s *Server) RefuseDuplicates(message string, warns bool) {
	s.change(func() { s.twins = duplicateRule{message, warns} })
}

func (d duplicateRule) refuse(s *Server, o *object, v values, allowed bool) *answer {
	if d.message == "" || o.name != contactType || d.warns && allowed {
		return nil
	}
	same := func(r *record, key string) bool {
		value, _ := v[key].(string)
		return value != "" && strings.EqualFold(r.text(key), value)
	}
	for _, r := range s.of(contactType) {
		if !r.deleted() && (same(r, "Email") || same(r, "FirstName") && same(r, "LastName")) {
			return bad("DUPLICATES_DETECTED", d.message)
		}
	}
	return nil
}

// allowsTwin reports whether a call waves warnings of duplicates aside.
func allowsTwin(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Sforce-Duplicate-Rule-Header"), ";") {
		if key, value, _ := strings.Cut(strings.TrimSpace(part), "="); strings.EqualFold(key, "allowSave") {
			return strings.EqualFold(strings.TrimSpace(value), "true")
		}
	}
	return false
}
