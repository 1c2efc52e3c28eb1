package learnupontest

import (
	"slices"
	"strings"
)

func (c *Course) version() int { return max(c.Version, 1) }

func (c *Course) source() int64 {
	if c.SourceID != 0 {
		return c.SourceID
	}
	return c.ID
}

// DeleteCourse deletes a course. What learners finished of it stays behind, without a name.
func (s *Server) DeleteCourse(id int64) {
	s.change(func() {
		p := s.portal
		p.courses = slices.DeleteFunc(p.courses, func(c *Course) bool { return c.ID == id })
		p.enrollments = slices.DeleteFunc(p.enrollments, func(e *Enrollment) bool { return e.CourseID == id && !finished(e.Status) })
	})
}

// Fill takes the last place of a course's live session.
func (s *Server) Fill(id int64) {
	s.change(func() {
		if c := s.portal.course(id); c != nil {
			c.Full = true
		}
	})
}

// routeCourses has no route for one course, because the vendor has none.
func (s *Server) routeCourses() {
	s.handle("GET", "/courses", "", func(c *call) answer {
		name, draft := strings.ToLower(c.query("name")), c.query("include_draft") == "true"
		var records []any
		for _, course := range s.portal.courses {
			if course.Draft && !draft || course.Archived || !strings.Contains(strings.ToLower(course.Name), name) ||
				!fits(c, "course_id", course.ID) {
				continue
			}
			records = append(records, courseRecord(course))
		}
		return s.page(c, "courses", records)
	})
	s.handle("GET", "/learning_path_enrollments/search", "", func(c *call) answer {
		var records []any
		for _, p := range s.portal.paths {
			if fits(c, "user_id", p.UserID) && fits(c, "lp_id", p.PathID) {
				records = append(records, map[string]any{
					"id": p.ID, "user_id": p.UserID, "learning_path_id": p.PathID, "learning_path_name": p.Name, "status": p.Status,
				})
			}
		}
		return s.page(c, "learning_path_enrollments", records)
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
	var owner any
	if c.Owner != 0 {
		owner = c.Owner
	}
	return map[string]any{
		"id": c.ID, "name": c.Name, "version": c.version(), "source_id": c.source(), "published_status_id": state,
		"credits_to_be_awarded": null(c.Credits),
		"number_of_modules":     modules, "reference_code": nil, "sellable": false, "cataloged": true,
		"num_enrolled": c.StaleEnrolled, "num_completed": c.StaleCompleted, "num_not_started": 0, "num_in_progress": 0,
		"num_passed": 0, "num_failed": 0, "num_pending_review": 0, "owner_id": owner,
	}
}
