package storetest

import (
	"io"
	"strings"
	"sync"

	"github.com/wirepost/wirepost/imap4"
)

func bodyRules() []rule {
	return []rule{
		{"read", "a Body has the octets and the size of its message, from any place on", func(e *env) {
			text := strings.Repeat("0123456789abcde\n", 5000)
			m := e.put(e.inbox, text)[0]
			b, err := e.a.Body(e.ctx, e.inbox, m.UID)
			e.NoError(err)
			e.Equal(m.Size, b.Size())
			e.EqualValues(len(text), b.Size())
			p := make([]byte, 10)
			n, err := b.ReadAt(p, 40_003)
			e.NoError(err)
			e.Equal(text[40_003:40_013], string(p[:n]))
			n, err = b.ReadAt(p, int64(len(text))-4)
			e.Equal(4, n)
			e.ErrorIs(err, io.EOF)
			n, err = b.ReadAt(p, int64(len(text))+4)
			e.Zero(n)
			e.ErrorIs(err, io.EOF)
			e.NoError(b.Close())
		}},
		{"goroutines", "a Body may be read from several goroutines", func(e *env) {
			text := strings.Repeat("0123456789", 10_000)
			m := e.put(e.inbox, text)[0]
			b, err := e.a.Body(e.ctx, e.inbox, m.UID)
			e.NoError(err)
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					for off := 0; off < len(text); off += 990 {
						p := make([]byte, 10)
						if _, err := b.ReadAt(p, int64(off)); err != nil || string(p) != "0123456789" {
							e.Errorf("at %d: %q, %v", off, p, err)
							return
						}
					}
				})
			}
			wg.Wait()
			e.NoError(b.Close())
		}},
		{"expunged meanwhile", "an open Body stays readable until it is closed", func(e *env) {
			m := e.put(e.inbox, "text")[0]
			b, err := e.a.Body(e.ctx, e.inbox, m.UID)
			e.NoError(err)
			e.expunge(e.inbox, m.UID)
			text, err := io.ReadAll(io.NewSectionReader(b, 0, b.Size()))
			e.NoError(err)
			e.Equal("text", string(text))
			e.NoError(b.Close())
		}},
		{"gone", "Body is ErrNotFound if the message is gone", func(e *env) {
			m := e.put(e.inbox, "text")[0]
			e.expunge(e.inbox, m.UID)
			for _, uid := range []imap4.UID{m.UID, m.UID + 1} {
				_, err := e.a.Body(e.ctx, e.inbox, uid)
				e.ErrorIs(err, imap4.ErrNotFound)
			}
		}},
	}
}
