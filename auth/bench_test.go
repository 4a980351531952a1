package auth

import (
	"context"
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
