package report

import (
	"strconv"
	"strings"
)

// A Status is an enhanced status code: class, subject and detail (RFC 3463, 2).
type Status [3]uint16

// String is the code as it stands in a field, "5.1.1".
func (s Status) String() string {
	b := strconv.AppendUint(nil, uint64(s[0]), 10)
	for _, n := range s[1:] {
		b = strconv.AppendUint(append(b, '.'), uint64(n), 10)
	}
	return string(b)
}

// maxStatus is the largest subject and detail (RFC 3463, 2).
const maxStatus = 999

// valid tells that s is a code that RFC 3463 knows the class of.
func (s Status) valid() bool {
	return (s[0] == 2 || s[0] == 4 || s[0] == 5) && s[1] <= maxStatus && s[2] <= maxStatus
}

// parseStatus reads a status code, behind which a comment or a text may stand (RFC 3464, 2.3.4).
func parseStatus(f *field) Status {
	code, _, _ := strings.Cut(f.value, " ")
	code, _, _ = strings.Cut(code, "(")
	var s Status
	rest := code
	for i := range s {
		digits, after, more := strings.Cut(rest, ".")
		n, err := strconv.ParseUint(digits, 10, 16)
		if err != nil || more != (i < len(s)-1) {
			f.wrong(BadStatus)
			return Status{}
		}
		s[i], rest = uint16(n), after
	}
	if !s.valid() {
		f.wrong(BadStatus)
		return Status{}
	}
	if s.String() != code { // leading zeros
		f.wrong(BadStatus)
	}
	return s
}
