package serve

import (
	"encoding/binary"
	"errors"
	"io"
	"net/netip"
)

// Version 2 is binary (proxy-protocol.txt, 2.2): the signature, an octet of
// version and command, one of address family and protocol, the length of the
// rest in two octets, the addresses, and whatever else the proxy wants to say.
const (
	v2Start   = "\r\n\r\n\x00\r\nQUIT\n"
	v2Fixed   = 16
	v2Longest = 4096 // of the rest
)

const (
	v2Local = 0x20 // the proxy itself speaks
	v2Proxy = 0x21 // somebody else does

	v2TCP4 = 0x11
	v2TCP6 = 0x21
)

// readV2 reads the rest of a header of version 2.
func readV2(in *input) (header, error) {
	if err := in.full(v2Fixed - in.n); err != nil {
		return header{}, err
	}
	b := in.got()
	command, family := b[12], b[13]
	rest := int(binary.BigEndian.Uint16(b[14:]))
	switch {
	case command != v2Local && command != v2Proxy:
		return header{}, malformed("unknown version or command")
	case command == v2Proxy && (family>>4 > 3 || family&0xf > 2):
		return header{}, malformed("unknown address family or protocol")
	case rest > v2Longest:
		return header{}, malformed("it is too long")
	}
	var size, wanted int // of an address; of both and their ports
	if command == v2Proxy {
		size = v2AddrSize(family)
	}
	if size > 0 {
		wanted = 2*size + 4
	}
	if rest < wanted {
		return header{}, malformed("its addresses are cut short")
	}
	if err := in.full(wanted); err != nil {
		return header{}, err
	}
	if err := skip(in.r, rest-wanted); err != nil {
		return header{}, err
	}
	if wanted == 0 {
		return header{}, nil
	}
	return parseV2(in.got()[v2Fixed:], size), nil
}

// v2AddrSize is the size of the addresses that we understand: those of TCP.
// Instead of others we go by those of the socket, as the specification wants
// it.
func v2AddrSize(family byte) int {
	switch family {
	case v2TCP4:
		return 4
	case v2TCP6:
		return 16
	}
	return 0
}

// parseV2 parses two addresses of size octets each, and two ports.
func parseV2(b []byte, size int) header {
	ports := b[2*size:]
	end := func(addr, port []byte) netip.AddrPort {
		a, _ := netip.AddrFromSlice(addr) // 4 or 16 octets
		return netip.AddrPortFrom(a.Unmap(), binary.BigEndian.Uint16(port))
	}
	return header{end(b[:size], ports), end(b[size:2*size], ports[2:])}
}

// skip reads n octets from r.
func skip(r io.Reader, n int) error {
	_, err := io.CopyN(io.Discard, r, int64(n))
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
