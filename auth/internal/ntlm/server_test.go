package ntlm

import (
	"encoding/binary"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/testcert"
)

var tim = PasswordHash("tanstaaftanstaaf")

// answer has c log in to s and returns what the server makes of it. change may
// change message 3.
func answer(t *testing.T, s *Server, c *Client, change func([]byte) []byte) (*Response, error) {
	t.Helper()
	h, challenge, err := s.Challenge(c.Negotiate())
	require.NoError(t, err)
	b, err := c.Authenticate(challenge)
	require.NoError(t, err)
	if change != nil {
		b = change(b)
	}
	r, err := h.Open(b)
	if err != nil {
		return nil, err
	}
	return r, r.Verify(tim)
}

func timClient() *Client {
	return &Client{Domain: "Example", User: "tim", Hash: tim, Workstation: "PC"}
}

func TestConversation(t *testing.T) {
	cert, err := testcert.New("localhost")
	require.NoError(t, err)
	bound := Bind("tls-server-end-point", cert.Leaf.Raw)
	for _, c := range []struct {
		name   string
		server Server
		client func(*Client)
		want   error
	}{
		{"plain", Server{}, func(*Client) {}, nil},
		{"names", Server{Name: "MAIL", Domain: "EXAMPLE", DNSName: "mail.example", DNSDomain: "example"}, func(*Client) {}, nil},
		{"no domain", Server{}, func(c *Client) { c.Domain = "" }, nil},
		{"capitals", Server{}, func(c *Client) { c.User = "TIM" }, nil},
		{"Unicode", Server{}, func(c *Client) { c.User = "jürgen\U0001f600" }, nil},
		{"service", Server{}, func(c *Client) { c.Target = "HTTP/mail.example" }, nil},
		{"key exchange", Server{}, func(c *Client) { c.extra = flagKeyExchange | flagSign }, nil},
		{"wrong password", Server{}, func(c *Client) { c.Hash = PasswordHash("wrong") }, ErrRefused},
		{"nobody", Server{}, func(c *Client) { c.User = "" }, ErrRefused},
		{"bound, not asked", Server{}, func(c *Client) { c.Binding = bound }, nil},
		{"bound", Server{Bindings: []Binding{{1}, bound}, RequireBinding: true}, func(c *Client) { c.Binding = bound }, nil},
		{"not bound", Server{Bindings: []Binding{bound}}, func(*Client) {}, nil},
		{"not bound, but must", Server{Bindings: []Binding{bound}, RequireBinding: true}, func(*Client) {}, ErrRefused},
		{"bound elsewhere", Server{Bindings: []Binding{bound}}, func(c *Client) { c.Binding = Binding{1} }, ErrRefused},
	} {
		t.Run(c.name, func(t *testing.T) {
			client := timClient()
			c.client(client)
			r, err := answer(t, &c.server, client, nil)
			require.ErrorIs(t, err, c.want)
			if c.want == nil {
				require.Equal(t, [3]string{client.Domain, client.User, "PC"}, [3]string{r.Domain, r.User, r.Workstation})
				require.True(t, r.hasMIC, "the client sends a MIC")
			}
		})
	}
}

func TestIntegrity(t *testing.T) {
	for name, change := range map[string]func([]byte) []byte{
		"MIC":         func(b []byte) []byte { b[micOffset] ^= 1; return b },
		"flags":       func(b []byte) []byte { b[60] ^= byte(flagSign); return b },
		"workstation": func(b []byte) []byte { b[binary.LittleEndian.Uint32(b[48:])] ^= 1; return b },
		"proof":       func(b []byte) []byte { b[binary.LittleEndian.Uint32(b[24:])] ^= 1; return b },
		"appended":    func(b []byte) []byte { return append(b, 0) },
		"MIC cut out": func(b []byte) []byte {
			for _, at := range []int{12, 20, 28, 36, 44, 52} {
				binary.LittleEndian.PutUint32(b[at+4:], binary.LittleEndian.Uint32(b[at+4:])-16)
			}
			return slices.Delete(b, micOffset, micHeader)
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := answer(t, &Server{}, timClient(), change)
			require.ErrorIs(t, err, ErrRefused)
		})
	}
}

// TestPairs: AV pairs by which two readers would understand different things are
// refused, whoever knows the password.
func TestPairs(t *testing.T) {
	one, other := Bind("x", []byte("1")), Bind("x", []byte("2"))
	for name, c := range map[string]struct {
		info []byte
		want error
	}{
		"none":                               {nil, nil},
		"a binding":                          {appendAV(nil, avChannelBindings, one[:]), nil},
		"a binding, twice":                   {appendAV(appendAV(nil, avChannelBindings, one[:]), avChannelBindings, other[:]), ErrMalformed},
		"a binding too short":                {appendAV(nil, avChannelBindings, one[:15]), ErrMalformed},
		"flags too short":                    {appendAV(nil, avFlags, []byte{0}), ErrMalformed},
		"flags with a MIC that is not there": {appendAV(nil, avFlags, []byte{avFlagMIC, 0, 0, 0}), ErrRefused},
	} {
		h, challenge, err := new(Server).Challenge(makeNegotiate(wanted))
		require.NoError(t, err)
		ch, err := parseChallenge(challenge)
		require.NoError(t, err)
		client := blob(fileTime(time.Now()), vectorClient, append(c.info, appendAV(nil, avEOL, nil)...))
		a := authenticate{user: encode("tim"), nt: append(proof(tim.v2("tim", ""), ch.nonce, client), client...), flags: ch.flags}
		r, err := h.Open(a.bytes())
		if err == nil {
			err = r.Verify(tim)
		}
		require.ErrorIs(t, err, c.want, name)
	}
}

