package config

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// as returns a value of the file if it has the type, and else says so.
func as[T any](d *decoder, path string, in any) (T, bool) {
	v, ok := in.(T)
	if !ok {
		d.add(path, "this is "+kindOf(in), "write "+wanted(v))
	}
	return v, ok
}

// kindOf is what TOML calls a value.
func kindOf(v any) string {
	switch v.(type) {
	case string:
		return "a text"
	case int64:
		return "a number"
	case float64:
		return "a number with a fraction"
	case bool:
		return "true or false"
	case []any:
		return "a list"
	case map[string]any:
		return "a table"
	}
	return "a date or time"
}

func wanted(v any) string {
	switch v.(type) {
	case string:
		return `a text in double quotes, "like this"`
	case int64:
		return "a whole number, without quotes"
	case bool:
		return "true or false, without quotes"
	case []any:
		return `a list in square brackets, ["like", "this"]`
	}
	return "a table of its own: [its.name] and below it its keys"
}

// wantedText is wanted for types that read themselves.
func wantedText(t reflect.Type) string {
	switch t {
	case reflect.TypeFor[Duration]():
		return `a number and its unit in double quotes, such as "15m" or "3d"`
	case reflect.TypeFor[Size]():
		return `octets as a number, or a text with a unit, such as "10 MiB"`
	}
	return wanted("")
}

// word reports whether a text is what the tag asks for. Only an element of a list can't be empty: where there is a key it
// means that there is nothing.
func (d *decoder) word(path, s string, tag reflect.StructTag) bool {
	if words := strings.Fields(tag.Get("oneof")); len(words) > 0 {
		return d.oneOf(path, s, words)
	}
	if s == "" && !strings.HasSuffix(path, "]") {
		return true
	}
	if f := flawOf(tag.Get("is"), s); f != nil {
		d.add(path, f.reason, f.remedy)
		return false
	}
	return true
}

func (d *decoder) oneOf(path, s string, words []string) bool {
	if slices.Contains(words, s) {
		return true
	}
	d.add(path, fmt.Sprintf("%q is none of its values", s), "write "+suggestion(s, words))
	return false
}

// inRange reports whether a number is within the bounds of the tag.
func (d *decoder) inRange(path string, n int64, tag reflect.StructTag) bool {
	low, high := bound(tag, "min", 0), bound(tag, "max", math.MaxInt32)
	switch {
	case n < low && low == 0:
		d.add(path, fmt.Sprintf("%d is negative", n), "write 0 for the default, or a limit from 1 on")
	case n < low || n > high:
		d.add(path, fmt.Sprintf("%d is out of range", n), fmt.Sprintf("write a number from %d to %d", low, high))
	default:
		return true
	}
	return false
}

func bound(tag reflect.StructTag, name string, other int64) int64 {
	s, ok := tag.Lookup(name)
	if !ok {
		return other
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		panic(fmt.Sprintf("config: tag %s:%q is no number", name, s))
	}
	return n
}
