package salesforcetest

import (
	"strings"
	"time"
)

// values are a record's fields by key: string, bool, float64 or time.Time; none: null.
type values map[string]any

type record struct {
	id     string
	object *object
	values values

	pendingEmail string // of a user
	pendingUntil time.Time
	waiting      bool // of a contact: for the managed package
}

func (r *record) text(key string) string {
	text, _ := r.values[key].(string)
	return text
}

func (r *record) flag(key string) bool {
	set, _ := r.values[key].(bool)
	return set
}

func (r *record) time(key string) time.Time {
	at, _ := r.values[key].(time.Time)
	return at
}

func (r *record) deleted() bool { return r.flag("IsDeleted") }

// get is a field's value, computed where the org computes it.
func (r *record) get(f *field) any {
	switch {
	case f.key == "Id":
		return r.id
	case f.key == "Name" && r.object.field("LastName") != nil:
		return strings.TrimSpace(r.text("FirstName") + " " + r.text("LastName"))
	case f.kind == "boolean":
		return r.flag(f.key)
	default:
		return r.values[f.key]
	}
}

// newID makes an id nobody has: three characters for the object, twelve of a number, three of a checksum.
func (s *Server) newID(prefix string) string {
	const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	s.lastID += 37
	body := []byte(prefix + "Hs0000000000")
	for i, n := len(body)-1, s.lastID; n > 0; i, n = i-1, n/len(digits) {
		body[i] = digits[n%len(digits)]
	}
	return fullID(string(body))
}

// fullID adds the three characters that tell which letters of an id are capitals.
func fullID(id string) string {
	if len(id) != 15 {
		return id
	}
	for start := range 3 {
		capitals := 0
		for i := range 5 {
			if c := id[start*5+i]; c >= 'A' && c <= 'Z' {
				capitals |= 1 << i
			}
		}
		id += string("ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[capitals])
	}
	return id
}

func validID(id string) bool {
	for _, c := range id {
		if !(c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z') {
			return false
		}
	}
	return len(id) == 15 || len(id) == 18 && fullID(id[:15]) == id
}

// add stores a new record. The caller holds the lock.
func (s *Server) add(object string, v values) *record {
	o := s.object(object)
	r := &record{id: s.newID(o.prefix), object: o, values: v}
	now := s.now()
	for _, stamp := range []string{"CreatedDate", "LastModifiedDate", "SystemModstamp"} {
		if r.time(stamp).IsZero() {
			r.values[stamp] = now
		}
	}
	s.records = append(s.records, r)
	return r
}

// stamp notes that a person or a program saved the record.
func (s *Server) stamp(r *record) {
	r.values["LastModifiedDate"], r.values["SystemModstamp"] = s.now(), s.now()
}

// find returns a record, also from the recycle bin; nil if there is none. Either length of an id will do.
func (s *Server) find(id string) *record {
	id = fullID(id)
	for _, r := range s.records {
		if r.id == id {
			return r
		}
	}
	return nil
}

func (s *Server) mustFind(id string) *record {
	r := s.find(id)
	if r == nil {
		panic("salesforcetest: there is no record " + id)
	}
	return r
}

// of lists the records of an object, the oldest first.
func (s *Server) of(object string) []*record {
	var found []*record
	for _, r := range s.records {
		if r.object.name == object {
			found = append(found, r)
		}
	}
	return found
}
