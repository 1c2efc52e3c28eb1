package slacktest

import (
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// A File is an uploaded file. Content is served to the page by the server and left out of JSON.
type File struct {
	ID         string   `json:"id"`
	Name       string   `json:"name"`
	Title      string   `json:"title"`
	Size       int      `json:"size"`
	User       string   `json:"user"`
	URLPrivate string   `json:"url_private"`
	Channels   []string `json:"channels"` // where it was shared
	Content    []byte   `json:"-"`
}

type file struct {
	File
	secret   string
	uploaded bool
	complete bool
}

// Files returns the files whose upload was completed, oldest first.
func (s *Server) Files() []File {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []File
	for _, f := range s.files {
		if f.complete {
			out = append(out, f.File)
		}
	}
	return out
}

func (s *Server) file(match func(*file) bool) *file {
	if i := slices.IndexFunc(s.files, match); i >= 0 {
		return s.files[i]
	}
	return nil
}

func filesGetUploadURL(s *Server, q *request) (reply, error) {
	name, size := q.args.str("filename"), q.args.number("length", 0)
	switch {
	case name == "":
		return nil, missing("filename")
	case size == 0:
		return nil, missing("length")
	}
	f := &file{File: File{ID: s.newID("F"), Name: name, Title: name, Size: size, User: BotUser}, secret: rand.Text()}
	f.URLPrivate = s.url("/files/" + f.ID + "/" + url.PathEscape(name))
	s.files = append(s.files, f)
	return reply{"upload_url": s.url("/upload/" + f.secret), "file_id": f.ID}, nil
}

// serveUpload takes the content, as the plain body or as the one file of a multipart form.
func (s *Server) serveUpload(w http.ResponseWriter, r *http.Request) {
	content, err := uploaded(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.file(func(f *file) bool { return f.secret == r.PathValue("secret") })
	switch {
	case f == nil:
		http.Error(w, "unknown upload", http.StatusNotFound)
	case err != nil || len(content) != f.Size:
		s.violation("upload of %s: %d bytes came where %d were announced", f.Name, len(content), f.Size)
		http.Error(w, "wrong length", http.StatusBadRequest)
	default:
		f.Content, f.uploaded = content, true
		_, _ = io.WriteString(w, "OK - "+strconv.Itoa(len(content)))
	}
}

func uploaded(r *http.Request) ([]byte, error) {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		return io.ReadAll(r.Body)
	}
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, err
	}
	for {
		part, err := parts.NextPart()
		if err != nil {
			return nil, err
		}
		if part.FileName() != "" {
			return io.ReadAll(part)
		}
	}
}

func filesCompleteUpload(s *Server, q *request) (reply, error) {
	var given []struct {
		ID    string `json:"id"`
		Title string `json:"title"`
	}
	if json.Unmarshal(q.args.json("files"), &given) != nil || len(given) == 0 {
		return nil, missing("files")
	}
	targets := q.args.list("channels")
	if id := q.args.str("channel_id"); id != "" {
		targets = append(targets, id)
	}
	var channels []*channel
	for _, id := range targets {
		c := s.channel(id)
		if c == nil || c.Private && !c.has(BotUser) {
			return nil, refuse("channel_not_found")
		}
		if !c.has(BotUser) {
			return nil, refuse("not_in_channel")
		}
		channels = append(channels, c)
	}
	var files []*file
	for _, g := range given {
		f := s.file(func(f *file) bool { return f.ID == g.ID })
		if f == nil || !f.uploaded {
			return nil, refuse("file_not_found")
		}
		if g.Title != "" {
			f.Title = g.Title
		}
		files = append(files, f)
	}
	var shared []File
	for _, f := range files {
		f.complete = true
		f.Channels = targets
		shared = append(shared, f.File)
	}
	for _, c := range channels {
		s.add(c, &Message{
			Subtype: "file_share", User: BotUser, Text: q.args.str("initial_comment"),
			ThreadTS: q.args.str("thread_ts"), Files: shared,
		})
	}
	return reply{"files": shared}, nil
}

func filesInfo(s *Server, q *request) (reply, error) {
	f := s.file(func(f *file) bool { return f.ID == q.args.str("file") && f.complete })
	if f == nil {
		return nil, refuse("file_not_found")
	}
	return reply{"file": f.File}, nil
}

// filesDelete takes a file of the bot's own away, and with it from the messages
// that show it.
func filesDelete(s *Server, q *request) (reply, error) {
	i := slices.IndexFunc(s.files, func(f *file) bool { return f.ID == q.args.str("file") && f.complete })
	if i < 0 {
		return nil, refuse("file_not_found")
	}
	gone := s.files[i].ID
	if s.files[i].User != BotUser {
		return nil, refuse("cant_delete_file")
	}
	s.files = slices.Delete(s.files, i, i+1)
	for _, c := range s.channels {
		for _, m := range c.messages {
			m.Files = slices.DeleteFunc(m.Files, func(f File) bool { return f.ID == gone })
		}
	}
	return reply{}, nil
}

// serveFile is url_private: it wants the bot's token.
func (s *Server) serveFile(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	f := s.file(func(f *file) bool { return f.ID == r.PathValue("id") && f.complete })
	allowed := r.Header.Get("Authorization") == "Bearer "+BotToken && s.granted("files:read")
	s.mu.Unlock()
	if f == nil || !allowed {
		http.Error(w, "not found", http.StatusNotFound)
		return
	}
	_, _ = w.Write(f.Content)
}
