package main

import (
	"regexp"
	"slices"
	"strings"
)

// ours reports whether a variable's name claims to be for Registrar.
func ours(name string) bool {
	return slices.ContainsFunc([]string{"SLACK_", "LEARNUPON_", "SALESFORCE_", "BAMBOOHR_", "STATUSPAGE_", "SMTP_", "REGISTRAR_"},
		func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}

var orchestratorLink = regexp.MustCompile(`_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_(TCP|UDP)(_\w+)?)?)$`)

// linkedByOrchestrator recognises what Kubernetes puts into every container
// about a service that happens to be called redis or registrar.
func linkedByOrchestrator(name string) bool { return orchestratorLink.MatchString(name) }

// nearest is the known name that differs least from name, if by little enough
// to have been meant: one letter in five, and two at most.
func nearest(name string, known []string) string {
	best, least := "", len(name)
	for _, k := range known {
		if d := distance(name, k); d < least && d <= min(2, len(k)/5) {
			best, least = k, d
		}
	}
	return best
}

// distance is the number of letters to insert, delete, replace or swap with
// their neighbour to make b of a (optimal string alignment).
func distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
