package salesforcetest

import "time"

// AddCallLog adds a line of the managed package's log, and returns its id.
func (s *Server) AddCallLog(contact, response string) string {
	return s.SeedCallLog(CallLog{ContactID: contact, Response: response})
}

// SeedCallLog adds a line of the log, and returns its id. With a CreatedAt earlier than that of lines which can be seen
// already it is what a long transaction leaves that was committed late.
func (s *Server) SeedCallLog(l CallLog) string {
	id := ""
	s.change(func() { id = s.log(l).id })
	return id
}

// BeginCallLog starts a transaction that writes a line of the log: the line has its id and its time from now on, and
// nobody sees it before commit.
func (s *Server) BeginCallLog(l CallLog) (id string, commit func()) {
	var r *record
	s.change(func() {
		r = s.log(l)
		s.records = s.records[:len(s.records)-1]
	})
	return r.id, func() { s.change(func() { s.records = append(s.records, r) }) }
}

// log writes a line. The caller holds the lock.
func (s *Server) log(l CallLog) *record {
	v := values{
		keyRequest: some(l.Request), keyResponse: some(l.Response), keyAbout: some(l.ContactID), keyUser: some(l.UserID), keyAccount: some(l.AccountID), keyEmail: some(l.Email),
	}
	if !l.CreatedAt.IsZero() {
		at := l.CreatedAt.UTC().Truncate(time.Second)
		v["CreatedDate"], v["LastModifiedDate"], v["SystemModstamp"] = at, at, at
	}
	r := s.add(callLogsType, v)
	r.values["Name"] = "LOG-" + r.id[9:15]
	return r
}
