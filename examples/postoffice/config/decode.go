package config

import (
	"encoding"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// A decoder fills structs from a document and collects all that is wrong with it. The tags of a field say what its value
// may be:
//
//	toml:"key"      its key
//	oneof:"a b"     one of these words
//	is:"domain"     what flawOf calls so, each element of a list
//	keys:"domain"   the same for the keys of a map; oneof and is are about the values
//	min:"1"         a number, at least; 0 if the tag is missing
//	max:"100"       a number, at most
type decoder struct {
	doc      *document
	file     string
	problems Problems
	wrong    map[string]bool // paths that have a problem
	outer    []any           // pointers to the structs that are being filled, the File first
}

// A starter is an element of an array of tables that does not start with zero values. It is told which structs it is in.
type starter interface{ start(outer []any) }

// A follower is a struct in which what a file sets in one table is what others start with.
type follower interface{ set(key string) }

func (d *decoder) add(path, reason, remedy string) {
	d.wrong[path] = true
	d.problems = append(d.problems, Problem{File: d.file, Line: d.doc.line(path), Key: path, Reason: reason, Remedy: remedy})
}

func (d *decoder) table(path string, in map[string]any, out reflect.Value) {
	d.outer = append(d.outer, out.Addr().Interface())
	defer func() { d.outer = d.outer[:len(d.outer)-1] }()
	fields := fieldsOf(out.Type())
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.key
		v, ok := in[f.key]
		if !ok {
			continue
		}
		d.value(join(path, f.key), v, out.FieldByIndex(f.Index), f.Tag)
		if follow, ok := out.Addr().Interface().(follower); ok {
			follow.set(f.key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(in)) {
		if !slices.Contains(names, key) {
			d.add(join(path, key), "there is no such key", "write "+suggestion(key, names))
		}
	}
}

// A field is one of a struct's, those of embedded structs included.
type field struct {
	reflect.StructField
	key string
}

func fieldsOf(t reflect.Type) (fields []field) {
	for _, f := range reflect.VisibleFields(t) {
		if key, ok := f.Tag.Lookup("toml"); ok {
			fields = append(fields, field{f, key})
		}
	}
	return fields
}

func (d *decoder) value(path string, in any, out reflect.Value, tag reflect.StructTag) {
	if u, ok := out.Addr().Interface().(encoding.TextUnmarshaler); ok {
		d.text(path, in, out, u)
		return
	}
	switch out.Kind() {
	case reflect.Struct:
		if table, ok := as[map[string]any](d, path, in); ok {
			d.table(path, table, out)
		}
	case reflect.Slice:
		if list, ok := as[[]any](d, path, in); ok {
			d.list(path, list, out, tag)
		}
	case reflect.Map:
		if table, ok := as[map[string]any](d, path, in); ok {
			d.pairs(path, table, out, tag)
		}
	case reflect.Bool:
		if b, ok := as[bool](d, path, in); ok {
			out.SetBool(b)
		}
	case reflect.Int:
		if n, ok := as[int64](d, path, in); ok && d.inRange(path, n, tag) {
			out.SetInt(n)
		}
	case reflect.String:
		if s, ok := as[string](d, path, in); ok && d.word(path, s, tag) {
			out.SetString(s)
		}
	default:
		panic(fmt.Sprintf("config: %s has the type %s, which no key can have", path, out.Type()))
	}
}

// text is for types that read themselves, of which Size takes a number too.
func (d *decoder) text(path string, in any, out reflect.Value, u encoding.TextUnmarshaler) {
	if n, ok := in.(int64); ok && out.Type() == reflect.TypeFor[Size]() {
		in = fmt.Sprint(n)
	}
	s, ok := in.(string)
	if !ok {
		d.add(path, "this is "+kindOf(in), "write "+wantedText(out.Type()))
		return
	}
	if err := u.UnmarshalText([]byte(s)); err != nil {
		f := err.(*flaw) // as all types of this package do
		d.add(path, f.reason, f.remedy)
	}
}

func (d *decoder) list(path string, in []any, out reflect.Value, tag reflect.StructTag) {
	list := reflect.Zero(out.Type()) // nil if there is nothing: so equal Files are equal in all
	for i, v := range in {
		e := reflect.New(out.Type().Elem())
		if s, ok := e.Interface().(starter); ok {
			s.start(d.outer)
		}
		d.value(item(path, i), v, e.Elem(), tag)
		list = reflect.Append(list, e.Elem())
	}
	out.Set(list)
}

func (d *decoder) pairs(path string, in map[string]any, out reflect.Value, tag reflect.StructTag) {
	out.SetZero()
	for _, key := range slices.Sorted(maps.Keys(in)) {
		at := join(path, key)
		if !d.pairKey(at, key, tag) {
			continue
		}
		e := reflect.New(out.Type().Elem()).Elem()
		d.value(at, in[key], e, tag)
		if out.IsNil() {
			out.Set(reflect.MakeMap(out.Type()))
		}
		out.SetMapIndex(reflect.ValueOf(key), e)
	}
}

func (d *decoder) pairKey(path, key string, tag reflect.StructTag) bool {
	kind := tag.Get("keys")
	if words := strings.Fields(kind); len(words) > 1 {
		return d.oneOf(path, key, words)
	}
	if f := flawOf(kind, key); f != nil {
		d.add(path, f.reason, f.remedy)
		return false
	}
	return true
}
