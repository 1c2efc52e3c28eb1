package learnupontest

import "strings"

// routeCourses has no route for one course, because the vendor has none.
func (s *Server) routeCourses() {
	s.handle("GET", "/courses", "", func(c *call) answer {
		name, draft := strings.ToLower(c.query("name")), c.query("include_draft") == "true"
		var records []any
		for _, course := range s.portal.courses {
			if course.Draft && !draft || !strings.Contains(strings.ToLower(course.Name), name) ||
				!fits(c, "course_id", course.ID) {
				continue
			}
			records = append(records, courseRecord(course))
		}
		return s.page(c, "courses", records)
	})
}

func courseRecord(c *Course) map[string]any {
	state, modules := "published", 1
	if c.Draft {
		state = "draft"
	}
	if c.Empty {
		modules = 0
	}
	return map[string]any{
		"id": c.ID, "name": c.Name, "version": 1, "source_id": c.ID, "published_status_id": state,
		"number_of_modules": modules, "reference_code": nil, "sellable": false, "cataloged": true,
		"num_enrolled": c.StaleEnrolled, "num_completed": c.StaleCompleted, "num_not_started": 0, "num_in_progress": 0,
		"num_passed": 0, "num_failed": 0, "num_pending_review": 0,
	}
}
