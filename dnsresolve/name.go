package dnsresolve

import (
	"errors"
	"net/netip"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"github.com/wirepost/wirepost/internal/ascii"
)

// The limits of RFC 1035, 2.3.4, in text without the final dot.
const (
	maxLabel = 63
	maxName  = 253
)

var errName = errors.New("labels have 1 to 63 octets without special characters, and a name 253 in all")

// normalize returns the name in the form that names have here: A-labels, in
// lower case, without the final dot. Names of Unicode go through the lookup
// profile of UTS 46 (RFC 5891, 5); leading labels with an underscore, which
// that refuses, do not.
func normalize(name string) (string, error) {
	if len(name) > 4*maxName {
		return "", errName // at most four octets of UTF-8 for one of the name
	}
	if ascii.Is(name) {
		name = ascii.Lower(name)
	} else if !utf8.ValidString(name) {
		return "", errName
	} else {
		var prefix strings.Builder
		for strings.HasPrefix(name, "_") {
			label, rest, ok := strings.Cut(name, ".")
			if !ok || !ascii.Is(label) {
				return "", errName
			}
			prefix.WriteString(ascii.Lower(label) + ".")
			name = rest
		}
		encoded, err := idna.Lookup.ToASCII(name)
		if err != nil {
			return "", err
		}
		name = prefix.String() + ascii.Lower(encoded)
	}
	if name == "." {
		return name, nil
	}
	name = strings.TrimSuffix(name, ".")
	if !isName(name) {
		return "", errName
	}
	return name, nil
}

// isName reports whether the name, without a final dot, fits into the DNS and
// needs no escapes in the text of zone files (RFC 1035, 5.1).
func isName(name string) bool {
	if len(name) > maxName || name == "" {
		return false
	}
	start := 0
	for i := 0; i <= len(name); i++ {
		if i < len(name) && name[i] != '.' {
			if name[i] <= ' ' || name[i] >= 0x7f || strings.IndexByte(`\"();@$`, name[i]) >= 0 {
				return false
			}
			continue
		}
		if i == start || i-start > maxLabel {
			return false
		}
		start = i + 1
	}
	return true
}

// isHost reports whether the name may be that of a host: letters, digits and
// hyphens (RFC 1123, 2.1), and underscores, which are in use.
func isHost(name string) bool {
	for i := range len(name) {
		switch c := name[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_', c == '.':
		default:
			return false
		}
	}
	return isName(name)
}

// looksLikeAddress reports whether the name is an IP address in disguise.
func looksLikeAddress(name string) bool {
	_, err := netip.ParseAddr(name)
	return err == nil
}

// within reports whether the name is the domain or below it. Both are
// normalized.
func within(name, domain string) bool {
	if domain == "." || name == domain {
		return true
	}
	return len(name) > len(domain) && name[len(name)-len(domain)-1] == '.' && strings.HasSuffix(name, domain)
}

// ReverseName returns the name whose PTR records tell the names of an address
// (RFC 1035, 3.5; RFC 3596, 2.5), or nothing for the zero Addr.
func ReverseName(addr netip.Addr) string {
	if !addr.IsValid() {
		return ""
	}
	addr = addr.Unmap().WithZone("")
	var b strings.Builder
	if addr.Is4() {
		octets := addr.As4()
		for i := range octets {
			b.WriteString(strconv.Itoa(int(octets[3-i])))
			b.WriteByte('.')
		}
		return b.String() + "in-addr.arpa"
	}
	const hex = "0123456789abcdef"
	octets := addr.As16()
	for i := range octets {
		o := octets[len(octets)-1-i]
		b.Write([]byte{hex[o&15], '.', hex[o>>4], '.'})
	}
	return b.String() + "ip6.arpa"
}
