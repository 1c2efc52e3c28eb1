package access

import (
	"errors"
	"fmt"
	"strings"

	"registrar/bot/runbook"
)

// Roles are the ids of Slack user groups (S…) and users (U…, W…) behind each
// of the three roles every installation has. A role without ids is nobody.
type Roles map[runbook.Role][]string

// ParseRoles reads the values of REGISTRAR_SUPPORT, REGISTRAR_APPROVERS and
// REGISTRAR_ADMINS: ids with commas between them. All problems come at once.
func ParseRoles(support, approvers, admins string) (Roles, error) {
	roles := Roles{}
	var problems []error
	for role, list := range map[runbook.Role]string{runbook.Support: support, runbook.Approvers: approvers, runbook.Admins: admins} {
		for id := range strings.SplitSeq(list, ",") {
			id = strings.TrimSpace(id)
			switch {
			case id == "":
			case !validSlackID.MatchString(id):
				problems = append(problems, fmt.Errorf("%s: %q is not the id of a Slack user group (S…) or user (U…, W…)", variable(role), id))
			default:
				roles[role] = append(roles[role], id)
			}
		}
	}
	return roles, errors.Join(problems...)
}

// variable is where a role is configured; empty for a role of the policy file.
func variable(role runbook.Role) string {
	switch role {
	case runbook.Support:
		return "REGISTRAR_SUPPORT"
	case runbook.Approvers:
		return "REGISTRAR_APPROVERS"
	case runbook.Admins:
		return "REGISTRAR_ADMINS"
	}
	return ""
}
