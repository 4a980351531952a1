package rvp

import (
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/wirepost/wirepost/internal/ascii"
)

// A Format is how a text wants to look (X-MMS-IM-Format).
type Format struct {
	Font    string // up to 256 octets
	Effects string // letters of "BIUS": bold, italic, underlined, struck through
	Colour  uint32 // 0xBBGGRR
	Charset uint8  // of Windows
	Pitch   uint8  // pitch and family
}

const (
	effects = "BIUS"
	maxFont = 256
)

// parseFormat reads "FN=Tahoma; EF=B; CO=ff0000; CS=0; PF=22", in any order and
// with parts left out. Parts that are not known are passed over.
func parseFormat(s string) (f Format, ok bool) {
	for part := range strings.SplitSeq(s, ";") {
		name, value, _ := strings.Cut(part, "=")
		value = strings.Trim(value, " \t")
		var n uint64
		var err error
		switch ascii.Upper(strings.Trim(name, " \t")) {
		case "FN":
			f.Font, err = url.PathUnescape(value)
			f.Font = cleanFont(f.Font)
		case "EF":
			f.Effects = cleanEffects(value)
		case "CO":
			n, err = parseHex(value, 24)
			f.Colour = uint32(n)
		case "CS":
			n, err = parseHex(value, 8)
			f.Charset = uint8(n)
		case "PF":
			n, err = parseHex(value, 8)
			f.Pitch = uint8(n)
		default:
			continue
		}
		if err != nil {
			return Format{}, false
		}
		ok = true
	}
	return f, ok
}

// parseHex reads a number; nothing is 0.
func parseHex(s string, bits int) (uint64, error) {
	if s == "" {
		return 0, nil
	}
	return strconv.ParseUint(s, 16, bits)
}

// append appends f as the value of X-MMS-IM-Format.
func (f *Format) append(dst []byte) []byte {
	dst = append(dst, "FN="...)
	for _, c := range []byte(cleanFont(f.Font)) {
		if ascii.IsAlnum(c) || strings.IndexByte("-._", c) >= 0 {
			dst = append(dst, c)
		} else {
			dst = append(dst, '%', upperHex[c>>4], upperHex[c&15])
		}
	}
	dst = append(append(dst, "; EF="...), cleanEffects(f.Effects)...)
	dst = strconv.AppendUint(append(dst, "; CO="...), uint64(f.Colour&0xffffff), 16)
	dst = strconv.AppendUint(append(dst, "; CS="...), uint64(f.Charset), 16)
	return strconv.AppendUint(append(dst, "; PF="...), uint64(f.Pitch), 16)
}

func cleanFont(s string) string {
	s = clean(strings.ToValidUTF8(s, ""))
	if len(s) > maxFont {
		s = s[:maxFont]
		for !utf8.ValidString(s) {
			s = s[:len(s)-1]
		}
		s = clean(s)
	}
	return s
}

// cleanEffects are the letters that are known, each once and in order.
func cleanEffects(s string) string {
	s = ascii.Upper(s)
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(s, r) {
			return r
		}
		return -1
	}, effects)
}
