package archive

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"
)

// manifestName is the last entry's.
const manifestName = "MANIFEST.json"

// format is that of archives that this version writes, and the last that it reads.
const format = 1

// maxManifest bounds the manifest, in octets: a million files fit.
const maxManifest = 256 << 20

// A Manifest says what is in an archive. Who writes one sets Program and Created.
type Manifest struct {
	Format  int       `json:"format"`
	Program string    `json:"program"` // version of who has written it
	Created time.Time `json:"created"`
	Files   []File    `json:"files"`
}

// A File is one of an archive.
type File struct {
	Name   string `json:"name"` // with slashes, relative
	Octets int64  `json:"octets"`
	SHA256 string `json:"sha256"` // hex
}

// ErrDamaged is what Verify and Extract return, wrapped, of an archive that is not as it was written.
var ErrDamaged = errors.New("archive: damaged")

func damaged(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrDamaged, fmt.Sprintf(format, args...))
}

func readManifest(r io.Reader) (*Manifest, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxManifest+1))
	if err != nil {
		return nil, err
	}
	if len(b) > maxManifest {
		return nil, damaged("its manifest is longer than %d octets", maxManifest)
	}
	m := new(Manifest)
	if err := json.Unmarshal(b, m); err != nil {
		return nil, damaged("manifest: %v", err)
	}
	if m.Format > format {
		return nil, fmt.Errorf("archive: written by program version %s in format %d, this program reads up to %d: use that version", m.Program, m.Format, format)
	}
	if m.Format < 1 {
		return nil, damaged("its manifest has no format")
	}
	return m, nil
}

// byName returns the files by their names.
func (m *Manifest) byName() (map[string]*File, error) {
	all := make(map[string]*File, len(m.Files))
	for i := range m.Files {
		f := &m.Files[i]
		if err := checkName(f.Name); err != nil {
			return nil, err
		}
		if sum, err := hex.DecodeString(f.SHA256); err != nil || len(sum) != 32 || f.Octets < 0 {
			return nil, damaged("manifest of %q", f.Name)
		}
		if all[f.Name] != nil {
			return nil, damaged("%q is there twice", f.Name)
		}
		all[f.Name] = f
	}
	return all, nil
}

// checkName lets only names pass that stay in a folder, on any system.
func checkName(name string) error {
	if name == "" || name == manifestName || strings.ContainsAny(name, "\\:\x00") || !filepath.IsLocal(filepath.FromSlash(name)) ||
		strings.Contains("/"+name+"/", "/./") || strings.Contains("/"+name+"/", "/../") || strings.Contains("/"+name+"/", "//") {
		return damaged("%q is no name of a file in it", name)
	}
	return nil
}
