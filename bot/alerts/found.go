package alerts

import (
	"context"
	"slices"
)

// found is what is known of the persons of some rows, by their keys.
type found struct {
	last map[string]*Alert // as it was loaded
	home map[string]*Alert // whose rows join; a copy that may be changed
}

// found loads the alerts that rows with these keys may join.
func (d *Desk) found(ctx context.Context, persons []string) (found, error) {
	slices.Sort(persons)
	last, err := d.Store.Last(ctx, slices.Compact(persons))
	f := found{last, map[string]*Alert{}}
	if err != nil {
		return f, err
	}
	homes := map[*Alert]*Alert{}
	for key, a := range last {
		home, looked := homes[a]
		if !looked {
			if home, err = d.home(ctx, a); err != nil {
				return f, err
			}
			homes[a] = home
		}
		if home != nil {
			f.home[key] = home
		}
	}
	return f, nil
}

// home is the alert that a person's rows join, or nil where they open one.
func (d *Desk) home(ctx context.Context, last *Alert) (*Alert, error) {
	if last.Status.Ended() {
		run, err := d.Live(ctx, last)
		if err != nil || run == "" {
			return nil, err
		}
	}
	return last.clone(), nil
}

// of is the alert that a row joins, nil where there is none. Two contacts with
// one address are two persons.
func (f found) of(r Row) *Alert {
	for _, key := range r.Persons() {
		a := f.home[key]
		if a != nil && (key == r.Contact || r.Contact == "" || a.Contact == "" || a.Contact == r.Contact) {
			return a
		}
	}
	return nil
}

// take has a row's alert found by all of the row's keys from now on, unless one
// leads to another alert that rows may join.
func (f found) take(c *Change, a *Alert, r Row) {
	for _, key := range r.Persons() {
		if f.home[key] == nil {
			f.home[key] = a
		}
		if f.home[key] != a {
			continue
		}
		take := Take{Alert: a.ID}
		if last := f.last[key]; last != nil {
			take.From = last.ID
		}
		c.Takes[key] = take
		if !slices.Contains(a.Keys(), key) {
			a.Also = append(a.Also, key)
		}
	}
	if a.Contact == "" {
		a.Contact = r.Contact
	}
}
