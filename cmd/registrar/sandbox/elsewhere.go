package sandbox

import (
	"strings"
	"time"

	"registrar/integrations/bamboohr/bamboohrtest"
	"registrar/integrations/learnupon/learnupontest"
	"registrar/integrations/statuspage/statuspagetest"
)

// left is a colleague who has left the company and still has two accounts.
const left = "lena.fischer@northwind.example"

// seedStaff fills BambooHR and the partners' portal. Staff learn there too, so
// somebody who leaves has to go from more than one place.
func (s *Sandbox) seedStaff(now time.Time) {
	date := func(days int) string { return now.AddDate(0, 0, -days).Format(time.DateOnly) }
	for _, p := range people() {
		first, last, _ := strings.Cut(p.Name, " ")
		s.BambooHR.AddEmployee(bamboohrtest.Employee{FirstName: first, LastName: last, WorkEmail: p.Email, Hired: date(900)})
	}
	s.BambooHR.AddEmployee(bamboohrtest.Employee{FirstName: "Lena", LastName: "Fischer", WorkEmail: left, Hired: date(1400), Terminated: date(12)})

	ago := func(days int) time.Time { return now.Add(-time.Duration(days) * day) }
	lena := learnupontest.User{Email: left, FirstName: "Lena", LastName: "Fischer", Type: "instructor",
		CreatedAt: ago(1400), LastSignInAt: ago(14), SignIns: 310, TimeZone: eastern}
	s.LearnUpon.AddUser(lena)
	resellers := s.Partners.AddGroup("Resellers")
	selling := s.Partners.AddCourse(learnupontest.Course{Name: "Selling Northwind"})
	s.Partners.AddMember(resellers, s.Partners.AddUser(lena))
	omar := s.Partners.AddUser(learnupontest.User{Email: "omar.said@brightpath.example", FirstName: "Omar", LastName: "Said",
		CreatedAt: ago(200), LastSignInAt: ago(5), SignIns: 44, TimeZone: central})
	s.Partners.AddMember(resellers, omar)
	s.Partners.AddEnrollment(learnupontest.Enrollment{UserID: omar, CourseID: selling, Status: "completed", EnrolledAt: ago(190), CompletedAt: ago(150)})
}

// announced is work on LearnUpon that its status page speaks of.
const announced = "Database upgrade"

// seedStatus is LearnUpon's public status page on a good day, with some work
// announced.
func (s *Sandbox) seedStatus(now time.Time) {
	for _, name := range []string{"Learner portal", "Admin portal", "API", "Salesforce integration", "E-mail delivery"} {
		s.Status.Set(name, "operational")
	}
	from := now.Add(50 * time.Hour).Truncate(time.Hour)
	s.Status.Schedule(statuspagetest.Maintenance{Name: announced, From: from, Until: from.Add(2 * time.Hour)})
}
