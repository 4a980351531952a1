package mailfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// infos are the letters of a Maildir's info.
var infos = [...]struct {
	letter byte
	flag   store.SystemFlags
}{{'D', store.Draft}, {'F', store.Flagged}, {'R', store.Answered}, {'S', store.Seen}, {'T', store.Deleted}}

// ReadMaildir yields the messages of a Maildir: INBOX's, and those of the folders of Maildir++, which
// are named ".Sent" and ".Lists.Go". The body of one is to be read before the next is asked for.
func ReadMaildir(dir string) iter.Seq2[Message, error] {
	return func(yield func(Message, error) bool) {
		entries, err := os.ReadDir(dir)
		if err != nil {
			yield(Message{}, err)
			return
		}
		folders := [][]string{nil}
		for _, e := range entries {
			if name, ok := strings.CutPrefix(e.Name(), "."); ok && e.IsDir() && name != "" {
				folders = append(folders, strings.Split(name, "."))
			}
		}
		if _, err := os.Stat(filepath.Join(dir, "cur")); err != nil {
			yield(Message{}, fmt.Errorf("mailfile: %s is not a Maildir: %w", dir, err))
			return
		}
		for _, folder := range folders {
			for _, sub := range []string{"new", "cur"} {
				if !readFolder(folderPath(dir, folder), sub, folder, yield) {
					return
				}
			}
		}
	}
}

func folderPath(dir string, folder []string) string {
	if len(folder) == 0 {
		return dir
	}
	return filepath.Join(dir, "."+strings.Join(folder, "."))
}

func readFolder(dir, sub string, folder []string, yield func(Message, error) bool) bool {
	entries, err := os.ReadDir(filepath.Join(dir, sub))
	if errors.Is(err, fs.ErrNotExist) {
		return true
	}
	if err != nil {
		return yield(Message{}, err)
	}
	for _, e := range entries {
		if !e.Type().IsRegular() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		if !readFile(filepath.Join(dir, sub, e.Name()), folder, yield) {
			return false
		}
	}
	return true
}

func readFile(path string, folder []string, yield func(Message, error) bool) bool {
	f, err := os.Open(path)
	if err != nil {
		return yield(Message{}, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return yield(Message{}, err)
	}
	m := Message{Folder: folder, Received: info.ModTime(), Body: newCRLF(f)}
	if _, letters, ok := strings.Cut(filepath.Base(path), ":2,"); ok {
		for _, i := range infos {
			if strings.IndexByte(letters, i.letter) >= 0 {
				m.System |= i.flag
			}
		}
	}
	return yield(m, nil)
}

// WriteMaildir adds a message to a Maildir, which it makes if need be. name is to be unique there.
func WriteMaildir(dir, name string, m Message) error {
	for _, part := range m.Folder {
		if part == "" || strings.ContainsAny(part, "./\\\x00\r\n") {
			return fmt.Errorf("mailfile: a Maildir cannot have a folder named %q: rename it, or export it as mbox", part)
		}
	}
	folder := folderPath(dir, m.Folder)
	for _, sub := range []string{"cur", "new", "tmp"} {
		if err := os.MkdirAll(filepath.Join(folder, sub), 0o700); err != nil {
			return err
		}
	}
	var letters strings.Builder
	for _, i := range infos {
		if m.System&i.flag != 0 {
			letters.WriteString(string(i.letter))
		}
	}
	temp := filepath.Join(folder, "tmp", name)
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if err := errors.Join(writeLF(struct{ io.Writer }{f}, m.Body), f.Close()); err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	if !m.Received.IsZero() {
		if err := os.Chtimes(temp, time.Time{}, m.Received); err != nil {
			return err
		}
	}
	return os.Rename(temp, filepath.Join(folder, "cur", name+":2,"+letters.String()))
}
