package learnupon

// Permission is the field by which a manager or an instructor is allowed something, person by person.
type Permission string

// permissions are those that are given to one person. Not among them is what managers and instructors have from the
// start: to enroll, and to edit their own courses. They are read with the rest of the record, once: a portal has a
// hundred thousand of them.
type permissions struct {
	Unenroll   given `json:"can_unenroll_users"`
	Complete   given `json:"can_mark_complete"`
	MoveGroups given `json:"can_move_groups"`
	Instruct   given `json:"can_act_as_instructor"`
	Delete     given `json:"can_delete_users"`
	Trainings  given `json:"can_manage_trainings"`
	Sessions   given `json:"can_manage_sessions"`
	Courses    given `json:"tutor_can_create_courses"`
}

// given is a permission's flag. What is no yes or no counts as not given.
type given bool

// UnmarshalJSON accepts anything.
func (g *given) UnmarshalJSON(b []byte) error {
	var is flag
	*g = given(is.UnmarshalJSON(b) == nil && bool(is))
	return nil
}

// list names those that are given.
func (p permissions) list() []Permission {
	var all []Permission
	add := func(is given, name Permission) {
		if is {
			all = append(all, name)
		}
	}
	add(p.Unenroll, "can_unenroll_users")
	add(p.Complete, "can_mark_complete")
	add(p.MoveGroups, "can_move_groups")
	add(p.Instruct, "can_act_as_instructor")
	add(p.Delete, "can_delete_users")
	add(p.Trainings, "can_manage_trainings")
	add(p.Sessions, "can_manage_sessions")
	add(p.Courses, "tutor_can_create_courses")
	return all
}
