package alerts

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"time"
)

const (
	// Burst is how many new persons in one poll still get a card each.
	Burst = 10
	// overlap is how far before the cursor rows are read again: a long
	// transaction commits rows that are stamped with an earlier time.
	overlap = 10 * time.Minute
	// firstLook is how far back the very first poll reads.
	firstLook = 24 * time.Hour
	// pollLife is for how long a silent process keeps others from polling, or
	// three times Every if that is shorter. Two that poll at once do no harm.
	pollLife = 15 * time.Second
	// pollLimit bounds one poll.
	pollLimit = time.Minute
	// intake is how many rows are taken in at once.
	intake = 2000
)

// Poll reads the log if it is time to and no other replica is at it, and says
// after how long it is to be called again. What a poll takes in it takes in
// whole: one that dies leaves it all to the next.
func (d *Desk) Poll(ctx context.Context) (time.Duration, error) {
	life := min(pollLife, 3*d.Every)
	turn, err := d.Store.BeginPoll(ctx, d.Owner, d.Every, life)
	if err != nil || !turn.Mine {
		return cmp.Or(turn.Wait, min(d.Every, life)), err
	}
	ctx, cancel := context.WithTimeout(ctx, pollLimit)
	defer cancel()
	began := time.Now()
	cursor, err := d.readLog(ctx, turn.Cursor)
	err = errors.Join(err, d.Store.EndPoll(context.WithoutCancel(ctx), d.Owner, cursor, err == nil))
	return max(d.Every-time.Since(began), 0), err // another replica may be faster
}

// readLog takes in what is new and returns the new cursor, zero where it failed.
func (d *Desk) readLog(ctx context.Context, cursor time.Time) (time.Time, error) {
	now := d.Now()
	since := now.Add(-firstLook)
	if !cursor.IsZero() {
		since = cursor.Add(-overlap)
	}
	if oldest := now.Add(-RowLife + time.Hour); since.Before(oldest) {
		since = oldest // what is older may have been taken in and forgotten
	}
	rows, err := survived(func() ([]Row, error) { return d.Rows(ctx, since) })
	if err != nil {
		return time.Time{}, err
	}
	slices.SortFunc(rows, func(a, b Row) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	for batch := range slices.Chunk(rows, intake) {
		if err := d.take(ctx, batch); err != nil {
			return time.Time{}, err
		}
	}
	if len(rows) == 0 {
		return since, nil // from where the next one reads on, after however long a pause
	}
	// A row from the future must not hide those that come before it.
	if last := rows[len(rows)-1].At; last.Before(now) {
		return last, nil
	}
	return now, nil
}

// take makes alerts of the rows that are new, all in one write.
func (d *Desk) take(ctx context.Context, rows []Row) error {
	for {
		c, err := d.sort(ctx, rows)
		if err != nil || len(c.Rows) == 0 {
			return err
		}
		err = d.save(ctx, c)
		switch {
		case !errors.Is(err, ErrConflict) && !errors.Is(err, ErrSeen):
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		}
		// Somebody pressed a button, or took the same rows in; look again.
	}
}

// sort says what is to become of the rows that are new: each joins its person's
// alert, or opens one.
func (d *Desk) sort(ctx context.Context, rows []Row) (Change, error) {
	c := Change{Takes: map[string]Take{}}
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	seen, err := d.Store.SeenRows(ctx, ids)
	if err != nil {
		return c, err
	}
	var fresh []Row
	var persons []string
	for _, r := range rows {
		if r.ID == "" || seen[r.ID] {
			continue
		}
		seen[r.ID] = true // a row may be read twice in one go, on two pages
		fresh, c.Rows, persons = append(fresh, r), append(c.Rows, r.ID), append(persons, r.Persons()...)
	}
	if len(c.Rows) == 0 {
		return c, nil
	}
	found, err := d.found(ctx, persons)
	if err != nil {
		return c, err
	}
	of := map[*Alert][]Row{}
	for _, r := range fresh {
		a := found.of(r)
		if a == nil {
			a = d.open(r)
		}
		found.take(&c, a, r)
		if len(of[a]) == 0 {
			c.Alerts = append(c.Alerts, a)
		}
		of[a] = append(of[a], r)
	}
	for _, a := range c.Alerts {
		a.join(of[a], d.Now())
	}
	d.digest(&c)
	for _, a := range c.Alerts {
		c.Entries = append(c.Entries, taken(a, len(of[a])))
	}
	return c, nil
}

func (d *Desk) open(r Row) *Alert {
	now := d.Now()
	a := &Alert{ID: newID(), Status: Open, Person: r.Persons()[0], First: r.At, Created: now, Idle: now}
	a.log(now, "", "an error was logged")
	return a
}

// join adds rows, of which at least one is new.
func (a *Alert) join(rows []Row, now time.Time) {
	if a.Rows > 0 {
		a.again(now)
	}
	for _, r := range rows {
		a.Rows++
		a.Name, a.Email = cmp.Or(a.Name, r.Name), cmp.Or(a.Email, r.Email)
		a.Account, a.AccountID = cmp.Or(a.Account, r.AccountName), cmp.Or(a.AccountID, r.Account)
		if r.At.Before(a.First) {
			a.First = r.At
		}
		if !r.At.Before(a.Last) {
			a.Last, a.Message = r.At, cmp.Or(r.Message, a.Message)
		}
	}
	a.Heard = now
}

// again says that the error was logged again, in one line until something else
// happens.
func (a *Alert) again(now time.Time) {
	const text = "the error was logged again"
	if last := len(a.History) - 1; last >= 0 && a.History[last].Text == text {
		a.History = a.History[:last]
	}
	a.log(now, "", text)
}

// digest gathers the new alerts of a burst.
func (d *Desk) digest(c *Change) {
	var fresh []string
	for _, a := range c.Alerts {
		if a.Version == 0 {
			fresh = append(fresh, a.ID)
		}
	}
	if len(fresh) <= Burst {
		return
	}
	c.Digest = &Digest{Schema: DigestSchema, ID: digestPrefix + newID(), Alerts: fresh, Created: d.Now()}
	for _, a := range c.Alerts {
		if a.Version == 0 {
			a.Digest = c.Digest.ID
		}
	}
}

func taken(a *Alert, rows int) Entry {
	kind := "joined"
	if a.Version == 0 {
		kind = "opened"
	}
	e := entry(a.Heard, kind, a, "")
	e.Facts["rows"] = strconv.Itoa(rows)
	if a.Version == 0 {
		e.Personal = map[string]string{"person": a.Person, "name": a.Name, "email": a.Email}
		if a.Digest != "" {
			e.Facts["digest"] = a.Digest
		}
	}
	return e
}
