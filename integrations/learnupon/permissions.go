package learnupon

import "encoding/json"

// Permission is the field by which a manager or an instructor is allowed something, person by person.
type Permission string

// permissions are those that are given to one person. Not among them is what managers and instructors have from the
// start: to enroll, and to edit their own courses.
var permissions = []Permission{
	"can_unenroll_users", "can_mark_complete", "can_move_groups", "can_act_as_instructor", "can_delete_users",
	"can_manage_trainings", "can_manage_sessions", "tutor_can_create_courses",
}

// permissionsIn lists the permissions of a user's record. One that is not told counts as not given.
func permissionsIn(record []byte) []Permission {
	var fields map[Permission]json.RawMessage
	if json.Unmarshal(record, &fields) != nil {
		return nil
	}
	var given []Permission
	for _, p := range permissions {
		var is flag
		if raw, told := fields[p]; told && json.Unmarshal(raw, &is) == nil && bool(is) {
			given = append(given, p)
		}
	}
	return given
}
