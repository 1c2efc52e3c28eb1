package learnupon_test

import (
	"errors"
	"testing"
	"time"

	"registrar/integrations/learnupon"
	"registrar/integrations/learnupon/learnupontest"
	"registrar/integrations/rest"
)

// An enrollment is made, ended with a result of the past, and made again.
func TestResults(t *testing.T) {
	server, client := portal(t, learnupontest.Options{})
	user := learnupon.ID(server.AddUser(learnupontest.User{Email: "jo@x.edu"}))
	course := learnupon.ID(server.AddCourse(learnupontest.Course{Name: "Safety", SourceID: 7, Version: 3}))
	at := time.Date(2024, 2, 3, 4, 5, 6, 0, time.UTC)
	one := func() learnupon.Enrollment {
		t.Helper()
		all, err := client.EnrollmentsOf(t.Context(), user)
		if err != nil || len(all) == 0 {
			t.Fatal(all, err)
		}
		return all[len(all)-1]
	}

	id, err := client.Enroll(t.Context(), learnupon.NewEnrollment{UserID: user, CourseID: course, DueDate: learnupon.Time{Time: at}})
	if e := one(); err != nil || e.ID != id || e.Status != learnupon.NotStarted || e.Course() != 7 || e.Version != 3 || e.Finished() || e.DueDate.Day() != 3 {
		t.Fatalf("%+v, %v", e, err)
	}
	if _, err := client.Enroll(t.Context(), learnupon.NewEnrollment{UserID: user, CourseID: course}); !learnupon.AlreadyEnrolled(err) || unsure(err) {
		t.Errorf("a second time: %v", err)
	}
	passed := learnupon.Result{Enrollment: id, Status: learnupon.Passed, Score: "92.5", At: at}
	if err := client.SetResult(t.Context(), passed); err != nil {
		t.Fatal(err)
	}
	if e := one(); e.Status != learnupon.Passed || e.Score != "92.5" || !e.DateCompleted.Equal(at) || !e.Finished() {
		t.Errorf("%+v", e)
	}
	if u, _ := server.Snapshot().User("jo@x.edu"); u.Courses[0].Awarded {
		t.Error("a certificate was given unasked")
	}
	if err := client.SetResult(t.Context(), passed); !learnupon.HasResult(err) {
		t.Errorf("a second result: %v", err)
	}
	again, err := client.Enroll(t.Context(), learnupon.NewEnrollment{UserID: user, CourseID: course, Again: true})
	if err != nil || again == id {
		t.Fatal(again, err)
	}
	if err := client.SetResult(t.Context(), learnupon.Result{Enrollment: again, Status: learnupon.Completed, At: at, Award: true, Notes: "again"}); err != nil {
		t.Fatal(err)
	}
	if u, _ := server.Snapshot().User("jo@x.edu"); !u.Courses[1].Awarded {
		t.Error("no certificate was given")
	}
	for _, bad := range []learnupon.Result{
		{Enrollment: id, Status: learnupon.InProgress, At: at}, {Enrollment: id, Status: learnupon.Passed, At: at},
		{Enrollment: id, Status: learnupon.Completed},
	} {
		if err := client.SetResult(t.Context(), bad); err == nil || unsure(err) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	for refusal, c := range map[string]learnupontest.Course{"full": {Full: true}, "no modules": {Empty: true}} {
		_, err := client.Enroll(t.Context(), learnupon.NewEnrollment{UserID: user, CourseID: learnupon.ID(server.AddCourse(c))})
		if learnupon.CourseFull(err) != c.Full || learnupon.NotByAPI(err) != c.Empty {
			t.Errorf("%s: %v", refusal, err)
		}
	}
}

// A portal that says yes and keeps the account is found out.
func TestDeletionIsReadBack(t *testing.T) {
	server, client := portal(t, learnupontest.Options{})
	user := learnupon.ID(server.AddUser(learnupontest.User{Email: "jo@x.edu"}))
	server.Fail(learnupontest.Fault{Method: "DELETE", Route: "/users/{id}", Status: 200, Body: `{"success":"ok"}`, Times: 1})
	if err := client.DeleteUser(t.Context(), user); !errors.Is(err, rest.ErrNotApplied) || !unsure(err) {
		t.Errorf("ignored: %v", err)
	}
	if err := client.DeleteUser(t.Context(), user); err != nil {
		t.Error(err)
	}
	if err := client.DeleteUser(t.Context(), user); !rest.IsNotFound(err) {
		t.Errorf("a second time: %v", err)
	}
}

// Sets of memberships and rights are written one by one, and read back at once.
func TestMembershipsAndRights(t *testing.T) {
	server, client := portal(t, learnupontest.Options{})
	ctx := t.Context()
	number := server.AddUser(learnupontest.User{Email: "jo@x.edu"})
	user := learnupon.ID(number)
	var groups []learnupon.ID
	for _, title := range []string{"East", "West", "North"} {
		g := server.AddGroup(title)
		server.AddGroupCourse(g, server.AddCourse(learnupontest.Course{Name: title}))
		groups = append(groups, learnupon.ID(g))
	}
	writes := func(left int, err error, want int) {
		t.Helper()
		calls := server.Calls()
		server.ResetCalls()
		if err != nil || left != want || calls[len(calls)-1].Method != "GET" || calls[0].Method == "GET" {
			t.Errorf("%d are there, want %d; %v; calls %v", left, want, err, calls)
		}
	}
	joined, err := client.JoinGroups(ctx, user, false, groups[:2]...)
	writes(len(joined), err, 2)
	if u, _ := server.Snapshot().User("jo@x.edu"); len(u.Courses) != 0 {
		t.Errorf("enrolled unasked: %v", u.Courses)
	}
	joined, err = client.JoinGroups(ctx, user, true, groups[2])
	writes(len(joined), err, 3)
	if u, _ := server.Snapshot().User("jo@x.edu"); len(u.Courses) != 1 {
		t.Errorf("not enrolled: %v", u.Courses)
	}
	left, err := client.LeaveGroups(ctx, user, groups[:2]...)
	writes(len(left), err, 1)
	if _, err = client.LeaveGroups(ctx, user, groups[0]); !rest.IsNotFound(err) {
		t.Errorf("left a second time: %v", err)
	}

	rights := []learnupon.GroupRights{{GroupID: groups[0], CanCreateUsers: true}, {GroupID: groups[1]}}
	if _, err := client.GrantRights(ctx, user, rights...); err == nil || unsure(err) {
		t.Errorf("a learner manages: %v", err)
	}
	manager := "manager"
	if _, err := client.UpdateUser(ctx, user, learnupon.UserUpdate{Type: &manager}); err != nil {
		t.Fatal(err)
	}
	server.ResetCalls()
	held, err := client.GrantRights(ctx, user, rights...)
	writes(len(held), err, 2)
	if !held[0].CanCreateUsers || held[1].CanCreateUsers {
		t.Errorf("%+v", held)
	}
	held, err = client.RevokeRights(ctx, user, held[0])
	writes(len(held), err, 1)

	server.Fail(learnupontest.Fault{Method: "POST", Route: "/group_memberships", Status: 200, Body: `{"id":1}`})
	if _, err := client.JoinGroups(ctx, user, false, groups[0]); !errors.Is(err, rest.ErrNotApplied) || !unsure(err) {
		t.Errorf("ignored: %v", err)
	}
}

func TestCoursesAndPaths(t *testing.T) {
	server, client := portal(t, learnupontest.Options{PageSize: 1})
	user := server.AddUser(learnupontest.User{Email: "jo@x.edu", CustomData: map[string]string{"Region": "East", "Department": ""}, Badges: 2, Points: 30})
	server.AddCourse(learnupontest.Course{Name: "A", Credits: "CEU:2.00"})
	server.AddCourse(learnupontest.Course{Name: "B", Draft: true})
	server.AddCourse(learnupontest.Course{Name: "C", Archived: true})
	server.AddPath(learnupontest.Path{UserID: user, Name: "Way"})
	server.AddPath(learnupontest.Path{UserID: user + 1, Name: "Other"})
	var names string
	for c, err := range client.Courses(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		names += c.Name + c.State[:1] + c.Credits
	}
	if names != "ApCEU:2.00Bd" {
		t.Error(names)
	}
	if paths, err := client.PathsOf(t.Context(), learnupon.ID(user)); err != nil || len(paths) != 1 || paths[0].Name != "Way" {
		t.Errorf("%+v, %v", paths, err)
	}
	server.Fail(learnupontest.Fault{Route: "/learning_path_enrollments/search", Status: 404})
	if paths, err := client.PathsOf(t.Context(), learnupon.ID(user)); err != nil || len(paths) != 0 {
		t.Errorf("%+v, %v", paths, err)
	}
	u, err := client.UserByID(t.Context(), learnupon.ID(user))
	if err != nil || len(u.CustomData) != 1 || u.CustomData["Region"] != "East" || u.Badges != 2 || u.Points != 30 {
		t.Errorf("%+v, %v", u, err)
	}
}
