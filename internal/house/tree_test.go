package house

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"iter"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the generated files instead of comparing them")

const (
	root   = "../.."
	module = "github.com/wirepost/wirepost"
)

// A file is one of the repository's text files.
type file struct {
	name string // relative to the root, with slashes
	text []byte
}

// readTree reads every text file once, for all the tests.
var readTree = sync.OnceValues(func() ([]file, error) {
	var files []file
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.Name() == ".git" && d.IsDir():
			return fs.SkipDir
		case !d.Type().IsRegular():
			return nil
		}
		text, err := os.ReadFile(name)
		if errors.Is(err, fs.ErrNotExist) { // an editor's temporary file
			return nil
		}
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if isText := !bytes.Contains(text[:min(len(text), 8000)], []byte{0}); isText {
			files = append(files, file{filepath.ToSlash(rel), text})
		}
		return err
	})
	return files, err
})

// tree returns the text files whose names end in one of the suffixes.
func tree(t *testing.T, suffixes ...string) []file {
	t.Helper()
	all, err := readTree()
	require.NoError(t, err)
	return slices.DeleteFunc(slices.Clone(all), func(f file) bool {
		return !slices.ContainsFunc(suffixes, func(s string) bool { return strings.HasSuffix(f.name, s) })
	})
}

// A goFile is a parsed Go file, of this module or of one nested in it.
type goFile struct {
	file
	*ast.File
	test bool
	fset *token.FileSet
}

func (f goFile) line(n ast.Node) int { return f.fset.Position(n.Pos()).Line }

var goTree = sync.OnceValues(func() ([]goFile, error) {
	all, err := readTree()
	fset := token.NewFileSet()
	var files []goFile
	for _, f := range all {
		if !strings.HasSuffix(f.name, ".go") || strings.Contains(f.name, "testdata/") {
			continue
		}
		parsed, bad := parser.ParseFile(fset, f.name, f.text, parser.ParseComments)
		if bad != nil {
			err = errors.Join(err, bad)
			continue
		}
		files = append(files, goFile{f, parsed, strings.HasSuffix(f.name, "_test.go"), fset})
	}
	return files, err
})

// goFiles returns the Go files that parse; those that do not are an error, but hide no other file's.
func goFiles(t *testing.T) []goFile {
	t.Helper()
	files, err := goTree()
	if err != nil {
		t.Errorf("cannot parse: %v", err)
	}
	return files
}

// folders returns the Go files by folder, in order.
func folders(t *testing.T) iter.Seq2[string, []goFile] {
	t.Helper()
	by := map[string][]goFile{}
	for _, f := range goFiles(t) {
		by[path.Dir(f.name)] = append(by[path.Dir(f.name)], f)
	}
	return func(yield func(string, []goFile) bool) {
		for _, dir := range slices.Sorted(maps.Keys(by)) {
			if !yield(dir, by[dir]) {
				return
			}
		}
	}
}

// A pkg is what go list says of a package.
type pkg struct {
	ImportPath, Name, Export           string
	Standard, DepOnly                  bool
	Module                             *struct{ Path string }
	Imports, TestImports, XTestImports []string
	Deps                               []string
	Error                              *struct{ Err string }
	DepsErrors                         []struct{ Err string }
}

// errors tells why the package does not build, as far as go list knows.
func (p pkg) errors() string {
	text := ""
	if p.Error != nil {
		text = ": " + p.Error.Err
	}
	for _, e := range p.DepsErrors {
		text += ": " + e.Err
	}
	return text
}

// rel returns the package's path within the module.
func (p pkg) rel() string { return strings.TrimPrefix(p.ImportPath, module+"/") }

// goList runs go list at the root. A package that does not build has its Error set, or no Export.
func goList(t *testing.T, args ...string) []pkg {
	t.Helper()
	fields := "-json=ImportPath,Name,Export,Standard,DepOnly,Module,Imports,TestImports,XTestImports,Deps,Error,DepsErrors"
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"list", "-e", fields}, args...)...)
	cmd.Dir = root
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, stderr.String())
	var pkgs []pkg
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return pkgs
		} else if err != nil {
			t.Fatal(err)
		}
		pkgs = append(pkgs, p)
	}
}
