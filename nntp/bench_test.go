//go:build unix

package nntp_test

import (
	"bytes"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/mime/header"
	"github.com/wirepost/wirepost/nntp"
)

// benchArticle is an article of about 2 kB.
func benchArticle(i int, now string) string {
	return fmt.Sprintf("Path: peer.example!.POSTED!not-for-mail\r\n"+
		"From: Ann Example <ann@example.org>\r\nNewsgroups: example.test\r\nSubject: Re: how fast is it? (%d)\r\n"+
		"Date: %s\r\nOrganization: Example\r\nMessage-ID: <%d.bench@example.org>\r\n"+
		"References: <1.root@example.org> <2.root@example.org>\r\nMIME-Version: 1.0\r\n"+
		"Content-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: 8bit\r\n"+
		"Injection-Info: example.org; posting-account=\"x\"\r\nUser-Agent: bench/1.0\r\n\r\n", i, now, i) +
		strings.Repeat("It was a dark and stormy night, and the rain fell in torrents.\r\n", 22)
}

// serveTape serves a conversation, and reports the time that all processors took
// for it.
func serveTape(b *testing.B, srv *nntp.Server, in []byte) *tape {
	t := &tape{in: bytes.NewReader(in), not: true}
	began := cpuTime(b)
	_ = srv.ServeConn(b.Context(), t) // ends with the tape
	b.ReportMetric(float64(cpuTime(b)-began)/float64(b.N), "cpu-ns/op")
	return t
}

func cpuTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func BenchmarkTakeThis(b *testing.B) {
	now := header.FormatDate(time.Now())
	var in bytes.Buffer
	for i := range b.N {
		fmt.Fprintf(&in, "TAKETHIS <%d.bench@example.org>\r\n%s.\r\n", i, benchArticle(i, now))
	}
	store := newStore(b, "example.test")
	srv := &nntp.Server{Store: store, Hostname: "news.example", Access: all}
	b.SetBytes(int64(in.Len() / b.N))
	b.ReportAllocs()
	b.ResetTimer()
	serveTape(b, srv, in.Bytes())
	b.StopTimer()
	g, err := store.Group(b.Context(), "example.test")
	require.NoError(b, err)
	require.EqualValues(b, b.N, g.Count)
}

func BenchmarkCheck(b *testing.B) {
	var in bytes.Buffer
	for i := range b.N {
		fmt.Fprintf(&in, "CHECK <%d.bench@example.org>\r\n", i)
	}
	srv := &nntp.Server{Store: newStore(b, "example.test"), Hostname: "news.example", Access: all}
	b.ReportAllocs()
	b.ResetTimer()
	serveTape(b, srv, in.Bytes())
}

// filled is a server with articles in example.test.
func filled(b *testing.B, n int) *nntp.Server {
	now := header.FormatDate(time.Now())
	srv := &nntp.Server{Store: newStore(b, "example.test"), Hostname: "news.example", Access: all}
	for i := range n {
		a := nntp.MatchAll()
		from := &nntp.Source{Access: nntp.Access{Feed: a}}
		require.NoError(b, srv.Relay(b.Context(), from, []byte(benchArticle(i, now))))
	}
	return srv
}

// BenchmarkOver is about one line.
func BenchmarkOver(b *testing.B) {
	const articles = 1000
	srv := filled(b, articles)
	in := "GROUP example.test\r\n" + strings.Repeat("OVER 1-1000\r\n", b.N/articles+1)
	b.ReportAllocs()
	b.ResetTimer()
	t := serveTape(b, srv, []byte(in))
	b.SetBytes(t.n / int64(articles*(b.N/articles+1)))
}

func BenchmarkArticle(b *testing.B) {
	srv := filled(b, 1000)
	var in bytes.Buffer
	in.WriteString("GROUP example.test\r\n")
	for i := range b.N {
		fmt.Fprintf(&in, "ARTICLE %d\r\n", i%1000+1)
	}
	b.ReportAllocs()
	b.ResetTimer()
	t := serveTape(b, srv, in.Bytes())
	b.SetBytes(t.n / int64(b.N))
}

func BenchmarkPost(b *testing.B) {
	article := []byte("From: ann@example.org\r\nNewsgroups: example.test\r\nSubject: s\r\n\r\n" + strings.Repeat("line of text\r\n", 20))
	a := nntp.MatchAll()
	srv := &nntp.Server{Store: newStore(b, "example.test"), Hostname: "news.example", Access: all}
	from := &nntp.Source{Access: nntp.Access{Post: a}}
	b.ReportAllocs()
	for b.Loop() {
		_, err := srv.Inject(b.Context(), from, article)
		require.NoError(b, err)
	}
}

func BenchmarkWildmat(b *testing.B) {
	w, err := nntp.ParseWildmat("comp.*,!comp.os.*,comp.os.linux.*")
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		w.Match("comp.os.linux.announce")
	}
}
