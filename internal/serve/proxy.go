package serve

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/netip"
)

// A header is what a PROXY header says (HAProxy, proxy-protocol.txt, 2). The
// zero value says that the addresses are those of the socket.
type header struct {
	src, dst netip.AddrPort // both or none; IPv4 in its own form
}

var errNoHeader = errors.New("no PROXY header")

func malformed(why string) error { return fmt.Errorf("malformed PROXY header: %s", why) }

// The shortest header of version 1 has 15 octets, of version 2 16. So as many as
// 15 may be read before it is known which one it is.
const shortest = len("PROXY UNKNOWN\r\n")

// readHeader reads a header of either version from r, and not an octet of what
// follows it. It fails as soon as what came cannot be a header, without waiting
// for more. It is io.EOF if nothing came.
func readHeader(r io.Reader) (header, error) {
	in := &input{r: r}
	for len(in.got()) < shortest {
		if err := in.some(shortest - in.n); err != nil {
			return header{}, err
		}
		switch b := in.got(); {
		case begins(b, v1Start):
			if i := bytes.IndexByte(b, '\n'); i >= 0 && i < shortest-1 {
				return header{}, malformed("its line is too short")
			}
		case !begins(b, v2Start):
			return header{}, errNoHeader
		}
	}
	if begins(in.got(), v1Start) {
		return readV1(in)
	}
	return readV2(in)
}

// begins says whether b and start agree as far as both go.
func begins(b []byte, start string) bool {
	n := min(len(b), len(start))
	return string(b[:n]) == start[:n]
}

// An input collects the octets of a header. All of version 1 fits in it, and so
// does what we want to know of version 2.
type input struct {
	r   io.Reader
	n   int
	buf [v1Longest]byte
}

func (in *input) got() []byte { return in.buf[:in.n] }

// some reads one octet at least and max at most.
func (in *input) some(max int) error {
	n, err := readSome(in.r, in.buf[in.n:in.n+max])
	in.n += n
	if err == io.EOF && in.n > 0 {
		return io.ErrUnexpectedEOF
	}
	return err
}

// full reads exactly n octets.
func (in *input) full(n int) error {
	for end := in.n + n; in.n < end; {
		if err := in.some(end - in.n); err != nil {
			return err
		}
	}
	return nil
}

// readSome is Read, but returns either octets or an error.
func readSome(r io.Reader, p []byte) (int, error) {
	for range 100 {
		n, err := r.Read(p)
		switch {
		case n > 0:
			return n, nil
		case err != nil:
			return 0, err
		}
	}
	return 0, io.ErrNoProgress
}
