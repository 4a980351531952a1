package scram

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// vectors are RFC 5802, 5, and RFC 7677, 3.
var vectors = []struct {
	hash                                                string
	clientFirst, serverFirst, clientFinal, serverFinals string
}{
	{
		"SHA-1", "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
		"r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
		"c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
		"v=rmF9pqV8S7suAoZWja4dJRkFsKQ=",
	},
	{
		"SHA-256", "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
		"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
		"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
		"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
	},
}

// TestVectors plays the RFCs' examples from both sides.
func TestVectors(t *testing.T) {
	for _, v := range vectors {
		h, ok := Named(v.hash)
		require.True(t, ok)
		first, err := ParseClientFirst([]byte(v.clientFirst))
		require.NoError(t, err)
		require.Equal(t, "user", first.Name)
		require.Equal(t, first, NewClientFirst('n', "", "", "user", first.Nonce))
		require.Equal(t, v.clientFirst, first.String())
		serverFirst, err := ParseServerFirst([]byte(v.serverFirst))
		require.NoError(t, err)
		require.Equal(t, v.serverFirst, serverFirst.String())
		final, err := ParseClientFinal([]byte(v.clientFinal))
		require.NoError(t, err)
		require.Equal(t, v.clientFinal, final.String())
		require.Equal(t, "n,,", string(final.Binding))

		secret, err := h.Derive("pencil", serverFirst.Salt, serverFirst.Iterations)
		require.NoError(t, err)
		message := AuthMessage(first, v.serverFirst, final)
		proof, signature := secret.Prove(message)
		require.Equal(t, final.Proof, proof)
		require.Equal(t, v.serverFinals, ServerFinal{Signature: signature}.String())
		signed, ok := h.Verify(secret.Key(serverFirst.Salt, serverFirst.Iterations), message, proof)
		require.True(t, ok)
		require.Equal(t, signature, signed)

		proof[0] ^= 1
		_, ok = h.Verify(secret.Key(serverFirst.Salt, serverFirst.Iterations), message, proof)
		require.False(t, ok)
		_, ok = h.Verify(secret.Key(serverFirst.Salt, serverFirst.Iterations), message, proof[1:])
		require.False(t, ok)
	}
	_, ok := Named("SHA-512")
	require.False(t, ok)
}

func TestParseClientFirst(t *testing.T) {
	for _, c := range []struct {
		message string
		want    ClientFirst
		ok      bool
	}{
		{"n,,n=user,r=abc", ClientFirst{Flag: 'n', Name: "user", Nonce: "abc"}, true},
		{"y,,n=user,r=abc", ClientFirst{Flag: 'y', Name: "user", Nonce: "abc"}, true},
		{"p=tls-exporter,,n=user,r=abc", ClientFirst{Flag: 'p', Binding: "tls-exporter", Name: "user", Nonce: "abc"}, true},
		{"n,a=ad=2Cmin=3D,n=u=3Ds=2C,r=a=", ClientFirst{Flag: 'n', Authzid: "ad,min=", Name: "u=s,", Nonce: "a="}, true},
		{"n,,n=user,r=abc,x=1,y==", ClientFirst{Flag: 'n', Name: "user", Nonce: "abc"}, true},
		{"", ClientFirst{}, false},
		{",,", ClientFirst{}, false},
		{"n,n=user,r=abc", ClientFirst{}, false},
		{"N,,n=user,r=abc", ClientFirst{}, false},
		{"F,n,,n=user,r=abc", ClientFirst{}, false},
		{"p,,n=user,r=abc", ClientFirst{}, false},
		{"p=,,n=user,r=abc", ClientFirst{}, false},
		{"p=tls unique,,n=user,r=abc", ClientFirst{}, false},
		{"n,a=,n=user,r=abc", ClientFirst{Flag: 'n', Name: "user", Nonce: "abc"}, true},
		{"n,b=x,n=user,r=abc", ClientFirst{}, false},
		{"n,,n=,r=abc", ClientFirst{}, false},
		{"n,,n=us=er,r=abc", ClientFirst{}, false},
		{"n,,n=us=2cer,r=abc", ClientFirst{}, false},
		{"n,,n=us=,r=abc", ClientFirst{}, false},
		{"n,,n=us\x00er,r=abc", ClientFirst{}, false},
		{"n,,n=us\xe4er,r=abc", ClientFirst{}, false},
		{"n,,r=abc,n=user", ClientFirst{}, false},
		{"n,,n=user", ClientFirst{}, false},
		{"n,,n=user,r=", ClientFirst{}, false},
		{"n,,n=user,r=a c", ClientFirst{}, false},
		{"n,,n=user,r=\u00e4", ClientFirst{}, false},
		{"n,,n=user,r=abc,", ClientFirst{}, false},
		{"n,,n=user,r=abc,m=1", ClientFirst{}, false},
		{"n,,m=1,n=user,r=abc", ClientFirst{}, false}, // RFC 5802, 5.1: unsupported, and so fails
		{"n,,n=user,r=abc,x=", ClientFirst{}, false},
		{"n,,n=user,r=abc,1=x", ClientFirst{}, false},
		{"n,,n=user,r=abc,xx", ClientFirst{}, false},
		{"n,,n=user,r=" + strings.Repeat("a", maxNonce/2+1), ClientFirst{}, false},
		{"n,,n=" + strings.Repeat("a", MaxMessage) + ",r=abc", ClientFirst{}, false},
	} {
		got, err := ParseClientFirst([]byte(c.message))
		require.Equal(t, c.ok, err == nil, "%q: %v", c.message, err)
		if !c.ok {
			require.ErrorIs(t, err, ErrSyntax)
			continue
		}
		require.Equal(t, c.message, got.String())
		got.Header, got.Bare = "", ""
		require.Equal(t, c.want, got)
	}
}

