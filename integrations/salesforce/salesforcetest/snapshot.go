package salesforcetest

import (
	"strconv"
	"strings"
)

// Snapshot is a copy of what the org holds, the oldest first.
type Snapshot struct {
	Name     string
	URL      string
	Accounts []Account
	Contacts []Contact
	Users    []User
	CallLogs []CallLog
}

// Snapshot copies the org's records, those in the recycle bin too.
func (s *Server) Snapshot() Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	shot := Snapshot{Name: s.options.Name, URL: s.URL}
	for _, r := range s.records {
		switch r.object.name {
		case accountType:
			shot.Accounts = append(shot.Accounts, Account{
				ID: r.id, Name: r.text("Name"), City: r.text("BillingCity"), Website: r.text("Website"), OwnerID: r.text("OwnerId"), GroupID: r.idText(keyGroup), TimeZone: r.text(keyTimeZone),
				LastModified: r.time("LastModifiedDate"), Deleted: r.deleted(), MasterID: r.text("MasterRecordId"),
			})
		case contactType:
			shot.Contacts = append(shot.Contacts, Contact{
				ID: r.id, FirstName: r.text("FirstName"), LastName: r.text("LastName"), Email: r.text("Email"), AccountID: r.text("AccountId"),
				EmailOptOut: r.flag("HasOptedOutOfEmail"), Create: r.flag(keyCreate), CreateAsManager: r.flag(keyManager),
				LearnUponID: r.idText(keyUserID), Enrolled: r.count(keyEnrolled), InProgress: r.count(keyInProgress), Completed: r.count(keyCompleted),
				LastModified: r.time("LastModifiedDate"), Deleted: r.deleted(), MasterID: r.text("MasterRecordId"),
			})
		case userType:
			profile := ""
			if p := s.find(r.text("ProfileId")); p != nil {
				profile = p.text("Name")
			}
			shot.Users = append(shot.Users, User{
				ID: r.id, Username: r.text("Username"), Email: r.text("Email"), FirstName: r.text("FirstName"), LastName: r.text("LastName"),
				Inactive: !r.flag("IsActive"), ContactID: r.text("ContactId"), Profile: profile, TimeZone: r.text("TimeZoneSidKey"), NoRole: r.text("UserRoleId") == "",
				LastModified: r.time("LastModifiedDate"), LastSignIn: r.time("LastLoginDate"), PendingEmail: r.pendingEmail,
			})
		case callLogsType:
			shot.CallLogs = append(shot.CallLogs, CallLog{
				ID: r.id, ContactID: r.text(keyAbout), UserID: r.text(keyUser), AccountID: r.text(keyAccount), Email: r.text(keyEmail),
				Request: r.text(keyRequest), Response: r.text(keyResponse), CreatedAt: r.time("CreatedDate"),
			})
		}
	}
	return shot
}

// idText is a LearnUpon number, whichever way the org keeps it.
func (r *record) idText(key string) string {
	if n, is := r.values[key].(float64); is {
		return strconv.FormatFloat(n, 'f', -1, 64)
	}
	return r.text(key)
}

func (r *record) count(key string) int {
	n, _ := r.values[key].(float64)
	return int(n)
}

// Contact returns the first contact with an address that is not in the recycle bin, and whether there is one.
func (s Snapshot) Contact(email string) (Contact, bool) {
	for _, c := range s.Contacts {
		if !c.Deleted && strings.EqualFold(c.Email, email) {
			return c, true
		}
	}
	return Contact{}, false
}

// Account returns the first account of a name that is not in the recycle bin, and whether there is one.
func (s Snapshot) Account(name string) (Account, bool) {
	for _, a := range s.Accounts {
		if !a.Deleted && strings.EqualFold(a.Name, name) {
			return a, true
		}
	}
	return Account{}, false
}
