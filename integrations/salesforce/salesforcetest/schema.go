package salesforcetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// object is a kind of record.
type object struct {
	name, label, plural, prefix string
	fields                      []*field
}

// field is one of its fields. Records keep values under key, whatever the field is called at present.
type field struct {
	key      string
	name     string // the API name
	label    string
	kind     string
	length   int
	to       string // of a reference: the object
	relation string // of a reference: how queries name it
	external bool   // may be the key of an upsert
	shared   bool   // of an external id: several records may have one value
	required bool
	fixed    bool // set by the org alone
	hidden   bool // by field-level security
	readOnly bool // by field-level security
	values   []string
}

func (f *field) custom() bool { return strings.HasSuffix(f.key, "__c") }

// filterable reports whether a query may compare with the field.
func (f *field) filterable() bool { return f.kind != "textarea" }

const (
	contactType  = "Contact"
	accountType  = "Account"
	userType     = "User"
	profileType  = "Profile"
	roleType     = "UserRole"
	callLogsType = "LearnUponP__LearnUpon_API_Call_Logs__c"
)

// Keys of the custom fields, and their API names as long as these are not changed.
const (
	keyGroup      = "LearnUpon_Group_ID__c"
	keyTimeZone   = "Time_Zone__c"
	keyCreate     = "Create_in_LearnUpon__c"
	keyManager    = "Create_as_Manager_in_LearnUpon__c"
	keyUserID     = "LearnUponP__LU_User_ID__c"
	keyEnrolled   = "LearnUponP__Enrolled__c"
	keyInProgress = "LearnUponP__In_Progress__c"
	keyCompleted  = "LearnUponP__Completed__c"
	keyLegacy     = "Legacy_ID__c"
	keyResponse   = "LearnUponP__Response_Message__c"
	keyAbout      = "LearnUponP__Contact__c"
	keyUser       = "LearnUponP__User__c"
	keyRequest    = "LearnUponP__Request_Body__c"
	keyAccount    = "LearnUponP__Account__c"
	keyEmail      = "LearnUponP__Email__c"
)

func standardObjects() []*object {
	text := func(key, label string, length int) *field {
		return &field{key: key, label: label, kind: "string", length: length}
	}
	flag := func(key, label string) *field { return &field{key: key, label: label, kind: "boolean"} }
	count := func(key, label string) *field { return &field{key: key, label: label, kind: "double"} }
	ref := func(key, label, to, relation string) *field {
		return &field{key: key, label: label, kind: "reference", to: to, relation: relation}
	}
	email := func() *field { return &field{key: "Email", label: "Email", kind: "email", length: 80} }
	must := func(f *field) *field { f.required = true; return f }
	fixed := func(f *field) *field { f.fixed = true; return f }
	name := func() *field { return fixed(text("Name", "Full Name", 121)) }
	bin := func(to string) []*field {
		return []*field{fixed(flag("IsDeleted", "Deleted")), fixed(ref("MasterRecordId", "Master Record ID", to, "MasterRecord"))}
	}
	legacy := &field{key: keyLegacy, label: "Legacy ID", kind: "string", length: 40, external: true}
	zone := &field{key: keyTimeZone, label: "Time Zone", kind: "picklist", length: 80, values: zones()}

	objects := []*object{
		{accountType, "Account", "Accounts", "001", slices.Concat(bin(accountType),
			[]*field{must(text("Name", "Account Name", 255)), text("BillingCity", "Billing City", 40), text("Website", "Website", 255),
				ref("OwnerId", "Owner ID", userType, "Owner"), text(keyGroup, "LearnUpon Group ID", 40), zone})},
		{contactType, "Contact", "Contacts", "003", slices.Concat(bin(contactType), []*field{
			text("FirstName", "First Name", 40), must(text("LastName", "Last Name", 80)), name(), email(),
			ref("AccountId", "Account ID", accountType, "Account"), flag("HasOptedOutOfEmail", "Email Opt Out"),
			flag(keyCreate, "Create in LearnUpon"), flag(keyManager, "Create as Manager in LearnUpon"),
			text(keyUserID, "LU User ID", 40), count(keyEnrolled, "Enrolled"), count(keyInProgress, "In Progress"),
			count(keyCompleted, "Completed"), legacy})},
		{userType, "User", "Users", "005", []*field{
			text("FirstName", "First Name", 40), must(text("LastName", "Last Name", 80)), name(), must(email()),
			must(text("Username", "Username", 80)), must(text("Alias", "Alias", 8)), flag("IsActive", "Active"),
			ref("ContactId", "Contact ID", contactType, "Contact"), fixed(ref("AccountId", "Account ID", accountType, "Account")),
			must(ref("ProfileId", "Profile ID", profileType, "Profile")), ref("UserRoleId", "Role ID", roleType, "UserRole"),
			text("CommunityNickname", "Nickname", 40), fixed(text("UserType", "User Type", 40)),
			must(text("TimeZoneSidKey", "Time Zone", 40)), must(text("LocaleSidKey", "Locale", 40)),
			must(text("LanguageLocaleKey", "Language", 40)), must(text("EmailEncodingKey", "Email Encoding", 40)),
			fixed(&field{key: "LastLoginDate", label: "Last Login", kind: "datetime"})}},
		{profileType, "Profile", "Profiles", "00e", []*field{fixed(text("Name", "Name", 255)), fixed(text("UserType", "User Type", 40))}},
		{roleType, "Role", "Roles", "00E", []*field{fixed(text("Name", "Name", 80))}},
		{"Organization", "Organization", "Organizations", "00D", []*field{fixed(text("Name", "Name", 80)), fixed(flag("IsSandbox", "Is Sandbox"))}},
		{callLogsType, "LearnUpon API Call Log", "LearnUpon API Call Logs", "a0L", []*field{
			fixed(flag("IsDeleted", "Deleted")), fixed(text("Name", "LearnUpon API Call Logs Name", 80)),
			text(keyResponse, "Response Message", 255), ref(keyAbout, "Contact", contactType, "LearnUponP__Contact__r"),
			ref(keyUser, "User", userType, "LearnUponP__User__r"), {key: keyRequest, label: "Request Body", kind: "textarea", length: 32768}, ref(keyAccount, "Account", accountType, "LearnUponP__Account__r"),
			{key: keyEmail, label: "Email", kind: "email", length: 80}}},
	}
	for _, o := range objects {
		o.fields = append([]*field{{key: "Id", label: o.label + " ID", kind: "id", fixed: true}}, o.fields...)
		for _, stamp := range [][2]string{{"CreatedDate", "Created Date"}, {"LastModifiedDate", "Last Modified Date"}, {"SystemModstamp", "System Modstamp"}} {
			o.fields = append(o.fields, &field{key: stamp[0], label: stamp[1], kind: "datetime", fixed: true})
		}
		for _, f := range o.fields {
			f.name = f.key
		}
	}
	return objects
}

