package ldapserver

import (
	"io"
	"testing"

	"github.com/go-ldap/ldap/v3"
	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/memnet"
)

// BenchmarkSearch runs searches over 10,000 people, as address books do.
func BenchmarkSearch(b *testing.B) {
	s := &Server{People: crowd(10_000), Domain: "example.org", AnonymousRead: true}
	for name, filter := range map[string]string{
		"uid":     "(uid=user09999)",
		"prefix":  "(&(mail=*)(|(mail=user0999*)(cn=user0999*)(sn=user0999*)(givenName=user0999*)))",
		"nothing": "(cn=*nobody*)",
	} {
		b.Run(name, func(b *testing.B) {
			near, far := memnet.Pipe()
			go func() { _ = s.ServeConn(b.Context(), far) }()
			c := ldap.NewConn(near, false)
			c.Start()
			defer c.Close()
			q := sub(filter, "cn", "mail")
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.Search(q); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkAnswer is the writing of 500 entries with all their attributes.
func BenchmarkAnswer(b *testing.B) {
	s := &Server{People: crowd(500), Domain: "example.org"}
	require.NoError(b, s.Check())
	sel := parseSelection(&cursor{})
	e := crowd(1)[0]
	o := object{tree: s.tree, entry: &e}
	b.SetBytes(500 * int64(len(appendMessage(nil, 1, 0x64, nil, sel.fill(&o)))))
	b.ReportAllocs()
	for b.Loop() {
		for range 500 {
			_, _ = io.Discard.Write(appendMessage(nil, 1, 0x64, nil, sel.fill(&o)))
		}
	}
}

func BenchmarkParseMessage(b *testing.B) {
	m := searchMessage(1)
	b.SetBytes(int64(len(m)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := parseMessage(m); err != nil {
			b.Fatal(err)
		}
	}
}