func TestOnce(t *testing.T) {
	c := timClient()
	h, challenge, err := new(Server).Challenge(c.Negotiate())
	require.NoError(t, err)
	b, err := c.Authenticate(challenge)
	require.NoError(t, err)
	r, err := h.Open(b)
	require.NoError(t, err)
	require.NoError(t, r.Verify(tim))
	_, err = h.Open(b)
	require.ErrorIs(t, err, ErrRefused)
	h, _, err = new(Server).Challenge(c.Negotiate())
	require.NoError(t, err)
	r, err = h.Open(b)
	require.NoError(t, err)
	require.ErrorIs(t, r.Verify(tim), ErrRefused, "a replay to another challenge")
}

func TestClock(t *testing.T) {
	for _, c := range []struct {
		skew, off time.Duration
		want      error
	}{
		{0, 35 * time.Hour, nil},
		{0, 37 * time.Hour, ErrRefused},
		{time.Minute, time.Hour, ErrRefused},
		{-1, 10000 * time.Hour, nil},
	} {
		synctest.Test(t, func(t *testing.T) {
			client := timClient()
			h, challenge, err := (&Server{MaxSkew: c.skew}).Challenge(client.Negotiate())
			require.NoError(t, err)
			b, err := client.Authenticate(challenge)
			require.NoError(t, err)
			time.Sleep(c.off)
			_, err = h.Open(b)
			require.ErrorIs(t, err, c.want)
		})
	}
	require.Equal(t, uint64(116444736000000000), fileTime(time.Unix(0, 0)))
	require.True(t, goTime(fileTime(time.Unix(1e9, 700))).Equal(time.Unix(1e9, 700)))
}

// old makes the message 3 of an old client that answers a challenge.
func old(t *testing.T, b []byte, flags Flags, a authenticate) []byte {
	t.Helper()
	c, err := parseChallenge(b)
	require.NoError(t, err)
	a.flags = c.flags & flags
	switch {
	case a.nt != nil: // as it is
	case a.lm != nil && a.flags.has(flagESS):
		a.nt = ntESS(tim, c.nonce, a.lm)
	default:
		a.nt = ntV1(tim, c.nonce)
	}
	if a.user == nil {
		a.user = encodeFor("tim", a.flags)
	}
	return a.bytes()
}

func TestOldResponses(t *testing.T) {
	lm := append(vectorClient[:], make([]byte, 16)...)
	const all = ^Flags(0)
	for _, c := range []struct {
		name        string
		server      Server
		asked, kept Flags
		a           authenticate
		want        error
	}{
		{"v1 refused", Server{}, flagUnicode, all, authenticate{}, ErrRefused},
		{"v1", Server{AllowV1: true}, flagUnicode, all, authenticate{}, nil},
		{"v1 OEM", Server{AllowV1: true}, flagOEM, all, authenticate{}, nil},
		{"v1 of a client that could ESS", Server{AllowV1: true}, flagUnicode | flagESS, ^flagESS, authenticate{}, nil},
		{"v1 must be bound", Server{AllowV1: true, RequireBinding: true}, flagUnicode, all, authenticate{}, ErrRefused},
		{"ESS refused", Server{}, flagUnicode | flagESS, all, authenticate{lm: lm}, ErrRefused},
		{"ESS", Server{AllowV1: true}, flagUnicode | flagESS, all, authenticate{lm: lm}, nil},
		{"ESS without challenge", Server{AllowV1: true}, flagUnicode | flagESS, all, authenticate{}, ErrMalformed},
		{"LM alone", Server{AllowV1: true}, flagUnicode, all, authenticate{lm: lm, nt: []byte{}}, ErrRefused},
		{"anonymous", Server{AllowV1: true}, flagUnicode, all, authenticate{lm: []byte{0}, nt: []byte{}, user: []byte{}}, ErrRefused},
		{"OEM beyond ASCII", Server{AllowV1: true}, flagOEM, all, authenticate{user: []byte("t\x94m")}, ErrMalformed},
		{"odd", Server{AllowV1: true}, flagUnicode, all, authenticate{user: []byte("tim")}, ErrMalformed},
		{"half a pair", Server{AllowV1: true}, flagUnicode, all, authenticate{user: []byte{0, 0xd8}}, ErrMalformed},
		{"v2 too short", Server{AllowV1: true}, flagUnicode, all, authenticate{nt: make([]byte, 43)}, ErrMalformed},
		{"v2 of no kind", Server{AllowV1: true}, flagUnicode, all, authenticate{nt: make([]byte, 60)}, ErrMalformed},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, challenge, err := c.server.Challenge(makeNegotiate(c.asked | flagRequestTarget))
			require.NoError(t, err)
			r, err := h.Open(old(t, challenge, c.kept, c.a))
			if err == nil {
				require.ErrorIs(t, r.Verify(PasswordHash("wrong")), ErrRefused)
				err = r.Verify(tim)
			}
			require.ErrorIs(t, err, c.want)
		})
	}
}

