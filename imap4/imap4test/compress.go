package imap4test

import (
	"bytes"
	"compress/flate"
	"context"
	"io"
	"net"
	"strings"
)

// A compressible is a connection that can change to COMPRESS=DEFLATE (RFC 4978).
// Both fields are nil before that.
type compressible struct {
	net.Conn
	in  io.Reader
	out *flate.Writer
}

// Read implements net.Conn.
func (c *compressible) Read(p []byte) (int, error) {
	if c.in != nil {
		return c.in.Read(p)
	}
	return c.Conn.Read(p)
}

// Write implements net.Conn.
func (c *compressible) Write(p []byte) (int, error) {
	if c.out == nil {
		return c.Conn.Write(p)
	}
	n, err := c.out.Write(p)
	if err == nil {
		err = c.out.Flush()
	}
	return n, err
}

// CloseWrite ends one direction, where the connection can do that.
func (c *compressible) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// dial connects to the target.
func (s *session) dial(ctx context.Context) (net.Conn, error) {
	nc, err := s.target.dial(ctx)
	if err != nil {
		return nil, err
	}
	s.wire = &compressible{Conn: nc}
	return s.wire, nil
}

// compress changes to compression.
func (s *session) compress() {
	if s.overTLS {
		s.NotApplicable("these cases compress only in the clear")
	}
	s.want("COMPRESS DEFLATE")
	w, err := flate.NewWriter(s.wire.Conn, flate.BestSpeed)
	if err != nil {
		s.Failf("%v", err)
	}
	s.wire.in, s.wire.out = flate.NewReader(s.wire.Conn), w
}

func compressCases() []testCase {
	needs := []string{"COMPRESS=DEFLATE"}
	return []testCase{
		{
			"COMPRESS/both ways", "RFC 4978, 3", "behind COMPRESS all octets of both directions are compressed", selected, needs,
			func(s *session, vars map[string]string) {
				s.compress()
				for range 3 {
					s.want("FETCH 1:3 (FLAGS BODY.PEEK[])")
				}
				s.want("APPEND " + vars["box"] + " <<" + vars["small"] + ">>")
				s.alive("compressed commands")
			},
		},
		{
			"COMPRESS/twice", "RFC 4978, 3", "a second COMPRESS is NO or BAD, best with [COMPRESSIONACTIVE]", authenticated, needs,
			func(s *session, _ map[string]string) {
				s.compress()
				if a := s.do("COMPRESS DEFLATE"); a.name == "OK" {
					s.Failf("answered by %v", a)
				}
				s.alive("a second COMPRESS")
			},
		},
		{
			"COMPRESS/large", "RFC 4978, 3", "messages of a megabyte go through", filled, needs,
			func(s *session, vars map[string]string) {
				text := "Subject: large\r\n\r\n" + strings.Repeat("0123456789abcdef0123456789abcdef\r\n", 30_000)
				s.compress()
				s.want("APPEND " + vars["box"] + " <<" + text + ">>")
				s.want("SELECT " + vars["box"])
				for _, r := range s.want("FETCH 4 BODY.PEEK[]").untagged {
					if r.name == "FETCH" && r.args[0].list[1].text != text {
						s.Failf("the message comes back as another")
					}
				}
			},
		},
		{
			"COMPRESS/commands behind it", "RFC 4978, 3", "what comes in the clear behind COMPRESS is not obeyed", authenticated, needs,
			func(s *session, vars map[string]string) {
				if s.overTLS {
					s.NotApplicable("these cases compress only in the clear")
				}
				s.peer.Send("b1 COMPRESS DEFLATE\r\nb2 CREATE " + vars["box"] + "\r\n")
				s.peer.EndSending()
				s.peer.Octets(4096)
				s.missing(vars["box"])
			},
		},
		{
			"COMPRESS/not compressed", "RFC 4978, 3", "what is no DEFLATE ends the conversation, and the server lives on", authenticated, needs,
			func(s *session, _ map[string]string) {
				s.compress()
				s.wire.out = nil
				s.peer.Send(strings.Repeat("\xff", 100) + "b1 NOOP\r\n")
				s.peer.EndSending()
				s.afresh("octets that are not compressed")
			},
		},
		{
			"COMPRESS/a bomb", "RFC 4978, 5", "a line that is small only as long as it is compressed is refused like any other", authenticated, needs,
			func(s *session, _ map[string]string) {
				s.compress()
				var bomb bytes.Buffer
				w, err := flate.NewWriter(&bomb, flate.BestCompression)
				if err == nil {
					_, err = io.WriteString(w, "b1 "+strings.Repeat("x", 16<<20)+"\r\n")
				}
				if err == nil {
					err = w.Flush()
				}
				if err != nil {
					s.Failf("%v", err)
				}
				s.wire.out = nil
				s.peer.SendQuietly(bomb.String(), "16 MiB of x, compressed")
				s.afresh("a line of 16 MiB")
			},
		},
	}
}

// missing checks, in a new session, that there is no such mailbox.
func (s *session) missing(box string) {
	other := newSession(s.Run, s.target, s.ctx)
	other.login()
	for _, r := range other.want(`LIST "" ` + box).untagged {
		if r.name == "LIST" {
			s.Failf("there is a mailbox %s", box)
		}
	}
}
