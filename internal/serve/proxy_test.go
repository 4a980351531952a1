package serve

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
)

// v2Header makes a header of version 2 with a rest of the right length.
func v2Header(command, family byte, rest string) string {
	var length [2]byte
	binary.BigEndian.PutUint16(length[:], uint16(len(rest)))
	return v2Start + string([]byte{command, family}) + string(length[:]) + rest
}

var (
	rest4 = "\xc0\x00\x02\x01\xc6\x33\x64\x02\x03\xe8\x00\x19"
	rest6 = "\x20\x01\x0d\xb8" + strings.Repeat("\x00", 11) + "\x01" +
		"\x20\x01\x0d\xb8" + strings.Repeat("\x00", 11) + "\x02" + "\x03\xe8\x00\x19"
	mapped6 = strings.Repeat("\x00", 10) + "\xff\xff\xc0\x00\x02\x01" +
		strings.Repeat("\x00", 10) + "\xff\xff\xc6\x33\x64\x02" + "\x03\xe8\x00\x19"
	longest6 = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
	tlv      = "\x04\x00\x03abc"
)

func TestReadHeader(t *testing.T) {
	const four, six = "192.0.2.1:1000 198.51.100.2:25", "[2001:db8::1]:1000 [2001:db8::2]:25"
	for in, want := range map[string]string{ // "" keeps the socket's addresses
		"PROXY TCP4 192.0.2.1 198.51.100.2 1000 25\r\n":                four,
		"PROXY TCP4 255.255.255.255 0.0.0.0 65535 0\r\n":               "255.255.255.255:65535 0.0.0.0:0",
		"PROXY TCP6 2001:db8::1 2001:DB8:0:0:0:0:0:2 1000 25\r\n":      six,
		"PROXY TCP6 :: :: 1 2\r\n":                                     "[::]:1 [::]:2",
		"PROXY TCP6 ::ffff:192.0.2.1 ::ffff:c633:6402 1000 25\r\n":     four,
		"PROXY TCP6 " + longest6 + " " + longest6 + " 65535 65535\r\n": "[" + longest6 + "]:65535 [" + longest6 + "]:65535",
		"PROXY UNKNOWN\r\n": "",
		"PROXY UNKNOWN " + longest6 + " " + longest6 + " 65535 65535\r\n":     "",
		"PROXY UNKNOWN  anything\x00 goes\r\n":                                "",
		v2Header(0x21, 0x11, rest4):                                           four,
		v2Header(0x21, 0x11, rest4+tlv):                                       four,
		v2Header(0x21, 0x11, rest4+strings.Repeat("x", v2Longest-len(rest4))): four,
		v2Header(0x21, 0x21, rest6):                                           six,
		v2Header(0x21, 0x21, rest6+tlv+tlv):                                   six,
		v2Header(0x21, 0x21, mapped6):                                         four,
		v2Header(0x21, 0x00, ""):                                              "",
		v2Header(0x21, 0x00, "whatever"):                                      "",
		v2Header(0x21, 0x12, rest4):                                           "", // UDP
		v2Header(0x21, 0x22, rest6):                                           "",
		v2Header(0x21, 0x31, strings.Repeat("/", 216)):                        "", // a Unix socket
		v2Header(0x21, 0x10, rest4):                                           "",
		v2Header(0x20, 0x00, ""):                                              "",
		v2Header(0x20, 0x11, rest4):                                           "",
		v2Header(0x20, 0xff, tlv):                                             "",
	} {
		for name, split := range map[string]func(io.Reader) io.Reader{
			"whole": func(r io.Reader) io.Reader { return r },
			"bytes": iotest.OneByteReader,
			"eof":   iotest.DataErrReader,
		} {
			r := strings.NewReader(in + "conversation")
			h, err := readHeader(split(r))
			require.NoError(t, err, "%s %q", name, in)
			if name != "eof" { // that one reads ahead
				require.Equal(t, len("conversation"), r.Len(), "%s %q", name, in)
			}
			got := ""
			if h.src.IsValid() || h.dst.IsValid() {
				got = h.src.String() + " " + h.dst.String()
			}
			require.Equal(t, want, got, "%s %q", name, in)
		}
	}
}

