package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/wirepost/wirepost/examples/postoffice/office"
)

// reindex verifies the store, and mends what can be.
func reindex(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	set := newFlags("reindex", "", stderr,
		"Counts again what folders and messages count, drops what can be made again, verifies\n"+
			"the size of every message and reads all large ones. Prints what it could not mend,\n"+
			"with exit status 1: restore that from a backup. The server may run meanwhile.")
	dir := set.String("data", defaultDir, "data `folder`")
	words, err := parseWords(set, args)
	if err != nil {
		return err
	}
	if len(words) > 0 {
		set.Usage()
		return errUsage
	}
	m, err := office.OpenMailboxes(ctx, *dir)
	if err != nil {
		return err
	}
	p := newProgress(stderr, "reindex", counted)
	r, err := m.Reindex(ctx, p.at)
	p.end()
	if err = errors.Join(err, m.Close()); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%d mended, %d dropped, %d problems\n", r.Mended, r.Dropped, len(r.Problems))
	if len(r.Problems) == 0 {
		return nil
	}
	fmt.Fprintln(stdout, strings.Join(r.Problems, "\n"))
	return fmt.Errorf("%d problems are left: restore those messages from a backup", len(r.Problems))
}
