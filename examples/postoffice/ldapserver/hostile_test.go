package ldapserver

import (
	"bytes"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-ldap/ldap/v3"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// TestMalformed sends what ends the conversation, after a Notice of Disconnection.
func TestMalformed(t *testing.T) {
	for name, octets := range map[string][]byte{
		"another protocol":    []byte("GET / HTTP/1.1\r\n\r\n"),
		"a TLS handshake":     {0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0},
		"indefinite length":   {0x30, 0x80, 2, 1, 1, 0x42, 0, 0, 0},
		"absurd length":       {0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0},
		"long length":         {0x30, 0x85, 0, 0, 0, 0, 1},
		"too long":            {0x30, 0x83, 1, 0, 1},
		"empty":               {0x30, 0},
		"number 0":            makeMessage(0, 0x77, func(b *cryptobyte.Builder) { addText(b, 0x80, whoAmI) }),
		"negative number":     {0x30, 5, 2, 1, 0xff, 0x42, 0},
		"unknown operation":   makeMessage(1, 0x7e, func(*cryptobyte.Builder) {}),
		"a response":          makeMessage(1, 0x61, func(*cryptobyte.Builder) {}),
		"abandon of nothing":  makeMessage(1, tagAbandon, func(*cryptobyte.Builder) {}),
		"cut short within":    {0x30, 5, 2, 1, 1, 0x63, 9},
		"many controls":       appendMessage(nil, 1, 0x77, make([]control, maxControls+1), func(*cryptobyte.Builder) {}),
		"a tag of two octets": {0x30, 6, 2, 1, 1, 0x7f, 0x21, 0},
	} {
		t.Run(name, func(t *testing.T) {
			c := start(t, open).conn()
			require.NoError(t, write(c, octets))
			requireGoodbye(t, c, protocolError)
		})
	}
}

// TestMalformedRequest sends requests that cannot be read within messages that can:
// they are answered, and the conversation goes on.
func TestMalformedRequest(t *testing.T) {
	i := start(t, open)
	c := i.conn()
	for id, tag := range []byte{0x60, 0x63, 0x6e, 0x77} {
		require.NoError(t, write(c, makeMessage(id+1, asn1.Tag(tag), func(b *cryptobyte.Builder) { b.AddBytes([]byte{4, 9, 1}) })))
		_, got, code := response(t, c)
		require.Equal(t, []int{id + 1, protocolError}, []int{got, code}, "%#x", tag)
	}
}

func filterMessage(fill func(*cryptobyte.Builder)) []byte {
	return makeMessage(1, 0x63, func(b *cryptobyte.Builder) {
		addText(b, tagOctets, base)
		b.AddASN1Enum(wholeSubtree)
		b.AddASN1Enum(0)
		b.AddASN1Int64(0)
		b.AddASN1Int64(0)
		b.AddASN1Boolean(false)
		fill(b)
		b.AddASN1(tagSequence, func(b *cryptobyte.Builder) { addText(b, tagOctets, "1.1") })
	})
}

func nested(depth int) func(*cryptobyte.Builder) {
	return func(b *cryptobyte.Builder) {
		if depth == 1 {
			addText(b, filterPresent, "nothing")
			return
		}
		b.AddASN1(filterNot, nested(depth-1))
	}
}

func TestFilterLimits(t *testing.T) {
	wide := func(n int) func(*cryptobyte.Builder) {
		return func(b *cryptobyte.Builder) {
			b.AddASN1(filterOr, func(b *cryptobyte.Builder) {
				for range n - 1 {
					addText(b, filterPresent, "nothing")
				}
			})
		}
	}
	pieces := func(n int) func(*cryptobyte.Builder) {
		return func(b *cryptobyte.Builder) {
			b.AddASN1(filterSubstrings, func(b *cryptobyte.Builder) {
				addText(b, tagOctets, "cn")
				b.AddASN1(tagSequence, func(b *cryptobyte.Builder) {
					for range n - 1 {
						addText(b, 0x81, "no such name")
					}
				})
			})
		}
	}
	for _, x := range []struct {
		fill func(*cryptobyte.Builder)
		want int
	}{
		{nested(32), success},
		{nested(33), adminLimitExceeded},
		{nested(3000), adminLimitExceeded},
		{wide(256), success},
		{wide(257), adminLimitExceeded},
		{pieces(256), success},
		{pieces(257), adminLimitExceeded},
		{func(b *cryptobyte.Builder) { addText(b, 0x8c, "") }, protocolError},
		{func(b *cryptobyte.Builder) { b.AddASN1(filterNot, func(*cryptobyte.Builder) {}) }, protocolError},
		{pieces(1), protocolError},
	} {
		c := start(t, open).conn()
		require.NoError(t, write(c, filterMessage(x.fill)))
		_, _, code := response(t, c)
		require.Equal(t, x.want, code)
	}
}

// TestWindowsLengths sends lengths as Windows writes them, in five octets each.
func TestWindowsLengths(t *testing.T) {
	c := start(t, nil).conn()
	op := []byte{2, 0x84, 0, 0, 0, 1, 3, 4, 0x84, 0, 0, 0, 0, 0x80, 0x84, 0, 0, 0, 0}
	m := slices.Concat([]byte{2, 0x84, 0, 0, 0, 1, 1, 0x60, 0x84, 0, 0, 0, byte(len(op))}, op)
	require.NoError(t, write(c, slices.Concat([]byte{0x30, 0x84, 0, 0, 0, byte(len(m))}, m)))
	tag, id, code := response(t, c)
	require.Equal(t, []int{0x61, 1, success}, []int{tag, id, code})
}

// TestAbandon has a search run that is abandoned: it ends at once and without an
// answer, and what waited behind it is next.
func TestAbandon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		people := endless{make(chan struct{}, 1)}
		i := start(t, func(s *Server) { s.AnonymousRead, s.People = true, people })
		c, begun := i.conn(), time.Now()
		require.NoError(t, write(c, slices.Concat(searchMessage(1), searchMessage(2))))
		<-people.begun
		require.NoError(t, write(c, slices.Concat(abandonMessage(3, 2), abandonMessage(4, 1), abandonMessage(5, 77), extendedMessage(6, whoAmI))))
		_, id, code := response(t, c)
		require.Equal(t, []int{6, success}, []int{id, code})
		require.Zero(t, time.Since(begun))
	})
}

