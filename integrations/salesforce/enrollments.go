package salesforce

import "context"

// Enrollments are the numbers of a contact's courses as LearnUpon last told Salesforce.
type Enrollments struct {
	Enrolled, InProgress, Completed int
	// Unseen are those of them that could not be read, so that their zeroes mean nothing.
	Unseen []Field
}

// EnrollmentsOf returns what a contact's record says of the person's courses; [IsGone] if there is no such contact, or
// none that can be seen. LearnUpon brings the numbers up to date some time after something has changed.
func (c *Client) EnrollmentsOf(ctx context.Context, contact ID) (Enrollments, error) {
	rd, err := c.reader(ctx, contactObject, []name{"Id"}, ContactEnrolled, ContactInProgress, ContactCompleted)
	if err != nil {
		return Enrollments{}, err
	}
	found, err := collect(c.rows(ctx, live, rd.query(is("Id", string(contact)))), rd.enrollments, func(Enrollments) bool { return true })
	if err == nil && len(found) == 0 {
		err = c.login.NotFound(get("/sobjects/Contact/{id}", nil, string(contact)))
	}
	if err != nil {
		return Enrollments{}, err
	}
	return found[0], nil
}

func (rd reader) enrollments(r row) (Enrollments, error) {
	e := Enrollments{Unseen: rd.unseen}
	for f, out := range map[Field]*int{
		ContactEnrolled: &e.Enrolled, ContactInProgress: &e.InProgress, ContactCompleted: &e.Completed,
	} {
		var n float64
		if rd.value(r, f, &n) != nil {
			return Enrollments{}, &FieldError{Field: f}
		}
		*out = int(n)
	}
	return e, nil
}
