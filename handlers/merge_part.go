package handlers

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"

	"registrar/bot/runbook"
	"registrar/handlers/findings"
	"registrar/integrations/learnupon"
)

// verdict is what a portal's two accounts come to.
type verdict struct {
	part     mergePart
	losses   []string
	warnings []string
	kept     []string // courses the kept account has as good already
}

func (f *verdict) lose(format string, args ...any) {
	f.losses = append(f.losses, fmt.Sprintf(format, args...))
}

func (f *verdict) warn(format string, args ...any) {
	f.warnings = append(f.warnings, fmt.Sprintf(format, args...))
}

// merge decides what is carried over and what is lost. After everything was
// carried over it finds nothing left to carry, and no loss it did not name
// before: the same decision is the read-back.
func (p *pair) merge(ctx context.Context, d Deps, in mergeInput) (verdict, error) {
	f := verdict{part: mergePart{
		Keep:      accountOf(holding{p.portal, p.keep.user}, p.keep.groups...),
		Duplicate: accountOf(holding{p.portal, p.duplicate.user}, p.duplicate.groups...),
		Retired:   !p.duplicate.user.Enabled,
	}}
	if err := p.mergeCourses(ctx, d, in, &f); err != nil {
		return f, err
	}
	p.mergeGroups(&f)
	if err := p.mergeRole(in, &f); err != nil {
		return f, err
	}
	p.mergeRights(&f)
	p.leaveBehind(d, &f)
	return f, nil
}

func (p *pair) mergeCourses(ctx context.Context, d Deps, in mergeInput, f *verdict) error {
	cases := compare(p.keep.enrollments, p.duplicate.enrollments)
	var list catalogue
	if slices.ContainsFunc(cases, func(c courseCase) bool { return !c.asGood() }) {
		var err error
		if list, err = d.catalogue(ctx, p.portal); err != nil {
			return err
		}
	}
	again := in.Awards == awardAgain
	for _, c := range cases {
		e := c.best
		if d.premier(e.CourseName) {
			f.part.Premier = append(f.part.Premier, courseName(e))
		}
		leftOut := slices.Contains(in.LeaveOut, c.course) || slices.Contains(in.LeaveOut, e.CourseID)
		switch m, why := c.move(list); {
		case c.asGood():
			f.kept = append(f.kept, courseName(e))
		case leftOut:
			f.lose("%s: left out, as the requester asked.", courseLine(e))
		case c.carriable() != "":
			f.lose("%s: not carried over, because %s.", courseLine(e), c.carriable())
		case why != "":
			f.lose("%s: not carried over, because %s.", courseLine(e), why)
		default:
			f.part.Courses = append(f.part.Courses, m)
			c.alters(m, list, again, f)
		}
		c.loses(again, f)
	}
	for _, e := range p.duplicate.enrollments {
		if e.Unenrolled {
			f.lose("%s: the record of a withdrawn enrollment.", courseLine(e))
		}
	}
	return nil
}

// premierName finds the courses that were paid for, where nothing else is
// configured.
var premierName = regexp.MustCompile(`(?i)\bpremier\b`)

func (d Deps) premier(course string) bool {
	if d.Premier != nil {
		return d.Premier.MatchString(course)
	}
	return premierName.MatchString(course)
}

func (d Deps) catalogue(ctx context.Context, portal *learnupon.Client) (catalogue, error) {
	list := catalogue{courses: map[learnupon.ID]learnupon.Course{}, at: d.Now()}
	for course, err := range portal.Courses(ctx) {
		if err != nil {
			return list, fmt.Errorf("courses of %s: %w", systemName(portalName(portal)), err)
		}
		list.add(course)
	}
	return list, nil
}

// alters names what a carried result does not keep.
func (c courseCase) alters(m courseMove, list catalogue, again bool, f *verdict) {
	e, course := c.best, list.courses[c.course]
	if e.Status == learnupon.Completed && e.Score != "" {
		f.lose("%s: the score of %s %%, which LearnUpon takes only with passed and failed.", courseName(e), e.Score)
	}
	if m.Enroll != 0 && m.Enroll != e.CourseID {
		f.lose("%s: that it was version %d; LearnUpon enrolls in version %d only.", courseName(e), e.Version, course.Version)
	}
	if e.Finished() && e.Status != learnupon.Failed && course.Credits != "" && !again {
		f.lose("%s: its credits (%s) are not given again.", courseName(e), course.Credits)
	}
}

// loses names what cannot be carried of a course, whatever the kept account
// has.
func (c courseCase) loses(again bool, f *verdict) {
	trying := func(e learnupon.Enrollment) bool { return !e.Finished() && e.Status != learnupon.NotStarted }
	failed := func(e learnupon.Enrollment) bool { return e.Status == learnupon.Failed }
	if failed(c.best) && slices.ContainsFunc(c.kept, trying) && !slices.ContainsFunc(c.kept, failed) {
		f.lose("%s: not carried over, because the kept account is at this course.", courseLine(c.best))
	}
	for i, e := range append([]learnupon.Enrollment{c.best}, c.rest...) {
		switch {
		case e.Status == learnupon.InProgress:
			f.lose("%s: the work in progress. LearnUpon cannot carry it.", courseName(e))
		case e.Status == learnupon.PendingReview:
			f.lose("%s: what was handed in and waits for a review.", courseName(e))
		case i > 0 && e.Finished():
			f.lose("%s: another record; one for each course is carried over.", courseLine(e))
		}
		if e.Certificate != "" && !(i == 0 && again && (!c.asGood() || c.carried())) {
			f.lose("%s: the certificate “%s”%s.", courseName(e), e.Certificate, until(e.CertificateExpires))
		}
	}
}

