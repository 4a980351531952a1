package feed_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/nntp/feed"
)

// open opens a backlog until the end of the test.
func open(t testing.TB, path string) *feed.File {
	t.Helper()
	f, err := feed.OpenFile(path)
	require.NoError(t, err)
	t.Cleanup(func() { f.Close() })
	return f
}

// kept is what a backlog holds.
func kept(t testing.TB, f *feed.File) []string {
	t.Helper()
	var ids []string
	for item, err := range f.Load(t.Context()) {
		require.NoError(t, err)
		ids = append(ids, item.MessageID)
	}
	return ids
}

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "backlog")
	f := open(t, path)
	require.Empty(t, kept(t, f))
	at := time.Unix(1_700_000_000, 0)
	for n := range 10 {
		require.NoError(t, f.Add(t.Context(), feed.Item{MessageID: identifier(n), Added: at}))
	}
	require.Error(t, f.Add(t.Context(), feed.Item{MessageID: "<a b>\n"}))
	require.Error(t, f.Remove(t.Context(), "a\nb"))
	for n := range 8 {
		require.NoError(t, f.Remove(t.Context(), identifier(n)))
	}
	require.NoError(t, f.Add(t.Context(), feed.Item{MessageID: identifier(2), Added: at}), "again")
	require.NoError(t, f.Close())
	require.NoError(t, f.Close(), "twice")
	require.ErrorIs(t, f.Add(t.Context(), feed.Item{MessageID: identifier(2)}), os.ErrClosed)
	require.ErrorIs(t, f.Remove(t.Context(), identifier(2)), os.ErrClosed)

	f = open(t, path)
	require.ElementsMatch(t, []string{identifier(8), identifier(9), identifier(2)}, kept(t, f))
	for item, err := range f.Load(t.Context()) {
		require.NoError(t, err)
		require.True(t, at.Equal(item.Added))
	}
}

// TestFileTorn opens a backlog that was cut after every octet, and with rubbish
// in it: all lines that are whole count.
func TestFileTorn(t *testing.T) {
	whole := "+<a@b> 5\n+<c@d> 6\n-<a@b>\n+<e@f> 7\n"
	path := filepath.Join(t.TempDir(), "backlog")
	for n := range len(whole) + 1 {
		require.NoError(t, os.WriteFile(path, []byte(whole[:n]), 0o600))
		f := open(t, path)
		want := []string{"<a@b>", "<c@d>", "", "<e@f>"}[:strings.Count(whole[:n], "\n")]
		if len(want) > 2 {
			want = append([]string{"<c@d>"}, want[3:]...)
		}
		require.ElementsMatch(t, want, kept(t, f), n)
		require.NoError(t, f.Add(t.Context(), feed.Item{MessageID: "<new@b>"}))
		require.NoError(t, f.Close())
		f = open(t, path)
		require.ElementsMatch(t, append(want, "<new@b>"), kept(t, f), n)
		require.NoError(t, f.Close())
	}
	rubbish := "\x00\x00\x00\n+<a@b>\n+<a@b> x\n?\n+<c@d> 6\n" + strings.Repeat("x", 100_000) + "\n+<e@f> 7\n"
	require.NoError(t, os.WriteFile(path, []byte(rubbish), 0o600))
	require.Equal(t, []string{"<c@d>", "<e@f>"}, kept(t, open(t, path)))
}

// TestFileCompacts checks that a file does not grow for ever, and that nothing is
// lost by that.
func TestFileCompacts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "backlog")
	f := open(t, path)
	require.NoError(t, f.Add(t.Context(), feed.Item{MessageID: "<first@b>"}))
	var wg sync.WaitGroup
	const writers, each = 50, 400
	for w := range writers {
		wg.Go(func() {
			for n := range each {
				id := identifier(w*each + n)
				if f.Add(t.Context(), feed.Item{MessageID: id}) != nil || n < each-1 && f.Remove(t.Context(), id) != nil {
					t.Error("cannot be written")
				}
			}
		})
	}
	wg.Wait()
	require.NoError(t, f.Close())
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Less(t, info.Size(), int64(writers*each*40))
	ids := kept(t, open(t, path))
	require.Len(t, ids, writers+1)
	require.Contains(t, ids, "<first@b>")
}

// TestFileKilled kills a program that adds to a backlog, at any time: all that it
// was told is kept must be.
func TestFileKilled(t *testing.T) {
	if path := os.Getenv("FEED_TEST_BACKLOG"); path != "" {
		addForEver(path)
	}
	for round := range 8 {
		path := filepath.Join(t.TempDir(), "backlog")
		cmd := exec.Command(os.Args[0], "-test.run=^TestFileKilled$")
		cmd.Env = append(os.Environ(), "FEED_TEST_BACKLOG="+path)
		out, err := cmd.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		added := make(map[string]bool)
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if added[lines.Text()] = true; len(added) == 1+round*300 {
				require.NoError(t, cmd.Process.Kill())
			}
		}
		require.Error(t, cmd.Wait())
		require.Greater(t, len(added), round*300)
		ids := make(map[string]bool)
		for _, id := range kept(t, open(t, path)) {
			require.False(t, ids[id], "twice")
			ids[id] = true
		}
		for id := range added {
			if strings.HasPrefix(id, "<") {
				require.True(t, ids[id], id)
			}
		}
	}
}

// addForEver adds from several goroutines, and tells what was added. Every other
// one it takes out again, so that the file is written anew.
func addForEver(path string) {
	f, err := feed.OpenFile(path)
	if err != nil {
		panic(err)
	}
	var mu sync.Mutex
	for w := range 8 {
		go func() {
			for n := 0; ; n++ {
				id := fmt.Sprintf("<%d.%d@example.com>", w, n)
				if err := f.Add(context.Background(), feed.Item{MessageID: id}); err != nil {
					panic(err)
				}
				mu.Lock()
				fmt.Println(id)
				mu.Unlock()
				for k := range 20 {
					id := fmt.Sprintf("<out.%d.%d.%d@example.com>", w, n, k)
					if err := f.Remove(context.Background(), id); err != nil {
						panic(err)
					}
				}
			}
		}()
	}
	select {}
}

func BenchmarkFile(b *testing.B) {
	for _, writers := range []int{1, 64} {
		b.Run(fmt.Sprint(writers), func(b *testing.B) {
			f := open(b, filepath.Join(b.TempDir(), "backlog"))
			b.ReportAllocs()
			b.SetParallelism(writers)
			var n int
			var mu sync.Mutex
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					mu.Lock()
					n++
					id := identifier(n)
					mu.Unlock()
					if err := f.Add(b.Context(), feed.Item{MessageID: id}); err != nil {
						b.Error(err)
					}
					_ = f.Remove(b.Context(), id)
				}
			})
		})
	}
}
