package thread

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/wirepost/wirepost/imap4/internal/summary"
)

func BenchmarkHostile(b *testing.B) {
	const n = 100_000
	for name, refs := range hostile(n) {
		b.Run(strings.ReplaceAll(name, " ", "-"), func(b *testing.B) {
			list := make([]Message, n)
			for i := range list {
				id, references := refs(i)
				list[i] = Message{Number: uint32(i + 1), Keys: &summary.Keys{MessageID: id, References: references}}
			}
			b.ReportAllocs()
			for b.Loop() {
				References(list)
			}
		})
	}
}

// usual is a mailbox of threads of five, with full references.
func usual(n int) []Message {
	list := make([]Message, n)
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range list {
		k := &summary.Keys{
			MessageID: fmt.Sprintf("%d.abcdef@mail.example.org", i), Sent: start.Add(time.Duration(i*7919%n) * time.Minute),
			Subject: fmt.Sprintf("SUBJECT OF %d", i/5*7919%n), Reply: i%5 > 0, From: fmt.Sprintf("USER%d", i*31%977),
		}
		for j := i / 5 * 5; j < i; j++ {
			k.References = append(k.References, fmt.Sprintf("%d.abcdef@mail.example.org", j))
		}
		list[i] = Message{Number: uint32(i + 1), Arrival: k.Sent, Size: int64(i * 7919 % n), Keys: k}
	}
	return list
}

func BenchmarkThread(b *testing.B) {
	list := usual(100_000)
	for name, f := range map[string]func([]Message) *Forest{
		"references": References, "refs": Refs, "orderedsubject": OrderedSubject,
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			var line []byte
			for b.Loop() {
				line = f(list).AppendTo(line[:0])
			}
			b.SetBytes(int64(len(line)))
		})
	}
}

func BenchmarkSort(b *testing.B) {
	list := usual(100_000)
	for _, c := range [][]Criterion{{{Key: Subject}, {Key: Date, Reverse: true}}, {{Key: Date}}, {{Key: From}}, {{Key: Size}}} {
		b.Run(c[0].Key.String(), func(b *testing.B) {
			b.ReportAllocs()
			sorted := make([]Message, len(list))
			for b.Loop() {
				copy(sorted, list)
				Sort(sorted, c)
			}
		})
	}
}