func TestParseOthers(t *testing.T) {
	for _, bad := range []string{
		"", "*", "c=biws", "c=biws,r=abc", "r=abc,c=biws,p=AAAA", "c=,r=abc,p=AAAA", "c=biws,r=abc,p=", "c=biws,r=abc,p=AA A",
		"c=biws,r=abc,p=AAAA\r\n", "c=bi\nws,r=abc,p=AAAA", "c=biws,r=,p=AAAA", "c=biws,r=abc,p=AAAA,x=1", "c=biws,r=abc,m=1,p=AAAA",
		"c=biws,p=AAAA,r=abc", "c=biws,r=abc,p=AAB=", strings.Repeat("c", 64<<10), "\xff",
	} {
		_, err := ParseClientFinal([]byte(bad))
		require.ErrorIs(t, err, ErrSyntax, "%.40q", bad)
	}
	m, err := ParseClientFinal([]byte("c=biws,r=abc,x=1,p=AAAA"))
	require.NoError(t, err)
	require.Equal(t, "c=biws,r=abc,x=1", m.Unproven)

	for _, bad := range []string{
		"", "*", "r=abc", "r=abc,s=AAAA", "s=AAAA,r=abc,i=4096", "r=abc,s=,i=4096", "r=abc,s=AAAA,i=", "r=abc,s=AAAA,i=0", "r=abc,s=AAAA,i=-1",
		"r=abc,s=AAAA,i=+1", "r=abc,s=AAAA,i=04096", "r=abc,s=AAAA,i=4096x", "r=abc,s=AAAA,i=99999999999", "r=abc,s=AAAA,i=4096,m=1",
		"m=1,r=abc,s=AAAA,i=4096", "r=,s=AAAA,i=4096", "r=abc,s=A*AA,i=4096",
		"r=abc,s=" + base64.StdEncoding.EncodeToString(make([]byte, maxSalt+1)) + ",i=4096",
	} {
		_, err := ParseServerFirst([]byte(bad))
		require.ErrorIs(t, err, ErrSyntax, "%.40q", bad)
	}
	for _, bad := range []string{"", "*", "v=", "v=AA", "v=A\nAAA", "x=AAAA", "v=AAAA,", "v=AAAA,m=1", "e", "e=x,"} {
		_, err := ParseServerFinal([]byte(bad))
		require.ErrorIs(t, err, ErrSyntax, "%q", bad)
	}
	for message, want := range map[string]string{"e=invalid-proof": "invalid-proof", "e=x\r\ny": "other-error", "e=": "other-error", "e=a,x=1": "a"} {
		m, err := ParseServerFinal([]byte(message))
		require.NoError(t, err)
		require.Equal(t, want, m.Error)
		require.Equal(t, "e="+want, m.String())
	}
}

// FuzzMessages gives every parser the message and checks that what is read is
// written again as it was, that its parts are within their grammar and bounds,
// and that an error is ErrSyntax and quotes nothing.
func FuzzMessages(f *testing.F) {
	for _, v := range vectors {
		for _, s := range []string{v.clientFirst, v.serverFirst, v.clientFinal, v.serverFinals} {
			f.Add([]byte(s))
		}
	}
	for _, s := range []string{"p=tls-exporter,a=x=2C,n==3D,r=~,x=y", "e=other-error", "n,,m=1,n=u,r=a", "c=biws,r=a,p=AAAA,p=AAAA"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		failed := func(err error) bool {
			if err == nil {
				return false
			}
			require.True(t, errors.Is(err, ErrSyntax))
			return true
		}
		if m, err := ParseClientFirst(in); !failed(err) {
			require.Equal(t, string(in), m.String())
			again := NewClientFirst(m.Flag, m.Binding, m.Authzid, m.Name, m.Nonce)
			require.Equal(t, m.Header, again.Header)
			require.True(t, strings.HasPrefix(m.Bare, again.Bare))
			require.NotEmpty(t, m.Name)
			require.NotContains(t, m.Name+m.Authzid, "\x00")
		}
		if m, err := ParseClientFinal(in); !failed(err) {
			require.Equal(t, string(in), m.String())
			require.True(t, strings.HasPrefix(m.Unproven, NewClientFinal(m.Binding, m.Nonce).Unproven))
		}
		if m, err := ParseServerFirst(in); !failed(err) {
			require.True(t, strings.HasPrefix(string(in), m.String()))
			require.LessOrEqual(t, len(m.Salt), maxSalt)
			require.Positive(t, m.Iterations)
		}
		if m, err := ParseServerFinal(in); !failed(err) {
			require.NotEqual(t, m.Error == "", m.Signature == nil)
			require.NotContains(t, m.String(), "\n")
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	h := SHA256()
	secret, err := h.Derive("pencil", []byte("saltsaltsaltsalt"), 4096)
	require.NoError(b, err)
	key := secret.Key([]byte("saltsaltsaltsalt"), 4096)
	proof, _ := secret.Prove("message")
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := h.Verify(key, "message", proof); !ok {
			b.Fatal("refused")
		}
	}
}

func BenchmarkDerive(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := SHA256().Derive("pencil", []byte("saltsaltsaltsalt"), 65_536); err != nil {
			b.Fatal(err)
		}
	}
}
