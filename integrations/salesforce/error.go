package salesforce

import (
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"registrar/integrations/rest"
)

var (
	errInstance = errors.New("the reply names no address of Salesforce's own")
	errShape    = errors.New("the answer does not have the expected shape")
)

const (
	// limitWait is how long to leave an org alone whose calls are used up: the window is 24 hours and rolls.
	limitWait = 5 * time.Minute
	// lockWait is how long another transaction usually keeps a record.
	lockWait = 2 * time.Second
)

// refused reads Salesforce's account of a refusal: [{"message","errorCode","fields"}]. Anything else, such as the page
// shown during maintenance, is left to its status.
func refused(status int, _ http.Header, body []byte) (rest.Refusal, bool) {
	if status == http.StatusPreconditionFailed { // with or without a body
		return rest.Refusal{
			Code: "PRECONDITION_FAILED", Public: "Somebody changed the record in Salesforce meanwhile; nothing was changed. Look at it again first.",
		}, true
	}
	if status == http.StatusMultipleChoices { // with the addresses of the records
		return rest.Refusal{
			Status: http.StatusConflict, Code: ambiguous,
			Public: "Salesforce has several records with this key, so it is not clear which is meant; nothing was changed.",
		}, true
	}
	var said []struct {
		Message string   `json:"message"`
		Code    string   `json:"errorCode"`
		Fields  []string `json:"fields"`
	}
	if status < 300 || json.Unmarshal(body, &said) != nil || len(said) == 0 || said[0].Code == "" {
		return rest.Refusal{}, false
	}
	first := said[0]
	why := rest.Refusal{Code: first.Code, Message: withoutQuery(first.Code, first.Message)}
	switch code := first.Code; {
	case code == "REQUEST_LIMIT_EXCEEDED":
		// Told as 403, with no Retry-After, for the day's calls and for too many long ones at once alike.
		why.Status, why.Later = http.StatusTooManyRequests, limitWait
		why.Public = "Salesforce takes no more calls at the moment (the org's limit is reached); nothing was changed. Try again later."
	case code == "UNABLE_TO_LOCK_ROW":
		why.Later = lockWait
		why.Public = "Somebody else is saving this record in Salesforce right now; nothing was changed. Try again in a moment."
	case code == "INVALID_SESSION_ID" && misconfigured(first.Message):
		why.Status = http.StatusForbidden
	case code == "ENTITY_IS_DELETED":
		why.Status = http.StatusNotFound
		why.Public = "The record has been deleted in Salesforce."
	case code == "DUPLICATE_VALUE", code == "DUPLICATES_DETECTED", code == "DUPLICATE_USERNAME":
		why.Status = http.StatusConflict
		why.Public = "Salesforce has another record with this value, and refused to make a second; nothing was changed."
	case code == "LICENSE_LIMIT_EXCEEDED":
		why.Status = http.StatusConflict
		why.Public = "Salesforce has no licence left for another user of this profile; nothing was changed."
	case strings.Contains(strings.ToLower(first.Message), "must have a role"):
		// Told as an unknown exception; yet it is a plain refusal.
		why.Status = http.StatusConflict
		why.Public = "Salesforce gives nobody of this account a login while the account's owner has no role; nothing was changed."
	case code == "FIELD_CUSTOM_VALIDATION_EXCEPTION":
		why.Public = "A validation rule in Salesforce does not allow the change" + named(first.Fields) + "; nothing was changed."
	case strings.HasPrefix(code, "INSUFFICIENT_ACCESS"), code == "INVALID_FIELD_FOR_INSERT_UPDATE":
		why.Public = "The user Registrar has in Salesforce may not make this change" + named(first.Fields) + "; nothing was changed."
	}
	return why, true
}

// misconfigured finds the 401s that a new session would not cure, though they bear the code of a session that ended.
func misconfigured(message string) bool {
	message = strings.ToLower(message)
	return strings.Contains(message, "not valid for use with") || strings.Contains(message, "not attached to agent")
}

// Salesforce quotes the query when it cannot read it, with the address that was searched for.
var (
	quotesQuery = []string{"MALFORMED_QUERY", "INVALID_FIELD", "INVALID_TYPE", "INVALID_QUERY_FILTER_OPERATOR"}
	gist        = regexp.MustCompile(`No such column '\w+' on (entity|sobject) '\w+'|sObject type '\w+' is not supported`)
)

func withoutQuery(code, message string) string {
	if slices.Contains(quotesQuery, code) {
		return gist.FindString(message)
	}
	return message
}

// named lists fields in brackets: only what can be an API name.
func named(fields []string) string {
	fields = slices.DeleteFunc(fields, func(f string) bool { return !names.MatchString(f) })
	if len(fields) == 0 {
		return ""
	}
	return " (" + strings.Join(fields, ", ") + ")"
}

// IsChanged reports whether err says that a record was changed by somebody else since it was read.
func IsChanged(err error) bool {
	e, ok := errors.AsType[*rest.Error](err)
	return ok && e.Status == http.StatusPreconditionFailed
}

// HasCode reports whether err is a refusal with one of Salesforce's error codes.
func HasCode(err error, codes ...string) bool {
	e, ok := errors.AsType[*rest.Error](err)
	return ok && slices.Contains(codes, e.Code)
}

func sessionEnded(err error) bool { return rest.IsUnauthorized(err) }

// waited is the error of a caller who went away while somebody else was signing in.
type waited struct{ err error }

func (w *waited) Error() string                     { return system + ": not sent: " + w.err.Error() }
func (w *waited) Unwrap() error                     { return w.err }
func (w *waited) RetryLater() (time.Duration, bool) { return 0, true }

// Public is the sentence for people.
func (w *waited) Public() string {
	return "Salesforce took too long to let Registrar sign in; nothing was changed. Try again later."
}
