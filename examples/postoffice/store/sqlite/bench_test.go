package sqlite_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/examples/postoffice/store/sqlite"
)

// inboxes opens a store with n accounts and returns their INBOXes.
func inboxes(tb testing.TB, n int) (*sqlite.Store, []store.FolderID) {
	tb.Helper()
	s, err := sqlite.Open(tb.Context(), tb.TempDir(), sqlite.Options{})
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, s.Close()) })
	require.NoError(tb, s.SetDomains(tb.Context(), []string{"example.org"}))
	ids := make([]store.FolderID, n)
	for i := range ids {
		name := fmt.Sprintf("user%d", i)
		a, err := s.AddAccount(tb.Context(), store.NewAccount{
			Name: name, Addresses: []store.Address{{Local: name, Domain: "example.org"}},
		})
		require.NoError(tb, err)
		ids[i] = a.Inbox
	}
	return s, ids
}

// spread runs do b.N times, from that many goroutines, and reports messages per second.
func spread(b *testing.B, writers int, do func(writer, i int) error) {
	b.Helper()
	b.ReportAllocs()
	var next atomic.Int64
	var wg sync.WaitGroup
	b.ResetTimer()
	for w := range writers {
		wg.Go(func() {
			for {
				i := int(next.Add(1))
				if i > b.N {
					return
				}
				if err := do(w, i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msgs/s")
}

var writerCounts = []int{1, 16, 64}

// BenchmarkDeliver is one message of 4 KiB for one folder, on disk when it returns; each writer has
// a folder of its own. With a key, it is remembered against repetition.
func BenchmarkDeliver(b *testing.B) {
	body := bytes.Repeat([]byte("A line of the message is this long, about as much as people write.\r\n"), 61)[:4096]
	for _, keyed := range []string{"", "keyed/"} {
		for _, writers := range writerCounts {
			b.Run(fmt.Sprintf("%swriters=%d", keyed, writers), func(b *testing.B) {
				s, to := inboxes(b, writers)
				spread(b, writers, func(w, i int) error {
					d := store.Delivery{To: to[w : w+1], Sender: "someone@example.net"}
					if keyed != "" {
						d.Key = fmt.Sprintf("%016x", i) // ascending, as the ids of a queue do
					}
					_, err := s.Deliver(b.Context(), d, bytes.NewReader(body))
					return err
				})
			})
		}
	}
}

// BenchmarkAppendLog is what the same disk gives the same writers at best: one file that they
// append to, and one fsync for all who wait, without any index.
func BenchmarkAppendLog(b *testing.B) {
	body := bytes.Repeat([]byte{'x'}, 4096)
	for _, writers := range writerCounts {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			f, err := os.Create(filepath.Join(b.TempDir(), "log"))
			require.NoError(b, err)
			defer f.Close()
			queue := make(chan chan error)
			go func() {
				for first := range queue {
					group := []chan error{first}
					_, err := f.Write(body)
				more:
					for {
						select {
						case c := <-queue:
							group = append(group, c)
							if err == nil {
								_, err = f.Write(body)
							}
						default:
							break more
						}
					}
					if err == nil {
						err = fdatasync(f)
					}
					for _, c := range group {
						c <- err
					}
				}
			}()
			defer close(queue)
			spread(b, writers, func(int, int) error {
				c := make(chan error, 1)
				queue <- c
				return <-c
			})
		})
	}
}

func fill(b *testing.B, s *sqlite.Store, folder store.FolderID, n int, body string) {
	b.Helper()
	for done := 0; done < n; {
		var msgs []store.Incoming
		for range min(500, n-done) {
			msgs = append(msgs, store.Incoming{Body: strings.NewReader(body), Flags: store.Flags{Keywords: []string{"$Forwarded"}}})
		}
		_, err := s.Append(b.Context(), folder, store.Each(msgs...))
		require.NoError(b, err)
		done += len(msgs)
	}
}

// BenchmarkScan lists a folder of 10,000 messages, and what one change has changed in it.
func BenchmarkScan(b *testing.B) {
	const n = 10_000
	s, to := inboxes(b, 1)
	fill(b, s, to[0], n, "Subject: short\r\n\r\n")
	f, err := s.Folder(b.Context(), to[0])
	require.NoError(b, err)
	_, _, err = s.SetFlags(b.Context(), to[0], store.FlagChange{UIDs: store.NewUIDSet(5000), Mode: store.Add, Flags: store.Flags{System: store.Seen}})
	require.NoError(b, err)
	for _, c := range []struct {
		name  string
		since store.ModSeq
		want  int
	}{{"all", 0, n}, {"changed", f.ModSeq, 1}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, all, err := s.Scan(b.Context(), to[0], c.since)
				require.NoError(b, err)
				got := 0
				for _, err := range all {
					require.NoError(b, err)
					got++
				}
				require.Equal(b, c.want, got)
			}
		})
	}
}

// BenchmarkOpen opens a message and reads it: one that is a row, and one that is a file.
func BenchmarkOpen(b *testing.B) {
	for _, size := range []int{4 << 10, 1 << 20} {
		b.Run(fmt.Sprintf("%dKiB", size>>10), func(b *testing.B) {
			s, to := inboxes(b, 1)
			fill(b, s, to[0], 10, strings.Repeat("x", size))
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				body, err := s.Open(b.Context(), to[0], store.UID(i%10+1))
				require.NoError(b, err)
				n, err := io.Copy(io.Discard, io.NewSectionReader(body, 0, body.Size()))
				require.NoError(b, err)
				require.EqualValues(b, size, n)
				require.NoError(b, body.Close())
			}
		})
	}
}

// BenchmarkSetFlags marks 1,000 messages, and BenchmarkCopyExpunge copies and removes as many.
func BenchmarkSetFlags(b *testing.B) {
	s, to := inboxes(b, 1)
	fill(b, s, to[0], 1000, "x")
	all := store.UIDSet{{From: 1, To: store.MaxUID}}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		mode := store.Add
		if i%2 == 1 {
			mode = store.Remove
		}
		changed, _, err := s.SetFlags(b.Context(), to[0], store.FlagChange{UIDs: all, Mode: mode, Flags: store.Flags{System: store.Seen}})
		require.NoError(b, err)
		require.Len(b, changed, 1000)
	}
}

// BenchmarkCopyExpunge copies 1,000 messages to another folder and removes them from there.
func BenchmarkCopyExpunge(b *testing.B) {
	s, to := inboxes(b, 2)
	fill(b, s, to[0], 1000, "x")
	all := store.UIDSet{{From: 1, To: store.MaxUID}}
	b.ReportAllocs()
	for b.Loop() {
		_, err := s.Copy(b.Context(), store.CopyRequest{From: to[0], To: to[1], UIDs: all})
		require.NoError(b, err)
		gone, err := s.Expunge(b.Context(), to[1], all)
		require.NoError(b, err)
		require.Len(b, gone, 1000)
	}
}
