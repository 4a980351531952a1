package mime

import (
	"strings"

	"github.com/wirepost/wirepost/mime/header"
)

// BaseSubject is the subject without what replies and forwards add to it, by the steps of RFC 5256, 2.1, as SORT and
// THREAD of IMAP need it. It takes the value of a Subject field. reply reports that what was taken away makes it a reply or a
// forward (RFC 5256, 3). It takes linear time.
func BaseSubject(subject string) (base string, reply bool) {
	s := collapse(header.DecodeText(subject, nil)) // step 1
	for {
		s, reply = trimTrailers(s, reply) // step 2
		s, reply = trimLeaders(s, reply)  // steps 3 to 5
		if len(s) < len("[fwd:]") || !equalFold(s[:5], "[fwd:") || s[len(s)-1] != ']' {
			return s, reply // step 7
		}
		s, reply = s[5:len(s)-1], true // step 6
	}
}

// trimTrailers removes subj-trailer from the end as often as it is there.
func trimTrailers(s string, reply bool) (string, bool) {
	for {
		s = strings.TrimRight(s, " ")
		if n := len(s) - len("(fwd)"); n >= 0 && equalFold(s[n:], "(fwd)") {
			s, reply = s[:n], true
			continue
		}
		return s, reply
	}
}

// trimLeaders removes subj-leader from the start as often as it is there, and then blobs, as long as something is left.
// If no subj-refwd follows the blobs at the start, none will once the first of them is removed, so they go together.
func trimLeaders(s string, reply bool) (string, bool) {
	for {
		s = strings.TrimLeft(s, " ")
		last, end := 0, 0 // the last blob of those at the start
		for {
			n := blob(s[end:])
			if n == 0 {
				break
			}
			last, end = end, end+n
		}
		n := refwd(s[end:])
		if n == 0 {
			if end == len(s) {
				end = last
			}
			return s[end:], reply
		}
		s, reply = s[end+n:], true
	}
}

// refwd is the length of the subj-refwd at the start of s, 0 if there is none.
func refwd(s string) int {
	n := 0
	switch {
	case len(s) >= 3 && equalFold(s[:3], "fwd"):
		n = 3
	case len(s) >= 2 && (equalFold(s[:2], "re") || equalFold(s[:2], "fw")):
		n = 2
	default:
		return 0
	}
	n += spaces(s[n:])
	n += blob(s[n:])
	if n < len(s) && s[n] == ':' {
		return n + 1
	}
	return 0
}

// blob is the length of the subj-blob at the start of s, 0 if there is none.
func blob(s string) int {
	if s == "" || s[0] != '[' {
		return 0
	}
	n := strings.IndexAny(s[1:], "[]") + 1
	if n == 0 || s[n] == '[' {
		return 0
	}
	n++
	return n + spaces(s[n:])
}

func spaces(s string) int { return len(s) - len(strings.TrimLeft(s, " ")) }

// collapse makes one space of each run of white space and line ends.
func collapse(s string) string {
	b := make([]byte, 0, len(s))
	for i := range len(s) {
		c := s[i]
		if c == '\t' || c == '\r' || c == '\n' {
			c = ' '
		}
		if c != ' ' || len(b) == 0 || b[len(b)-1] != ' ' {
			b = append(b, c)
		}
	}
	return string(b)
}
