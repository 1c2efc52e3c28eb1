package salesforcetest

import "strconv"

// Edit is a person changing a field, found by its label, in the browser. No rule or lock holds them back. The value is
// text or a bool.
func (s *Server) Edit(id, label string, value any) {
	s.change(func() {
		r := s.mustFind(id)
		f := s.mustField(r.object.name, label)
		if text, is := value.(string); is && f.kind == "double" {
			value = digitsOf(text)
		} else if is {
			value = some(text)
		}
		before := make(values, len(r.values))
		for key, old := range r.values {
			before[key] = old
		}
		r.values[f.key] = value
		s.stamp(r)
		s.saved(r, before)
	})
}

// Touch is a job in the background: it moves the time of the last system change, and nothing else.
func (s *Server) Touch(id string) {
	s.change(func() { s.mustFind(id).values["SystemModstamp"] = s.now() })
}

// Merge makes others part of a record of the same kind, as people do in the browser: they go to the recycle bin, and
// what belonged to them now belongs to it.
func (s *Server) Merge(winner string, losers ...string) {
	s.change(func() {
		kept := s.mustFind(winner)
		for _, id := range losers {
			lost := s.mustFind(id)
			if lost.object != kept.object || lost == kept {
				panic("salesforcetest: these cannot be merged")
			}
			lost.values["IsDeleted"], lost.values["MasterRecordId"] = true, kept.id
			s.stamp(lost)
			s.reparent(lost.id, kept.id)
		}
		s.stamp(kept)
	})
}

func (s *Server) reparent(from, to string) {
	for _, r := range s.records {
		for _, f := range r.object.fields {
			if f.kind == "reference" && f.key != "MasterRecordId" && r.text(f.key) == from {
				r.values[f.key] = to
			}
		}
	}
}

// Delete puts a record into the recycle bin.
func (s *Server) Delete(id string) {
	s.change(func() {
		r := s.mustFind(id)
		r.values["IsDeleted"] = true
		s.stamp(r)
	})
}

// Purge takes a record out of the recycle bin, for good.
func (s *Server) Purge(id string) {
	s.change(func() {
		for i, r := range s.records {
			if r.id == fullID(id) {
				s.records = append(s.records[:i], s.records[i+1:]...)
				return
			}
		}
	})
}

// Lock makes a record look as if another transaction was saving it, until Unlock.
func (s *Server) Lock(id string) { s.change(func() { s.locked[fullID(id)] = true }) }

// Unlock undoes Lock.
func (s *Server) Unlock(id string) { s.change(func() { delete(s.locked, fullID(id)) }) }

// Forbid adds a validation rule: any write that sets the field is refused, with this message.
func (s *Server) Forbid(object, label, message string) {
	s.change(func() {
		s.rules = append(s.rules, rule{object: object, key: s.mustField(object, label).key, message: message})
	})
}

// digitsOf is the number a text stands for; nil where it is none.
func digitsOf(text string) any {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return nil
	}
	return n
}
