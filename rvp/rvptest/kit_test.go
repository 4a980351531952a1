package rvptest

import (
	"bufio"
	"context"
	"io"
	"net"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Programs of users see each other, alone and behind a router.
func TestPrograms(t *testing.T) {
	for _, start := range []func(*Server){(*Server).Start, (*Server).StartRouter} {
		srv := NewUnstartedServer(t, cast...)
		start(srv)
		anna, ben := srv.LogOn("anna"), srv.LogOn("ben.roe-2_x")
		anna.Watch("ben.roe-2_x")
		ben.Set("busy")
		n, err := anna.CallBack.Next(t.Context())
		require.NoError(t, err)
		require.Equal(t, "NOTIFY / HTTP/1.1", n.Line)
		require.Contains(t, n.Body, "<r:busy/>")
		require.Equal(t, 200, ben.Send("anna", "hello"))
		n, err = anna.CallBack.Next(t.Context())
		require.NoError(t, err)
		require.Contains(t, n.Body, "hello")
		anna.CallBack.Answer("HTTP/1.1 500 \r\n\r\n")
		require.Equal(t, 500, ben.Send("anna", "hello"))
		anna.CallBack.Close()
		require.Equal(t, 412, ben.Send("anna", "hello"))
		require.Len(t, anna.CallBack.Notices(), 3)
		status, body := anna.Do("ACL", "anna", "")
		require.Equal(t, 200, status)
		require.Contains(t, body, "a:rvpacl")
	}
}

// The engine's own client works with a Server as it is.
func TestClient(t *testing.T) {
	srv := NewServer(t, cast...)
	c := srv.Client("anna")
	require.NoError(t, c.LogOn(t.Context()))
	require.Equal(t, srv.URL("anna"), c.Node().URL())
	require.NoError(t, c.LogOff(t.Context()))
}

// What nobody sends is not waited for beyond the context.
func TestNext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := NewCallBack(t).Next(ctx)
	require.ErrorContains(t, err, "nothing has come")
}

// Answers wait for release.
func TestHold(t *testing.T) {
	c := NewCallBack(t)
	release := c.Hold()
	nc, err := net.Dial("tcp", strings.TrimPrefix(c.URL, "http://"))
	require.NoError(t, err)
	defer nc.Close()
	_, err = io.WriteString(nc, "NOTIFY / HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi")
	require.NoError(t, err)
	n, err := c.Next(t.Context())
	require.NoError(t, err)
	require.Equal(t, "hi", n.Body)
	release()
	b, err := io.ReadAll(nc)
	require.NoError(t, err)
	require.Equal(t, Accepted, string(b))
}

func TestReadNotice(t *testing.T) {
	for text, want := range map[string]string{
		"NOTIFY / HTTP/1.1\r\nContent-Length: 0\r\n\r\n":               "",
		"NOTIFY / HTTP/1.1\nContent-Length: 1\n\nx":                    "",
		"NOTIFY / HTTP/1.1\r\n\r\n":                                    `Content-Length is ""`,
		"NOTIFY / HTTP/1.1\r\nContent-Length: -1\r\n\r\n":              `Content-Length is "-1"`,
		"NOTIFY / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n":        `Content-Length is "99999999"`,
		"NOTIFY / HTTP/1.1\r\nContent-Length: 5\r\n\r\nx":              "unexpected EOF",
		"NOTIFY / HTTP/1.1\r\nContent-Le":                              "the header is cut off",
		"NOTIFY / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n": `Content-Length is ""`,
	} {
		n, err := readNotice(bufio.NewReader(strings.NewReader(text)))
		require.Equal(t, "NOTIFY / HTTP/1.1", n.Line)
		if want == "" {
			require.NoError(t, err)
		} else {
			require.EqualError(t, err, want)
		}
	}
}

// What clients do not understand is told, and what they do is not.
func TestStrict(t *testing.T) {
	const good = `<?xml version="1.0"?><d:multistatus` + xmlns + `<d:response><d:href>http://x/</d:href><r:state><r:busy/></r:state></d:response></d:multistatus>`
	require.Empty(t, strict(good, "d:multistatus"))
	require.Empty(t, spaced(good))
	for _, bad := range []struct{ old, by, want string }{
		{"</r:state>", "", "it is not well-formed"},
		{" xmlns:a='http://schemas.microsoft.com/rvp/acl/'", "", "does not declare all"},
		{"xmlns:r='http://schemas.microsoft.com/rvp/'", "xmlns:r='urn:x'", "xmlns:r is urn:x"},
		{"<d:multistatus", "<d:multistatus x='1'", "other attributes"},
		{"<d:response>", "<d:response x='1'>", "has attributes"},
		{"r:busy/", "busy/", "<busy/> has not one"},
		{"multistatus", "other", "its root is"},
	} {
		wrong := strict(strings.ReplaceAll(good, bad.old, bad.by), "d:multistatus")
		require.Contains(t, strings.ReplaceAll(wrong, "<busy>", "<busy/>"), bad.want)
	}
	require.Equal(t, "white space in d:href", spaced(strings.Replace(good, "http://x/", " http://x/", 1)))
	require.Equal(t, "text in a state", spaced(strings.Replace(good, "<r:busy/>", "\n<r:busy/>", 1)))
}

// Each requirement has a case, or is known to be seen by nobody; the names of cases are
// unique.
func TestRequirements(t *testing.T) {
	seen, names := make(map[int]bool), make(map[string]bool)
	for _, c := range cases() {
		require.False(t, names[c.name], c.name)
		require.Regexp(t, `^[A-Za-z]+/.`, c.name)
		names[c.name], seen[c.rule] = true, true
		require.Empty(t, requirementOf(c.rule).unseen, c.name)
	}
	for i, r := range requirements {
		require.Equal(t, i+1, r.id)
		require.NotEmpty(t, r.text)
		require.NotEqual(t, r.unseen != "", seen[r.id], r.ref())
	}
	require.Len(t, requirements, 149)
}

// A server that is not there fails cases, and without logins most do not apply.
func TestWithout(t *testing.T) {
	srv := NewServer(t, cast...)
	mark := Target{Addr: srv.Addr, Domain: Domain, Only: regexp.MustCompile(`^(node|subscribe)/`)}
	Check(t.Context(), mark, func(r Result) { require.Equal(t, NotApplicable, r.Verdict, r.Name) })
	mark = Target{Addr: "127.0.0.1:1", User: "anna", Only: regexp.MustCompile(`^node/logical$`)}
	Check(t.Context(), mark, func(r Result) {
		require.Equal(t, Fail, r.Verdict)
		require.Contains(t, r.Detail, "cannot connect")
	})
}

// A run that is interrupted blames nobody.
func TestInterrupted(t *testing.T) {
	srv := NewServer(t, cast...)
	ctx, cancel := context.WithCancel(t.Context())
	n := 0
	Check(ctx, target(srv), func(Result) { n++; cancel() })
	require.Equal(t, 1, n)
}
