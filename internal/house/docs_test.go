package house

import (
	"go/ast"
	"go/token"
	"path"
	"slices"
	"strings"
	"testing"
)

// TestPackageComments checks that every package says what it is: in doc.go, unless it is a command or a single
// file.
func TestPackageComments(t *testing.T) {
	for dir, files := range folders(t) {
		code := slices.DeleteFunc(slices.Clone(files), func(f goFile) bool { return f.test })
		if len(code) == 0 {
			continue
		}
		anywhere := code[0].Name.Name == "main" || len(code) == 1
		documented := slices.ContainsFunc(code, func(f goFile) bool {
			return f.Doc != nil && (anywhere || path.Base(f.name) == "doc.go")
		})
		if !documented {
			t.Errorf("%s: no package comment in doc.go", dir)
		}
	}
}

// TestExamples checks that every package that exports something shows its use, in an Example that go test runs.
func TestExamples(t *testing.T) {
	for dir, files := range folders(t) {
		exports, shown := false, false
		for _, f := range files {
			for _, d := range f.Decls {
				fn, isFunc := d.(*ast.FuncDecl)
				shown = shown || f.test && isFunc && strings.HasPrefix(fn.Name.Name, "Example")
				exports = exports || !f.test && f.Name.Name != "main" && len(exported(d)) > 0
			}
		}
		if exports && !shown {
			t.Errorf("%s: no Example", dir)
		}
	}
}

// TestComments checks that every exported identifier has a comment. Fields and the methods of interfaces may do without
// where their type's comment says it all.
func TestComments(t *testing.T) {
	for _, f := range goFiles(t) {
		if f.test {
			continue
		}
		for _, d := range f.Decls {
			for _, e := range exported(d) {
				if e.doc == nil {
					t.Errorf("%s:%d: %s has no comment", f.name, f.line(e), e.Name)
				}
			}
		}
	}
}

// An export is an exported identifier at the top level of a file, or a method of an exported type.
type export struct {
	*ast.Ident
	doc *ast.CommentGroup
}

func exported(d ast.Decl) []export {
	var found []export
	add := func(name *ast.Ident, docs ...*ast.CommentGroup) {
		if !name.IsExported() {
			return
		}
		e := export{Ident: name}
		for _, doc := range docs {
			if e.doc == nil {
				e.doc = doc
			}
		}
		found = append(found, e)
	}
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil || receiver(d).IsExported() {
			add(d.Name, d.Doc)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				add(spec.Name, spec.Doc, spec.Comment, onlyOne(d))
			case *ast.ValueSpec: // a comment on a group of constants or variables speaks for all of them
				for _, name := range spec.Names {
					add(name, spec.Doc, spec.Comment, d.Doc)
				}
			}
		}
	}
	return found
}

// onlyOne returns the comment of a declaration without parentheses.
func onlyOne(d *ast.GenDecl) *ast.CommentGroup {
	if d.Lparen != token.NoPos {
		return nil
	}
	return d.Doc
}

// receiver returns the name of a method's type.
func receiver(d *ast.FuncDecl) *ast.Ident {
	expr := d.Recv.List[0].Type
	for {
		switch e := expr.(type) {
		case *ast.StarExpr:
			expr = e.X
		case *ast.IndexExpr:
			expr = e.X
		case *ast.IndexListExpr:
			expr = e.X
		case *ast.Ident:
			return e
		default:
			return ast.NewIdent("_")
		}
	}
}
