package auth

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth/internal/scram"
)

// keys are SCRAM keys of passwords, by hash and name.
type keys struct {
	iterations int
	calls      int
}

func (k *keys) SCRAMKey(_ context.Context, _ *Conn, name, hash string) (string, SCRAMKey, error) {
	k.calls++
	h, _ := scram.Named(hash)
	salt := []byte("0123456789abcdef")
	secret, err := h.Derive("p\u00e4ssword", salt, 4096)
	key := SCRAMKey(secret.Key(salt, 4096))
	switch folded := strings.ToLower(name); folded {
	case "tim":
		return "tim", key, err
	case "disabled":
		return "disabled", key, ErrDisabled
	case "broken":
		return "broken", SCRAMKey{Salt: salt, Iterations: 4096, StoredKey: key.StoredKey[1:], ServerKey: key.ServerKey}, nil
	case "down":
		return "", SCRAMKey{}, errDown
	default:
		return folded, SCRAMKey{Iterations: k.iterations}, fmt.Errorf("%w: no row", ErrCredentials)
	}
}

func startSCRAM(t testing.TB, a *Authenticator, c *Conn, mechanism, first string) (*Exchange, string, error) {
	t.Helper()
	e, err := a.Start(t.Context(), c, mechanism)
	require.NoError(t, err)
	challenge, done, err := e.Next([]byte(first))
	require.False(t, done)
	return e, string(challenge), err
}

// TestSCRAMKeys logs in by stored keys, with a password and names that SASLprep
// and RFC 8265 map.
func TestSCRAMKeys(t *testing.T) {
	for _, mechanism := range []string{"SCRAM-SHA-1", "SCRAM-SHA-256"} {
		a := &Authenticator{Accounts: &keys{}, Logger: silent, Authorize: func(_ context.Context, user, as string) error {
			if user == "tim" && as == "sales,=" {
				return nil
			}
			return ErrAuthorization
		}}
		for _, password := range []string{"p\u00e4ssword", "pa\u0308ss\u00adword", "\uff50\u00e4ssword"} {
			for as, want := range map[string]error{"": nil, "TIM": nil, "sales,=": nil, "root": ErrAuthorization, "a\tb": ErrDisallowed} {
				cr := &Credentials{Name: "TIM", Password: password, As: as, Mechanisms: []string{mechanism}}
				client, err := cr.Client(nil, []string{mechanism})
				require.NoError(t, err)
				e, err := a.Start(t.Context(), nil, mechanism)
				require.NoError(t, err)
				_, err = converse(e, client, true)
				require.ErrorIs(t, err, want)
				if want == nil {
					identity := Identity{User: "tim", Mechanism: mechanism}
					if as == "sales,=" {
						identity.As = as
					}
					require.Equal(t, identity, e.Identity())
					continue
				}
				require.ErrorIs(t, Proven(client), ErrServer)
			}
		}
	}
}

// TestSCRAMUnknown: what is shown for a name that does not exist looks like what
// is shown for one that does, and is the same each time.
func TestSCRAMUnknown(t *testing.T) {
	accounts := &keys{iterations: 4096}
	a := &Authenticator{Accounts: accounts, Logger: silent, SaltKey: []byte("0123456789abcdef")}
	shown := func(a *Authenticator, mechanism, name string) (salt, iterations string) {
		t.Helper()
		_, challenge, err := startSCRAM(t, a, nil, mechanism, "n,,n="+name+",r=abc")
		require.NoError(t, err)
		parts := strings.Split(challenge, ",")
		require.Len(t, parts, 3)
		require.Regexp(t, "^r=abc[A-Z2-7]{26}$", parts[0])
		return parts[1], parts[2]
	}
	realSalt, realIterations := shown(a, "SCRAM-SHA-256", "tim")
	seen := map[string]bool{realSalt: true}
	for _, name := range []string{"tom", "ann", "disabled"} {
		salt, iterations := shown(a, "SCRAM-SHA-256", name)
		require.Len(t, salt, len(realSalt))
		require.Equal(t, realIterations, iterations)
		require.Equal(t, name == "disabled", seen[salt], "the salt of a key that is given is its own")
		seen[salt] = true
		again, _ := shown(a, "SCRAM-SHA-256", strings.ToUpper(name))
		require.Equal(t, salt, again, "as the store folds names, so does the salt")
		restarted, _ := shown(&Authenticator{Accounts: accounts, Logger: silent, SaltKey: a.SaltKey}, "SCRAM-SHA-256", name)
		require.Equal(t, salt, restarted)
		own := &Authenticator{Accounts: accounts, Logger: silent}
		other, _ := shown(own, "SCRAM-SHA-256", name)
		require.Equal(t, name == "disabled", other == salt)
		repeated, _ := shown(own, "SCRAM-SHA-256", name)
		require.Equal(t, other, repeated)
		sha1, _ := shown(a, "SCRAM-SHA-1", name)
		require.Equal(t, name == "disabled", sha1 == salt)
	}
	accounts.iterations = 0
	_, iterations := shown(a, "SCRAM-SHA-256", "tom")
	require.Equal(t, "i=4096", iterations)

	accounts.calls = 0
	for _, name := range []string{"tim", "tom", "disabled"} {
		before := accounts.calls
		e, challenge, err := startSCRAM(t, a, nil, "SCRAM-SHA-256", "n,,n="+name+",r=abc")
		require.NoError(t, err)
		nonce, _, _ := strings.Cut(challenge, ",")
		_, _, err = e.Next([]byte("c=biws," + nonce + ",p=" + base64.StdEncoding.EncodeToString(make([]byte, 32))))
		require.ErrorIs(t, err, ErrCredentials)
		require.Equal(t, name == "disabled", errors.Is(err, ErrDisabled))
		require.Equal(t, 1, accounts.calls-before)
	}
	for name, want := range map[string]error{"down": errDown, "broken": ErrHash} {
		_, _, err := startSCRAM(t, a, nil, "SCRAM-SHA-256", "n,,n="+name+",r=abc")
		require.ErrorIs(t, err, want)
		requireTemporary(t, err)
	}
}

