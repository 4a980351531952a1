package house

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// surface returns one line for each exported identifier, field and method, sorted.
func surface(p *types.Package) []string {
	q := func(other *types.Package) string {
		if other == p {
			return ""
		}
		return strings.TrimPrefix(other.Path(), "github.com/wirepost/")
	}
	var lines []string
	for _, name := range p.Scope().Names() {
		obj := p.Scope().Lookup(name)
		if !obj.Exported() {
			continue
		}
		switch obj := obj.(type) {
		case *types.Const:
			lines = append(lines, fmt.Sprintf("const %s %s = %s", name, types.TypeString(obj.Type(), q), obj.Val().ExactString()))
		case *types.TypeName:
			lines = append(lines, typeLines(obj, q)...)
		default:
			lines = append(lines, types.ObjectString(obj, q))
		}
	}
	return slices.Compact(slices.Sorted(slices.Values(lines)))
}

func typeLines(obj *types.TypeName, q types.Qualifier) []string {
	head := "type " + types.TypeString(obj.Type(), q)
	if obj.IsAlias() {
		return []string{"type " + obj.Name() + " = " + types.TypeString(types.Unalias(obj.Type()), q)}
	}
	var lines []string
	switch under := obj.Type().Underlying().(type) {
	case *types.Struct:
		lines = append(lines, head+" struct")
		lines = append(lines, fieldLines(head, under, q)...)
	case *types.Interface:
		return append(lines, interfaceLines(head, under, q)...)
	default:
		lines = append(lines, head+" "+types.TypeString(under, q))
	}
	return append(lines, methodLines(obj.Type(), q)...)
}

// fieldLines lists the exported fields, and those that come from unexported embedded structs.
func fieldLines(head string, s *types.Struct, q types.Qualifier) []string {
	var lines []string
	for f := range s.Fields() {
		inner, isStruct := f.Type().Underlying().(*types.Struct)
		switch {
		case f.Embedded() && !f.Exported() && isStruct:
			lines = append(lines, fieldLines(head, inner, q)...)
		case f.Embedded() && f.Exported():
			lines = append(lines, head+" struct, embedded "+types.TypeString(f.Type(), q))
		case f.Exported():
			lines = append(lines, head+" struct, "+f.Name()+" "+types.TypeString(f.Type(), q))
		}
	}
	return lines
}

func interfaceLines(head string, i *types.Interface, q types.Qualifier) []string {
	lines := []string{head + " interface"}
	for e := range i.EmbeddedTypes() {
		lines = append(lines, head+" interface, embedded "+types.TypeString(e, q))
	}
	for m := range i.ExplicitMethods() {
		if !m.Exported() {
			lines = append(lines, head+" interface, unexported methods")
			continue
		}
		lines = append(lines, head+" interface, "+signature(m, q))
	}
	return lines
}

// methodLines lists the methods of T and *T, and those that come from unexported embedded types.
func methodLines(typ types.Type, q types.Qualifier) []string {
	var lines []string
	value := types.NewMethodSet(typ)
	for m := range types.NewMethodSet(types.NewPointer(typ)).Methods() {
		if !m.Obj().Exported() || throughExported(typ, m.Index()) {
			continue
		}
		star := ""
		if value.Lookup(m.Obj().Pkg(), m.Obj().Name()) == nil {
			star = "*"
		}
		lines = append(lines, "method ("+star+types.TypeString(typ, q)+") "+signature(m.Obj().(*types.Func), q))
	}
	return lines
}

// throughExported reports whether the method found at index comes from an exported embedded field, whose line tells it.
func throughExported(typ types.Type, index []int) bool {
	for _, i := range index[:len(index)-1] {
		if p, ok := typ.Underlying().(*types.Pointer); ok {
			typ = p.Elem()
		}
		s, ok := typ.Underlying().(*types.Struct)
		if !ok {
			return false
		}
		if s.Field(i).Exported() {
			return true
		}
		typ = s.Field(i).Type()
	}
	return false
}

func signature(m *types.Func, q types.Qualifier) string {
	return m.Name() + strings.TrimPrefix(types.TypeString(m.Type(), q), "func")
}

// TestSurfaceLines checks that each kind of exported thing has its line, and nothing else has.
func TestSurfaceLines(t *testing.T) {
	src := `package p
type Reply struct { Code int; text string }
func (r Reply) Error() string { return r.text }
type base struct { Name string }
func (*base) Close() error { return nil }
func (*base) flush() {}
type Server struct { base; Reply; *Set[int] }
type Backend interface { error; Open(name string) (*Server, error); private() }
type Set[K comparable] map[K]bool
func (s Set[K]) Add(k K) { s[k] = true }
type Alias = Reply
type State uint8
const ( Start State = 1 << iota; Greeted; hidden )
const Big = 1 << 70
var ErrClosed, closed error
func Open[T any](paths ...string) (t T, err error) { return }
func helper() {}
`
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "p.go", src, 0)
	require.NoError(t, err)
	p, err := new(types.Config).Check("p", fset, []*ast.File{f}, nil)
	require.NoError(t, err)
	require.Equal(t, `const Big untyped int = 1180591620717411303424
const Greeted State = 2
const Start State = 1
func Open[T any](paths ...string) (t T, err error)
method (*Server) Close() error
method (Reply) Error() string
method (Set[K comparable]) Add(k K)
type Alias = Reply
type Backend interface
type Backend interface, Open(name string) (*Server, error)
type Backend interface, embedded error
type Backend interface, unexported methods
type Reply struct
type Reply struct, Code int
type Server struct
type Server struct, Name string
type Server struct, embedded *Set[int]
type Server struct, embedded Reply
type Set[K comparable] map[K]bool
type State uint8
var ErrClosed error`, strings.Join(surface(p), "\n"))
}
