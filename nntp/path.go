package nntp

import (
	"net/netip"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// inPath reports whether a Path has been through a server: its identities, but
// for the last one, which names nobody any more (RFC 5536, 3.1.5).
func inPath(path, name string) bool {
	for {
		identity, rest, more := strings.Cut(path, "!")
		if !more {
			return false
		}
		if ascii.EqualFold(strings.Trim(identity, " \t"), name) {
			return true
		}
		path = rest
	}
}

// pathPrefix is what a server puts before the Path of an article that it was
// given: its own name, and whether the article comes from whom it seems to (RFC
// 5537, 3.2.1).
func pathPrefix(name, path, peer string, addr netip.Addr) string {
	first, _, _ := strings.Cut(path, "!")
	switch {
	case peer != "" && ascii.EqualFold(strings.Trim(first, " \t"), peer):
		return name + "!!"
	case peer != "":
		return name + "!.MISMATCH." + peer + "!"
	case addr.IsValid():
		return name + "!.SEEN." + addr.String() + "!"
	}
	return name + "!"
}

// postedPrefix is what a server puts before the Path of an article that was
// posted to it (RFC 5537, 3.2.1). The address is told only if it is valid.
func postedPrefix(name string, addr netip.Addr) string {
	if addr.IsValid() {
		return name + "!.POSTED." + addr.String() + "!"
	}
	return name + "!.POSTED!"
}

// notForMail is the end of a Path that has none (RFC 5536, 3.1.5).
const notForMail = "not-for-mail"

// appendHead appends a header with a prefix to the content of Path and without
// Xref, which is the business of each server (RFC 5536, 3.2.14). All else stays
// octet for octet (RFC 5537, 3.6).
func appendHead(b []byte, head, prefix string) []byte {
	for head != "" {
		end := fieldEnd(head)
		line := head[:end]
		head = head[end:]
		switch {
		case hasPrefixFold(line, "Path:"):
			b = append(b, "Path: "...)
			b = append(b, prefix...)
			b = append(b, strings.TrimLeft(line[len("Path:"):], " \t")...)
		case hasPrefixFold(line, "Xref:"):
		default:
			b = append(b, line...)
		}
	}
	return b
}
