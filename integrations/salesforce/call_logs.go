package salesforce

import (
	"cmp"
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"
)

// TakenAddress is what LearnUpon answers the managed package when it is to make a user for an address it has already,
// word for word.
const TakenAddress = "Email address already in use"

// CallLog is a line the managed package wrote about a call to LearnUpon. Whom it is about is told only as far as the
// org's rows refer to anybody.
type CallLog struct {
	ID      ID
	At      time.Time // the last change of the row (SystemModstamp), by which rows are paged
	Created time.Time
	Message string

	Contact     ID
	User        ID
	Account     ID     // of the row, else of the contact
	Name        string // of the contact, else of the user
	Email       string // of the row, else what the contact has now, else the user
	AccountName string
}

// CallLogs returns at most limit rows that say [TakenAddress], in the order of (At, ID), beginning with the first after
// (since, after); with no after, with the first at since or later. Fewer than limit means that there are no more now. A
// row may become visible with an earlier At than rows seen before, because long transactions commit late: read a few
// minutes again, and know rows by their ID. The error is a [*FieldError] where the message cannot be seen.
func (c *Client) CallLogs(ctx context.Context, since time.Time, after ID, limit int) ([]CallLog, error) {
	rd, err := c.callLogReader(ctx)
	if err != nil {
		return nil, err
	}
	var found []CallLog
	for len(found) < limit {
		q := rd.query(pastRow(since, after)...)
		q.order, q.limit = []name{"SystemModstamp", "Id"}, min(limit, keysetRows)
		if rd.message.Filterable {
			q.where = append(q.where, contains(rd.message.Name, TakenAddress))
		} else {
			q.limit = keysetRows // most rows say something else
		}
		rows, err := collect(c.rows(ctx, live, q), rd.callLog, func(CallLog) bool { return true })
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			if containsFold(r.Message, TakenAddress) && len(found) < limit {
				found = append(found, r)
			}
		}
		if len(rows) < q.limit {
			break
		}
		last := rows[len(rows)-1]
		since, after = last.At, last.ID
	}
	return found, nil
}

// pastRow is true of rows that come after one in the order of (SystemModstamp, Id).
func pastRow(since time.Time, after ID) []condition {
	switch {
	case after != "":
		return []condition{either(at("SystemModstamp", ">", since), both(at("SystemModstamp", "=", since), later("Id", string(after))))}
	case !since.IsZero():
		return []condition{at("SystemModstamp", ">=", since)}
	default:
		return nil
	}
}

// callLogReader knows by which fields a row names whom it is about.
type callLogReader struct {
	reader
	message                column
	email                  name
	texts                  []name // where an address may stand that nothing else tells
	contact, user, account relation
}

// relation is a reference a row may have: the field with the id, and the path to the record's own fields.
type relation struct{ id, path name }

func (c *Client) callLogReader(ctx context.Context) (callLogReader, error) {
	rd := callLogReader{}
	s, err := c.schema(ctx, callLogObject)
	if err != nil {
		return rd, err
	}
	if rd.message, err = c.field(s, CallLogResponse); err != nil {
		return rd, err
	}
	if rd.reader, err = c.reader(ctx, callLogObject, []name{"Id", "SystemModstamp", "CreatedDate"}, CallLogResponse); err != nil {
		return rd, err
	}
	if email, ok := c.only(s, CallLogEmail, func(col column) bool { return col.Type == "email" }); ok {
		rd.email = email.Name
		rd.columns = append(rd.columns, email.Name)
	}
	for _, col := range s.fields {
		if (col.Type == "string" || col.Type == "textarea") && mayName.MatchString(col.Label) && !rd.has(col.Name) {
			rd.texts = append(rd.texts, col.Name)
		}
	}
	slices.Sort(rd.texts)
	rd.columns = append(rd.columns, rd.texts...)
	rd.contact, err = c.follow(ctx, &rd.reader, s, CallLogContact, contactObject, "Name", "Email", "AccountId")
	if err == nil {
		rd.user, err = c.follow(ctx, &rd.reader, s, CallLogUser, userObject, "Name", "Email")
	}
	if err == nil {
		rd.account, err = c.follow(ctx, &rd.reader, s, CallLogAccount, accountObject, "Name")
	}
	if rd.has(rd.contact.path + ".AccountId") {
		rd.columns = append(rd.columns, rd.contact.path+".Account.Name")
	}
	return rd, err
}

