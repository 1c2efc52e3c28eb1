package handlers

import (
	"context"

	"registrar/bot/runbook"
)

// employed shows whether the person works here, as BambooHR has it, and what its
// sync may make of the plan. It is for information: that BambooHR is away holds
// nobody up.
func (p *profile) employed(ctx context.Context, d Deps, then string) {
	if d.BambooHR == nil {
		return
	}
	runbook.Progress(ctx, "Reading BambooHR…")
	v := companyView{client: d.BambooHR}
	v.read(ctx, p.Account.Email)
	if v.problem != nil {
		p.fact("BambooHR", unreadable(v.problem))
		return
	}
	for _, e := range v.who.Employees {
		p.fact("BambooHR", employment(e, d.Now())+"; where it feeds LearnUpon, its sync "+then)
	}
}