// TestDomains: clients compute with another domain than they send.
func TestDomains(t *testing.T) {
	for computed, want := range map[string]error{"Example": nil, "EXAMPLE": nil, "": nil, "OTHER": ErrRefused} {
		client := timClient()
		client.Domain = computed
		h, challenge, err := new(Server).Challenge(client.Negotiate())
		require.NoError(t, err)
		c, err := parseChallenge(challenge)
		require.NoError(t, err)
		b := blob(fileTime(time.Now()), vectorClient, nil)
		a := authenticate{
			nt:     append(proof(tim.v2("tim", computed), c.nonce, b), b...),
			domain: encode("Example"), user: encode("tim"), flags: c.flags,
		}
		r, err := h.Open(a.bytes())
		require.NoError(t, err)
		require.ErrorIs(t, r.Verify(tim), want, computed)
	}
}

// TestShortHeaders: message 3 without flags, of Windows 95, and without version
// and MIC, of Authen::NTLM.
func TestShortHeaders(t *testing.T) {
	for _, header := range []int{52, 64, 72} {
		h, b, err := (&Server{AllowV1: true}).Challenge(makeNegotiate(flagUnicode))
		require.NoError(t, err)
		m := old(t, b, ^Flags(0), authenticate{})
		m = slices.Delete(m, header, micHeader)
		for _, at := range []int{12, 20, 28, 36, 44, 52} {
			if at+8 <= header {
				// An empty field of Authen::NTLM points into the header.
				binary.LittleEndian.PutUint32(m[at+4:], binary.LittleEndian.Uint32(m[at+4:])-uint32(micHeader-header))
			}
		}
		r, err := h.Open(m)
		require.NoError(t, err, header)
		require.NoError(t, r.Verify(tim), header)
	}
}

func TestMalformed(t *testing.T) {
	c := timClient()
	negotiate := c.Negotiate()
	for name, b := range map[string][]byte{
		"empty": nil, "short": negotiate[:15], "type": append([]byte("NTLMSSP\x00\x02\x00\x00\x00"), make([]byte, 30)...),
		"signature": append([]byte("NTLMSSP\x01\x01\x00\x00\x00"), make([]byte, 30)...),
		"long":      append(slices.Clip(negotiate), make([]byte, maxMessage)...),
		"no text":   makeNegotiate(flagNTLM),
	} {
		_, _, err := new(Server).Challenge(b)
		require.ErrorIs(t, err, ErrMalformed, name)
	}
	for name, change := range map[string]func([]byte) []byte{
		"empty":            func([]byte) []byte { return nil },
		"short":            func(b []byte) []byte { return b[:51] },
		"beyond":           func(b []byte) []byte { binary.LittleEndian.PutUint32(b[40:], uint32(len(b))); return b },
		"far beyond":       func(b []byte) []byte { binary.LittleEndian.PutUint32(b[40:], 0xffffffff); return b },
		"into the header":  func(b []byte) []byte { binary.LittleEndian.PutUint32(b[40:], 40); return b },
		"onto another one": func(b []byte) []byte { copy(b[40:44], b[32:36]); return b },
	} {
		_, err := answer(t, &Server{}, timClient(), change)
		require.ErrorIs(t, err, ErrMalformed, name)
	}
}

func TestClientChecks(t *testing.T) {
	c := timClient()
	c.Negotiate()
	for name, ch := range map[string]challenge{
		"OEM":   {flags: flagOEM | flagNTLM},
		"LM":    {flags: flagUnicode},
		"pairs": {flags: flagUnicode | flagNTLM | flagTargetInfo, info: []byte{1, 0, 9, 0, 0}},
	} {
		_, err := c.Authenticate(ch.bytes())
		require.ErrorIs(t, err, ErrMalformed, name)
	}
	_, err := c.Authenticate(nil)
	require.ErrorIs(t, err, ErrMalformed)
}

// TestNoTime: a server that does not say what time it is gets an LMv2 response
// and no MIC.
func TestNoTime(t *testing.T) {
	c := timClient()
	c.Negotiate()
	b, err := c.Authenticate(challenge{flags: flagUnicode | flagNTLM, nonce: vectorNonce}.bytes())
	require.NoError(t, err)
	h := &Handshake{server: &Server{}, flags: flagUnicode, nonce: vectorNonce}
	r, err := h.Open(b)
	require.NoError(t, err)
	require.NoError(t, r.Verify(tim))
	require.False(t, r.hasMIC)
	key := tim.v2("tim", "Example")
	require.Equal(t, lmV2(key, vectorNonce, [8]byte(r.a.lm[16:])), r.a.lm)
}
