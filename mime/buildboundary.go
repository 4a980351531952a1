package mime

import (
	"bytes"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
)

// A boundary is "=_", four hexadecimal digits, "_" and 120 random bits. Quoted-printable and base64 never have "=_"
// (RFC 2046, 5.1.1; RFC 2045, 6.7), and from what is transferred as it is the four digits are noted that stand behind "--=_":
// those are not used, whatever the random source is. What can't be looked at before it is written has 120 bits to guess.
const boundaryPrefix = "=_"

// marks has the digits that are not to be used any more.
type marks struct {
	used map[[2]byte]struct{}
	tail []byte // the last octets of what was looked at
}

var (
	delimiterPrefix = []byte("--" + boundaryPrefix)
	markedLen       = len(delimiterPrefix) + 4
	errBoundaries   = errors.New("the contents have delimiters with all digits that there are: encode them")
)

// look notes what is in a content, which comes in pieces.
func (m *marks) look(p []byte) {
	m.tail = append(m.tail, p[:min(len(p), markedLen-1)]...)
	m.find(m.tail)
	if len(p) >= markedLen-1 {
		m.find(p)
		m.tail = append(m.tail[:0], p[len(p)-markedLen+1:]...)
	} else if cut := len(m.tail) - markedLen + 1; cut > 0 {
		m.tail = append(m.tail[:0], m.tail[cut:]...)
	}
}

func (m *marks) find(b []byte) {
	for {
		i := bytes.Index(b, delimiterPrefix)
		if i < 0 || i+markedLen > len(b) {
			return
		}
		var mark [2]byte
		if _, err := hex.Decode(mark[:], b[i+len(delimiterPrefix):i+markedLen]); err == nil {
			m.use(mark)
		}
		b = b[i+1:]
	}
}

func (m *marks) use(mark [2]byte) {
	if m.used == nil {
		m.used = make(map[[2]byte]struct{})
	}
	m.used[mark] = struct{}{}
}

func (m *marks) add(more *marks) {
	for mark := range more.used {
		m.use(mark)
	}
}

// boundary makes one that no content has, and no one before.
func (m *marks) boundary(random io.Reader) (string, error) {
	var b [17]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("no random octets for a boundary: %w", err)
	}
	mark := [2]byte(b[:2])
	for range 1 << 16 {
		if _, used := m.used[mark]; !used {
			m.use(mark)
			return boundaryPrefix + hex.EncodeToString(mark[:]) + "_" +
				strings.ToLower(base32.StdEncoding.EncodeToString(b[2:])), nil
		}
		if mark[1]++; mark[1] == 0 {
			mark[0]++
		}
	}
	return "", errBoundaries
}
