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
	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/examples/postoffice/office"
	"github.com/wirepost/wirepost/examples/postoffice/store"
)

const importHelp = "Puts the messages of an mbox file, of a folder with the mbox files that export has\n" +
	"written, or of a Maildir with the folders of Maildir++, into a user's mailbox, with flags\n" +
	"and dates. The server may run meanwhile: who is connected sees\n" +
	"each message as it comes in. A message is in the mailbox or not, never half of it. What\n" +
	"was imported in the last seven days is passed over: do an import that was cut short again."

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
		if messages, err = readMboxes(words[1]); err != nil {
			return err
		}
	}
	m, err := office.OpenMailboxes(ctx, *dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.Close()) }()
	p := newProgress(stderr, "import", counted)
	n, err := m.Import(ctx, *user, splitFolder(*folder), messages, func(done int64) { p.at(done, 0) })
	p.end()
	fmt.Fprintf(stdout, "%d messages imported, %d were there\n", n.New, n.Known)
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
	"there. The server may run meanwhile; what comes or goes then may be left out. A file that\n" +
	"is not whole has a name that ends in .part, or is in a folder tmp."

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
	err = m.Export(ctx, *user, func(e manage.Exported) error {
		err := x.write(e)
		p.at(x.count, max(x.count, e.Total))
		return err
	})
	p.end()
	if err == nil {
		err = x.close()
	} else {
		err = errors.Join(err, x.cut())
	}
	if err == nil {
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

func (x *exporter) write(e manage.Exported) error {
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
		f, err := os.OpenFile(name+partExt, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		x.file, x.name = f, name
	}
	return mailfile.WriteMbox(x.file, e.Message)
}

// partExt ends the name of a file that is not whole.
const partExt = ".part"

// close ends a file that is whole.
func (x *exporter) close() error {
	if x.file == nil {
		return nil
	}
	if err := x.file.Sync(); err != nil {
		return errors.Join(err, x.cut())
	}
	if err := x.cut(); err != nil {
		return err
	}
	return os.Rename(x.name+partExt, x.name)
}

// cut leaves a file as it is.
func (x *exporter) cut() error {
	if x.file == nil {
		return nil
	}
	err := x.file.Close()
	x.file = nil
	return err
}
