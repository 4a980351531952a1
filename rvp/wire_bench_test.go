package rvp

import (
	"bytes"
	"testing"
)

func BenchmarkParseNotification(b *testing.B) {
	long := (&Notification{From: Contact{anna, "Anna"}, To: []Contact{{ben, "Ben"}}, MIME: bytes.Repeat([]byte("a longer text\r\n"), 1<<12)}).Append(nil)
	change := (&Notification{From: Contact{anna, "Anna"}, To: []Contact{{ben, "Ben"}}, Change: []Property{StateProperty(Busy)}}).Append(nil)
	for _, c := range []struct {
		name string
		doc  []byte
	}{{"typing", []byte(mirandaTyping)}, {"long", long}, {"change", change}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(c.doc)))
			for b.Loop() {
				if _, err := ParseNotification(c.doc); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkNotificationAppend(b *testing.B) {
	n, err := ParseNotification([]byte(mirandaTyping))
	if err != nil {
		b.Fatal(err)
	}
	change := &Notification{From: n.From, To: n.To, Change: []Property{StateProperty(Busy)}}
	for name, n := range map[string]*Notification{"typing": n, "change": change} {
		b.Run(name, func(b *testing.B) {
			buf := n.Append(nil)
			b.ReportAllocs()
			b.SetBytes(int64(len(buf)))
			for b.Loop() {
				buf = n.Append(buf[:0])
			}
		})
	}
}

func BenchmarkParsePropertyUpdate(b *testing.B) {
	doc := []byte(mirandaOnline)
	b.ReportAllocs()
	b.SetBytes(int64(len(doc)))
	for b.Loop() {
		if _, err := parsePropertyUpdate(doc); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseNode(b *testing.B) {
	const url = "http://home1/instmsg/local/im.example.test/instmsg/aliases/anna.poe"
	b.ReportAllocs()
	b.SetBytes(int64(len(url)))
	for b.Loop() {
		if _, err := ParseNode(url); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseMessage(b *testing.B) {
	mime := []byte(lunch)
	b.ReportAllocs()
	b.SetBytes(int64(len(mime)))
	for b.Loop() {
		if _, err := ParseMessage(mime); err != nil {
			b.Fatal(err)
		}
	}
}
