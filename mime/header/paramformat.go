package header

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// ErrParam is a parameter, or a value before parameters, that the grammar cannot say.
var ErrParam = errors.New("header: not a value or parameter")

const (
	maxQuoted   = 500 // longer values are continued (RFC 2231, 3)
	maxFallback = 400 // encoded words beside an encoded name; longer ones are left out
	minSection  = 20  // octets of one section at least, even if it does not fit a line with its name
)

// FormatParams writes a value with parameters, for [Fold] to fold. The value is a token, or two with a slash between, and
// is written in lower case, as are names. A parameter value beyond ASCII is written as RFC 2231 has it, in sections if it
// is long; name and filename are written as encoded words too, for programs that know nothing better. Names that appear
// twice and texts with CR, LF or NUL are errors.
func FormatParams(value string, params Params, mode Mode) (string, error) {
	kind, subtype, slash := strings.Cut(value, "/")
	if !isTokenText(kind) || slash && !isTokenText(subtype) || len(value) > maxWord {
		return "", fmt.Errorf("%w: %q", ErrParam, value)
	}
	var b strings.Builder
	b.WriteString(ascii.Lower(value))
	seen := make(map[string]bool, len(params))
	for _, p := range params {
		name := ascii.Lower(p.Name)
		if !isTokenText(name) || strings.ContainsAny(name, "*'%") || len(name) > foldAt || seen[name] || len(seen) == MaxParams {
			return "", fmt.Errorf("%w: the name %q is wrong, doubled or one too many", ErrParam, p.Name)
		}
		seen[name] = true
		if err := checkText(p.Value); err != nil {
			return "", fmt.Errorf("%w, in parameter %s", err, name)
		}
		if p.Language != "" && (!all(p.Language, isAttr) || len(p.Language) > foldAt) {
			return "", fmt.Errorf("%w: %q is no language tag", ErrParam, p.Language)
		}
		writeParam(&b, name, p, mode)
	}
	return b.String(), nil
}

func isTokenText(s string) bool { return s != "" && all(s, isToken) && ascii.Is(s) }

func writeParam(b *strings.Builder, name string, p Param, mode Mode) {
	v := p.Value
	plain := p.Language == "" && !hasControl(v) && (mode == UTF8 || ascii.Is(v)) && len(quote(v)) <= maxQuoted &&
		(name == "boundary" || !strings.Contains(v, "=?"))
	switch {
	case plain && v != "" && all(v, isAttr): // a token with ' is one, but some readers trip over it
		b.WriteString("; " + name + "=" + v)
	case plain:
		b.WriteString("; " + name + "=" + quote(v))
	default:
		if name == "name" || name == "filename" {
			if words := encodeWords(v, true); len(words) <= maxFallback && v != "" {
				b.WriteString("; " + name + `="` + words + `"`)
			}
		}
		writeExtended(b, name, p)
	}
}

// writeExtended writes a value as RFC 2231 has it: in one, or in sections.
func writeExtended(b *strings.Builder, name string, p Param) {
	var all strings.Builder
	for i := range len(p.Value) {
		if c := p.Value[i]; is(c, isAttr) {
			all.WriteByte(c)
		} else {
			all.WriteByte('%')
			all.WriteByte(hexDigits[c>>4])
			all.WriteByte(hexDigits[c&15])
		}
	}
	text := all.String()
	prefix := "utf-8'" + p.Language + "'"
	room := max(minSection, foldAt-len(" *99*=;")-len(name)-len(prefix))
	if len(text) <= room {
		b.WriteString("; " + name + "*=" + prefix + text)
		return
	}
	for n := 0; text != ""; n++ {
		size := min(len(text), room)
		if i := strings.LastIndexByte(text[max(0, size-2):size], '%'); i >= 0 && size < len(text) {
			size = max(0, size-2) + i // keep an encoded octet whole
		}
		b.WriteString("; " + name + "*" + strconv.Itoa(n) + "*=" + prefix + text[:size])
		prefix, text = "", text[size:]
	}
}
