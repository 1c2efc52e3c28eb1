package learnupontest

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

func (s *Server) routeEnrollments() {
	// The list without /search answers as if the keys were wrong.
	s.handle("GET", "/enrollments", "", func(*call) answer { return refuse(http.StatusUnauthorized, "not authorized") })
	s.handle("GET", "/enrollments/search", "", s.searchEnrollments)
	s.handle("GET", "/enrollments/{id}", "", func(c *call) answer {
		e := s.enrollment(c.pathID())
		if e == nil {
			return noSuch("Enrollment")
		}
		return s.page(c, "enrollments", []any{s.enrollmentRecord(e)})
	})
	s.handle("POST", "/enrollments", "Enrollment", s.enroll)
	// Flat only: a wrapped body is answered "ok" and changes nothing, and so are status and percentage.
	s.handle("PATCH", "/enrollments/{id}", "", func(c *call) answer {
		e := s.enrollment(c.pathID())
		if e == nil {
			return noSuch("Enrollment")
		}
		if c.has("due_date") {
			e.DueDate = c.text("due_date")
		}
		if c.has("expires_at") {
			e.AccessExpires = c.text("expires_at")
		}
		return done()
	})
	s.handle("DELETE", "/enrollments/{id}", "", s.unenroll)
	s.handle("POST", "/markcompletes", "Markcomplete", s.markComplete)
	s.handle("GET", "/markcompletes", "", s.listMarks)
}

func (s *Server) enrollment(id int64) *Enrollment {
	return find(s.portal.enrollments, func(e *Enrollment) bool { return e.ID == id })
}

func finished(status string) bool {
	return slices.Contains([]string{"completed", "passed", "failed"}, status)
}

func (s *Server) enrollmentRecord(e *Enrollment) map[string]any {
	record := map[string]any{
		"id": e.ID, "user_id": e.UserID, "course_id": e.CourseID, "course_name": nil, "username": nil,
		"version": 1, "course_source_id": e.CourseID,
		"status": e.Status, "percentage": null(e.Percentage), "percentage_complete": nil,
		"date_enrolled": stamp(e.EnrolledAt), "date_started": stamp(e.StartedAt), "date_completed": stamp(e.CompletedAt),
		"due_date": null(e.DueDate), "course_access_expires_at": null(e.AccessExpires), "is_overdue": false,
		"certificate_name": null(e.Certificate), "cert_expires_at": null(e.CertificateExpires), "was_recertified": false, "unenrolled": e.Unenrolled,
		"from_store": false, "from_catalog": false, "group_id": nil, "has_attempts_remaining": true,
	}
	if c := s.portal.course(e.CourseID); c != nil {
		record["course_name"], record["version"], record["course_source_id"] = c.Name, c.version(), c.source()
	}
	if u := s.portal.user(e.UserID); u != nil {
		record["email"], record["first_name"], record["last_name"] = u.Email, null(u.FirstName), null(u.LastName)
	}
	return record
}

// searchEnrollments ignores group_id, as it ignores everything it does not know.
func (s *Server) searchEnrollments(c *call) answer {
	var records []any
	for _, e := range s.portal.enrollments {
		u, course := s.portal.user(e.UserID), s.portal.course(e.CourseID)
		if !fits(c, "user_id", e.UserID) || !fits(c, "course_id", e.CourseID) ||
			c.query("email") != "" && (u == nil || !strings.EqualFold(u.Email, c.query("email"))) ||
			c.query("course_name") != "" && (course == nil || course.Name != c.query("course_name")) {
			continue
		}
		day := e.EnrolledAt.Format(time.DateOnly)
		if from, to := c.query("date_from"), c.query("date_to"); from != "" && day < from || to != "" && day > to {
			continue
		}
		records = append(records, s.enrollmentRecord(e))
	}
	return s.page(c, "enrollments", records)
}

func (s *Server) courseIn(c *call) *Course {
	if id := c.number("course_id"); id != 0 {
		return s.portal.course(id)
	}
	return find(s.portal.courses, func(other *Course) bool { return other.Name == c.text("course_name") })
}

