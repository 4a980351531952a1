package ntlm

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzServer gives the server any messages 1 and 3. Properties:
//
//	total      every message is taken or refused by one of the two errors
//	asked      nothing is granted that was not asked for
//	secret     no message that was not made with the password logs in
//	separate   the names and responses lie within the message, apart
func FuzzServer(f *testing.F) {
	c := timClient()
	negotiate := c.Negotiate()
	_, challenge, err := new(Server).Challenge(negotiate)
	require.NoError(f, err)
	message, err := c.Authenticate(challenge)
	require.NoError(f, err)
	f.Add(negotiate, message)
	f.Add(makeNegotiate(flagOEM|flagRequestTarget), authenticate{user: []byte("tim"), nt: make([]byte, 24)}.bytes())
	f.Add(makeNegotiate(flagUnicode|flagESS), authenticate{user: []byte("t\x00"), lm: make([]byte, 24), nt: make([]byte, 24)}.bytes())
	f.Add(negotiate[:16], message[:52])
	f.Fuzz(func(t *testing.T, one, three []byte) {
		known := func(err error) bool { return errors.Is(err, ErrMalformed) || errors.Is(err, ErrRefused) }
		h, challenge, err := (&Server{AllowV1: true}).Challenge(one)
		if err != nil {
			require.True(t, known(err), "%v", err)
			return
		}
		two, err := parseChallenge(challenge)
		require.NoError(t, err)
		asked, err := parseNegotiate(one)
		require.NoError(t, err)
		const own = flagNTLM | flagTargetInfo | flagTargetDomain | flagTargetServer
		require.Zero(t, two.flags&^asked&^own)
		r, err := h.Open(three)
		if err != nil {
			require.True(t, known(err), "%v", err)
			return
		}
		require.ErrorIs(t, r.Verify(tim), ErrRefused)
		require.NotEmpty(t, r.User)
		sum := len(r.a.lm) + len(r.a.nt) + len(r.a.domain) + len(r.a.user) + len(r.a.host) + len(r.a.sessionKey)
		require.LessOrEqual(t, sum+oldHeader, len(three))
	})
}

// FuzzClient gives the client any message 2. Properties:
//
//	total    it is answered or refused by ErrMalformed
//	legible  a server can read the answer, and what it says of the user is so
func FuzzClient(f *testing.F) {
	_, two, err := (&Server{Domain: "EXAMPLE", DNSName: "mail.example"}).Challenge(timClient().Negotiate())
	require.NoError(f, err)
	f.Add(two)
	f.Add(challenge{flags: flagUnicode | flagNTLM}.bytes())
	f.Add(two[:40])
	f.Fuzz(func(t *testing.T, b []byte) {
		c := timClient()
		c.Negotiate()
		three, err := c.Authenticate(b)
		if err != nil {
			require.ErrorIs(t, err, ErrMalformed)
			return
		}
		if len(three) > maxMessage {
			return
		}
		ch, err := parseChallenge(b)
		require.NoError(t, err)
		h := &Handshake{server: &Server{MaxSkew: -1}, flags: ch.flags, nonce: ch.nonce, negotiate: c.negotiate, challenge: b}
		r, err := h.Open(three)
		require.NoError(t, err)
		require.Equal(t, "tim", r.User)
		require.NoError(t, r.Verify(tim))
	})
}

// BenchmarkLogin is a whole login, the server's side of it.
func BenchmarkLogin(b *testing.B) {
	c, s := timClient(), &Server{Domain: "EXAMPLE"}
	negotiate := c.Negotiate()
	_, two, err := s.Challenge(negotiate)
	require.NoError(b, err)
	three, err := c.Authenticate(two)
	require.NoError(b, err)
	b.ReportAllocs()
	b.SetBytes(int64(len(negotiate) + len(two) + len(three)))
	for b.Loop() {
		h, _, err := s.Challenge(negotiate)
		if err != nil {
			b.Fatal(err)
		}
		r, err := h.Open(three)
		if err != nil {
			b.Fatal(err)
		}
		if r.Verify(tim) == nil {
			b.Fatal("a replay")
		}
	}
}
