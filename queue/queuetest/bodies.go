package queuetest

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/wirepost/wirepost/queue"
)

// texts are bodies of all kinds that a store may tell apart.
var texts = []string{"", "small", strings.Repeat("x", 64<<10), strings.Repeat("large", 50_000)}

func bodyRules() []rule {
	return []rule{
		{name: "octets come back as they were", check: func(e *env) {
			for _, size := range []int{0, 1, 4095, 64 << 10, 64<<10 + 1, 3 << 20} {
				text := strings.Repeat("\x00\r\n\xffa.", size/6+1)[:size]
				name, err := e.s.PutBody(e.ctx, io.MultiReader(strings.NewReader(text)), -1)
				e.NoError(err)
				b, err := e.s.OpenBody(e.ctx, name)
				e.NoError(err)
				e.EqualValues(size, b.Size())
				got, err := io.ReadAll(io.NewSectionReader(b, 0, b.Size()))
				e.NoError(err)
				e.True(text == string(got), "%d octets", size)
				n, err := b.ReadAt(make([]byte, 1), int64(size))
				e.Zero(n)
				e.ErrorIs(err, io.EOF)
				e.NoError(b.Close())
			}
		}},
		{name: "a body can be read before it is added, meanwhile and afterwards", check: func(e *env) {
			for i, text := range texts {
				body := e.body(text)
				e.holds(body, text)
				added := make(chan error, 1)
				go func() { added <- e.s.Add(e.ctx, e.entryOf(body, fmt.Sprint("m", i), "r", "s")) }()
				for pending := true; pending; {
					e.holds(body, text)
					select {
					case err := <-added:
						e.NoError(err)
						pending = false
					default:
					}
				}
				e.holds(body, text)
			}
		}},
		{name: "an Add that fails takes no body away", check: func(e *env) {
			e.add("known", "r", "s")
			lost := e.one()
			e.done(lost)
			e.add("there", "r", "s")
			over, end := context.WithCancel(e.ctx)
			end()
			fails := map[string]func(m queue.Entry) error{
				"known": func(m queue.Entry) error {
					m.Message.ID, m.Items[0].Message = "known", "known"
					return e.s.Add(e.ctx, m)
				},
				"taken": func(m queue.Entry) error {
					m.Items[0].ID = "there.0"
					return e.s.Add(e.ctx, m)
				},
				"halfway": func(m queue.Entry) error { return e.s.Add(e.ctx, m, e.entryOf("nowhere", "last", "r", "s")) },
				"over":    func(m queue.Entry) error { return e.s.Add(over, m) },
				"lost":    func(m queue.Entry) error { return e.settle(queue.Settlement{Lease: lost, Add: []queue.Entry{m}}) },
			}
			for i, text := range texts {
				for name, fail := range fails {
					body, id := e.body(text), fmt.Sprint(name, i)
					for range 2 {
						e.Error(fail(e.entryOf(body, id, "r", "s")), name)
						e.holds(body, text)
					}
					e.NoError(e.s.Add(e.ctx, e.entryOf(body, id, "r", "s")), name)
					e.holds(body, text)
				}
			}
		}},
		{name: "many messages name a body at a time", check: func(e *env) {
			for i, text := range texts {
				body := e.body(text)
				errs := make([]error, 16)
				var wg sync.WaitGroup
				for j := range errs {
					wg.Go(func() { errs[j] = e.s.Add(e.ctx, e.entryOf(body, fmt.Sprint("m", i, ".", j), "r", "s")) })
				}
				wg.Wait()
				for _, err := range errs {
					e.NoError(err)
				}
				for range errs {
					e.holds(body, text)
					e.done(e.one())
				}
				e.clock.advance(25 * time.Hour)
				e.sweep()
				_, err := e.read(body)
				e.ErrorIs(err, queue.ErrNotFound)
			}
		}},
		{name: "a body of another size than was said is refused", check: func(e *env) {
			for _, size := range []int{10, 100_000} {
				for _, wrong := range []int{-9, 1} {
					_, err := e.s.PutBody(e.ctx, strings.NewReader(strings.Repeat("x", size)), int64(size+wrong))
					e.Error(err)
				}
			}
		}},
		{name: "a reader's error is the caller's", check: func(e *env) {
			for _, before := range []int{10, 100_000} {
				r := io.MultiReader(strings.NewReader(strings.Repeat("x", before)), failing{})
				_, err := e.s.PutBody(e.ctx, r, -1)
				e.ErrorIs(err, errReader)
			}
		}},
		{name: "names that nobody gave name nothing", check: func(e *env) { // T19
			e.body("there")
			for _, name := range []string{
				"", ".", "..", "../queue.db", "/etc/passwd", "nowhere", "b", "0", "-1", "x\x00y", "' OR 1=1 --",
				strings.Repeat("b", 100_000),
			} {
				_, err := e.s.OpenBody(e.ctx, name)
				e.ErrorIs(err, queue.ErrNotFound, "%.20q", name)
				err = e.s.Add(e.ctx, e.entryOf(name, "m", "r", "s"))
				e.ErrorIs(err, queue.ErrNotFound, "%.20q", name)
			}
			e.Empty(e.find(queue.Filter{}))
		}},
		{name: "a body goes with the last message that names it", check: func(e *env) {
			body := e.body("shared")
			entries := []queue.Entry{e.entryOf(body, "m1", "r1", "s"), e.entryOf(body, "m2", "r2", "s")}
			entries[1].Items = append(entries[1].Items, item("m2.1", "m2", "r3", e.now()))
			e.NoError(e.s.Add(e.ctx, entries...))
			for _, route := range []string{"r1", "r2", "r3"} {
				text, err := e.read(body)
				e.NoError(err)
				e.Equal("shared", text)
				leases := e.claimWith(queue.ClaimRequest{Max: 1, PerRoute: -1, Limits: map[string]int{route: 1}})
				e.Len(leases, 1)
				e.done(&leases[0])
				e.clock.advance(time.Minute)
				e.sweep()
			}
			e.clock.advance(25 * time.Hour)
			e.sweep()
			_, err := e.read(body)
			e.ErrorIs(err, queue.ErrNotFound)
		}},
		{name: "a body stays as long as its message, however old", check: func(e *env) {
			small, large := e.body("small"), e.body(strings.Repeat("large", 50_000))
			e.NoError(e.s.Add(e.ctx, e.entryOf(small, "m1", "r", "s"), e.entryOf(large, "m2", "r", "s")))
			e.clock.advance(1000 * time.Hour)
			e.body("another")
			e.sweep()
			text, err := e.read(small)
			e.NoError(err)
			e.Equal("small", text)
			_, err = e.read(large)
			e.NoError(err)
		}},
		{name: "a body without a message stays for a day", check: func(e *env) {
			small, large := e.body("small"), e.body(strings.Repeat("large", 50_000))
			e.clock.advance(24*time.Hour - time.Second)
			e.sweep()
			for _, name := range []string{small, large} {
				_, err := e.read(name)
				e.NoError(err)
			}
			e.clock.advance(2 * time.Hour)
			e.body("another")
			e.sweep()
			for _, name := range []string{small, large} {
				_, err := e.read(name)
				e.ErrorIs(err, queue.ErrNotFound)
			}
		}},
		{name: "a large body does not keep small ones waiting", check: func(e *env) { // trap 7
			r, w := io.Pipe()
			stored := make(chan error, 1)
			go func() {
				_, err := e.s.PutBody(e.ctx, r, -1)
				stored <- err
			}()
			_, err := w.Write(make([]byte, 1<<20))
			e.NoError(err)
			added := make(chan error, 1)
			go func() {
				body, err := e.s.PutBody(e.ctx, strings.NewReader("small"), 5)
				if err == nil {
					err = e.s.Add(e.ctx, e.entryOf(body, "m", "r", "s"))
				}
				added <- err
			}()
			e.NoError(e.await(added), "while the other is under way")
			e.done(e.one())
			e.NoError(w.Close())
			e.NoError(e.await(stored))
		}},
	}
}

// errReader is a reader's own.
var errReader = io.ErrNoProgress

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errReader }
