package salesforce

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"
)

// ID is the id of a record in its form of 18 characters, which may be compared; "" is none.
type ID string

var errID = errors.New("not a Salesforce id")

// ParseID reads an id of 15 or 18 characters. The three more only say which letters are capitals, for programs that
// compare without case; where they contradict the letters, the id was mistyped.
func ParseID(text string) (ID, error) {
	text = strings.TrimSpace(text)
	if len(text) != 15 && len(text) != 18 {
		return "", errID
	}
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
	full := []byte(text[:15])
	for start := 0; start < 15; start += 5 {
		capitals := 0
		for i, c := range []byte(text[start : start+5]) {
			switch {
			case 'A' <= c && c <= 'Z':
				capitals |= 1 << i
			case 'a' <= c && c <= 'z', '0' <= c && c <= '9':
			default:
				return "", errID
			}
		}
		full = append(full, digits[capitals])
	}
	if len(text) == 18 && !strings.EqualFold(string(full), text) {
		return "", errID
	}
	return ID(full), nil
}

// String is the id in 18 characters.
func (id ID) String() string { return string(id) }

// The first three characters of an id tell what it is the id of.
const (
	accountPrefix = "001"
	contactPrefix = "003"
	userPrefix    = "005"
)

// IsContact reports whether this is the id of a contact.
func (id ID) IsContact() bool { return strings.HasPrefix(string(id), contactPrefix) }

// IsAccount reports whether this is the id of an account.
func (id ID) IsAccount() bool { return strings.HasPrefix(string(id), accountPrefix) }

// IsUser reports whether this is the id of a user.
func (id ID) IsUser() bool { return strings.HasPrefix(string(id), userPrefix) }

// UnmarshalJSON accepts either length, and null.
func (id *ID) UnmarshalJSON(b []byte) error {
	var text string
	if err := json.Unmarshal(b, &text); err != nil || text == "" {
		*id = ""
		return err
	}
	parsed, err := ParseID(text)
	*id = parsed
	return err
}

// times is how Salesforce writes a moment: not quite RFC 3339.
const times = "2006-01-02T15:04:05.000-0700"

// Time is a moment in UTC; the zero one where Salesforce has null.
type Time struct{ time.Time }

// UnmarshalJSON accepts Salesforce's times, RFC 3339 and null.
func (t *Time) UnmarshalJSON(b []byte) error {
	var text string
	if err := json.Unmarshal(b, &text); err != nil || text == "" {
		t.Time = time.Time{}
		return err
	}
	for _, layout := range []string{times, time.RFC3339Nano} {
		// In UTC a year may lie outside those that can be stored.
		if at, err := time.Parse(layout, text); err == nil && at.UTC().Year() >= 0 && at.UTC().Year() <= 9999 {
			t.Time = at.UTC()
			return nil
		}
	}
	return errors.New("not a time")
}

// number is text that may be stored as a number: 7, 7.0, "7" and null.
type number string

func (n *number) UnmarshalJSON(b []byte) error {
	var value any
	if err := json.Unmarshal(b, &value); err != nil {
		return err
	}
	switch v := value.(type) {
	case string:
		*n = number(strings.TrimSpace(v))
	case float64:
		*n = number(strconv.FormatFloat(v, 'f', -1, 64))
	default:
		*n = ""
	}
	return nil
}
