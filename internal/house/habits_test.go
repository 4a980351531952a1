package house

import (
	"bytes"
	"go/ast"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const maxLines = 400

// TestFileSize keeps a file to what a reader can hold: one idea.
func TestFileSize(t *testing.T) {
	for _, f := range goFiles(t) {
		if n := bytes.Count(f.text, []byte("\n")); n > maxLines && !f.test && !ast.IsGenerated(f.File) {
			t.Errorf("%s has %d lines, more than %d: part it by topic", f.name, n, maxLines)
		}
	}
}

// call returns the name of the function called, such as time.Sleep or t.Skip, or "".
func call(n ast.Node) (name string, args []ast.Expr) {
	c, ok := n.(*ast.CallExpr)
	if !ok {
		return "", nil
	}
	sel, ok := c.Fun.(*ast.SelectorExpr)
	if !ok {
		return "", nil
	}
	x, ok := sel.X.(*ast.Ident)
	if !ok {
		return "", nil
	}
	return x.Name + "." + sel.Sel.Name, c.Args
}

// TestNoSleeping checks that a test that sleeps does so in the exact, instant time of a synctest bubble.
func TestNoSleeping(t *testing.T) {
	for _, f := range goFiles(t) {
		bubbles := slices.ContainsFunc(f.Imports, func(i *ast.ImportSpec) bool { return i.Path.Value == `"testing/synctest"` })
		for n := range ast.Preorder(f.File) {
			if name, _ := call(n); f.test && !bubbles && name == "time.Sleep" {
				t.Errorf("%s:%d sleeps for real: use testing/synctest", f.name, f.line(n))
			}
		}
	}
}

// TestSkipReasons checks that a test that is skipped says why.
func TestSkipReasons(t *testing.T) {
	for _, f := range goFiles(t) {
		for n := range ast.Preorder(f.File) {
			name, args := call(n)
			_, method, _ := strings.Cut(name, ".")
			silent := method == "SkipNow" || method == "Skip" && len(args) == 0
			if len(args) > 0 {
				lit, ok := args[0].(*ast.BasicLit)
				silent = ok && (method == "Skip" || method == "Skipf") && len(strings.Trim(lit.Value, "\"` ")) == 0
			}
			if f.test && silent {
				t.Errorf("%s:%d skips without a reason", f.name, f.line(n))
			}
		}
	}
}

// TestFuzzTargets checks that every fuzz target has a comment, which names its properties, and seeds. That .ci/run runs
// it needs no test: the script finds the targets by itself.
func TestFuzzTargets(t *testing.T) {
	for _, f := range goFiles(t) {
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || !f.test || fn.Recv != nil || !strings.HasPrefix(fn.Name.Name, "Fuzz") {
				continue
			}
			if fn.Doc == nil {
				t.Errorf("%s:%d: %s has no comment that names its properties", f.name, f.line(fn), fn.Name)
			}
			corpus := filepath.Join(root, path.Dir(f.name), "testdata", "fuzz", fn.Name.Name)
			if _, err := os.Stat(corpus); err != nil && !seeded(f, fn) {
				t.Errorf("%s:%d: %s has no seeds: f.Add or %s", f.name, f.line(fn), fn.Name, "testdata/fuzz")
			}
		}
	}
}

// seeded reports whether the fuzz target, or a function that it hands its *testing.F to, adds seeds.
func seeded(f goFile, fn *ast.FuncDecl) bool {
	param := fn.Type.Params.List[0].Names[0].Name
	for n := range ast.Preorder(fn.Body) {
		if name, _ := call(n); name == param+".Add" {
			return true
		}
		isParam := func(e ast.Expr) bool { id, ok := e.(*ast.Ident); return ok && id.Name == param }
		if c, ok := n.(*ast.CallExpr); ok && slices.ContainsFunc(c.Args, isParam) {
			return true
		}
	}
	return false
}

// strangers are words that have no place in the repository: folders of one machine and hosts that packages are fetched
// from, which are settings of whoever builds. They are written in two parts, so that this file may be checked too.
var strangers = []string{
	"/wo" + "rk/", "/ro" + "ot/", "/tmp/ba" + "sh", "proxy.gol" + "ang.org", "sum.gol" + "ang.org",
	"deb.deb" + "ian.org", "registry.npm" + "js.org", "py" + "pi.org",
}

// TestStrangers checks that no file holds one of those words.
func TestStrangers(t *testing.T) {
	for _, f := range tree(t, "") {
		for i, line := range slices.Collect(bytes.Lines(f.text)) {
			for _, word := range strangers {
				if bytes.Contains(line, []byte(word)) {
					t.Errorf("%s:%d has %q, which only holds on one machine", f.name, i+1, word)
				}
			}
		}
	}
}
