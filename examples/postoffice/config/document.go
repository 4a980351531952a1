package config

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// Bounds of a file. Paths are remembered down to maxDepth keys, which is deeper than any key of ours: so a file that
// nests without end costs no more than its length.
const (
	maxFile  = 4 << 20
	maxDepth = 8
)

// A document is a TOML file, and on which line each path of it is.
type document struct {
	values map[string]any
	lines  map[string]int
	parser unstable.Parser
	ends   []int // offsets of the line feeds
}

// read parses a file. It reports the first mistake in its syntax only: what follows one can't be told.
func read(text []byte) (*document, *Problem) {
	if len(text) > maxFile {
		return nil, &Problem{
			Line: 1, Reason: fmt.Sprintf("the file has %d octets", len(text)),
			Remedy: fmt.Sprintf("make it no larger than %s", Size(maxFile)),
		}
	}
	d := &document{lines: make(map[string]int)}
	if err := toml.Unmarshal(text, &d.values); err != nil {
		line := 1
		if e, ok := errors.AsType[*toml.DecodeError](err); ok {
			line, _ = e.Position()
		}
		return nil, &Problem{Line: line, Reason: oneLine(strings.TrimPrefix(err.Error(), "toml: ")), Remedy: "write it as TOML: key = value, text in double quotes, tables as [name]"}
	}
	for i, c := range text {
		if c == '\n' {
			d.ends = append(d.ends, i)
		}
	}
	d.walk(text)
	return d, nil
}

// oneLine shows control characters as spaces: an error may quote a key.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || 0x7f <= r && r < 0xa0 || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		return r
	}, s)
}

// walk finds the line of each path.
func (d *document) walk(text []byte) {
	d.parser.Reset(bytes.Clone(text))
	var table []string
	elements := make(map[string]int) // of arrays of tables, by path
	for d.parser.NextExpression() {
		e := d.parser.Expression()
		switch e.Kind {
		case unstable.Table, unstable.ArrayTable:
			table = d.header(e, elements)
		case unstable.KeyValue:
			d.keyValue(table, e)
		}
	}
}

// header is the path of a table's header, from the outermost table to it.
func (d *document) header(e *unstable.Node, elements map[string]int) (path []string) {
	at, depth := "", 0
	for it := e.Key(); it.Next() && depth < maxDepth; depth++ {
		k := it.Node()
		at = join(at, string(k.Data))
		d.note(at, k)
		if e.Kind == unstable.ArrayTable && it.IsLast() {
			elements[at]++
		}
		if n := elements[at]; n > 0 {
			at = item(at, n-1)
			d.note(at, k)
		}
		path = append(path, at)
	}
	return path
}

// keyValue notes a key in a table, the last of path, and what is in its value.
func (d *document) keyValue(path []string, e *unstable.Node) {
	at, depth := "", len(path)
	if depth > 0 {
		at = path[depth-1]
	}
	for it := e.Key(); it.Next(); depth++ {
		if depth >= maxDepth {
			return
		}
		at = join(at, string(it.Node().Data))
		d.note(at, it.Node())
	}
	d.value(at, depth, e.Value())
}

func (d *document) value(at string, depth int, v *unstable.Node) {
	if depth >= maxDepth {
		return
	}
	switch v.Kind {
	case unstable.Array:
		i := 0
		for it := v.Children(); it.Next(); i++ {
			d.note(item(at, i), it.Node())
			d.value(item(at, i), depth+1, it.Node())
		}
	case unstable.InlineTable:
		path := make([]string, depth)
		path[depth-1] = at
		for it := v.Children(); it.Next(); {
			d.keyValue(path, it.Node())
		}
	}
}

// note remembers the first line of a path.
func (d *document) note(path string, n *unstable.Node) {
	if _, known := d.lines[path]; known || n.Raw.Length == 0 {
		return
	}
	i, _ := slices.BinarySearch(d.ends, int(n.Raw.Offset))
	d.lines[path] = i + 1
}

// line is where a path is, or else what holds it.
func (d *document) line(path string) int {
	for ; path != ""; path = above(path) {
		if n, ok := d.lines[path]; ok {
			return n
		}
	}
	return 1
}

// has reports whether the file says anything of the path.
func (d *document) has(path string) bool {
	_, ok := d.lines[path]
	return ok
}