// TestHangUp has a client go while a search runs for it.
func TestHangUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		people := endless{make(chan struct{}, 1)}
		i := start(t, func(s *Server) { s.AnonymousRead, s.People = true, people })
		c, begun := i.conn(), time.Now()
		require.NoError(t, write(c, searchMessage(1)))
		<-people.begun
		require.NoError(t, c.Close())
		synctest.Wait()
		require.NoError(t, i.Shutdown(t.Context()))
		require.Zero(t, time.Since(begun), "the search is over")
	})
}

// TestSameNumber has two requests of one number at a time.
func TestSameNumber(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		people := endless{make(chan struct{}, 1)}
		i := start(t, func(s *Server) { s.AnonymousRead, s.People = true, people })
		c := i.conn()
		require.NoError(t, write(c, slices.Concat(searchMessage(1), searchMessage(1))))
		requireGoodbye(t, c, protocolError)
	})
}

// TestTurns has more searches than may run: the last waits for its turn in vain.
func TestTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		people := endless{make(chan struct{}, 9)}
		i := start(t, func(s *Server) { s.AnonymousRead, s.People, s.Limits.Searches = true, people, 1 })
		a, b := i.conn(), i.conn()
		require.NoError(t, write(a, searchMessage(1)))
		<-people.begun
		ask := ldap.NewConn(b, false)
		ask.Start()
		q := sub("(uid=*)")
		q.TimeLimit = 5
		begun := time.Now()
		_, err := ask.Search(q)
		requireCode(t, ldap.LDAPResultBusy, err)
		require.Equal(t, 5*time.Second, time.Since(begun))
		_, _, code := response(t, a)
		require.Equal(t, timeLimitExceeded, code)
		_, err = ask.Search(q)
		requireCode(t, ldap.LDAPResultTimeLimitExceeded, err)
	})
}

// TestFlood has a client send more than it may ahead: the rest waits outside.
func TestFlood(t *testing.T) {
	c := start(t, open).conn()
	const n = 120
	var all bytes.Buffer
	for id := range n {
		all.Write(searchMessage(id + 1))
	}
	go func() { _ = write(c, all.Bytes()) }()
	done := 0
	for done < n {
		tag, _, code := response(t, c)
		if tag == 0x65 {
			require.Equal(t, success, code)
			done++
		}
	}
}

// TestSecrets checks that neither passwords nor who is disabled can be found out.
func TestSecrets(t *testing.T) {
	i := start(t, nil)
	r, err := i.login().Search(sub("(objectClass=*)", "*", "+", "userPassword", "unicodePwd"))
	require.NoError(t, err)
	for _, e := range r.Entries {
		for _, a := range e.Attributes {
			for _, v := range a.Values {
				require.NotContains(t, v, secret)
				require.NotContains(t, v, "gone")
			}
		}
	}
}

func TestPrintable(t *testing.T) {
	require.Equal(t, "a?b??c", printable("a\x00b\r\nc"))
	require.Len(t, printable(string(make([]byte, 1000))), 100)
	require.Equal(t, "??", printable("\x1b\xff"))
}