func TestReadHeaderErrors(t *testing.T) {
	const good = "PROXY TCP4 192.0.2.1 198.51.100.2 1000 25\r\n"
	for in, want := range map[string]string{
		"EHLO client.example\r\n": "no PROXY header",
		"Q":                       "no PROXY header",
		"proxy TCP4 192.0.2.1 198.51.100.2 1000 25\r\n":         "no PROXY header",
		"PROXYTCP4 192.0.2.1 198.51.100.2 1000 25\r\n":          "no PROXY header",
		"\r\n\r\n\x00\r\nQUIT\r":                                "no PROXY header",
		"\x16\x03\x01":                                          "no PROXY header",
		"PROXY \n":                                              "too short",
		"PROXY TCP4\r\n":                                        "too short",
		"PROXY TCP4 :\r\nmore to come":                          "too short",
		"PROXY TCP4 ::\r\nmore to come":                         "must have",
		strings.TrimSuffix(good, "\r\n") + "\n":                 "CRLF",
		strings.TrimSuffix(good, "\r\n") + " \n":                "CRLF",
		strings.Replace(good, " 25", "\r25", 1):                 "CR in its line",
		strings.Replace(good, " 25", "\r\r25", 1):               "CR in its line",
		"PROXY UNKNOWN " + strings.Repeat("x", 92) + "\r\n":     "too long",
		"PROXY UNKNOWN " + strings.Repeat("x", 92) + "\r":       "too long",
		"PROXY UNKNOWN " + strings.Repeat("x", 1000):            "too long",
		"PROXY UNKNOWNS\r\n":                                    "protocol",
		"PROXY  UNKNOWN\r\n":                                    "protocol",
		"PROXY TCP5 192.0.2.1 198.51.100.2 1000 25\r\n":         "not TCP4",
		"PROXY tcp4 192.0.2.1 198.51.100.2 1000 25\r\n":         "not TCP4",
		"PROXY TCP4 192.0.2.1 198.51.100.2 1000\r\n":            "must have",
		"PROXY TCP4 192.0.2.1 198.51.100.2 1000 25 \r\n":        "must have",
		"PROXY TCP4 192.0.2.1  198.51.100.2 1000 25\r\n":        "must have",
		"PROXY TCP4 192.0.2.1 198.51.100.2  25\r\n":             "not valid",
		"PROXY TCP4 192.0.2.01 198.51.100.2 1000 25\r\n":        "not valid",
		"PROXY TCP4 192.0.2.1 198.51.100 1000 25\r\n":           "not valid",
		"PROXY TCP4 192.0.2.256 198.51.100.2 1000 25\r\n":       "not valid",
		"PROXY TCP4 ::1 ::2 1000 25\r\n":                        "not valid",
		"PROXY TCP6 192.0.2.1 198.51.100.2 1000 25\r\n":         "not valid",
		"PROXY TCP6 fe80::1%eth0 fe80::2 1000 25\r\n":           "not valid",
		"PROXY TCP4 192.0.2.1 198.51.100.2 01000 25\r\n":        "not valid",
		"PROXY TCP4 192.0.2.1 198.51.100.2 65536 25\r\n":        "not valid",
		"PROXY TCP4 192.0.2.1 198.51.100.2 1000 +25\r\n":        "not valid",
		"PROXY TCP4 192.0.2.1 198.51.100.2 1000 25\x00\r\n":     "not valid",
		v2Header(0x11, 0x11, rest4):                             "version or command",
		v2Header(0x22, 0x11, rest4):                             "version or command",
		v2Header(0x21, 0x41, rest4):                             "family or protocol",
		v2Header(0x21, 0x13, rest4):                             "family or protocol",
		v2Header(0x21, 0x11, rest4[:11]):                        "cut short",
		v2Header(0x21, 0x21, rest6[:35]):                        "cut short",
		v2Header(0x21, 0x11, strings.Repeat("x", v2Longest+1)):  "it is too long",
		v2Header(0x20, 0x00, strings.Repeat("x", 1<<16-1))[:16]: "it is too long",
	} {
		// It must not wait for more than it needs to know.
		for name, r := range map[string]io.Reader{
			"whole": io.MultiReader(strings.NewReader(in), iotest.ErrReader(errors.New("read on"))),
			"bytes": io.MultiReader(iotest.OneByteReader(strings.NewReader(in)), iotest.ErrReader(errors.New("read on"))),
		} {
			_, err := readHeader(r)
			require.ErrorContains(t, err, want, "%s %q", name, in)
		}
	}
}

