package salesforcetest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// rule refuses every write that sets a field.
type rule struct {
	object, key, message string
}

// insert makes a record of values as JSON has them. A warning of one that looks alike counts unless it is waved aside.
func (s *Server) insert(o *object, fields map[string]any, allowTwin bool) (*record, *answer) {
	v, a := s.convert(o, fields, nil)
	if a != nil {
		return nil, a
	}
	var missing []string
	for _, f := range o.fields {
		if f.required && v[f.key] == nil {
			missing = append(missing, f.name)
		}
	}
	if missing != nil {
		return nil, bad("REQUIRED_FIELD_MISSING", "Required fields are missing: ["+strings.Join(missing, ", ")+"]", missing...)
	}
	if a := s.newUser(o, v); a != nil {
		return nil, a
	}
	if a := s.twins.refuse(s, o, v, allowTwin); a != nil {
		return nil, a
	}
	r := s.add(o.name, v)
	s.saved(r, nil)
	return r, nil
}

// save changes a record.
func (s *Server) save(r *record, fields map[string]any) *answer {
	if s.locked[r.id] {
		a := rowLock(r)
		return &a
	}
	v, a := s.convert(r.object, fields, r)
	if a != nil {
		return a
	}
	before := maps.Clone(r.values)
	address, set := v["Email"].(string)
	if set && r.object.name == userType && !s.options.EmailAtOnce && !strings.EqualFold(address, r.text("Email")) {
		// The old address stays until the person has opened the link mailed to the new one.
		r.pendingEmail, r.pendingUntil = address, s.now().Add(verifyWithin)
		delete(v, "Email")
	}
	maps.Copy(r.values, v)
	s.stamp(r)
	s.saved(r, before)
	return nil
}

// convert brings values to the fields' types, or says what is wrong with them.
func (s *Server) convert(o *object, fields map[string]any, of *record) (values, *answer) {
	v := values{}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		f := o.field(name)
		if f == nil {
			return nil, bad("INVALID_FIELD", fmt.Sprintf("No such column '%s' on sobject of type %s", name, o.name))
		}
		if f.fixed || f.readOnly || of != nil && f.key == "ContactId" {
			return nil, bad("INVALID_FIELD_FOR_INSERT_UPDATE", "Unable to create/update fields: "+f.name+
				". Please check the security settings of this field and verify that it is read/write for your profile or permission set.", f.name)
		}
		value, a := s.typed(f, fields[name])
		if a == nil && value == nil && f.required && of != nil {
			a = bad("REQUIRED_FIELD_MISSING", "Required fields are missing: ["+f.name+"]", f.name)
		}
		if a == nil {
			a = s.unique(o, f, value, of)
		}
		if a != nil {
			return nil, a
		}
		for _, rule := range s.rules {
			if rule.object == o.name && rule.key == f.key {
				return nil, bad("FIELD_CUSTOM_VALIDATION_EXCEPTION", rule.message, f.name)
			}
		}
		v[f.key] = value
	}
	return v, nil
}

func (s *Server) typed(f *field, value any) (any, *answer) {
	if value == nil || value == "" {
		return nil, nil
	}
	mismatch := bad("JSON_PARSER_ERROR", fmt.Sprintf("Cannot deserialize instance of %s from a value of another type", f.kind))
	switch f.kind {
	case "boolean":
		set, is := value.(bool)
		if !is {
			return nil, mismatch
		}
		return set, nil
	case "double":
		number, is := value.(float64)
		if !is {
			return nil, mismatch
		}
		return number, nil
	}
	text, is := value.(string)
	switch {
	case !is:
		return nil, mismatch
	case f.length > 0 && utf8.RuneCountInString(text) > f.length:
		return nil, bad("STRING_TOO_LONG", fmt.Sprintf("%s: data value too large: (max length=%d)", f.label, f.length), f.name)
	case f.kind == "email" && !address(text):
		return nil, bad("INVALID_EMAIL_ADDRESS", f.label+": invalid email address: "+text, f.name)
	case f.kind == "picklist" && !slices.Contains(f.values, text):
		return nil, bad("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", f.label+": bad value for restricted picklist field: "+text, f.name)
	case f.kind == "reference" && !validID(text):
		return nil, bad("MALFORMED_ID", f.label+": id value of incorrect type: "+text, f.name)
	case f.kind == "reference":
		if to := s.find(text); to == nil || to.object.name != f.to || to.deleted() {
			return nil, bad("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", f.name)
		}
		return fullID(text), nil
	}
	return text, nil
}

func address(text string) bool {
	name, host, found := strings.Cut(text, "@")
	return found && name != "" && strings.Contains(host, ".") && !strings.ContainsAny(text, " ,;<>") && !strings.Contains(host, "@")
}

// unique keeps user names and external ids from being given twice.
func (s *Server) unique(o *object, f *field, value any, of *record) *answer {
	code, message := "DUPLICATE_VALUE", "duplicate value found: "+f.name+" duplicates value on record with id: "
	if f.key == "Username" {
		code, message = "DUPLICATE_USERNAME", "Duplicate Username. The username already exists in this or another Salesforce organization. "
	}
	text, _ := value.(string)
	if text == "" || (!f.external || f.shared) && f.key != "Username" && f.key != "CommunityNickname" {
		return nil
	}
	for _, r := range s.of(o.name) {
		if r != of && !r.deleted() && strings.EqualFold(r.text(f.key), text) {
			return bad(code, message+r.id, f.name)
		}
	}
	return nil
}
