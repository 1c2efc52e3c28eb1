package handlers

import (
	"context"
	"fmt"
	"strings"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon"
)

// freedPrefix starts the address of an account whose own was set free.
const freedPrefix = "deleted+"

// freedAddress is what an account is renamed to, so that its own address is free
// at once: the first of deleted+…, deleted+2+… that no account has in any
// portal.
func (d Deps) freedAddress(ctx context.Context, email string) (string, error) {
	for n := 1; ; n++ {
		address := freedPrefix + email
		if n > 1 {
			address = fmt.Sprintf("%s%d+%s", freedPrefix, n, email)
		}
		taken, err := d.holdings(ctx, address)
		if err != nil || len(taken) == 0 {
			return address, err
		}
	}
}

// freeAddress renames the account, which frees its address at once; a deleted
// account may hold on to it.
func (a account) freeAddress(title, to string) accountStep[learnupon.User] {
	s := a.updates("rename", title, runbook.Change{Field: "E-mail address", From: a.Email, To: to},
		func(u learnupon.User) bool { return strings.EqualFold(u.Email, to) },
		func(u learnupon.User) error { return a.is(u, a.Email) }, learnupon.UserUpdate{Email: &to})
	// Once it is deleted, its address is free as well.
	s.holds = func(u learnupon.User) bool { return u.ID == 0 || strings.EqualFold(u.Email, to) }
	return s
}
