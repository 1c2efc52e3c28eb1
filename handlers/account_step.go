package handlers

import (
	"context"
	"strings"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon"
	"registrar/integrations/rest"
)

// accountStep changes one account, or what hangs on it, in as few calls as
// there can be: one reading before and one after. The reading with which Done
// finds that something is to do is the one from which Do starts, a moment later
// in the same turn; what a write reads back is what the next Done goes by.
type accountStep[T any] struct {
	account account
	id      string
	title   string
	changes []runbook.Change
	read    func(context.Context, *learnupon.Client) (T, error)
	holds   func(T) bool
	// write starts from what was read and returns what it read back; nil where it
	// did not.
	write func(ctx context.Context, c *learnupon.Client, now T) (*T, error)
}

func (s accountStep[T]) step(d Deps) runbook.Step {
	var before, after *T
	look := func(ctx context.Context) (*T, error) {
		c, err := d.portal(s.account.Portal)
		if err != nil {
			return nil, err
		}
		now, err := s.read(ctx, c)
		return &now, err
	}
	return runbook.Step{
		ID: s.id, Title: s.title, System: runbook.LearnUpon, Changes: s.changes,
		Done: func(ctx context.Context, _ runbook.Answers) (bool, error) {
			now := after
			after = nil
			if now == nil {
				var err error
				if now, err = look(ctx); err != nil {
					return false, err
				}
				before = now
			}
			return s.holds(*now), nil
		},
		Do: func(ctx context.Context, _ runbook.Answers) (string, error) {
			c, err := d.portal(s.account.Portal)
			if err != nil {
				return "", err
			}
			now := before
			before = nil
			if now == nil {
				if now, err = look(ctx); err != nil {
					return "", err
				}
			}
			then, err := s.write(ctx, c, *now)
			if err == nil {
				after = then
			}
			return "", err
		},
	}
}

// userOf reads the account; without a number where it is gone.
func (a account) userOf(ctx context.Context, c *learnupon.Client) (learnupon.User, error) {
	u, err := c.UserByID(ctx, a.ID)
	if rest.IsNotFound(err) {
		return learnupon.User{}, nil
	}
	return u, err
}

// is checks that the account is there, under that address.
func (a account) is(u learnupon.User, email string) error {
	switch {
	case u.ID == 0:
		return &runbook.Mismatch{Record: a.record(), Field: "Account", Want: "there", Got: "gone"}
	case !strings.EqualFold(u.Email, email):
		return &runbook.Mismatch{Record: a.record(), Field: "E-mail address", Want: "as planned", Got: "another one"}
	}
	return nil
}

// active checks that the account to keep is there and can be used.
func (a account) active(u learnupon.User) error {
	if err := a.is(u, a.Email); err != nil {
		return err
	}
	if !u.Enabled {
		return &runbook.Mismatch{Record: a.record(), Field: "Account", Want: "active", Got: "deactivated"}
	}
	return nil
}

// updates is a step that changes fields of the account.
func (a account) updates(id, title string, change runbook.Change, holds func(learnupon.User) bool,
	check func(learnupon.User) error, update learnupon.UserUpdate) accountStep[learnupon.User] {
	change.Record = a.record()
	return accountStep[learnupon.User]{
		account: a, id: id + "-" + a.Portal, title: title, changes: []runbook.Change{change}, read: a.userOf,
		holds: func(u learnupon.User) bool { return u.ID != 0 && holds(u) },
		write: func(ctx context.Context, c *learnupon.Client, now learnupon.User) (*learnupon.User, error) {
			if err := check(now); err != nil {
				return nil, err
			}
			u, err := c.UpdateUser(ctx, a.ID, update)
			return &u, err
		},
	}
}

// becomes gives the account another user type.
func (a account) becomes(title, from, role string) accountStep[learnupon.User] {
	return a.updates("user-type", title, runbook.Change{Field: "User type", From: from, To: role},
		func(u learnupon.User) bool { return u.Type == role },
		func(u learnupon.User) error {
			err := a.is(u, a.Email)
			if err == nil && u.Type != from {
				err = &runbook.Mismatch{Record: a.record(), Field: "User type", Want: from, Got: u.Type}
			}
			return err
		}, learnupon.UserUpdate{Type: &role})
}

// switches lets the person sign in to the account, or no more.
func (a account) switches(title string, on bool) accountStep[learnupon.User] {
	return a.updates(pick(on, "reactivate", "deactivate"), title,
		runbook.Change{Field: "Account", From: pick(on, "deactivated", "active"), To: pick(on, "active", "deactivated")},
		func(u learnupon.User) bool { return u.Enabled == on },
		func(u learnupon.User) error { return a.is(u, a.Email) }, learnupon.UserUpdate{Enabled: &on})
}

// deletes removes the account for good, where the check right before finds
// nothing against it.
func (a account) deletes(title string, check func(context.Context, *learnupon.Client) error) accountStep[learnupon.User] {
	return accountStep[learnupon.User]{
		account: a, id: "delete-" + a.Portal, title: title, read: a.userOf,
		changes: []runbook.Change{{Record: a.record(), Field: "Account", From: "there", To: "deleted"}},
		holds:   func(u learnupon.User) bool { return u.ID == 0 },
		write: func(ctx context.Context, c *learnupon.Client, now learnupon.User) (*learnupon.User, error) {
			err := check(ctx, c)
			if err == nil {
				err = a.is(now, a.Email)
			}
			if err == nil {
				err = c.DeleteUser(ctx, a.ID)
			}
			return &learnupon.User{}, err
		},
	}
}