func zones() []string {
	return []string{
		"America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "America/Anchorage", "America/Phoenix",
		"America/Sao_Paulo", "Europe/London", "Europe/Berlin", "Asia/Calcutta", "Asia/Dubai", "Asia/Tokyo", "Australia/Sydney",
		"Pacific/Kiritimati", "Pacific/Honolulu", "GMT",
	}
}

// object finds a kind of record by its API name, without case.
func (s *Server) object(name string) *object {
	for _, o := range s.objects {
		if strings.EqualFold(o.name, name) {
			return o
		}
	}
	return nil
}

// field finds a field by its API name, without case; nil if it is hidden.
func (o *object) field(name string) *field {
	for _, f := range o.fields {
		if strings.EqualFold(f.name, name) && !f.hidden {
			return f
		}
	}
	return nil
}

// RandomNames gives every custom field of the org another API name; the labels stay.
func (s *Server) RandomNames(seed uint64) {
	random := rand.New(rand.NewPCG(seed, 0))
	s.change(func() {
		for _, o := range s.objects {
			for _, f := range o.fields {
				if f.custom() {
					f.name = fmt.Sprintf("F%x_%x__c", random.Uint32(), random.Uint32())
				}
			}
		}
	})
}

// APIName is what a field is called at present; "" if the object has no such label.
func (s *Server) APIName(object, label string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.labelled(object, label); f != nil {
		return f.name
	}
	return ""
}

// Hide takes a field out of the integration user's sight, as field-level security does.
func (s *Server) Hide(object, label string) {
	s.secure(object, label, func(f *field) { f.hidden = true })
}

// Protect lets the integration user see a field and not change it.
func (s *Server) Protect(object, label string) {
	s.secure(object, label, func(f *field) { f.readOnly = true })
}

// Show undoes Hide and Protect.
func (s *Server) Show(object, label string) {
	s.secure(object, label, func(f *field) { f.hidden, f.readOnly = false, false })
}

// AddField adds a text field, perhaps with a label another one has.
func (s *Server) AddField(object, label, apiName string) {
	s.change(func() {
		o := s.object(object)
		o.fields = append(o.fields, &field{key: apiName, name: apiName, label: label, kind: "string", length: 255})
	})
}

// AddExternalID adds a text field whose values are unique and may be the key of an upsert; shared, as old data has it,
// several records may bear one value.
func (s *Server) AddExternalID(object, label, apiName string, shared bool) {
	s.change(func() {
		o := s.object(object)
		o.fields = append(o.fields, &field{
			key: apiName, name: apiName, label: label, kind: "string", length: 255, external: true, shared: shared,
		})
	})
}

// NumberField makes a text field one for numbers, as some orgs have it. Do it before there are records.
func (s *Server) NumberField(object, label string) {
	s.secure(object, label, func(f *field) { f.kind = "double" })
}

// LongText makes a text field one for long text, which no query can filter by.
func (s *Server) LongText(object, label string) {
	s.secure(object, label, func(f *field) { f.kind, f.length = "textarea", 32_768 })
}

// Relabel gives a field another label.
func (s *Server) Relabel(object, label, now string) {
	s.secure(object, label, func(f *field) { f.label = now })
}

func (s *Server) secure(object, label string, how func(*field)) {
	s.change(func() { how(s.mustField(object, label)) })
}

func (s *Server) mustField(object, label string) *field {
	f := s.labelled(object, label)
	if f == nil {
		panic("salesforcetest: " + object + " has no field labelled " + label)
	}
	return f
}

func (s *Server) labelled(object, label string) *field {
	o := s.object(object)
	if o == nil {
		return nil
	}
	i := slices.IndexFunc(o.fields, func(f *field) bool { return f.label == label })
	if i < 0 {
		return nil
	}
	return o.fields[i]
}
