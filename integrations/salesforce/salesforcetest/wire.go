package salesforcetest

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"
)

// answer is what the org says.
type answer struct {
	status int
	body   any // a string is sent as it is; nil: none
	header http.Header
}

func ok(body any) answer { return answer{status: http.StatusOK, body: body} }

type problem struct {
	Message string   `json:"message"`
	Code    string   `json:"errorCode"`
	Fields  []string `json:"fields,omitempty"`
}

func refuse(status int, code, message string, fields ...string) answer {
	return answer{status: status, body: []problem{{Message: message, Code: code, Fields: fields}}}
}

func bad(code, message string, fields ...string) *answer {
	a := refuse(http.StatusBadRequest, code, message, fields...)
	return &a
}

func notFound() answer {
	return refuse(http.StatusNotFound, "NOT_FOUND", "The requested resource does not exist")
}

func reply(w http.ResponseWriter, a answer) {
	for name, values := range a.header {
		w.Header()[name] = values
	}
	if a.body == nil {
		w.WriteHeader(a.status)
		return
	}
	plain, isText := a.body.(string)
	switch {
	case isText && strings.HasPrefix(plain, "<"):
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
	default:
		w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	}
	w.WriteHeader(a.status)
	if a.status == http.StatusNoContent {
		return
	}
	io.WriteString(w, text(a.body))
}

// text is a body as it goes over the wire.
func text(body any) string {
	if body == nil {
		return ""
	}
	if plain, isText := body.(string); isText {
		return plain
	}
	b, err := json.Marshal(body)
	if err != nil {
		panic("salesforcetest: " + err.Error())
	}
	return string(b)
}

// times is how Salesforce writes a moment.
const times = "2006-01-02T15:04:05.000-0700"

// shown is a value as JSON has it.
func shown(value any) any {
	if at, isTime := value.(time.Time); isTime {
		if at.IsZero() {
			return nil
		}
		return at.UTC().Format(times)
	}
	return value
}
