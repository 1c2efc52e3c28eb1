package salesforcetest

import "time"

// Sync is what LearnUpon's managed package asks for when a contact with "Create in LearnUpon" is saved: a user, or, once
// there is one, that it becomes a manager.
type Sync struct {
	ContactID           string
	FirstName, LastName string
	Email               string
	Manager             bool   // "Create as Manager in LearnUpon"
	GroupID             string // the account's "LearnUpon Group ID"; "": the user gets no group
	UserID              string // "LU User ID"; "": a user is to be made
}

// saved is what the package does after a record was saved. Only a box that was just ticked means something to it.
func (s *Server) saved(r *record, before values) {
	if r.object.name != contactType || s.options.LearnUpon == nil {
		return
	}
	ticked := func(key string) bool { was, _ := before[key].(bool); return r.flag(key) && !was }
	create := ticked(keyCreate) && r.text(keyUserID) == ""
	promote := ticked(keyManager) && r.text(keyUserID) != ""
	if !create && !promote {
		return
	}
	r.waiting = true
	if s.options.SyncAfter <= 0 || s.closed {
		return
	}
	var timer *time.Timer
	timer = time.AfterFunc(s.options.SyncAfter, func() {
		s.mu.Lock()
		delete(s.timers, timer)
		s.mu.Unlock()
		s.sync(r)
	})
	s.timers[timer] = true
}

// Sync makes the managed package do now what it has to do.
func (s *Server) Sync() {
	s.mu.Lock()
	waiting := s.of(contactType)
	s.mu.Unlock()
	for _, r := range waiting {
		s.sync(r)
	}
}

// sync asks LearnUpon for one contact and writes down what it said. The org is not locked meanwhile.
func (s *Server) sync(r *record) {
	s.mu.Lock()
	if !r.waiting || r.deleted() || s.closed {
		s.mu.Unlock()
		return
	}
	r.waiting = false
	wanted := Sync{
		ContactID: r.id, FirstName: r.text("FirstName"), LastName: r.text("LastName"), Email: r.text("Email"),
		Manager: r.flag(keyManager), UserID: r.text(keyUserID),
	}
	if account := s.find(r.text("AccountId")); account != nil {
		wanted.GroupID = account.text(keyGroup)
	}
	s.mu.Unlock()

	id, err := s.options.LearnUpon(wanted)
	s.change(func() {
		response := "Success"
		if err != nil {
			response = err.Error()
		} else if id != "" {
			r.values[keyUserID] = id
			s.stamp(r)
		}
		s.log(CallLog{ContactID: r.id, Response: response})
	})
}
