package sqlite_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/examples/postoffice/store/sqlite"
)

// crashDir and crashRound tell a child process which store to fill, and which ids to begin with.
const (
	crashDir   = "WIREPOST_STORE_CRASH_DIR"
	crashRound = "WIREPOST_STORE_CRASH_ROUND"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(crashDir); dir != "" {
		fmt.Fprintln(os.Stderr, crashChild(dir))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// crashBody makes the message that an id stands for. One in six is a file.
func crashBody(id int) []byte {
	r := rand.New(rand.NewPCG(uint64(id), 1))
	n := r.IntN(8000)
	if id%6 == 0 {
		n = sqlite.InlineLimit + r.IntN(100_000)
	}
	b := fmt.Appendf(nil, "%d\n", id)
	for len(b) < n {
		b = strconv.AppendUint(b, r.Uint64(), 36)
	}
	return b
}

func crashDelivery(id int, to []store.FolderID) store.Delivery {
	return store.Delivery{To: to[:1+id%2], Key: fmt.Sprint("crash-", id)}
}

// crashChild delivers and expunges until it is killed. It says what it begins ("deliver 7",
// "expunge 7") and, once that has returned, what is done ("delivered 7", "expunged 7").
func crashChild(dir string) error {
	ctx := context.Background()
	s, err := sqlite.Open(ctx, dir, sqlite.Options{})
	if err != nil {
		return err
	}
	to, err := crashFolders(ctx, s)
	if err != nil {
		return err
	}
	round, err := strconv.Atoi(os.Getenv(crashRound))
	if err != nil {
		return err
	}
	failed := make(chan error)
	for w := range 8 {
		go func() {
			for i := 0; ; i++ {
				id := round*1_000_000 + w*100_000 + i
				fmt.Println("deliver", id)
				r, err := s.Deliver(ctx, crashDelivery(id, to), bytes.NewReader(crashBody(id)))
				if err != nil {
					failed <- err
					return
				}
				fmt.Println("delivered", id)
				if i%4 != 3 {
					continue
				}
				fmt.Println("expunge", id)
				if _, err := s.Expunge(ctx, to[0], store.NewUIDSet(r.Placed[0].UID)); err != nil {
					failed <- err
					return
				}
				fmt.Println("expunged", id)
			}
		}()
	}
	return <-failed
}

// crashFolders returns the folders to deliver to, which the first round makes.
func crashFolders(ctx context.Context, s store.Store) ([]store.FolderID, error) {
	var to []store.FolderID
	for _, name := range []string{"one", "two"} {
		f, err := s.CreateFolder(ctx, store.NewFolder{Name: name})
		if errors.Is(err, store.ErrExists) {
			f, err = s.FolderAt(ctx, store.Public, name)
		}
		if err != nil {
			return nil, err
		}
		to = append(to, f.ID)
	}
	return to, nil
}

// TestCrash kills a process that delivers, several times, and checks after each that what it had
// acknowledged is there, octet for octet, and that nothing else is.
func TestCrash(t *testing.T) {
	dir := t.TempDir()
	said := make(map[int]map[string]bool) // id -> what the children said of it
	for round := range 4 {
		crash(t, dir, round, said)
		inspectCrash(t, dir, said)
	}
}

// crash runs a child until it has said some number of lines, and kills it in the midst of its work.
func crash(t *testing.T, dir string, round int, said map[int]map[string]bool) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), crashDir+"="+dir, fmt.Sprint(crashRound, "=", round))
	cmd.Stderr = t.Output()
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	defer cmd.Process.Kill()
	lines := bufio.NewScanner(out)
	stop := 100 + rand.IntN(600)
	for n := 0; lines.Scan(); n++ { // to the end of the pipe: what it said before it died counts
		verb, id, _ := strings.Cut(lines.Text(), " ")
		num, err := strconv.Atoi(id)
		require.NoError(t, err, lines.Text())
		if said[num] == nil {
			said[num] = make(map[string]bool)
		}
		said[num][verb] = true
		if n == stop/2 {
			_, err := sqlite.Open(t.Context(), dir, sqlite.Options{})
			require.ErrorIs(t, err, store.ErrLocked)
		}
		if n == stop {
			require.NoError(t, cmd.Process.Kill())
		}
	}
	require.NoError(t, lines.Err())
	err = cmd.Wait()
	exit, ok := errors.AsType[*exec.ExitError](err)
	require.True(t, ok, "%v", err)
	require.False(t, exit.Exited(), "it ended by itself")
}

// inspectCrash checks the store, delivers again what was not acknowledged, and checks that too.
func inspectCrash(t *testing.T, dir string, said map[int]map[string]bool) {
	s, err := sqlite.Open(t.Context(), dir, sqlite.Options{})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	to, err := crashFolders(t.Context(), s)
	require.NoError(t, err)
	problems, err := s.Check(t.Context())
	require.NoError(t, err)
	require.Empty(t, problems)

	present := crashIDs(t, s, to)
	for id, verbs := range said {
		if verbs["delivered"] && !verbs["expunge"] {
			require.True(t, present[0][id], "message %d was acknowledged and is lost", id)
		}
		if verbs["expunged"] {
			require.False(t, present[0][id], "the expunge of message %d was acknowledged and is lost", id)
		}
		require.False(t, id%2 == 0 && present[1][id], "message %d is where it was not sent", id)
		if id%2 == 1 && !verbs["expunge"] {
			require.Equal(t, present[0][id], present[1][id], "message %d is in one of two folders", id)
		}
	}
	for id, verbs := range said {
		if !verbs["delivered"] {
			r, err := s.Deliver(t.Context(), crashDelivery(id, to), bytes.NewReader(crashBody(id)))
			require.NoError(t, err)
			require.Equal(t, present[0][id], r.Repeated)
			verbs["delivered"] = true
		}
	}
	again := crashIDs(t, s, to)
	files := 0
	for id, verbs := range said {
		require.True(t, verbs["expunge"] || again[0][id])
		if id%6 == 0 && (again[0][id] || again[1][id]) {
			files++
		}
	}
	require.Equal(t, files, countFiles(t, dir), "files of large messages")
}

// crashIDs reads the folders whole and returns the ids of the messages in each.
func crashIDs(t *testing.T, s *sqlite.Store, to []store.FolderID) [2]map[int]bool {
	var ids [2]map[int]bool
	for i, folder := range to {
		ids[i] = make(map[int]bool)
		_, all, err := s.Scan(t.Context(), folder, 0)
		require.NoError(t, err)
		for m, err := range all {
			require.NoError(t, err)
			body, err := s.Open(t.Context(), folder, m.UID)
			require.NoError(t, err)
			text, err := io.ReadAll(io.NewSectionReader(body, 0, body.Size()))
			require.NoError(t, err)
			require.NoError(t, body.Close())
			first, _, _ := strings.Cut(string(text), "\n")
			id, err := strconv.Atoi(first)
			require.NoError(t, err)
			require.True(t, bytes.Equal(crashBody(id), text), "message %d is not as it was", id)
			require.False(t, ids[i][id], "message %d twice", id)
			ids[i][id] = true
		}
	}
	return ids
}

func countFiles(t *testing.T, dir string) (n int) {
	require.NoError(t, filepath.WalkDir(filepath.Join(dir, "blobs"), func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			n++
		}
		return err
	}))
	return n
}
