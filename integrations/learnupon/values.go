package learnupon

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ID is the number of a record. The API sends and takes it as a number or as a string.
type ID int64

// String is the number in decimal.
func (id ID) String() string { return strconv.FormatInt(int64(id), 10) }

// UnmarshalJSON accepts 7, "7", "" and null.
func (id *ID) UnmarshalJSON(b []byte) error { return integer(b, (*int64)(id)) }

// Int is a whole number that may come as a string, a float or null, which is 0.
type Int int64

// UnmarshalJSON accepts 7, "7", 7.0, "" and null.
func (n *Int) UnmarshalJSON(b []byte) error { return integer(b, (*int64)(n)) }

// flag is a yes or no that may come as true, "true", 1, "1" or null, which is no.
type flag bool

// UnmarshalJSON accepts booleans, 0 and 1, either of them in quotes, "" and null.
func (f *flag) UnmarshalJSON(b []byte) error {
	switch unquoted(b) {
	case "true", "1":
		*f = true
	case "false", "0", "", "null":
		*f = false
	default:
		return fmt.Errorf("not a yes or no")
	}
	return nil
}

// text is a value that may come as a string, a number or null, which is "".
type text string

// UnmarshalJSON keeps a number as it was written.
func (t *text) UnmarshalJSON(b []byte) error {
	switch value := unquoted(b); {
	case value == "null":
		*t = ""
	case strings.HasPrefix(value, "{") || strings.HasPrefix(value, "["):
		return fmt.Errorf("not a text")
	default:
		*t = text(value)
	}
	return nil
}

// Time is a moment in UTC; the zero one where LearnUpon sends null. A date alone is its midnight.
type Time struct{ time.Time }

// UnmarshalJSON accepts ISO 8601 times, plain dates, "" and null.
func (t *Time) UnmarshalJSON(b []byte) error {
	text := unquoted(b)
	if text == "" || text == "null" {
		t.Time = time.Time{}
		return nil
	}
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly, "2006-01-02 15:04:05 UTC"} {
		// In UTC a year may lie outside those that can be written.
		if at, err := time.Parse(layout, text); err == nil && at.UTC().Year() >= 0 && at.UTC().Year() <= 9999 {
			t.Time = at.UTC()
			return nil
		}
	}
	return fmt.Errorf("not a time")
}

// MarshalJSON writes null for no time, as LearnUpon does.
func (t Time) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	return json.Marshal(t.UTC().Format(time.RFC3339))
}

func integer(b []byte, n *int64) error {
	text := unquoted(b)
	if text == "" || text == "null" {
		*n = 0
		return nil
	}
	// A float does not hold every number, and a number may name whose account is changed: only noughts are cut off.
	digits, fraction, _ := strings.Cut(text, ".")
	whole, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || strings.Trim(fraction, "0") != "" {
		return fmt.Errorf("not a whole number")
	}
	*n = whole
	return nil
}

func unquoted(b []byte) string {
	var text string
	if json.Unmarshal(b, &text) == nil && len(b) > 0 && b[0] == '"' {
		return strings.TrimSpace(text)
	}
	return string(b)
}