func (s *Server) enroll(c *call) answer {
	u, course := s.portal.userByEmail(c.text("email")), s.courseIn(c)
	if id := c.number("user_id"); id != 0 {
		u = s.portal.user(id)
	}
	if u == nil || course == nil || course.Archived || course.Draft { // an invited person is no user, and cannot be enrolled
		return noSuch("User or course")
	}
	there, over := false, false
	for _, e := range s.portal.enrollments {
		if e.UserID == u.ID && e.CourseID == course.ID && !e.Unenrolled {
			there, over = there || !finished(e.Status), over || finished(e.Status)
		}
	}
	switch {
	case course.Empty:
		return refuse(http.StatusBadRequest, "internal error, please try again")
	case course.Full:
		return refuse(http.StatusBadRequest, "course capacity reached")
	case there, over && c.text("re_enroll_if_completed") != "true":
		return refuse(http.StatusBadRequest, "the user is already enrolled in this course")
	}
	e := &Enrollment{UserID: u.ID, CourseID: course.ID, DueDate: c.text("due_date"), AccessExpires: c.text("expires_at")}
	s.keepEnrollment(e)
	return ok(map[string]any{"id": e.ID, "created_at": stamp(e.EnrolledAt), "user_id": u.ID})
}

// unenroll removes what is unfinished. What is finished stays, although the answer says 200, unless the string "true"
// asks for the history to go; the boolean is an error.
func (s *Server) unenroll(c *call) answer {
	e := s.enrollment(c.pathID())
	if e == nil {
		return noSuch("Enrollment")
	}
	flag := c.fields["remove_from_history"]
	if _, isBool := flag.(bool); isBool {
		return refuse(http.StatusBadRequest, "invalid deletion request, failed to find the enrollment")
	}
	if finished(e.Status) && flag != "true" {
		return done()
	}
	s.portal.enrollments = slices.DeleteFunc(s.portal.enrollments, func(other *Enrollment) bool { return other == e })
	if u := s.portal.user(e.UserID); u != nil {
		s.portal.log(auditUnenrolled, u.Email, strconv.FormatInt(e.CourseID, 10), s.now())
	}
	return done()
}

func (s *Server) markComplete(c *call) answer {
	e := s.enrollment(c.number("enrollment_id"))
	state, score := c.text("status"), c.text("percentage")
	switch {
	case e == nil:
		return noSuch("Enrollment")
	case e.marked:
		return refuse(http.StatusBadRequest, "a completion for this enrollment already exists")
	case !finished(state):
		return refuse(http.StatusBadRequest, "failed to process the completion")
	case state == "completed" && c.has("percentage"):
		return refuse(http.StatusBadRequest, "invalid request, percentage: should not be present for completed status")
	case state != "completed" && score == "":
		return refuse(http.StatusBadRequest, "invalid request, percentage: is required for this status")
	case len(c.text("notes")) > 2000:
		return refuse(http.StatusBadRequest, "notes is too long")
	}
	at, err := time.Parse(time.RFC3339, c.text("date_completed"))
	if err != nil {
		at = s.now()
	}
	e.Status, e.Percentage, e.StartedAt, e.CompletedAt = state, score, at, at
	if e.Awarded = c.text("award_certs") != "false"; !e.Awarded {
		e.Certificate, e.CertificateExpires = "", ""
	}
	e.marked, e.markedAt, e.markStatus, e.markPercentage, e.markedNote = true, s.now(), state, score, c.text("notes")
	if u := s.portal.user(e.UserID); u != nil {
		s.portal.log(auditSetComplete, u.Email, strconv.FormatInt(e.CourseID, 10), s.now())
	}
	return made(markID(e))
}

// markID numbers the mark of an enrollment, which can have only one.
func markID(e *Enrollment) int64 { return e.ID + 500_000 }

func (s *Server) listMarks(c *call) answer {
	var records []any
	for _, e := range s.portal.enrollments {
		if !e.marked || !fits(c, "id", markID(e)) || !fits(c, "user_id", e.UserID) || !fits(c, "enrollment_id", e.ID) || !fits(c, "course_id", e.CourseID) {
			continue
		}
		records = append(records, map[string]any{
			"id": markID(e), "enrollment_id": e.ID, "status": e.markStatus, "percentage": null(e.markPercentage),
			"date_completed": stamp(e.CompletedAt), "created_at": stamp(e.markedAt), "notes": e.markedNote,
			"user_id": nil, "action_source_type": "API",
		})
	}
	return s.page(c, "markcompletes", records)
}
