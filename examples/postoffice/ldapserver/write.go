package ldapserver

import (
	"strings"
	"time"
	"unicode"
)

// A sender writes to the connection, and gives the client WriteTime for each piece.
type sender struct{ c *conn }

func (s *sender) Write(p []byte) (int, error) {
	if err := s.c.raw.SetWriteDeadline(time.Now().Add(s.c.srv.limit.WriteTime)); err != nil {
		return 0, err
	}
	return s.c.nc.Write(p)
}

// printable is a text of the client's, short and without control characters, for
// one to be sent back.
func printable(s string) string {
	const most = 100
	s = strings.ToValidUTF8(s[:min(len(s), most)], "?")
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '?'
	}, s)
}
