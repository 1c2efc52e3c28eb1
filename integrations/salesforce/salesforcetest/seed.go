package salesforcetest

import (
	"slices"
	"time"
)

// Account is an institution.
type Account struct {
	ID           string
	Name         string
	City         string // of the billing address
	Website      string
	OwnerID      string // of the user who looks after it
	GroupID      string // "LearnUpon Group ID"
	TimeZone     string // "Time Zone"
	LastModified time.Time
	Deleted      bool
	MasterID     string // of the account it was merged into
}

// Contact is a person of an account.
type Contact struct {
	ID                  string
	FirstName, LastName string
	Email               string
	AccountID           string
	EmailOptOut         bool   // "Email Opt Out"
	Create              bool   // "Create in LearnUpon"
	CreateAsManager     bool   // "Create as Manager in LearnUpon"
	LearnUponID         string // "LU User ID"
	Enrolled            int    // courses, as LearnUpon last said; so are the two below
	InProgress          int
	Completed           int
	LastModified        time.Time
	Deleted             bool
	MasterID            string // of the contact it was merged into
}

// User is somebody who can sign in.
type User struct {
	ID                  string
	Username            string // "": the address
	Email               string
	FirstName, LastName string
	Inactive            bool
	ContactID           string
	Profile             string // "": Customer Community User with a contact, System Administrator without
	NoRole              bool   // of somebody without a contact
	TimeZone            string // "": America/New_York
	LastModified        time.Time
	LastSignIn          time.Time
	PendingEmail        string // waits until the person opens the link mailed to it
}

// CallLog is a line the managed package wrote about a call to LearnUpon.
type CallLog struct {
	ID        string
	ContactID string
	UserID    string
	AccountID string
	Email     string
	Request   string // "Request Body"
	Response  string // "Response Message"
	CreatedAt time.Time
}

// AddAccount adds an account as if it had always been there, and returns its id.
func (s *Server) AddAccount(a Account) string {
	return s.seed(accountType, values{
		"Name": a.Name, "BillingCity": some(a.City), "Website": some(a.Website), "OwnerId": some(a.OwnerID),
		keyGroup: s.number(accountType, keyGroup, a.GroupID), keyTimeZone: some(a.TimeZone),
	}, a.LastModified)
}

// AddContact adds a contact as if it had always been there, and returns its id. The managed package takes no notice.
func (s *Server) AddContact(c Contact) string {
	return s.seed(contactType, values{
		"FirstName": some(c.FirstName), "LastName": c.LastName, "Email": some(c.Email), "AccountId": some(c.AccountID),
		"HasOptedOutOfEmail": c.EmailOptOut, keyCreate: c.Create, keyManager: c.CreateAsManager,
		keyUserID: s.number(contactType, keyUserID, c.LearnUponID), keyEnrolled: float64(c.Enrolled), keyInProgress: float64(c.InProgress),
		keyCompleted: float64(c.Completed),
	}, c.LastModified)
}

// AddUser adds a user as if it had always been there, and returns its id.
func (s *Server) AddUser(u User) string {
	profile, kind := or(u.Profile, "System Administrator"), ownUser
	v := values{
		"Username": or(u.Username, u.Email), "Email": u.Email, "FirstName": some(u.FirstName), "LastName": or(u.LastName, "User"),
		"Alias": "user", "IsActive": !u.Inactive, "ContactId": some(u.ContactID), "TimeZoneSidKey": or(u.TimeZone, "America/New_York"),
		"LocaleSidKey": "en_US", "LanguageLocaleKey": "en_US", "EmailEncodingKey": "UTF-8",
	}
	if !u.LastSignIn.IsZero() {
		v["LastLoginDate"] = u.LastSignIn
	}
	s.mu.Lock()
	if u.ContactID != "" {
		profile, kind = or(u.Profile, "Customer Community User"), communityUser
		v["AccountId"] = some(s.mustFind(u.ContactID).text("AccountId"))
	}
	if u.ContactID == "" && !u.NoRole {
		v["UserRoleId"] = s.of(roleType)[0].id
	}
	v["ProfileId"], v["UserType"] = s.profile(profile, kind), kind
	s.mu.Unlock()
	return s.seed(userType, v, u.LastModified)
}

// AddProfile adds a profile for logins of contacts, and returns its id.
func (s *Server) AddProfile(name string) string {
	id := ""
	s.change(func() { id = s.profile(name, communityUser) })
	return id
}

func (s *Server) profile(name, kind string) string {
	profiles := s.of(profileType)
	if i := slices.IndexFunc(profiles, func(r *record) bool { return r.text("Name") == name }); i >= 0 {
		return profiles[i].id
	}
	return s.add(profileType, values{"Name": name, "UserType": kind}).id
}

// number is a value for a text field that may have become one for numbers.
func (s *Server) number(object, key, text string) any {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asNumber(object, key, text)
}

func (s *Server) asNumber(object, key, text string) any {
	for _, f := range s.object(object).fields {
		if f.key == key && f.kind == "double" {
			return digitsOf(text)
		}
	}
	return some(text)
}

func (s *Server) seed(object string, v values, modified time.Time) string {
	id := ""
	s.change(func() {
		if !modified.IsZero() {
			modified = modified.UTC().Truncate(time.Second)
			v["CreatedDate"], v["LastModifiedDate"], v["SystemModstamp"] = modified, modified, modified
		}
		id = s.add(object, v).id
	})
	return id
}

func some(text string) any {
	if text == "" {
		return nil
	}
	return text
}