// TestSCRAMDisabled: that an account is disabled does not change what is shown.
func TestSCRAMDisabled(t *testing.T) {
	users := &Users{Hasher: cheap()}
	require.NoError(t, users.Set("tim", right))
	a := &Authenticator{Accounts: users, Logger: silent}
	shown := func() string {
		e, challenge, err := startSCRAM(t, a, nil, "SCRAM-SHA-256", "n,,n=Tim,r=abc")
		require.NoError(t, err)
		_, salt, _ := strings.Cut(challenge, ",")
		require.Zero(t, e.Identity())
		return salt
	}
	before := shown()
	require.True(t, users.Disable("tim"))
	require.Equal(t, before, shown())
	e, err := a.Start(t.Context(), nil, "SCRAM-SHA-256")
	require.NoError(t, err)
	_, err = converse(e, clientOf(t, "SCRAM-SHA-256", "tim", right, nil), true)
	require.ErrorIs(t, err, ErrDisabled)
	_, secret, err := users.Secret(t.Context(), nil, "tim")
	require.ErrorIs(t, err, ErrDisabled)
	require.Empty(t, secret)
	_, err = users.VerifyPassword(t.Context(), nil, "tim", right)
	require.ErrorIs(t, err, ErrDisabled)
}

// TestSCRAMMessages: messages that are well formed and wrong in this exchange.
func TestSCRAMMessages(t *testing.T) {
	a := &Authenticator{Accounts: &keys{}, Logger: silent}
	for first, want := range map[string]error{
		"p=tls-exporter,,n=tim,r=abc":                 ErrMalformed, // not with this mechanism
		"n,,n=tim\x7f,r=abc":                          ErrDisallowed,
		"n,,n=" + strings.Repeat("x", 513) + ",r=abc": ErrMalformed,
		"n,a=\x7f,n=tim,r=abc":                        ErrDisallowed,
		"n,,n=tim,r=":                                 ErrMalformed,
		"n,,m=x,n=tim,r=abc":                          ErrMalformed,
	} {
		_, _, err := startSCRAM(t, a, nil, "SCRAM-SHA-256", first)
		require.ErrorIs(t, err, want, "%.30q", first)
		require.Equal(t, 1, strings.Count(err.Error(), "auth: "), err)
	}
	proof := base64.StdEncoding.EncodeToString(make([]byte, 32))
	for final, want := range map[string]error{
		"c=biws,r=abc,p=" + proof:         ErrMalformed, // the client's own nonce
		"c=biws,$,p=AAAA":                 ErrMalformed,
		"c=eSws,$,p=" + proof:             ErrCredentials, // y,,
		"c=biws,$,p=" + proof:             ErrCredentials,
		"c=biws,$,m=1,p=" + proof:         ErrMalformed,
		"c=biws,$x,p=" + proof:            ErrMalformed,
		"c=biws,$,p=" + proof + ",x=late": ErrMalformed,
	} {
		e, challenge, err := startSCRAM(t, a, nil, "SCRAM-SHA-256", "n,,n=tim,r=abc")
		require.NoError(t, err)
		nonce, _, _ := strings.Cut(challenge, ",")
		_, done, err := e.Next([]byte(strings.Replace(final, "$", nonce, 1)))
		require.False(t, done)
		require.ErrorIs(t, err, want, final)
		require.Equal(t, 1, strings.Count(err.Error(), "auth: "), err)
	}
}

