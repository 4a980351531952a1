package main

import (
	"fmt"
	"io/fs"
	"iter"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wirepost/wirepost/examples/postoffice/mailfile"
	"github.com/wirepost/wirepost/examples/postoffice/store"
)

// mboxExt ends the name of an mbox that export writes.
const mboxExt = ".mbox"

// mboxName is a file's name that two folders do not share.
func mboxName(folder []string) string {
	escape := strings.NewReplacer("%", "%25", "/", "%2F", `\`, "%5C", ".", "%2E", ":", "%3A", "\x00", "%00")
	parts := make([]string, len(folder))
	for i, f := range folder {
		parts[i] = escape.Replace(f)
	}
	return strings.Join(parts, ".") + mboxExt
}

// mboxFolder is the folder of a file that mboxName has named; nil is INBOX.
func mboxFolder(name string) ([]string, error) {
	parts := strings.Split(strings.TrimSuffix(name, mboxExt), ".")
	for i, p := range parts {
		var err error
		if parts[i], err = url.PathUnescape(p); err != nil {
			return nil, fmt.Errorf("%s is no name of a folder: rename it, or import it by itself with -folder: %w", name, err)
		}
	}
	if len(parts) == 1 && parts[0] == store.Inbox {
		return nil, nil
	}
	return parts, nil
}

// readMboxes yields the messages of an mbox file, or of a folder with one for each folder, as export writes it.
func readMboxes(path string) (iter.Seq2[mailfile.Message, error], error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return func(yield func(mailfile.Message, error) bool) { readMbox(path, nil, yield) }, nil
	}
	files, err := fs.Glob(os.DirFS(path), "*"+mboxExt)
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("%s has no file that ends in %s: name an mbox file, or a folder that export has written", path, mboxExt)
	}
	if err != nil {
		return nil, err
	}
	folders := make([][]string, len(files))
	for i, name := range files {
		if folders[i], err = mboxFolder(name); err != nil {
			return nil, err
		}
	}
	return func(yield func(mailfile.Message, error) bool) {
		for i, name := range files {
			if !readMbox(filepath.Join(path, name), folders[i], yield) {
				return
			}
		}
	}, nil
}

// readMbox yields the messages of one file, for a folder. It reports whether there may be more.
func readMbox(name string, folder []string, yield func(mailfile.Message, error) bool) bool {
	f, err := os.Open(name)
	if err != nil {
		return yield(mailfile.Message{}, err)
	}
	defer f.Close()
	for m, err := range mailfile.ReadMbox(f) {
		if err != nil && folder != nil {
			err = fmt.Errorf("%s: %w", filepath.Base(name), err)
		}
		m.Folder = slices.Clone(folder)
		if !yield(m, err) || err != nil {
			return false
		}
	}
	return true
}
