package pop3

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func three() []Message {
	return []Message{{ID: "a", UIDL: "u1", Size: 100}, {ID: "b", UIDL: "u2", Size: 20}, {ID: "c", UIDL: "u3", Size: 3}}
}

func TestSnapshotMarks(t *testing.T) {
	s, err := newSnapshot(three())
	require.NoError(t, err)
	require.Equal(t, "3 messages (123 octets)", s.describe(nil))
	require.Empty(t, s.marked())

	s.mark(2)
	require.Equal(t, "2 messages (103 octets)", s.describe(nil))
	require.Equal(t, []string{"b"}, s.marked())
	_, r := s.message(2)
	require.Equal(t, isDeleted, r)
	m, _ := s.message(3)
	require.Equal(t, "c", m.ID, "numbers stay")

	var b bytes.Buffer
	_, err = s.lines(appendSize).WriteTo(&b)
	require.NoError(t, err)
	require.Equal(t, "1 100\r\n3 3\r\n", b.String())

	s.mark(1)
	require.Equal(t, "1 message (3 octets)", s.describe(nil))

	s.reset()
	require.Equal(t, "3 messages (123 octets)", s.describe(nil))
	require.Empty(t, s.marked())

	for _, n := range []int{-1, 0, 4, math.MaxInt} {
		m, r := s.message(n)
		require.Nil(t, m)
		require.Equal(t, noSuchMessage, r)
	}
}

func TestSnapshotRefuses(t *testing.T) {
	for name, spoil := range map[string]func([]Message){
		"no UIDL":           func(m []Message) { m[1].UIDL = "" },
		"long UIDL":         func(m []Message) { m[1].UIDL = strings.Repeat("u", 71) },
		"space in a UIDL":   func(m []Message) { m[1].UIDL = "u 2" },
		"CRLF in a UIDL":    func(m []Message) { m[1].UIDL = "u2\r\n" },
		"UIDL not in ASCII": func(m []Message) { m[1].UIDL = "u\u00b2" },
		"DEL in a UIDL":     func(m []Message) { m[1].UIDL = "u\x7f" },
		"UIDL twice":        func(m []Message) { m[1].UIDL = "u1" },
		"ID twice":          func(m []Message) { m[1].ID = "a" },
		"negative size":     func(m []Message) { m[1].Size = -1 },
		"sum overflows":     func(m []Message) { m[1].Size = math.MaxInt64 },
	} {
		m := three()
		spoil(m)
		_, err := newSnapshot(m)
		require.Error(t, err, name)
	}
	m := three()
	m[0].UIDL, m[1].UIDL = "!", strings.Repeat("~", 70)
	_, err := newSnapshot(m)
	require.NoError(t, err)
}