// TestSCRAMNonces: the server adds to a nonce anew each time.
func TestSCRAMNonces(t *testing.T) {
	a := &Authenticator{Accounts: &keys{}, Logger: silent}
	seen := map[string]bool{}
	for range 50 {
		_, challenge, err := startSCRAM(t, a, nil, "SCRAM-SHA-1", "n,,n=tim,r=abc")
		require.NoError(t, err)
		require.False(t, seen[challenge])
		seen[challenge] = true
	}
}

// TestChannelBinding binds over real TLS connections, by each type, and has
// somebody stand between in each way.
func TestChannelBinding(t *testing.T) {
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		pair, other := handshake(t, version), handshake(t, version)
		a := &Authenticator{Accounts: &everything{}, Logger: silent}
		server := &Conn{TLS: pair.server, ServerCertificate: pair.certificate}
		offered := a.Offer(server)
		require.Equal(t, "SCRAM-SHA-256-PLUS", offered[0])

		byTLS, ok := clientBinding(pair.client)
		require.True(t, ok)
		require.Equal(t, version == tls.VersionTLS13, byTLS.name == bindExporter)
		require.Equal(t, version == tls.VersionTLS12, byTLS.name == bindUnique)
		exported := sessionBindings(pair.client)[0]
		require.Equal(t, bindExporter, exported.name)
		byCertificate := channelBinding{bindEndPoint, endPoint(pair.client.PeerCertificates[0])}
		elsewhere, _ := clientBinding(other.client)

		for _, c := range []struct {
			name      string
			mechanism string
			flag      byte
			binding   channelBinding
			server    *Conn
			want      error
		}{
			{"by the version's default", "SCRAM-SHA-256-PLUS", 'p', byTLS, server, nil},
			{"SHA-1", "SCRAM-SHA-1-PLUS", 'p', byTLS, server, nil},
			{"exporter", "SCRAM-SHA-256-PLUS", 'p', exported, server, nil},
			{"certificate", "SCRAM-SHA-256-PLUS", 'p', byCertificate, server, nil},
			{"certificate unknown", "SCRAM-SHA-256-PLUS", 'p', byCertificate, &Conn{TLS: pair.server}, ErrMalformed},
			{"another connection", "SCRAM-SHA-256-PLUS", 'p', elsewhere, server, ErrCredentials},
			{"another certificate", "SCRAM-SHA-256-PLUS", 'p', channelBinding{bindEndPoint, endPoint(other.certificate)}, server, ErrCredentials},
			{"no data", "SCRAM-SHA-256-PLUS", 'p', channelBinding{name: bindExporter}, server, ErrCredentials},
			{"unknown type", "SCRAM-SHA-256-PLUS", 'p', channelBinding{"tls-future", byTLS.data}, server, ErrMalformed},
			{"flag n", "SCRAM-SHA-256-PLUS", 'n', channelBinding{}, server, ErrMalformed},
			{"flag y", "SCRAM-SHA-256-PLUS", 'y', channelBinding{}, server, ErrMalformed},
			{"binding without PLUS", "SCRAM-SHA-256", 'p', byTLS, server, ErrMalformed},
			{"client cannot", "SCRAM-SHA-256", 'n', channelBinding{}, server, nil},
			{"downgrade", "SCRAM-SHA-256", 'y', channelBinding{}, server, ErrCredentials},
			{"downgrade, SHA-1", "SCRAM-SHA-1", 'y', channelBinding{}, server, ErrCredentials},
			{"server cannot", "SCRAM-SHA-256", 'y', channelBinding{}, &Conn{TLS: &tls.ConnectionState{}}, nil},
			{"no TLS", "SCRAM-SHA-256", 'y', channelBinding{}, nil, nil},
		} {
			client := newSCRAMClient(c.mechanism, &Credentials{Name: "tim", Password: right}, pair.client, true).(*scramClient)
			client.flag, client.binding = c.flag, c.binding
			e, err := a.Start(t.Context(), c.server, c.mechanism)
			require.NoError(t, err)
			_, err = converse(e, client, true)
			require.ErrorIs(t, err, c.want, c.name)
			require.Equal(t, c.want == nil, e.Identity().User == "tim", c.name)
		}
		// A server that was told not to offer binding does not mind.
		without := &Authenticator{Accounts: &everything{}, Logger: silent, Mechanisms: []string{"SCRAM-SHA-256"}}
		client, err := (&Credentials{Name: "tim", Password: right}).Client(&Conn{TLS: pair.client}, without.Offer(server))
		require.NoError(t, err)
		require.Equal(t, byte('y'), client.(*scramClient).flag)
		e, err := without.Start(t.Context(), server, "SCRAM-SHA-256")
		require.NoError(t, err)
		_, err = converse(e, client, true)
		require.NoError(t, err)
	}
}

