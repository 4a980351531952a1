package house

import (
	"errors"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const api = root + "/api"

// TestSurface compares what each package exports with api/*.txt, so that a change of surface shows in the diff.
// Commands, examples and internal packages promise nothing and have no file.
func TestSurface(t *testing.T) {
	var promised []string
	for _, p := range goList(t, "./...") {
		if p.Name != "main" && p.Name != "" && !matches("internal/... examples/...", p.rel()) && !strings.Contains(p.rel(), "/internal/") {
			promised = append(promised, p.ImportPath)
		}
	}
	stale, err := filepath.Glob(api + "/*.txt")
	require.NoError(t, err)
	if len(promised) > 0 { // with no arguments, go list lists the root
		imported := importCompiled(t, promised)
		for _, p := range promised {
			name := filepath.Join(api, strings.ReplaceAll(strings.TrimPrefix(p, module+"/"), "/", ".")+".txt")
			stale = slices.DeleteFunc(stale, func(s string) bool { return s == filepath.FromSlash(name) })
			if types, err := imported(p); err != nil {
				t.Errorf("%s does not compile: %v", p, err)
			} else {
				generated(t, name, strings.Join(surface(types), "\n")+"\n")
			}
		}
	}
	for _, name := range stale {
		if *update {
			require.NoError(t, os.Remove(name))
		} else {
			t.Errorf("%s is about a package that is gone: run go generate ./internal/house", name)
		}
	}
}

// generated compares a file with what it should hold, or writes it with -update.
func generated(t *testing.T, name, want string) {
	t.Helper()
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
		require.NoError(t, os.WriteFile(name, []byte(want), 0o644))
		return
	}
	got, err := os.ReadFile(name)
	if err != nil || string(got) != want {
		t.Errorf("%s is out of date: run go generate ./internal/house and look at the diff\n%s", name, changes(string(got), want))
	}
}

// changes lists the lines that only one of the texts has.
func changes(got, want string) string {
	was, is := strings.Split(got, "\n"), strings.Split(want, "\n")
	var b strings.Builder
	for _, side := range []struct {
		sign        string
		lines, lack []string
	}{{"- ", was, is}, {"+ ", is, was}} {
		for _, line := range side.lines {
			if !slices.Contains(side.lack, line) {
				b.WriteString(side.sign + line + "\n")
			}
		}
	}
	return b.String()
}

// importCompiled returns an importer of the packages as the compiler saw them: no parsing, and no second type check.
func importCompiled(t *testing.T, paths []string) func(path string) (*types.Package, error) {
	compiled := map[string]pkg{}
	for _, p := range goList(t, append([]string{"-deps", "-export"}, paths...)...) {
		compiled[p.ImportPath] = p
	}
	gc := importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) {
		p := compiled[path]
		if p.Export == "" {
			return nil, errors.New("try go build" + p.errors())
		}
		return os.Open(p.Export)
	})
	return gc.Import
}
