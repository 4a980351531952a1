package main

import (
	"context"
	"io"
)

// operation returns what runs a command of the operator, or nil.
func operation(name string) func(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	switch name {
	case "backup":
		return backup
	case "import":
		return importMail
	case "export":
		return exportMail
	case "top":
		return top
	case "reindex":
		return reindex
	case "health":
		return health
	case "restore":
		return restore
	}
	return nil
}
