package webdav

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/wirepost/wirepost/imap4"
	"github.com/wirepost/wirepost/internal/ascii"
)

// What a URL may have at most.
const (
	maxPath     = 8 << 10 // octets, escaped
	maxSegments = 64
)

// inbox is the user's, whatever the case (RFC 9051, 5.1).
const inbox = "INBOX"

// A location is where a URL points, whether there is something or not. It has no escapes and no trailing slash.
type location struct {
	top  string   // the user's name, or the public one; "" above them
	path []string // below it
}

// parse reads the escaped path of a URL. Each segment becomes one component of a mailbox's name, in normalization form C,
// since some clients decompose what they send. An escaped slash stays part of its segment, and no name has one.
func (h *Handler) parse(escaped string) (location, error) {
	var loc location
	if len(escaped) > maxPath {
		return loc, status(http.StatusRequestURITooLong, "the URL is too long")
	}
	rest, ok := strings.CutPrefix(escaped+"/", h.base())
	if !ok {
		return loc, errNotFound
	}
	rest = strings.TrimSuffix(rest, "/")
	rest = strings.TrimSuffix(rest, "/") // of a collection
	if rest == "" {
		return loc, nil
	}
	segments := strings.Split(rest, "/")
	if len(segments) > maxSegments {
		return loc, errNotFound
	}
	for i, s := range segments {
		s, err := url.PathUnescape(s)
		if err != nil {
			return loc, status(http.StatusBadRequest, "an escape in the URL is wrong")
		}
		s = norm.NFC.String(s)
		if i == 1 && ascii.EqualFold(s, inbox) {
			s = inbox
		}
		if s == "" || strings.ContainsFunc(s, unicode.IsControl) || i > 0 && imap4.CheckName(s) != nil {
			return loc, errBadName
		}
		segments[i] = s
	}
	loc.top, loc.path = segments[0], segments[1:]
	return loc, nil
}

// base is the escaped path of the root, between slashes.
func (h *Handler) base() string {
	prefix := strings.Trim(h.Prefix, "/")
	if prefix == "" {
		return "/"
	}
	var b strings.Builder
	for s := range strings.SplitSeq(prefix, "/") {
		b.WriteByte('/')
		b.WriteString(url.PathEscape(s))
	}
	b.WriteByte('/')
	return b.String()
}

// href is the escaped path of a location, with a slash at the end if it is a collection (RFC 4918, 5.2).
func (h *Handler) href(loc location, collection bool) string {
	b := []byte(h.base())
	if loc.top == "" {
		return string(b)
	}
	b = append(b, url.PathEscape(loc.top)...)
	for _, s := range loc.path {
		b = append(b, '/')
		b = append(b, url.PathEscape(s)...)
	}
	if collection {
		b = append(b, '/')
	}
	return string(b)
}

// child is the location of a member.
func (l location) child(name string) location {
	if l.top == "" {
		return location{top: name}
	}
	return location{l.top, append(slices.Clone(l.path), name)}
}

// parent is the location above; the root has none above it.
func (l location) parent() location {
	if len(l.path) == 0 {
		return location{}
	}
	return location{l.top, l.path[:len(l.path)-1]}
}

// last is the last segment.
func (l location) last() string {
	if len(l.path) == 0 {
		return l.top
	}
	return l.path[len(l.path)-1]
}

func (l location) isRoot() bool { return l.top == "" }

// below reports whether l is below other, which is not l.
func (l location) below(other location) bool {
	return other.top == "" && l.top != "" ||
		l.top == other.top && len(l.path) > len(other.path) && slices.Equal(l.path[:len(other.path)], other.path)
}
