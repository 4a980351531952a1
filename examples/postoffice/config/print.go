package config

import (
	"encoding"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// String is the whole configuration, defaults included, as a file that Parse reads. In place of passwords it has
// "(hidden)".
func (f *File) String() string {
	var b strings.Builder
	printTable(&b, "", reflect.ValueOf(f).Elem())
	return b.String()
}

// printTable writes what is in a table: single values, and then tables of its own.
func printTable(b *strings.Builder, path string, v reflect.Value) {
	fields := fieldsOf(v.Type())
	for _, f := range fields {
		if e := v.FieldByIndex(f.Index); !isTable(e) {
			fmt.Fprintf(b, "%s = %s\n", f.key, literal(e))
		}
	}
	for _, f := range fields {
		e, at := v.FieldByIndex(f.Index), strings.TrimPrefix(path+"."+f.key, ".")
		switch {
		case !isTable(e):
		case e.Kind() == reflect.Slice:
			for i := range e.Len() {
				fmt.Fprintf(b, "\n[[%s]]\n", at)
				printTable(b, at, e.Index(i))
			}
		case e.Kind() == reflect.Map:
			fmt.Fprintf(b, "\n[%s]\n", at)
			table := e.Interface().(map[string]string)
			for _, key := range slices.Sorted(maps.Keys(table)) {
				fmt.Fprintf(b, "%s = %s\n", quote(key), quote(table[key]))
			}
		default:
			fmt.Fprintf(b, "\n[%s]\n", at)
			printTable(b, at, e)
		}
	}
}

// isTable reports whether a value is written below a header. A list of tables that is empty is not: it would not be
// there.
func isTable(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Map:
		return v.Len() > 0
	case reflect.Slice:
		return v.Len() > 0 && isTable(v.Index(0))
	}
	_, isText := v.Interface().(encoding.TextMarshaler)
	return v.Kind() == reflect.Struct && !isText
}

func literal(v reflect.Value) string {
	if t, ok := v.Interface().(encoding.TextMarshaler); ok {
		text, _ := t.MarshalText() // which has no error, for all types of this package
		return quote(string(text))
	}
	switch v.Kind() {
	case reflect.String:
		return quote(v.String())
	case reflect.Slice:
		list := make([]string, v.Len())
		for i := range list {
			list[i] = literal(v.Index(i))
		}
		return "[" + strings.Join(list, ", ") + "]"
	case reflect.Map:
		return "{}"
	}
	return fmt.Sprint(v.Interface())
}

// quote writes a text as TOML's basic string.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
