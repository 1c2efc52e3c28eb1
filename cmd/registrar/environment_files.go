package main

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"reflect"
	"slices"
	"strings"
)

// fileSuffix turns the name of a secret's variable into that of the variable
// which names a file with it, as orchestrators hand secrets over.
const fileSuffix = "_FILE"

// maxSecret is far above the longest secret, a URL with a password in it.
const maxSecret = 64 << 10

// secretVariables are the variables that may come from a file.
func secretVariables(portals string) []string {
	return namesOf(portals, func(f reflect.StructField) bool { return f.Tag.Get("secret") != "" })
}

// readFiles puts the secrets that lie in files among the variables. No sentence
// holds what the variable says: it may be the secret itself, by mistake.
func (p *problems) readFiles(vars map[string]string) {
	for _, name := range secretVariables(vars["LEARNUPON_PORTALS"]) {
		file := vars[name+fileSuffix]
		switch {
		case file == "":
		case vars[name] != "":
			p.add("%s and %s%s are both set; choose one.", name, name, fileSuffix)
		default:
			secret, why := p.secretIn(name, file)
			if why != "" {
				p.add("%s%s %s.", name, fileSuffix, why)
				p.unread = append(p.unread, name)
				continue
			}
			vars[name] = secret
		}
	}
}

// secretIn reads one secret. Where it cannot, why goes on after the variable's
// name.
func (p *problems) secretIn(name, file string) (secret, why string) {
	about, err := os.Stat(file)
	if err != nil {
		return "", "names a file that " + unreadable(err)
	}
	// Others may read what Docker mounts, so that says nothing; who may write it
	// chooses the secret.
	if about.Mode().Perm()&0o002 != 0 {
		p.warn("%s%s names a file that everybody on this machine may write.", name, fileSuffix)
	}
	if !about.Mode().IsRegular() {
		return "", "does not name a regular file"
	}
	content, err := contentOf(file)
	secret = strings.TrimSpace(string(content))
	switch {
	case err != nil:
		return "", "names a file that " + unreadable(err)
	case len(content) > maxSecret:
		return "", "names a file that is too long for a secret"
	case secret == "":
		return "", "names a file that is empty"
	case strings.ContainsAny(secret, "\n\r\x00"):
		return "", "names a file that holds more than one line"
	}
	return secret, ""
}

// contentOf is a file's content, up to a little more than a secret may have.
func contentOf(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxSecret+1))
}

// unreadable says why a file cannot be read, without its name.
func unreadable(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "does not exist"
	case errors.Is(err, fs.ErrPermission):
		return "Registrar may not read"
	}
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		err = path.Err
	}
	return "cannot be read: " + err.Error()
}

// fromFile reports whether a variable's value was to come from a file that could
// not be used, which has been said already.
func (p *problems) fromFile(name string) bool { return slices.Contains(p.unread, name) }
