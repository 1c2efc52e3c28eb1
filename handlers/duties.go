package handlers

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"registrar/bot/runbook"
	"registrar/integrations/learnupon"
)

// institutionManagers is the group that gives managers of institutions their
// courses and the documentation on managing their people.
const institutionManagers = "Institution Group Manager"

// duties is what others need a person's account for, in one portal.
type duties struct {
	manages []groupRef
	alone   []learnupon.ID // of these, the groups nobody else manages
	owns    []string       // courses
}

// maxManaged is for how many groups it is looked who else manages them: each
// takes a call.
const maxManaged = 25

// duties reads them. Only managers manage groups, and only instructors and
// admins own courses.
func (d Deps) duties(ctx context.Context, h holding) (duties, error) {
	var has duties
	var err error
	switch h.user.Type {
	case "manager":
		if has.manages, err = managedGroups(ctx, h); err != nil {
			return has, err
		}
		for _, g := range has.manages[:min(len(has.manages), maxManaged)] {
			managers, err := h.portal.ManagersOf(ctx, g.ID)
			if err != nil {
				return has, fmt.Errorf("managers of group %d: %w", g.ID, err)
			}
			if !slices.ContainsFunc(managers, func(m learnupon.GroupRights) bool { return m.UserID != h.user.ID }) {
				has.alone = append(has.alone, g.ID)
			}
		}
	case "instructor", "admin":
		runbook.Progress(ctx, "Reading who owns which course…")
		for c, err := range h.portal.Courses(ctx) {
			if err != nil {
				return has, fmt.Errorf("courses of %s: %w", systemName(portalName(h.portal)), err)
			}
			if c.OwnerID == h.user.ID {
				has.owns = append(has.owns, "“"+c.Name+"”")
			}
		}
	}
	return has, nil
}

// managedGroups are the groups a person manages. Their titles are looked for
// among all groups, because no call asks for one.
func managedGroups(ctx context.Context, h holding) ([]groupRef, error) {
	rights, err := h.portal.ManagedBy(ctx, h.user.ID)
	if err != nil || len(rights) == 0 {
		return nil, err
	}
	var managed []groupRef
	for _, r := range rights {
		managed = append(managed, groupRef{ID: r.GroupID, Title: "group " + r.GroupID.String(), CreateUsers: r.CanCreateUsers})
	}
	named := 0
	for g, err := range h.portal.Groups(ctx) {
		if err != nil {
			return nil, fmt.Errorf("groups of %s: %w", systemName(portalName(h.portal)), err)
		}
		if i := slices.IndexFunc(managed, func(m groupRef) bool { return m.ID == g.ID }); i >= 0 {
			managed[i].Title = g.Title
			if named++; named == len(managed) {
				break
			}
		}
	}
	return managed, nil
}

// management is a group as something to manage, in words.
func (has duties) management(g groupRef) string {
	return "“" + g.Title + "”" + pick(slices.Contains(has.alone, g.ID), ", which nobody else manages", "")
}

// permissionWords say what a permission lets people do.
var permissionWords = map[learnupon.Permission]string{
	"can_unenroll_users": "take learners out of courses", "can_mark_complete": "set results", "can_move_groups": "move people between groups",
	"can_act_as_instructor": "act as an instructor", "can_delete_users": "delete users", "can_manage_trainings": "manage trainings",
	"can_manage_sessions": "manage live sessions", "tutor_can_create_courses": "create courses",
}

// loseRole names what goes with a user type, where it changes into another.
func (p *profile) loseRole(u learnupon.User, has duties, to string) {
	if u.Type == "admin" {
		p.lose("Every right of an admin.")
	}
	if to == "admin" {
		return
	}
	for _, g := range has.manages {
		if to != "manager" {
			p.lose("The right to manage %s.", has.management(g))
		}
	}
	for _, permission := range u.Permissions {
		p.lose("The permission to %s, given to this person.", permissionWords[permission])
	}
	p.loseCourses(has, to)
	if u.Type == "instructor" {
		p.warn("%s", liveSessions)
	}
}

func (p *profile) loseCourses(has duties, to string) {
	if to == "instructor" {
		return
	}
	for _, title := range has.owns {
		p.lose("The course %s, which the person owns: an owner is an admin or an instructor. Give it another one in LearnUpon.", title)
	}
}

const liveSessions = "Courses and live sessions the person teaches are listed by no call of LearnUpon's API: look for open sessions under their name, and find somebody else for them."

// words say what the person is.
func (has duties) words() []string {
	var said []string
	for _, g := range has.manages {
		said = append(said, "manager of "+has.management(g))
	}
	for _, title := range has.owns {
		said = append(said, "owner of the course "+title)
	}
	return said
}

// leaveBehind names what nobody looks after when the person is out.
func (p *profile) leaveBehind(in string, u learnupon.User, has duties) {
	if said := has.words(); len(said) > 0 {
		p.warn("What the person leaves behind in %s: %s. Find somebody else for it.", in, strings.Join(said, "; "))
	}
	if u.Type == "instructor" || u.Type == "admin" {
		p.warn("%s", liveSessions)
	}
}
