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

// saved is what the package does after a record was saved. Only a box that was just ticked, or a user the contact was
// just tied to, means something to it.
func (s *Server) saved(r *record, before values) {
	if r.object.name != contactType {
		return
	}
	ticked := func(key string) bool { was, _ := before[key].(bool); return r.flag(key) && !was }
	user := r.idText(keyUserID)
	create, promote := ticked(keyCreate) && user == "", ticked(keyManager) && user != "" && before != nil
	tied := user != "" && (&record{values: before}).idText(keyUserID) != user
	r.waiting = r.waiting || s.options.LearnUpon != nil && (create || promote)
	if !r.waiting && !tied || s.options.SyncAfter <= 0 || s.closed {
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

// Sync makes the managed package do now what it has to do, and LearnUpon tell it of everybody's courses.
func (s *Server) Sync() {
	s.mu.Lock()
	people := s.of(contactType)
	s.mu.Unlock()
	for _, r := range people {
		s.sync(r)
	}
}

// sync asks LearnUpon for one contact and writes down what it said. The org is not locked meanwhile.
func (s *Server) sync(r *record) {
	s.mu.Lock()
	if r.deleted() || s.closed {
		s.mu.Unlock()
		return
	}
	asks := r.waiting
	r.waiting = false
	wanted := Sync{
		ContactID: r.id, FirstName: r.text("FirstName"), LastName: r.text("LastName"), Email: r.text("Email"),
		Manager: r.flag(keyManager), UserID: r.idText(keyUserID),
	}
	if account := s.find(r.text("AccountId")); account != nil {
		wanted.GroupID = account.idText(keyGroup)
	}
	s.mu.Unlock()
	if asks {
		wanted.UserID = s.ask(r, wanted)
	}
	if wanted.UserID == "" || s.options.Counts == nil {
		return
	}
	enrolled, inProgress, completed := s.options.Counts(wanted.UserID)
	s.change(func() {
		for key, n := range map[string]int{keyEnrolled: enrolled, keyInProgress: inProgress, keyCompleted: completed} {
			r.values[key] = float64(n)
		}
	})
}

// ask has LearnUpon make the contact a user, or the user a manager, and returns the user's id; "" where there is none.
func (s *Server) ask(r *record, wanted Sync) string {
	id, err := s.options.LearnUpon(wanted)
	s.change(func() {
		response := "Success"
		if err != nil {
			response = err.Error()
		} else if id != "" && id != wanted.UserID {
			r.values[keyUserID] = s.asNumber(contactType, keyUserID, id)
			s.stamp(r)
		}
		s.log(CallLog{ContactID: r.id, Response: response})
	})
	if err != nil || id == "" {
		return wanted.UserID
	}
	return id
}
