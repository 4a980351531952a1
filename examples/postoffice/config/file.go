package config

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
)

// A File is what a configuration file says, with the defaults of what it does not say. Texts that are empty, numbers
// that are 0 and durations of "0" mean what their comments say, or the default of the engine they are for.
type File struct {
	Server    Server    `toml:"server"`
	Log       Log       `toml:"log"`
	Content   Content   `toml:"content"` // before Connector: its routes start with it
	Accounts  Accounts  `toml:"accounts"`
	Connector Connector `toml:"connector"`
	News      News      `toml:"news"`
	IM        IM        `toml:"im"`
	Web       Web       `toml:"web"`
	Virtual   []Virtual `toml:"virtual"` // those of Default if a file has none
}

// Parse reads a configuration file of at most 4 MiB; name is for its Problems. What the text does not say is as in
// Default. The error is Problems, all there are, but only the first one if the text is no TOML; the File is nil then.
func Parse(name string, text []byte) (*File, error) {
	doc, p := read(text)
	if p != nil {
		p.File = name
		return nil, Problems{*p}
	}
	f := Default()
	d := &decoder{doc: doc, file: name, wrong: make(map[string]bool)}
	d.table("", doc.values, reflect.ValueOf(f).Elem())
	(&validator{decoder: d, f: f}).all()
	if len(d.problems) > 0 {
		d.problems.sort()
		return nil, d.problems
	}
	return f, nil
}

// Load reads a configuration file as Parse does. Names of files in it that are relative start from its folder.
func Load(path string) (*File, error) {
	text, err := readBounded(path)
	if err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	f, err := Parse(path, text)
	if err != nil {
		return nil, err
	}
	for v := range valuesOf(reflect.ValueOf(f)) {
		if p, ok := v.Addr().Interface().(*Path); ok && *p != "" && !filepath.IsAbs(string(*p)) {
			*p = Path(filepath.Join(filepath.Dir(path), string(*p)))
		}
	}
	return f, nil
}

// readBounded reads one octet more than a file may have at most, so that Parse sees that it is too large.
func readBounded(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxFile+1))
}

// valuesOf yields all fields within a value, those of embedded structs and of elements included.
func valuesOf(v reflect.Value) func(yield func(reflect.Value) bool) {
	return func(yield func(reflect.Value) bool) { visit(v, yield) }
}

func visit(v reflect.Value, yield func(reflect.Value) bool) bool {
	switch v.Kind() {
	case reflect.Pointer:
		return visit(v.Elem(), yield)
	case reflect.Slice:
		for i := range v.Len() {
			if !visit(v.Index(i), yield) {
				return false
			}
		}
	case reflect.Struct:
		for _, f := range fieldsOf(v.Type()) {
			if e := v.FieldByIndex(f.Index); !yield(e) || !visit(e, yield) {
				return false
			}
		}
	}
	return true
}
