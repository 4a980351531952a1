package rvptest

import (
	"bufio"
	"strings"
	"testing"
)

// FuzzReaders feeds what servers may send to the readers of the cases. Properties: bounded, none of
// them panics or returns more than it was given; what strict takes, parseXML does
// too, and its root is the one that was asked for; an element is found by path only
// where its name is.
func FuzzReaders(f *testing.F) {
	f.Add("NOTIFY / HTTP/1.1\r\nContent-Length: 4\r\n\r\n<x/>", `realm="a", nonce="b"`)
	f.Add(update("<r:mobile-description>x</r:mobile-description>"), `Digest realm=a,qop="auth,auth-int"`)
	f.Add("<d:multistatus"+xmlns+"</d:multistatus>", "nonce=")
	f.Add(message("http://a/", "http://b/", "]]"), `xrealm="a`)
	f.Fuzz(func(t *testing.T, s, params string) {
		n, err := readNotice(bufio.NewReader(strings.NewReader(s)))
		if err == nil && len(n.Line)+len(n.Body) > len(s) {
			t.Errorf("more than there is: %q", s)
		}
		e, err := parseXML(s)
		if strict(s, "d:multistatus") == "" && (err != nil || !e.is("d:multistatus")) {
			t.Errorf("strict, and no d:multistatus: %q", s)
		}
		for _, found := range e.all("d:response", "d:href") {
			if !found.is("d:href") {
				t.Errorf("%v is not d:href", found.name)
			}
		}
		spaced(s)
		if v := param(params, "realm"); !strings.Contains(params, v) {
			t.Errorf("%q is not in %q", v, params)
		}
	})
}