// TestReadHeaderCut ends the connection within the header.
func TestReadHeaderCut(t *testing.T) {
	for _, in := range []string{
		"PROXY TCP4 192.0.2.1 198.51.100.2 1000 25\r\n",
		"PROXY UNKNOWN\r\n",
		v2Header(0x21, 0x11, rest4+tlv),
		v2Header(0x21, 0x21, rest6),
	} {
		_, err := readHeader(strings.NewReader(""))
		require.Equal(t, io.EOF, err)
		for i := 1; i < len(in); i++ {
			_, err := readHeader(strings.NewReader(in[:i]))
			require.ErrorIs(t, err, io.ErrUnexpectedEOF, "%q", in[:i])
		}
	}
	_, err := readHeader(neverReader{})
	require.ErrorIs(t, err, io.ErrNoProgress)
}

// neverReader reads nothing, without an error.
type neverReader struct{}

func (neverReader) Read([]byte) (int, error) { return 0, nil }

// FuzzReadHeader checks that whatever a proxy sends, reading it does not panic;
// that it gives the same however the octets arrive; that no more is read than
// the longest header has, and of a good one not an octet too much or too little; and
// that both addresses are there or none, and are the same when they are sent on
// in either version.
func FuzzReadHeader(f *testing.F) {
	for _, in := range []string{
		"PROXY TCP4 192.0.2.1 198.51.100.2 1000 25\r\nEHLO", "PROXY TCP6 ::1 ::ffff:1.2.3.4 1 2\r\n",
		"PROXY UNKNOWN\r\nx", "PROXY UNKNOWN x\r\r\n", "PROXY X\r\n", "EHLO x\r\n",
		v2Header(0x21, 0x11, rest4+tlv) + "EHLO", v2Header(0x21, 0x21, rest6), v2Header(0x21, 0x21, mapped6),
		v2Header(0x20, 0, ""), v2Header(0x21, 0x31, strings.Repeat("/", 216)), v2Header(0x21, 0x11, rest4[:5]),
	} {
		f.Add([]byte(in))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		r := bytes.NewReader(in)
		h, err := readHeader(r)
		used := len(in) - r.Len()

		r2 := bytes.NewReader(in)
		h2, err2 := readHeader(iotest.OneByteReader(r2))
		require.Equal(t, fmt.Sprint(err), fmt.Sprint(err2))
		require.Equal(t, h, h2)

		require.LessOrEqual(t, used, v2Fixed+v2Longest)
		if err != nil {
			require.Zero(t, h)
			return
		}
		require.Equal(t, r.Len(), r2.Len())
		if in[0] == 'P' {
			require.LessOrEqual(t, used, v1Longest)
			require.Equal(t, bytes.Index(in, []byte("\r\n"))+2, used)
		} else {
			require.Equal(t, v2Fixed+int(binary.BigEndian.Uint16(in[14:])), used)
		}
		require.Equal(t, h.src.IsValid(), h.dst.IsValid())
		if h.src.IsValid() {
			require.False(t, h.src.Addr().Is4In6() || h.dst.Addr().Is4In6())
			for _, again := range []string{encodeV1(h), encodeV2(h)} {
				h2, err := readHeader(strings.NewReader(again))
				require.NoError(t, err, "%q", again)
				require.Equal(t, h, h2, "%q", again)
			}
		}
	})
}

// in6 writes an address as IPv6 has it.
func in6(a netip.Addr) netip.Addr { return netip.AddrFrom16(a.As16()) }

func encodeV1(h header) string {
	if h.src.Addr().Is4() && h.dst.Addr().Is4() {
		return fmt.Sprintf("PROXY TCP4 %s %s %d %d\r\n", h.src.Addr(), h.dst.Addr(), h.src.Port(), h.dst.Port())
	}
	return fmt.Sprintf("PROXY TCP6 %s %s %d %d\r\n", in6(h.src.Addr()), in6(h.dst.Addr()), h.src.Port(), h.dst.Port())
}

func encodeV2(h header) string {
	src, dst := h.src.Addr().As16(), h.dst.Addr().As16()
	b := append(src[:], dst[:]...)
	b = binary.BigEndian.AppendUint16(b, h.src.Port())
	b = binary.BigEndian.AppendUint16(b, h.dst.Port())
	return v2Header(v2Proxy, v2TCP6, string(b))
}
