package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"

	"github.com/wirepost/wirepost/examples/postoffice/mailfile"
	"github.com/wirepost/wirepost/examples/postoffice/office"
	"github.com/wirepost/wirepost/examples/postoffice/store"
)

const importHelp = "Puts the messages of an mbox file, or of a Maildir with the folders of Maildir++, into a\n" +
	"user's mailbox, with flags and dates. What was imported before is passed over: an import\n" +
	"that was cut short is done again. The server must not run."

// importMail is postoffice import.
func importMail(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	set := newFlags("import", "mbox|maildir PATH", stderr, importHelp)
	dir := set.String("data", defaultDir, "data `folder`")
	user := set.String("user", "", "whose mailbox: the `name` of an account")
	folder := set.String("folder", "", "import into this `folder`, A/B (default INBOX)")
	words, err := parseWords(set, args)
	if err != nil {
		return err
	}
	if len(words) != 2 || *user == "" || words[0] != "mbox" && words[0] != "maildir" {
		set.Usage()
		return errUsage
	}
	var messages iter.Seq2[mailfile.Message, error]
	if words[0] == "maildir" {
		messages = mailfile.ReadMaildir(words[1])
	} else {
		f, err := os.Open(words[1])
		if err != nil {
			return err
		}
		defer f.Close()
		messages = mailfile.ReadMbox(f)
	}
	m, err := office.OpenMailboxes(ctx, *dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.Close()) }()
	p := newProgress(stderr, "import", counted)
	imported, known, err := m.Import(ctx, *user, splitFolder(*folder), messages, func(n int) { p.at(int64(n), 0) })
	p.end()
	fmt.Fprintf(stdout, "%d messages imported, %d were there\n", imported, known)
	return err
}

func splitFolder(s string) []string {
	if s = strings.Trim(s, "/"); s == "" {
		return nil
	}
	return strings.Split(s, "/")
}

const exportHelp = "Writes all messages of a user to the folder DIR: as a Maildir with the folders of\n" +
	"Maildir++, or as mbox files (mboxrd), one for each folder. DIR must be empty, or not\n" +
	"there. The server must not run."

// exportMail is postoffice export.
func exportMail(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	set := newFlags("export", "mbox|maildir DIR", stderr, exportHelp)
	dir := set.String("data", defaultDir, "data `folder`")
	user := set.String("user", "", "whose mailbox: the `name` of an account")
	words, err := parseWords(set, args)
	if err != nil {
		return err
	}
	if len(words) != 2 || *user == "" || words[0] != "mbox" && words[0] != "maildir" {
		set.Usage()
		return errUsage
	}
	to := words[1]
	if err := os.MkdirAll(to, 0o700); err != nil {
		return err
	}
	if entries, err := os.ReadDir(to); err != nil || len(entries) > 0 {
		return cmp.Or(err, fmt.Errorf("%s is not empty: name another folder", to))
	}
	m, err := office.OpenMailboxes(ctx, *dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.Close()) }()
	x := &exporter{dir: to, maildir: words[0] == "maildir"}
	p := newProgress(stderr, "export", counted)
	err = m.Export(ctx, *user, func(e office.Exported) error {
		err := x.write(e)
		p.at(x.count, e.Total)
		return err
	})
	p.end()
	if err = errors.Join(err, x.close()); err == nil {
		fmt.Fprintf(stdout, "%d messages exported to %s\n", x.count, to)
	}
	return err
}

// An exporter writes the messages that it is given, folder by folder.
type exporter struct {
	dir     string
	maildir bool
	count   int64
	name    string   // of the mbox that is open
	file    *os.File // nil: none is
}

func (x *exporter) write(e office.Exported) error {
	x.count++
	if x.maildir {
		if len(e.Folder) == 1 && e.Folder[0] == store.Inbox {
			e.Folder = nil
		}
		name := fmt.Sprintf("%d.M%dU%d.postoffice", e.Received.Unix(), x.count, e.UID)
		return mailfile.WriteMaildir(x.dir, name, e.Message)
	}
	name := filepath.Join(x.dir, mboxName(e.Folder))
	if x.file == nil || x.name != name {
		if err := x.close(); err != nil {
			return err
		}
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		x.file, x.name = f, name
	}
	return mailfile.WriteMbox(x.file, e.Message)
}

// mboxName is a file's name that two folders do not share.
func mboxName(folder []string) string {
	escape := strings.NewReplacer("%", "%25", "/", "%2F", `\`, "%5C", ".", "%2E", ":", "%3A", "\x00", "%00")
	parts := make([]string, len(folder))
	for i, f := range folder {
		parts[i] = escape.Replace(f)
	}
	return strings.Join(parts, ".") + ".mbox"
}

func (x *exporter) close() error {
	if x.file == nil {
		return nil
	}
	err := errors.Join(x.file.Sync(), x.file.Close())
	x.file = nil
	return err
}
