package webdav

import (
	"strings"
	"testing"
)

func BenchmarkPropfind(b *testing.B) {
	const messages = 1000
	r := newRig(b)
	r.fill(messages)
	for name, body := range map[string]string{
		"etag":    propfindOf("D:getetag", "D:getcontentlength", "D:resourcetype", "D:getlastmodified"),
		"subject": propfindOf("D:displayname", "M:from", "M:date", "M:read"),
		"allprop": "",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				w := r.ask("alice", "PROPFIND", boxed, body, "Depth: 1")
				b.SetBytes(int64(w.Body.Len()))
			}
		})
	}
}

func BenchmarkPut(b *testing.B) {
	r := newRig(b)
	body := letter("x") + strings.Repeat(strings.Repeat("x", 76)+"\r\n", 1<<20/78)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		at := r.ask("alice", "PUT", boxed+"x.eml", body).Header().Get("Location")
		r.ask("alice", "DELETE", at, "")
	}
}

func BenchmarkGet(b *testing.B) {
	r := newRig(b)
	body := letter("x") + strings.Repeat(strings.Repeat("x", 76)+"\r\n", 1<<20/78)
	at := r.ask("alice", "PUT", boxed+"x.eml", body).Header().Get("Location")
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		r.ask("alice", "GET", at, "")
	}
}