// TestSCRAMClientChecks has the client meet servers that break the rules.
func TestSCRAMClientChecks(t *testing.T) {
	for _, v := range []struct{ mechanism, first, serverFirst, final, serverFinal string }{
		{
			"SCRAM-SHA-1", "fyko+d2lbbFgONRv9qkxdawL", "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
			"c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=", "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=",
		},
		{
			"SCRAM-SHA-256", "rOprNGfwEbeRWgbNEkqO",
			"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
			"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
			"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
		},
	} {
		client := newSCRAMClient(v.mechanism, &Credentials{Name: "user", Password: "pencil"}, nil, false).(*scramClient)
		client.fixedNonce = v.first
		begin := func() {
			mechanism, first, err := client.Start()
			require.NoError(t, err)
			require.Equal(t, v.mechanism, mechanism)
			require.Equal(t, "n,,n=user,r="+v.first, string(first))
		}
		begin() // RFC 5802, 5, and RFC 7677, 3
		final, err := client.Next([]byte(v.serverFirst))
		require.NoError(t, err)
		require.Equal(t, v.final, string(final))
		require.ErrorIs(t, Proven(client), ErrServer, "a server that skips its last message has proved nothing")
		last, err := client.Next([]byte(v.serverFinal))
		require.NoError(t, err)
		require.Equal(t, []byte{}, last)
		require.NoError(t, Proven(client))
		_, err = client.Next(nil)
		require.Error(t, err)

		begin()
		require.ErrorIs(t, Proven(client), ErrServer)
		for _, bad := range []string{
			"", "r=x", strings.Replace(v.serverFirst, "i=4096", "i=4095", 1), strings.Replace(v.serverFirst, "i=4096", "i=1000001", 1),
			strings.Replace(v.serverFirst, "i=4096", "i=2147483647", 1), "r=" + v.first + ",s=QSXCR+Q6sek8bf92,i=4096", "r=other,s=QSXCR+Q6sek8bf92,i=4096",
			"v=rmF9pqV8S7suAoZWja4dJRkFsKQ=", strings.Repeat("a", 64<<10),
		} {
			begin()
			response, err := client.Next([]byte(bad))
			require.ErrorIs(t, err, ErrServer, "%.40q", bad)
			require.Nil(t, response)
		}
		for bad, want := range map[string]error{
			"": ErrServer, "v=AAAA": ErrServer, "e=invalid-proof": ErrCredentials, v.serverFirst: ErrServer, "v=" + strings.Repeat("A", 64<<10): ErrServer,
		} {
			begin()
			_, err := client.Next([]byte(v.serverFirst))
			require.NoError(t, err)
			_, err = client.Next([]byte(bad))
			require.ErrorIs(t, err, want)
			require.ErrorIs(t, Proven(client), ErrServer)
		}
	}
}

// FuzzSCRAM plays two messages, the nonce filled in, and checks that nobody logs
// in without the password, that the accounts are asked at most once, with a name
// that is prepared, and that a failure stays.
func FuzzSCRAM(f *testing.F) {
	f.Add([]byte("n,,n=tim,r=abc"), []byte("c=biws,$,p=AAAA"), false)
	f.Add([]byte("p=tls-exporter,,n=tim,r=abc"), []byte("c=biws,$,p=AAAA"), true)
	f.Add([]byte("y,a=x,n=tom=2C,r=abc,x=y"), []byte("c=eSws,$,x=y,p=AAAAAAAAAAAAAAAAAAAAAAAAAAA="), false)
	f.Fuzz(func(t *testing.T, first, final []byte, plus bool) {
		calls := 0
		a := &Authenticator{Logger: silent, Accounts: scramFunc(func(name string) (string, SCRAMKey, error) {
			calls++
			requireClean(t, name)
			return name, SCRAMKey{make([]byte, 16), 4096, make([]byte, 20), make([]byte, 20)}, nil
		})}
		mechanism := scramFree(scram.SHA1())
		if plus {
			mechanism = scramBound(scram.SHA1())
		}
		e := &Exchange{ctx: t.Context(), auth: a, conn: &Conn{}, next: mechanism}
		challenge, done, err := e.Next(append([]byte{}, first...))
		require.False(t, done)
		if err == nil {
			nonce, _, _ := strings.Cut(string(challenge), ",")
			_, done, err = e.Next([]byte(strings.Replace(string(final), "$", nonce, 1)))
			require.False(t, done)
			require.Error(t, err)
		}
		require.LessOrEqual(t, calls, 1)
		_, _, again := e.Next(nil)
		require.Equal(t, err, again)
		require.Zero(t, e.Identity())
	})
}

type scramFunc func(name string) (string, SCRAMKey, error)

func (f scramFunc) SCRAMKey(_ context.Context, _ *Conn, name, _ string) (string, SCRAMKey, error) {
	return f(name)
}
