package mime

import (
	"cmp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Filename is the name that the sender gives to the part (RFC 2183, 2.3), or the name of its Content-Type, decoded; "" if
// there is none. It is text to show, and not to be used as a name: see [SafeFilename].
func (p *Part) Filename() string {
	return cmp.Or(p.DispositionParams.Get("filename"), p.Params.Get("name"))
}

const (
	maxFilename  = 200 // octets, so that there is room for a suffix in the 255 of most file systems
	maxExtension = 20
	noFilename   = "attachment"
)

// SafeFilename makes of what a sender says is the name of a file one that is safe to create in a folder, on Unix and on
// Windows: it has no folder, no control, no character that turns the direction of writing or is not seen, nothing that a
// shell or Windows gives a meaning to, no leading dot or dash, no device's name, and at most 200 octets, of which the
// extension is kept. It is never empty. What is safe already stays as it is.
func SafeFilename(name string) string {
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = trimName(strings.Map(safeRune, strings.ToValidUTF8(name, "_")))
	if len(name) > maxFilename {
		extension := ""
		if i := strings.LastIndexByte(name, '.'); i > 0 && len(name)-i <= maxExtension {
			name, extension = name[:i], name[i:]
		}
		name = trimName(cut(name, maxFilename-len(extension)-1)) + extension
	}
	if isDevice(name) {
		name = cut("_"+name, maxFilename)
	}
	return cmp.Or(name, noFilename)
}

// safeRune maps what may not be in a name.
func safeRune(r rune) rune {
	switch {
	case strings.ContainsRune(`<>:"|?*$&;%!`+"`'", r):
		return '_'
	case unicode.In(r, unicode.Zs) || r == '\t':
		return ' '
	case unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) || r == '\u2800': // letters and a braille cell that are blank
		return -1
	case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp, unicode.Variation_Selector):
		return -1
	case r == '\u2044' || r == '\u2215' || r == '\u29f8' || r == '\uff0f' || r == '\uff3c': // they look like slashes
		return '_'
	}
	return r
}

func trimName(s string) string {
	return strings.TrimRight(strings.TrimLeft(s, ". -~"), ". ")
}

// cut is s, at most n octets of it, in whole characters.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// isDevice reports whether Windows takes a name for a device, with whatever extension.
func isDevice(name string) bool {
	base, _, _ := strings.Cut(name, ".")
	base = strings.TrimRight(lower(base), " ")
	switch base {
	case "con", "prn", "aux", "nul", "conin_", "conout_", "clock_":
		return true
	}
	port, ok := strings.CutPrefix(base, "com")
	if !ok {
		port, ok = strings.CutPrefix(base, "lpt")
	}
	return ok && utf8.RuneCountInString(port) == 1 && strings.ContainsAny(port, "0123456789¹²³")
}
