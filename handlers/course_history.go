package handlers

import (
	"context"
	"fmt"

	"registrar/bot/runbook"
	"registrar/handlers/findings"
	"registrar/integrations/learnupon"
)

// saveHistory puts everything LearnUpon tells of the accounts' courses into the
// card's thread, before anything is written. The file is named after the first.
func (d Deps) saveHistory(title string, accounts []account) runbook.Step {
	return runbook.Step{
		ID: "history", Title: title, System: runbook.LearnUpon,
		File: &runbook.File{
			Name: fmt.Sprintf("course-history-of-user-%d.csv", accounts[0].ID),
			Make: func(ctx context.Context, _ runbook.Answers) ([]byte, error) { return d.history(ctx, accounts) },
		},
	}
}

func (d Deps) history(ctx context.Context, accounts []account) ([]byte, error) {
	var rows [][]string
	for _, a := range accounts {
		c, err := d.portal(a.Portal)
		if err != nil {
			return nil, err
		}
		enrollments, err := c.EnrollmentsOf(ctx, a.ID)
		if err != nil {
			return nil, fmt.Errorf("enrollments of user %d: %w", a.ID, err)
		}
		for _, e := range enrollments {
			rows = append(rows, historyRow(a, e))
		}
		paths, err := c.PathsOf(ctx, a.ID)
		if err != nil {
			return nil, fmt.Errorf("learning paths of user %d: %w", a.ID, err)
		}
		for _, p := range paths {
			rows = append(rows, []string{systemName(a.Portal), a.ID.String(), "learning path", p.ID.String(), p.PathID.String(), p.Name, "", p.Status, "", "", "", "", "", "", "", "", ""})
		}
	}
	return runbook.CSV([]string{
		"Portal", "User", "Kind", "Enrollment", "Course or path", "Name", "Version", "Status", "Score", "Enrolled", "Started", "Completed",
		"Due", "Access until", "Certificate", "Certificate until", "Withdrawn",
	}, rows...), nil
}

func historyRow(a account, e learnupon.Enrollment) []string {
	row := []string{
		systemName(a.Portal), a.ID.String(), "course", e.ID.String(), e.CourseID.String(), e.CourseName, fmt.Sprint(e.Version), e.Status, e.Score,
	}
	for _, at := range []learnupon.Time{e.DateEnrolled, e.DateStarted, e.DateCompleted, e.DueDate, e.AccessExpires} {
		row = append(row, moment(at))
	}
	withdrawn := ""
	if e.Unenrolled {
		withdrawn = "yes"
	}
	return append(row, e.Certificate, findings.Day(e.CertificateExpires), withdrawn)
}

func moment(t learnupon.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04:05")
}
