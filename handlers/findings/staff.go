package findings

import (
	"time"

	"registrar/bot/runbook"
)

// Staff is what BambooHR tells of somebody of our own.
type Staff struct {
	Active bool
	Left   time.Time // the last day; zero: not told
}

// left reports whether BambooHR says that the person is gone.
func (p Person) left() bool { return p.Staff != nil && !p.Staff.Active }

// employment: BambooHR is where it is decided who works here, so that who left
// should have no way in.
func (p Person) employment() []runbook.Finding {
	if !p.left() {
		return nil
	}
	when := ""
	if !p.Staff.Left.IsZero() {
		when = " on " + p.Staff.Left.UTC().Format("2 Jan 2006")
	}
	for _, portal := range p.Portals {
		if u := portal.Account; u != nil && u.Enabled && !Expired(*u, p.At) {
			return []runbook.Finding{{
				Text: "BambooHR: The person left" + when + ", and can still sign in to " + portal.Name + ".",
				Mend: p.mend("deactivate", "Deactivate"),
			}}
		}
	}
	return []runbook.Finding{{Text: "BambooHR: The person left" + when + "."}}
}