// carried reports whether the kept account has exactly the duplicate's result.
func (c courseCase) carried() bool {
	return slices.ContainsFunc(c.kept, func(e learnupon.Enrollment) bool {
		return e.Status == c.best.Status && e.DateCompleted.Equal(c.best.DateCompleted.Time)
	})
}

func until(t learnupon.Time) string {
	if t.IsZero() {
		return ""
	}
	return ", valid until " + findings.Day(t)
}

func (p *pair) mergeGroups(f *verdict) {
	for _, g := range p.duplicate.groups {
		ref := groupRef{ID: g.ID, Title: g.Title}
		f.part.Leave = append(f.part.Leave, ref)
		if !slices.ContainsFunc(p.keep.groups, func(k learnupon.Group) bool { return k.ID == g.ID }) {
			f.part.Join = append(f.part.Join, ref)
		}
	}
	if len(f.part.Leave) > 0 {
		f.warn("Groups that LearnUpon fills by a rule may take the accounts in or out again.")
	}
}

// mergeRole keeps the user type that can do more. Of an instructor and a
// manager neither can do all the other can, so a person chooses.
func (p *pair) mergeRole(in mergeInput, f *verdict) error {
	keep, duplicate := p.keep.user.Type, p.duplicate.user.Type
	role := keep
	switch {
	case keep == duplicate || duplicate == "learner":
	case keep == "learner":
		role = duplicate
	default:
		options := []runbook.Option{{Value: keep, Text: capital(keep) + ", as the account to keep"}, {Value: duplicate, Text: capital(duplicate) + ", as the duplicate"}}
		i, err := choose("user-type", fmt.Sprintf("One account is %s, the other %s, and a user has one type. The other type's rights are lost.", keep, duplicate), options, in.Role)
		if err != nil {
			return err
		}
		role = options[i].Value
		f.lose("The rights that only a user of type %s has.", loser(role, keep, duplicate))
	}
	if role != keep {
		f.part.FromRole, f.part.Role = keep, role
		f.warn("The kept account becomes %s with the permissions LearnUpon gives to every %s; what the duplicate was allowed beyond them is set on the record by hand.", role, role)
	}
	return nil
}

func loser(one, a, b string) string {
	if one == a {
		return b
	}
	return a
}

func (p *pair) mergeRights(f *verdict) {
	manages := p.keep.user.Type == "manager" && f.part.Role == "" || f.part.Role == "manager"
	for _, g := range p.duplicate.rights {
		ref := groupRef{ID: g.GroupID, Title: p.title(g.GroupID), CreateUsers: g.CanCreateUsers}
		f.part.Revoke = append(f.part.Revoke, ref)
		i := slices.IndexFunc(p.keep.rights, func(k learnupon.GroupRights) bool { return k.GroupID == g.GroupID })
		switch {
		case !manages:
			f.lose("The right to manage “%s”, which needs the user type manager.", ref.Title)
		case i < 0:
			f.part.Grant = append(f.part.Grant, ref)
		case g.CanCreateUsers && !p.keep.rights[i].CanCreateUsers:
			f.lose("The right to create users in “%s”; the kept account manages the group without it.", ref.Title)
		}
	}
	if f.part.Role != "" && f.part.Role != "manager" {
		for _, g := range p.keep.rights {
			f.lose("The kept account's own right to manage “%s”, which needs the user type manager.", p.title(g.GroupID))
		}
	}
}

// title finds a group's title among what was read: no call asks for one group.
func (p *pair) title(id learnupon.ID) string {
	for _, g := range slices.Concat(p.duplicate.groups, p.keep.groups) {
		if g.ID == id {
			return g.Title
		}
	}
	return "group " + id.String()
}

// archivedAfter: LearnUpon keeps two years of history within reach of its API.
const archivedAfter = 2

// leaveBehind names what hangs on the duplicate and has no way over.
func (p *pair) leaveBehind(d Deps, f *verdict) {
	u, portal := p.duplicate.user, systemName(portalName(p.portal))
	for _, path := range p.duplicate.paths {
		f.lose("The learning path “%s”, %s: its courses are carried over, its own record is not.", path.Name, statusWords(path.Status, ""))
	}
	for _, label := range slices.Sorted(maps.Keys(u.CustomData)) {
		switch has := p.keep.user.CustomData[label]; has {
		case u.CustomData[label]:
		case "":
			f.lose("Custom user data “%s”: “%s”; the kept account has none.", label, u.CustomData[label])
		default:
			f.lose("Custom user data “%s”: “%s”; the kept account has “%s”.", label, u.CustomData[label], has)
		}
	}
	if u.Badges > 0 || u.Points > 0 {
		f.lose("%s and %s of the duplicate.", count(int(u.Badges), "badge"), count(int(u.Points), "point"))
	}
	if u.CreatedAt.AddDate(archivedAfter, 0, 0).Before(d.Now()) {
		f.lose("Course history older than two years that LearnUpon has archived in %s: no API shows it, so what there is stays with the duplicate.", portal)
	}
	keep := p.keep.user
	if findings.Expired(keep, d.Now()) {
		f.warn("The account to keep expired on %s: give it a later date in LearnUpon, or the person cannot sign in.", findings.Day(keep.AccountExpires))
	}
	switch contact := u.SFContactID; {
	case contact != "" && keep.SFContactID == "":
		f.warn("LearnUpon itself notes Salesforce contact %s on the duplicate and none on the kept account; the sync sets it, or somebody with access to both.", contact)
	case contact != "" && keep.SFContactID != contact:
		f.warn("The two accounts belong to different Salesforce contacts (%s and %s). Make sure that they are one person.", keep.SFContactID, contact)
	}
}
