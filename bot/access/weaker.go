package access

import (
	"fmt"

	"registrar/bot/runbook"
)

// Weaker tells, one sentence for each rule of an action, where the policy asks
// for less than the action does by itself, and what is in force then: that is
// not what the file says where it goes below a floor.
func (p *Policy) Weaker(catalog *runbook.Catalog) []string {
	var said []string
	for action := range catalog.All() {
		o := p.actions[action.Name]
		for _, own := range action.Approvals {
			now := p.Rule(action.Name, own)
			if o.approvals != nil && *o.approvals < own.Needed {
				said = append(said, fmt.Sprintf("%s is %d: where %s, the number in force is %d; the action asks for %d",
					p.place(action.Name, "approvals")[0], *o.approvals, own.Why, now.Needed, own.Needed))
			}
			if now.Delay < own.Delay {
				said = append(said, fmt.Sprintf("%s: where %s, the time to press Stop is %s; the action waits %s",
					p.place(action.Name, "delay")[0], own.Why, now.Delay, own.Delay))
			}
		}
	}
	return said
}
