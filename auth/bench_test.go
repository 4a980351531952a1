package auth

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func BenchmarkPlain(b *testing.B) {
	a := &Authenticator{Accounts: tim}
	message := []byte("\x00tim\x00tanstaaftanstaaf")
	b.ReportAllocs()
	for b.Loop() {
		e, err := a.Start(b.Context(), secure, "plain")
		if err != nil {
			b.Fatal(err)
		}
		if _, done, err := e.Next(message); !done || err != nil {
			b.Fatal(done, err)
		}
	}
}

// BenchmarkLogin is both sides of a login by each mechanism.
func BenchmarkLogin(b *testing.B) {
	clientEnd, serverEnd := ends(b)
	users := &Users{Hasher: &Hasher{SCRAM: []string{"SHA-1", "SHA-256"}, Iterations: scramLeast, Secret: true}}
	require.NoError(b, users.Set("tim", right))
	keyed := &Authenticator{Accounts: users, Logger: silent}
	for _, m := range mechanisms {
		a := keyed
		if _, err := keyed.Start(b.Context(), serverEnd, m.name); err != nil {
			a = &Authenticator{Accounts: &everything{}, Logger: silent}
		}
		b.Run(m.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				client := clientOf(b, m.name, "tim", right, clientEnd)
				e, err := a.Start(b.Context(), serverEnd, m.name)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := converse(e, client, true); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkServerSCRAM is the server's side alone, up to a proof that is wrong.
func BenchmarkServerSCRAM(b *testing.B) {
	users := &Users{Hasher: cheap()}
	require.NoError(b, users.Set("tim", right))
	a := &Authenticator{Accounts: users, Logger: silent}
	proof := base64.StdEncoding.EncodeToString(make([]byte, 32))
	for _, name := range []string{"tim", "tom"} {
		b.Run(map[string]string{"tim": "known", "tom": "unknown"}[name], func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				e, challenge, err := startSCRAM(b, a, nil, "SCRAM-SHA-256", "n,,n="+name+",r=abc")
				if err != nil {
					b.Fatal(err)
				}
				nonce, _, _ := strings.Cut(challenge, ",")
				if _, _, err := e.Next([]byte("c=biws," + nonce + ",p=" + proof)); !errors.Is(err, ErrCredentials) {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkPlainUnicode(b *testing.B) {
	a := &Authenticator{Accounts: verifierFunc(func(_ context.Context, _ *Conn, name, _ string) (string, error) { return name, nil })}
	message := []byte("\x00J\u00fcrgen\x00p\u00e4sswo\u0308rd")
	b.ReportAllocs()
	for b.Loop() {
		e, err := a.Start(b.Context(), secure, "PLAIN")
		if err != nil {
			b.Fatal(err)
		}
		if _, done, err := e.Next(message); !done || err != nil {
			b.Fatal(done, err)
		}
	}
}

func BenchmarkOffer(b *testing.B) {
	a := &Authenticator{Accounts: tim}
	b.ReportAllocs()
	for b.Loop() {
		if len(a.Offer(secure)) != 2 {
			b.Fatal("not offered")
		}
	}
}

var hashers = []struct {
	name   string
	hasher *Hasher
}{
	{"argon2id", &Hasher{}},
	{"bcrypt10", &Hasher{Bcrypt: 10}},
}

func BenchmarkHash(b *testing.B) {
	for _, h := range hashers {
		b.Run(h.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := h.hasher.Hash("tanstaaftanstaaf"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkVerify(b *testing.B) {
	for _, h := range hashers {
		b.Run(h.name, func(b *testing.B) {
			stored, err := h.hasher.Hash("tanstaaftanstaaf")
			require.NoError(b, err)
			b.ReportAllocs()
			for b.Loop() {
				if err := h.hasher.Verify(b.Context(), stored, "tanstaaftanstaaf"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
