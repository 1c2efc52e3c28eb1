package statuspage

import (
	"slices"
	"time"
)

// Summary is all that is shown on the page's front.
type Summary struct {
	Page         Page          `json:"page"`
	Status       Status        `json:"status"`
	Components   []Component   `json:"components"`
	Incidents    []Incident    `json:"incidents"`              // those not resolved, the newest first
	Maintenances []Maintenance `json:"scheduled_maintenances"` // under way or to come
}

// Page is whose page it is.
type Page struct {
	Name    string    `json:"name"`
	URL     string    `json:"url"`
	Updated time.Time `json:"updated_at"`
}

// Indicators of [Status], which are also the impacts of an [Incident].
const (
	None        = "none"
	Minor       = "minor"
	Major       = "major"
	Critical    = "critical"
	Maintaining = "maintenance"
)

// Status blends all components.
type Status struct {
	Indicator   string `json:"indicator"`
	Description string `json:"description"` // "All Systems Operational"
}

// Operational is the status of a component that works. Others are "degraded_performance", "partial_outage",
// "major_outage" and "under_maintenance".
const Operational = "operational"

// Component is a part of the service, or a heading over several.
type Component struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Status   string `json:"status"`
	Heading  bool   `json:"group"` // then its status is the worst below it
	HeadedBy string `json:"group_id"`
}

// Incident is something that went wrong.
type Incident struct {
	Name    string    `json:"name"`
	Status  string    `json:"status"` // "investigating", "identified", "monitoring" …
	Impact  string    `json:"impact"` // see None
	Link    string    `json:"shortlink"`
	Started time.Time `json:"created_at"`
	Updated time.Time `json:"updated_at"`
	Updates []Update  `json:"incident_updates"` // the newest first
}

// Update is what was said about an incident.
type Update struct {
	Status string    `json:"status"`
	Body   string    `json:"body"`
	At     time.Time `json:"created_at"`
}

// Maintenance is work that was announced.
type Maintenance struct {
	Name   string    `json:"name"`
	Status string    `json:"status"` // "scheduled", "in_progress", "verifying"
	Link   string    `json:"shortlink"`
	From   time.Time `json:"scheduled_for"`
	Until  time.Time `json:"scheduled_until"`
}

// Working reports whether the page knows of no trouble.
func (s Summary) Working() bool {
	return s.Status.Indicator == None && len(s.Incidents) == 0
}

// Ailing are the components that do not work as they should, without headings.
func (s Summary) Ailing() []Component {
	return slices.DeleteFunc(slices.Clone(s.Components), func(c Component) bool { return c.Heading || c.Status == Operational })
}
