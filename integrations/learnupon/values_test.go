package learnupon

import (
	"encoding/json"
	"testing"
	"time"
)

func TestFlexibleValues(t *testing.T) {
	type record struct {
		ID   ID
		N    Int
		F    flag
		T    Time
		Name string
	}
	day := time.Date(2026, 2, 3, 0, 0, 0, 0, time.UTC)
	tests := map[string]record{
		`{"ID":7,"N":3,"F":true,"T":"2026-02-03T00:00:00Z","Name":"x"}`:       {7, 3, true, Time{day}, "x"},
		`{"ID":"7","N":"3","F":"true","T":"2026-02-03","Name":null}`:          {7, 3, true, Time{day}, ""},
		`{"ID":7.0,"N":3.0,"F":1,"T":"2026-02-03T02:00:00+02:00","Name":""}`:  {7, 3, true, Time{day}, ""},
		`{"ID":null,"N":"","F":0,"T":null}`:                                   {},
		`{"F":"0","T":""}`:                                                    {},
		`{"F":null,"N":null}`:                                                 {},
		`{}`:                                                                  {},
		`{"ID":9007199254740993,"F":"1","T":"2026-02-03 00:00:00 UTC","N":0}`: {9007199254740993, 0, true, Time{day}, ""},
	}
	for text, want := range tests {
		var got record
		if err := json.Unmarshal([]byte(text), &got); err != nil || got != want {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{`{"ID":"x"}`, `{"ID":1.5}`, `{"F":"maybe"}`, `{"F":2}`, `{"T":"soon"}`, `{"N":{}}`} {
		if err := json.Unmarshal([]byte(text), new(record)); err == nil {
			t.Errorf("%s was accepted", text)
		}
	}
}

func TestListShapes(t *testing.T) {
	for body, want := range map[string]int{
		`{"customDataFieldDefintions":[{"id":9}],"user":[{"id":1},{"id":2}]}`: 2,
		`{"user":{"id":1}}`: 1,
		`{"user":null}`:     0,
		`{"user":[]}`:       0,
	} {
		if got, err := decode[User]([]byte(body), "user"); err != nil || len(got) != want {
			t.Errorf("%s: %v, %v", body, got, err)
		}
	}
	for _, body := range []string{``, `[]`, `{}`, `{"users":"x"}`, `{"user":[1]}`, `<html>`} {
		if got, err := decode[User]([]byte(body), "user"); err == nil {
			t.Errorf("%s: %v", body, got)
		}
	}
}