// mayName matches the labels of texts that may hold the person's address, such as "Request Body".
var mayName = regexp.MustCompile(`(?i)e-?mail|request|payload`)

var anAddress = regexp.MustCompile(`[\pL\pN][\pL\pN.!#$%'*+^_~-]*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+`)

// address is the first one in the texts of a row, or in its message.
func (rd callLogReader) address(r row, message string) string {
	for _, text := range rd.texts {
		var value string
		if json.Unmarshal(r[string(text)], &value) == nil {
			if found := anAddress.FindString(value); found != "" {
				return found
			}
		}
	}
	return anAddress.FindString(message)
}

// only finds the custom field of a kind: the one with the right name or label, or the only one there is.
func (c *Client) only(s *schema, f Field, kind func(column) bool) (column, bool) {
	if col, err := c.field(s, f); err == nil && kind(col) {
		return col, true
	}
	var found []column
	for _, col := range s.fields {
		if col.Custom && kind(col) {
			found = append(found, col)
		}
	}
	if len(found) != 1 {
		return column{}, false
	}
	return found[0], true
}

// follow adds what a reference leads to, as far as it can be seen, to the columns; nothing where there is no such
// reference.
func (c *Client) follow(ctx context.Context, rd *reader, s *schema, f Field, to name, fields ...name) (relation, error) {
	col, ok := c.only(s, f, func(col column) bool { return col.refersTo(to) })
	if !ok {
		return relation{}, nil
	}
	target, err := c.schema(ctx, to)
	if err != nil {
		return relation{}, err
	}
	rd.columns = append(rd.columns, col.Name)
	for _, field := range fields {
		if _, seen := target.fields[field]; seen {
			rd.columns = append(rd.columns, col.Relation+"."+field)
		}
	}
	return relation{id: col.Name, path: col.Relation}, nil
}

func (rd callLogReader) callLog(r row) (CallLog, error) {
	var fixed struct {
		ID             ID `json:"Id"`
		SystemModstamp Time
		CreatedDate    Time
	}
	if err := decode(r, &fixed); err != nil {
		return CallLog{}, err
	}
	log := CallLog{ID: fixed.ID, At: fixed.SystemModstamp.Time, Created: fixed.CreatedDate.Time}
	contact, contactID, err := rd.related(r, rd.contact)
	if err != nil {
		return CallLog{}, err
	}
	user, userID, err := rd.related(r, rd.user)
	if err != nil {
		return CallLog{}, err
	}
	account, accountID, err := rd.related(r, rd.account)
	if err != nil {
		return CallLog{}, err
	}
	if rd.email != "" && json.Unmarshal(r[string(rd.email)], &log.Email) != nil || rd.value(r, CallLogResponse, &log.Message) != nil {
		return CallLog{}, errShape
	}
	log.Contact, log.User, log.Account = contactID, userID, cmp.Or(accountID, contact.AccountID)
	log.Name = cmp.Or(contact.Name, user.Name)
	log.Email = strings.TrimSpace(cmp.Or(log.Email, contact.Email, user.Email))
	if log.Email == "" {
		log.Email = rd.address(r, log.Message)
	}
	log.AccountName = cmp.Or(account.Name, contact.Account.Name)
	return log, nil
}

// person is what a row's references lead to; of an account, the name only.
type person struct {
	Name, Email string
	AccountID   ID `json:"AccountId"`
	Account     struct{ Name string }
}

func (rd callLogReader) related(r row, to relation) (found person, id ID, err error) {
	if to.id == "" {
		return found, "", nil
	}
	if json.Unmarshal(r[string(to.id)], &id) != nil || len(r[string(to.path)]) > 0 && json.Unmarshal(r[string(to.path)], &found) != nil {
		return found, "", errShape
	}
	return found, id, nil
}
