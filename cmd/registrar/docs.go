package main

import (
	"io"

	"registrar/handlers"
)

// docsCommand prints handlers/README.md.
type docsCommand struct{}

func (docsCommand) Run(s surroundings) error {
	catalog, err := wholeCatalog()
	if err != nil {
		return err
	}
	_, err = io.WriteString(s.stdout, handlers.Docs(catalog))
	return err
}
