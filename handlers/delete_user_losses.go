package handlers

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"registrar/integrations/learnupon"
)

// loseHistory names, one by one, what goes with an account.
func (d Deps) loseHistory(ctx context.Context, h holding, p *profile) error {
	u, in := h.user, systemName(portalName(h.portal))
	enrollments, err := h.portal.EnrollmentsOf(ctx, u.ID)
	if err != nil {
		return fmt.Errorf("enrollments of user %d: %w", u.ID, err)
	}
	paths, err := h.portal.PathsOf(ctx, u.ID)
	if err != nil {
		return fmt.Errorf("learning paths of user %d: %w", u.ID, err)
	}
	groups, err := h.portal.GroupsOf(ctx, u.ID)
	if err != nil {
		return fmt.Errorf("groups of user %d: %w", u.ID, err)
	}
	has, err := d.duties(ctx, h)
	if err != nil {
		return err
	}
	p.lose("%s: enrollments: %s.", in, orNone(byStatus(enrollments)))
	for _, e := range enrollments {
		p.loseEnrollment(in, e)
	}
	for _, path := range paths {
		p.lose("%s: the learning path “%s”, %s.", in, path.Name, statusWords(path.Status, ""))
	}
	for _, g := range has.manages {
		p.lose("%s: the management of %s.", in, has.management(g))
	}
	if len(groups) > 0 {
		p.lose("%s: the membership of %s.", in, titles(groups))
	}
	if labels := slices.Sorted(maps.Keys(u.CustomData)); len(labels) > 0 {
		p.lose("%s: custom user data: %s.", in, strings.Join(labels, ", "))
	}
	p.loseRest(d, in, u)
	return nil
}

// loseEnrollment names what shows: who is only enrolled, or was withdrawn, has
// nothing there but the enrollment, which was counted.
func (p *profile) loseEnrollment(in string, e learnupon.Enrollment) {
	switch {
	case e.Unenrolled && !e.Finished():
	case e.Status == learnupon.InProgress:
		p.lose("%s: %s, the work in progress.", in, courseName(e))
	case e.Status == learnupon.PendingReview:
		p.lose("%s: %s, what was handed in and waits for a review.", in, courseName(e))
	case e.Finished():
		p.lose("%s: %s.", in, courseLine(e))
	}
	if e.Certificate != "" {
		p.lose("%s: %s, the certificate “%s”%s.", in, courseName(e), e.Certificate, until(e.CertificateExpires))
	}
}

func (p *profile) loseRest(d Deps, in string, u learnupon.User) {
	if u.Badges > 0 || u.Points > 0 {
		p.lose("%s: %s and %s.", in, count(int(u.Badges), "badge"), count(int(u.Points), "point"))
	}
	if u.CreatedAt.AddDate(archivedAfter, 0, 0).Before(d.Now()) {
		p.lose("%s: course history older than two years that LearnUpon has archived: no API shows it, so it is not in the file either.", in)
	}
	if u.Type == "instructor" {
		p.warn("%s", liveSessions)
	}
}
