package nntp

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/wirepost/wirepost/internal/ascii"
)

// A Group is what a Store tells of a newsgroup.
type Group struct {
	Name string

	// Low and High are the water marks (RFC 3977, 6.1.1.2): no article has a
	// number below Low or above High. Neither ever goes down. In an empty group
	// Low is High+1.
	Low, High Number
	Count     int64 // articles that there are

	Status      Status
	Description string    // one line, UTF-8; may be empty
	Created     time.Time // when it came to be here
	Creator     string    // who made it, as an address or a name; may be empty
}

// A Status says what may be posted to a newsgroup (RFC 3977, 7.6.3; RFC 6048,
// 3.1).
type Status string

// The statuses. "=" and the name of a group is one more: its articles are filed
// there instead.
const (
	Posting   Status = "y" // may be posted to
	NoPosting Status = "n" // only other servers bring articles
	Moderated Status = "m" // what is posted goes to a moderator
	Closed    Status = "x" // no articles at all
	Junk      Status = "j" // articles are passed on but not filed
)

// Alias returns the group that articles for this one are filed in, if Status
// says so.
func (s Status) Alias() (group string, ok bool) { return strings.CutPrefix(string(s), "=") }

// maxGroupName bounds the name of a group; no RFC does, but an article's
// Newsgroups and a command line must hold it (RFC 3977, 3.1: 497 octets).
const maxGroupName = 400

// ValidGroupName reports whether name can be that of a newsgroup: components of
// letters, digits, "+", "-" and "_", parted by dots (RFC 5536, 3.1.4), and
// UTF-8 beyond ASCII, which RFC 3977, 9.8 lets a server have. A group can
// exist that RFC 5536 reserves, such as "control".
func ValidGroupName(name string) bool {
	if name == "" || len(name) > maxGroupName {
		return false
	}
	plain, start := true, true
	for i := range len(name) {
		c := name[i]
		switch {
		case c == '.':
			if start {
				return false
			}
		case c >= utf8.RuneSelf:
			plain = false
		case !ascii.IsAlnum(c) && c != '+' && c != '-' && c != '_':
			return false
		}
		start = c == '.'
	}
	return !start && (plain || utf8.ValidString(name))
}
