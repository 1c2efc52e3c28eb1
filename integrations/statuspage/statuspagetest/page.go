package statuspagetest

import (
	"fmt"
	"slices"
	"time"
)

// page is what is known about the service.
type page struct {
	components   []component
	incidents    []incident
	maintenances []Maintenance
	updated      time.Time
	last         int // number given to a record
}

type component struct{ id, name, status string }

type incident struct {
	Incident
	id               string
	started, updated time.Time
	status           string
	updates          []map[string]any // the newest first
}

// Incident is something that went wrong.
type Incident struct {
	Name   string
	Impact string // "minor", "major", "critical"; "": "none"
	Said   string // the first update
}

// Maintenance is work that was announced.
type Maintenance struct {
	Name        string
	From, Until time.Time
}

// blends are the words for the worst state of a component, the worst first.
var blends = []struct{ component, indicator, description string }{
	{"major_outage", "critical", "Major Service Outage"},
	{"partial_outage", "major", "Partial System Outage"},
	{"degraded_performance", "minor", "Partially Degraded Service"},
	{"under_maintenance", "maintenance", "Service Under Maintenance"},
}

// Set makes a component what is given: "operational", "degraded_performance", "partial_outage", "major_outage" or
// "under_maintenance". One that is not there yet is added.
func (s *Server) Set(name, status string) {
	s.change(func(p *page) {
		for i := range p.components {
			if p.components[i].name == name {
				p.components[i].status = status
				return
			}
		}
		p.components = append(p.components, component{p.number("component"), name, status})
	})
}

// Report opens an incident and returns its id.
func (s *Server) Report(i Incident) string {
	now := s.now()
	var id string
	s.change(func(p *page) {
		id = p.number("incident")
		if i.Impact == "" {
			i.Impact = "none"
		}
		p.incidents = append([]incident{{Incident: i, id: id, started: now}}, p.incidents...)
		p.incidents[0].say(now, "investigating", i.Said)
	})
	return id
}

// Update says something about an incident. One that is "resolved" leaves the summary.
func (s *Server) Update(id, status, body string) {
	now := s.now()
	s.change(func(p *page) {
		for i := range p.incidents {
			if p.incidents[i].id == id {
				p.incidents[i].say(now, status, body)
			}
		}
	})
}

func (i *incident) say(at time.Time, status, body string) {
	i.status, i.updated = status, at
	i.updates = append([]map[string]any{{"status": status, "body": body, "created_at": stamp(at), "incident_id": i.id}}, i.updates...)
}

// Schedule announces work.
func (s *Server) Schedule(m Maintenance) {
	s.change(func(p *page) { p.maintenances = append(p.maintenances, m) })
}

func (s *Server) change(f func(*page)) {
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	f(&s.page)
	s.page.updated = now
}

func (s *Server) now() time.Time { return s.options.Now().UTC() }

func (p *page) number(kind string) string {
	p.last++
	return fmt.Sprintf("%s%04d", kind, p.last)
}

// blend is the one state that stands for all.
func (p *page) blend() map[string]any {
	for _, b := range blends {
		if slices.ContainsFunc(p.components, func(c component) bool { return c.status == b.component }) {
			return map[string]any{"indicator": b.indicator, "description": b.description}
		}
	}
	return map[string]any{"indicator": "none", "description": "All Systems Operational"}
}

// stamp is a time as the vendor writes it, or null.
func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}

func (s *Server) about() map[string]any {
	return map[string]any{"id": "page0001", "name": s.options.Name, "url": s.URL, "time_zone": "Etc/UTC", "updated_at": stamp(s.page.updated)}
}

func (s *Server) summary() map[string]any {
	components, incidents, works := []any{}, []any{}, []any{}
	for n, c := range s.page.components {
		components = append(components, map[string]any{
			"id": c.id, "name": c.name, "status": c.status, "description": nil, "position": n + 1, "group": false, "group_id": nil,
		})
	}
	for _, i := range s.page.incidents {
		if i.status == "resolved" {
			continue
		}
		incidents = append(incidents, map[string]any{
			"id": i.id, "name": i.Name, "status": i.status, "impact": i.Impact, "shortlink": s.URL + "/incidents/" + i.id,
			"created_at": stamp(i.started), "updated_at": stamp(i.updated), "resolved_at": nil, "incident_updates": i.updates,
		})
	}
	for _, m := range s.page.maintenances {
		status, now := "scheduled", s.now()
		if now.After(m.Until) {
			continue
		}
		if now.After(m.From) {
			status = "in_progress"
		}
		works = append(works, map[string]any{
			"name": m.Name, "status": status, "impact": "maintenance", "shortlink": s.URL + "/incidents/work",
			"scheduled_for": stamp(m.From), "scheduled_until": stamp(m.Until), "incident_updates": []any{},
		})
	}
	return map[string]any{
		"page": s.about(), "status": s.page.blend(), "components": components, "incidents": incidents, "scheduled_maintenances": works,
	}
}
