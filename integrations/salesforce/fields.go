package salesforce

import (
	"fmt"
	"strings"
)

// Field is a field that is found by what people call it, because its API name differs from org to org.
type Field int

// The fields the runbooks name. Of the standard ones only the labels may differ; they can be hidden like any other.
const (
	ContactEmailOptOut Field = iota
	ContactCreate            // ticked: the managed package makes a LearnUpon user of the contact
	ContactCreateAsManager
	ContactLearnUponID
	ContactEmail
	ContactKey // an external id of ours, which an org may add: see [NewContact]
	UserEmail
	AccountGroupID
	AccountTimeZone
	CallLogResponse // what LearnUpon answered to the managed package
	// Whom a row of the call log is about. The vendor does not say which of these a row has: an org lacks any of them.
	CallLogContact
	CallLogUser
	CallLogAccount
	CallLogEmail
	// What LearnUpon tells the contact of its courses. An org may call these otherwise, or not show them.
	ContactEnrolled
	ContactInProgress
	ContactCompleted
	fieldCount
)

const (
	contactObject = name("Contact")
	accountObject = name("Account")
	userObject    = name("User")
	profileObject = name("Profile")
	orgObject     = name("Organization")

	// callLogObject belongs to the managed package, as observed in several orgs in 2026; like any object of its own it is
	// looked up by label first.
	callLogObject = name("LearnUponP__LearnUpon_API_Call_Logs__c")
	callLogLabel  = "LearnUpon API Call Logs"
)

// fields says what each Field is called. A standard field has a fixed API name; an optional one may be missing.
var fields = [fieldCount]struct {
	object   name
	label    string
	standard name
	optional bool
}{
	ContactEmailOptOut:     {object: contactObject, label: "Email Opt Out", standard: "HasOptedOutOfEmail"},
	ContactCreate:          {object: contactObject, label: "Create in LearnUpon"},
	ContactCreateAsManager: {object: contactObject, label: "Create as Manager in LearnUpon"},
	ContactLearnUponID:     {object: contactObject, label: "LU User ID"},
	ContactEmail:           {object: contactObject, label: "Email", standard: "Email"},
	ContactKey:             {object: contactObject, label: "Registrar Key", optional: true},
	UserEmail:              {object: userObject, label: "Email", standard: "Email"},
	AccountGroupID:         {object: accountObject, label: "LearnUpon Group ID"},
	AccountTimeZone:        {object: accountObject, label: "Time Zone"},
	CallLogResponse:        {object: callLogObject, label: "Response Message"},
	CallLogContact:         {object: callLogObject, label: "Contact", optional: true},
	CallLogUser:            {object: callLogObject, label: "User", optional: true},
	CallLogAccount:         {object: callLogObject, label: "Account", optional: true},
	CallLogEmail:           {object: callLogObject, label: "Email", optional: true},
	ContactEnrolled:        {object: contactObject, label: "Enrolled", optional: true},
	ContactInProgress:      {object: contactObject, label: "In Progress", optional: true},
	ContactCompleted:       {object: contactObject, label: "Completed", optional: true},
}

// Object is the API name of the object the field belongs to.
func (f Field) Object() string { return string(fields[f].object) }

// Label is what people call the field.
func (f Field) Label() string { return fields[f].label }

// String names the field as SALESFORCE_FIELDS does: Contact."LU User ID".
func (f Field) String() string { return fmt.Sprintf("%s.%q", f.Object(), f.Label()) }

// FieldError says why a field cannot be used.
type FieldError struct {
	Field      Field
	Ambiguous  bool     // several fields bear the label
	Candidates []string // Label (API_Name__c): those, or the nearest ones
}

func (e *FieldError) Error() string { return system + ": " + e.Field.String() + ": " + e.reason() }

// Public is the sentence for people.
func (e *FieldError) Public() string {
	return fmt.Sprintf("The field %q of %s in Salesforce cannot be used: %s Nothing was changed.", e.Field.Label(), e.Field.Object(), e.reason())
}

func (e *FieldError) reason() string {
	near := strings.Join(e.Candidates, ", ")
	switch {
	case e.Ambiguous:
		return "several fields bear this label: " + near + ". SALESFORCE_FIELDS has to say which."
	case near != "":
		return "there is none with this label, or field-level security hides it. The nearest are " + near + ". SALESFORCE_FIELDS may name one."
	default:
		return "there is none with this label, or field-level security hides it."
	}
}

// overrides reads the API names that are configured.
func overrides(given map[string]map[string]string) (map[Field]name, error) {
	found := map[Field]name{}
	for object, labels := range given {
		for label, api := range labels {
			f, ok := fieldOf(object, label)
			switch {
			case !ok:
				return nil, fmt.Errorf("%s: no field %s.%q is used", system, object, label)
			case !names.MatchString(api):
				return nil, fmt.Errorf("%s: the API name for %s cannot be one", system, f)
			}
			found[f] = name(api)
		}
	}
	return found, nil
}

func fieldOf(object, label string) (Field, bool) {
	for f := range fieldCount {
		if strings.EqualFold(f.Object(), object) && sameLabel(f.Label(), label) {
			return f, true
		}
	}
	return 0, false
}

// sameLabel compares as people do: without case, and however the spaces are.
func sameLabel(a, b string) bool {
	return strings.EqualFold(strings.Join(strings.Fields(a), " "), strings.Join(strings.Fields(b), " "))
}
