package nntp

import (
	"slices"
	"strings"

	"github.com/wirepost/wirepost/internal/ascii"
)

// isReserved reports whether no normal newsgroup may have that name (RFC 5536,
// 3.1.4).
func isReserved(name string) bool {
	parts := strings.Split(name, ".")
	return parts[0] == "example" || parts[0] == "to" || name == "poster" || isServers(name) || slices.Contains(parts, "all") || slices.Contains(parts, "ctl")
}

// isServers reports whether a newsgroup is one that servers file articles in by
// themselves (RFC 5536, 3.1.4).
func isServers(name string) bool {
	first, _, _ := strings.Cut(name, ".")
	return first == "control" || name == "junk"
}

// mayBeMade reports whether a control message may make a newsgroup of that name
// (RFC 5537, 5.2): lower case, no component all of digits, and not reserved.
func mayBeMade(name string) bool {
	if !ValidGroupName(name) || isReserved(name) || name != ascii.Lower(name) {
		return false
	}
	for part := range strings.SplitSeq(name, ".") {
		if strings.Trim(part, "0123456789") == "" {
			return false
		}
	}
	return true
}

// isDeprecated tells the fields that articles should not have (RFC 5537, 3.5;
// RFC 8098, 2; RFC 5536, 6): a poster is told so.
func isDeprecated(field string) bool {
	for _, name := range [...]string{
		"Disposition-Notification-To", "Disposition-Notification-Options",
		"Also-Control", "Article-Names", "Article-Updates", "See-Also",
		"Date-Received", "Posting-Version", "Relay-Version",
	} {
		if ascii.EqualFold(field, name) {
			return true
		}
	}
	return false
}
