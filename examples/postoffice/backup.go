package main

import (
	"cmp"
	"compress/gzip"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/examples/postoffice/office"
)

// backup writes all that the data folder has to an archive.
func backup(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	set := newFlags("backup", "FILE.tar.gz", stderr,
		"Writes all that the data folder has to FILE: mail, accounts, what waits to be sent,\n"+
			"newsgroups, logs of messages. The server may run meanwhile, and nobody waits. FILE\n"+
			"must not be there; named .tar it is not compressed. It has everybody's mail and the\n"+
			"hashes of passwords: keep it as carefully. A configuration file is not in it.")
	dir := set.String("data", defaultDir, "data `folder`")
	words, err := parseWords(set, args)
	if err != nil {
		return err
	}
	if len(words) != 1 {
		set.Usage()
		return errUsage
	}
	file := words[0]
	if _, err := os.Lstat(file); !errors.Is(err, fs.ErrNotExist) {
		return cmp.Or(err, fmt.Errorf("%s is there already: name another file, or remove it", file))
	}
	b, err := office.OpenBackups(ctx, *dir)
	if err != nil {
		return err
	}
	begun := time.Now()
	if err := errors.Join(writeBackup(ctx, b, file, stderr), b.Close()); err != nil {
		return err
	}
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s: %d octets in %v\n", file, info.Size(), time.Since(begun).Round(time.Millisecond))
	return nil
}

// writeBackup writes the file under another name until it is whole.
func writeBackup(ctx context.Context, b manage.Backups, file string, stderr io.Writer) (err error) {
	part := file + ".part"
	f, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(part))
		}
	}()
	p := newProgress(stderr, "backup", octets)
	defer p.end()
	err = compressed(f, !strings.HasSuffix(file, ".tar"), func(w io.Writer) error { return b.Backup(ctx, w, p.at) })
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(part, file)
}

func compressed(w io.Writer, yes bool, write func(io.Writer) error) error {
	if !yes {
		return write(w)
	}
	z, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
	if err != nil {
		return err
	}
	return errors.Join(write(z), z.Close())
}

// restore makes a data folder from an archive.
func restore(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	set := newFlags("restore", "FILE", stderr,
		"Verifies FILE, which postoffice backup has written, and makes the data folder from it.\n"+
			"The folder must be empty, or not there.")
	dir := set.String("data", "", "data `folder` to make")
	words, err := parseWords(set, args)
	if err != nil {
		return err
	}
	if len(words) != 1 || *dir == "" {
		set.Usage()
		return errUsage
	}
	p := newProgress(stderr, "restore", octets)
	r, err := office.Restore(ctx, *dir, words[0], p.at)
	p.end()
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s: %d files of %s, written by version %s\n", *dir, len(r.Backup.Files),
		r.Backup.Created.Local().Format(time.DateTime), r.Backup.Program)
	if len(r.Problems) > 0 {
		fmt.Fprintln(stdout, strings.Join(r.Problems, "\n"))
		return fmt.Errorf("the store has %d problems; postoffice reindex -data %s mends what can be", len(r.Problems), *dir)
	}
	return nil
}

// newFlags are the flags of a command that has a page of help.
func newFlags(command, words string, stderr io.Writer, help string) *flag.FlagSet {
	set := flag.NewFlagSet("postoffice "+command, flag.ContinueOnError)
	set.SetOutput(stderr)
	set.Usage = func() {
		fmt.Fprintf(stderr, "usage: postoffice %s [flags] %s\n\n%s\n\nflags:\n", command, words, help)
		set.PrintDefaults()
	}
	return set
}
