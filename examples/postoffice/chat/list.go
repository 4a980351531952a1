package chat

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// maxContacts bounds the file of contacts.
const maxContacts = 1000

// readList reads a file of sign-in names, one a line. There are none in a file that is not
// there, or has no name.
func readList(path string) (names []string, err error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("contacts: %w", err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if name := strings.TrimSpace(lines.Text()); name != "" && !strings.HasPrefix(name, "#") {
			names = append(names, name)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("contacts: %s: %w", path, err)
	}
	if len(names) > maxContacts {
		return nil, fmt.Errorf("contacts: %s has more than %d", path, maxContacts)
	}
	return names, nil
}

// writeList writes it, for this user alone, whole or not at all.
func writeList(path string, names []string) error {
	if path == "" {
		return nil
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("contacts: %w", err)
	}
	f, err := os.CreateTemp(dir, ".contacts-*")
	if err != nil {
		return fmt.Errorf("contacts: %w", err)
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(strings.Join(append(names, ""), "\n"))
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("contacts: %w", err)
	}
	return nil
}
