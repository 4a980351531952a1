package news_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/news"
	"github.com/wirepost/wirepost/nntp"
)

// benchArticle is an article of 2 KiB.
func benchArticle(i int) nntp.Incoming {
	id := fmt.Sprintf("<%d.bench@news.example>", i)
	text := []byte("Path: x!not-for-mail\r\nFrom: a@b.example\r\nSubject: a test\r\nNewsgroups: a\r\nMessage-ID: " + id + "\r\n\r\n")
	text = append(text, strings.Repeat("A line of the article is this long, about as much as people write.\r\n", 28)...)
	return nntp.Incoming{
		MessageID: id, Groups: []string{"a"}, Text: bytes.NewReader(text),
		Overview: nntp.Overview{Subject: "a test", From: "a@b.example", MessageID: id, Bytes: int64(len(text)), Lines: 28},
	}
}

// benchStore has so many articles in its group a.
func benchStore(b *testing.B, articles int) *news.Store {
	b.Helper()
	s := news.New(open(b), "news.example")
	require.NoError(b, s.ChangeGroup(b.Context(), nntp.GroupChange{Name: "a"}))
	for i := range articles {
		_, err := s.Add(b.Context(), benchArticle(i))
		require.NoError(b, err)
	}
	return s
}

// BenchmarkArticle opens and reads one article by its number.
func BenchmarkArticle(b *testing.B) {
	s := benchStore(b, 100)
	b.ReportAllocs()
	b.SetBytes(benchArticle(0).Text.Size())
	for i := 0; b.Loop(); i++ {
		a, err := s.Article(b.Context(), "a", nntp.Number(1+i%100))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, io.NewSectionReader(a.Text, 0, a.Text.Size())); err != nil {
			b.Fatal(err)
		}
		if err := a.Text.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSeen asks for an identifier that is known, as most are that CHECK offers, and for one that is not.
func BenchmarkSeen(b *testing.B) {
	const articles = 1000
	s := benchStore(b, articles)
	for _, known := range []bool{true, false} {
		b.Run(fmt.Sprintf("known=%t", known), func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				id := benchArticle(i % articles).MessageID
				if !known {
					id += "x"
				}
				seen, err := s.Seen(b.Context(), id)
				require.NoError(b, err)
				require.Equal(b, known, seen)
			}
		})
	}
}
