package dnsresolve

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/miekg/dns"
)

const (
	headerSize = 12

	// ednsSize is the largest answer asked for over UDP. It passes everywhere
	// without being cut into fragments, which are easy to forge.
	ednsSize = 1232
)

// A query is a packed question, and how an answer to it is recognized.
type query struct {
	packet   []byte
	question int // ends here in the packet
}

// newQuery packs a question with a random id, the AD bit, and with edns the DO
// bit (RFC 6840, 5.7). With mixed the case of the letters is random: whoever
// answers without having seen the question must guess that too.
func newQuery(name string, t Type, edns, mixed bool) (query, error) {
	var m dns.Msg
	m.SetQuestion(dns.Fqdn(name), uint16(t))
	m.AuthenticatedData = true
	bare := m.Len()
	if edns {
		m.SetEdns0(ednsSize, true)
	}
	packet, err := m.Pack()
	if err != nil {
		return query{}, err
	}
	var bits [2 + (maxName+8)/8]byte
	_, _ = rand.Read(bits[:]) // never fails
	copy(packet, bits[:2])
	if mixed {
		for i := headerSize; i < bare-4; i++ { // lengths of labels are less than 64, no letters
			if c := packet[i] | 0x20; c >= 'a' && c <= 'z' && bits[2+i/8%(len(bits)-2)]>>(i%8)&1 == 1 {
				packet[i] ^= 0x20
			}
		}
	}
	return query{packet, bare}, nil
}

// answeredBy reports whether the packet is an answer to q: one with its id and
// its question, octet for octet, as only one who saw q knows them. A server that
// could not read q may leave the question out.
func (q query) answeredBy(p []byte) bool {
	if len(p) < headerSize || p[0] != q.packet[0] || p[1] != q.packet[1] {
		return false
	}
	const isResponse, opcode, rcode = 0x80, 0x78, 0x0f
	if p[2]&isResponse == 0 || p[2]&opcode != 0 {
		return false
	}
	switch binary.BigEndian.Uint16(p[4:]) {
	case 0:
		code := int(p[3] & rcode)
		return code == dns.RcodeFormatError || code == dns.RcodeNotImplemented
	case 1:
		return len(p) >= q.question && string(p[headerSize:q.question]) == string(q.packet[headerSize:])[:q.question-headerSize]
	}
	return false
}

// isTruncated reports whether the answer is to be asked for again over TCP.
func isTruncated(p []byte) bool { return p[2]&0x02 != 0 }

var errCount = errors.New("the answer is cut off")

// unpack reads an answer. One with fewer records than its header says is an
// error, since it would else pass for one that has none.
func unpack(p []byte) (*dns.Msg, error) {
	if len(p) < headerSize {
		return nil, errCount
	}
	var m dns.Msg
	if err := m.Unpack(p); err != nil {
		return nil, fmt.Errorf("cannot be read: %w", err)
	}
	if m.Truncated {
		return nil, errCount
	}
	for i, n := range []int{len(m.Question), len(m.Answer), len(m.Ns), len(m.Extra)} {
		if int(binary.BigEndian.Uint16(p[4+2*i:])) != n {
			return nil, errCount
		}
	}
	return &m, nil
}
