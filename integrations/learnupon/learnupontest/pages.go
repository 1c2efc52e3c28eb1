package learnupontest

import (
	_ "embed"
	"html/template"
	"net/http"
	"slices"
	"strconv"
)

// ConfirmationRoute is how Call names the page that confirms an address. It is a GET, and it changes something.
const ConfirmationRoute = "ui:/users/confirmation"

func userPath(id int64) string  { return "/users/" + strconv.FormatInt(id, 10) }
func groupPath(id int64) string { return "/groups/" + strconv.FormatInt(id, 10) }
func confirmationPath(secret string) string {
	return "/users/confirmation?confirmation_token=" + secret
}
func acceptPath(secret string) string { return "/invites/accept/" + secret }

//go:embed pages.html
var pagesHTML string

var pages = template.Must(template.New("pages").Parse(pagesHTML))

// routePages serves what a person sees in a browser. Nobody has to sign in here.
func (s *Server) routePages() {
	show := func(route, name string, data func(*http.Request) (any, int)) {
		s.ui.HandleFunc(route, func(w http.ResponseWriter, r *http.Request) {
			content, code := data(r)
			s.render(w, name, code, content)
		})
	}
	snapshot := func(*http.Request) (any, int) { return s.Snapshot(), http.StatusOK }
	s.ui.Handle("GET /{$}", http.RedirectHandler("/users", http.StatusFound))
	show("GET /users", "users", snapshot)
	show("GET /users/pending", "pending", func(*http.Request) (any, int) {
		return slices.DeleteFunc(s.Snapshot().Invites, func(i InviteView) bool { return i.Status != "sent" }), http.StatusOK
	})
	show("GET /groups", "groups", snapshot)
	show("GET /users/{id}", "user", func(r *http.Request) (any, int) {
		for _, u := range s.Snapshot().Users {
			if strconv.FormatInt(u.ID, 10) == r.PathValue("id") {
				return u, http.StatusOK
			}
		}
		return nil, http.StatusNotFound
	})
	show("GET /groups/{id}", "group", s.groupPage)
	show("GET /groups/{id}/invites", "group", s.groupPage)
	show("GET /users/confirmation", "confirmed", func(r *http.Request) (any, int) {
		confirmed := false
		s.change(func() { confirmed = s.confirm(r.URL.Query().Get("confirmation_token")) })
		if !confirmed {
			return nil, http.StatusNotFound
		}
		return "", http.StatusOK
	})
	show("GET /invites/accept/{token}", "accept", func(r *http.Request) (any, int) {
		for _, i := range s.Snapshot().Invites {
			if i.Link == s.URL+acceptPath(r.PathValue("token")) {
				return i, http.StatusOK
			}
		}
		return nil, http.StatusNotFound
	})
	show("POST /invites/accept/{token}", "accepted", func(r *http.Request) (any, int) {
		var user User
		var err error
		i := (*Invite)(nil)
		s.change(func() {
			i = find(s.portal.invites, func(i *Invite) bool { return i.token == r.PathValue("token") })
			if i != nil {
				user, err = s.accept(i)
			}
		})
		switch {
		case i == nil:
			return nil, http.StatusNotFound
		case err != nil:
			return err.Error(), http.StatusUnprocessableEntity
		}
		return user.Email, http.StatusOK
	})
}

// groupPage shows a group with its members and its invitations.
func (s *Server) groupPage(r *http.Request) (any, int) {
	shot := s.Snapshot()
	page := struct {
		GroupView
		Users   []UserView
		Invites []InviteView
	}{}
	for _, g := range shot.Groups {
		if strconv.FormatInt(g.ID, 10) == r.PathValue("id") {
			page.GroupView = g
		}
	}
	if page.ID == 0 {
		return nil, http.StatusNotFound
	}
	for _, i := range shot.Invites {
		if i.GroupID == page.ID {
			page.Invites = append(page.Invites, i)
		}
	}
	for _, u := range shot.Users {
		for _, title := range u.Groups {
			if title == page.Title {
				page.Users = append(page.Users, u)
			}
		}
	}
	return page, http.StatusOK
}

func (s *Server) render(w http.ResponseWriter, name string, code int, content any) {
	if code == http.StatusNotFound {
		reply(w, noRoute())
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.WriteHeader(code)
	data := struct {
		Portal string
		Code   int
		Data   any
	}{s.portal.title, code, content}
	if err := pages.ExecuteTemplate(w, name, data); err != nil {
		panic("learnupontest: " + err.Error())
	}
}
