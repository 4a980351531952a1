package serve

import (
	"bytes"
	"net/netip"
	"strconv"
	"strings"
)

// Version 1 is a line of text (proxy-protocol.txt, 2.1).
const (
	v1Start   = "PROXY "
	v1Longest = 107
)

// readV1 reads the rest of a header of version 1. The octets come one or two at
// a time: a line that does not end in CR yet has two more at least, and
// whatever is behind the line is not ours to read.
func readV1(in *input) (header, error) {
	for {
		line := in.got()
		if i := bytes.IndexByte(line, '\n'); i >= 0 {
			if i != len(line)-1 || line[i-1] != '\r' {
				return header{}, malformed("its line does not end in CRLF")
			}
			return parseV1(string(line[:i-1]))
		}
		next := 2
		if i := bytes.IndexByte(line, '\r'); i == len(line)-1 {
			next = 1
		} else if i >= 0 {
			return header{}, malformed("CR in its line")
		}
		if len(line)+next > v1Longest {
			return header{}, malformed("its line is too long")
		}
		if err := in.some(next); err != nil {
			return header{}, err
		}
	}
}

// parseV1 parses a line without its CRLF.
func parseV1(line string) (header, error) {
	f := strings.Split(strings.TrimPrefix(line, v1Start), " ")
	if f[0] == "UNKNOWN" { // whatever follows it is to be ignored
		return header{}, nil
	}
	if len(f) != 5 {
		return header{}, malformed("it must have a protocol, two addresses and two ports")
	}
	var family func(netip.Addr) bool
	switch f[0] {
	case "TCP4":
		family = netip.Addr.Is4
	case "TCP6":
		family = netip.Addr.Is6
	default:
		return header{}, malformed("its protocol is not TCP4, TCP6 or UNKNOWN")
	}
	src, ok1 := parseEnd(f[1], f[3], family)
	dst, ok2 := parseEnd(f[2], f[4], family)
	if !ok1 || !ok2 {
		return header{}, malformed("an address or port is not valid")
	}
	return header{src, dst}, nil
}

func parseEnd(addr, port string, family func(netip.Addr) bool) (netip.AddrPort, bool) {
	a, err := netip.ParseAddr(addr)
	if err != nil || !family(a) || a.Zone() != "" {
		return netip.AddrPort{}, false
	}
	p, err := strconv.ParseUint(port, 10, 16)
	if err != nil || len(port) > 1 && port[0] == '0' { // no leading zeros
		return netip.AddrPort{}, false
	}
	return netip.AddrPortFrom(a.Unmap(), uint16(p)), true
}
