package sqlite

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/queue"
)

// childDir and childRound tell a child process which store to work on, and which IDs to begin with.
const (
	childDir   = "WIREPOST_QUEUE_CRASH_DIR"
	childRound = "WIREPOST_QUEUE_CRASH_ROUND"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		fmt.Fprintln(os.Stderr, crashChild(dir))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// crashBody makes the octets that an ID stands for. One in eight is a file.
func crashBody(id string) []byte {
	n, _ := strconv.Atoi(id)
	size := 100 + n%1000
	if n%8 == 0 {
		size = inlineLimit + n%5000
	}
	return bytes.Repeat([]byte(id+"\n"), size/len(id)+1)
}

// crashEntry has two items, so that half an entry shows.
func crashEntry(body, id string) queue.Entry {
	e := entry(body, id, "r"+id[len(id)-1:], "s", time.Now())
	second := e.Items[0]
	second.ID, second.State = id+".1", queue.Held
	e.Items = append(e.Items, second)
	return e
}

// named begins what a child says of an ID's body, before its name.
const named = "named-"

// crashChild adds, claims and settles until it is killed. It says what it begins ("add 7") and, once that has returned, what
// is done ("named-b3 7", "added 7"). Each settlement adds a report.
func crashChild(dir string) error {
	ctx := context.Background()
	s, err := Open(ctx, Options{Dir: dir})
	if err != nil {
		return err
	}
	round, err := strconv.Atoi(os.Getenv(childRound))
	if err != nil {
		return err
	}
	failed := make(chan error)
	for w := range 6 {
		go func() {
			for i := 0; ; i++ {
				if err := crashAdd(ctx, s, strconv.Itoa(1_000_000_000+round*1_000_000+w*100_000+i)); err != nil {
					failed <- err
					return
				}
			}
		}()
	}
	for range 2 {
		go func() {
			for {
				if err := crashSettle(ctx, s); err != nil {
					failed <- err
					return
				}
			}
		}()
	}
	return <-failed
}

func crashAdd(ctx context.Context, s *Store, id string) error {
	fmt.Println("add", id)
	body, err := s.PutBody(ctx, bytes.NewReader(crashBody(id)), -1)
	if err == nil {
		fmt.Println(named+body, id)
		err = s.Add(ctx, crashEntry(body, id))
	}
	fmt.Println("added", id)
	return err
}

func crashSettle(ctx context.Context, s *Store) error {
	leases, err := s.Claim(ctx, queue.ClaimRequest{Max: 4, Lease: time.Nanosecond})
	if err != nil {
		return err
	}
	for _, l := range leases {
		settlement := queue.Settlement{Lease: &l}
		id := l.Item.Message
		if !strings.HasPrefix(id, "report") {
			settlement.Add = []queue.Entry{entry(l.Message.Body, "report-"+id, "back", "(reports)", time.Now().Add(time.Hour))}
		}
		fmt.Println("settle", id)
		switch err := s.Settle(ctx, settlement)[0]; {
		case errors.Is(err, queue.ErrLeaseLost): // by a nanosecond
			continue
		case err != nil:
			return err
		}
		fmt.Println("settled", id)
	}
	return nil
}

// crashRounds is how often a child is killed, and crashTime after which time no more are.
const (
	crashRounds = 50
	crashTime   = 15 * time.Second
)

// TestCrash kills a process that adds, claims and settles, many times, and checks after each that nothing that it had
// acknowledged is lost, that nothing settled comes back, and that nothing is there by half.
func TestCrash(t *testing.T) {
	dir := t.TempDir()
	said := make(map[string]map[string]bool) // ID -> what the children said of it
	names := make(map[string]bool)           // of bodies
	began := time.Now()
	rounds := 0
	for ; rounds < crashRounds && (rounds < 3 || time.Since(began) < crashTime); rounds++ {
		crash(t, dir, rounds, said, names)
		inspectCrash(t, dir, said)
	}
	t.Logf("%d rounds, %d messages", rounds, len(said))
}

// crash runs a child until it has said some number of lines, and kills it in the midst of its work.
func crash(t *testing.T, dir string, round int, said map[string]map[string]bool, names map[string]bool) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDir+"="+dir, fmt.Sprint(childRound, "=", round))
	cmd.Stderr = t.Output()
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	defer cmd.Process.Kill()
	lines := bufio.NewScanner(out)
	stop := 20 + rand.IntN(200)
	for n := 0; lines.Scan(); n++ { // to the end of the pipe: what it said before it died counts
		verb, id, _ := strings.Cut(lines.Text(), " ")
		if said[id] == nil {
			said[id] = make(map[string]bool)
		}
		require.False(t, names[verb], "the name has come again: %s", verb)
		names[verb] = strings.HasPrefix(verb, named)
		said[id][verb] = true
		if n == stop {
			require.NoError(t, cmd.Process.Kill())
		}
	}
	require.NoError(t, lines.Err())
	exit, ok := errors.AsType[*exec.ExitError](cmd.Wait())
	require.True(t, ok)
	require.False(t, exit.Exited(), "it ended by itself")
}

// inspectCrash checks the store, and adds again what was not acknowledged. What it has checked it removes, so that the next
// round is as quick as the first.
func inspectCrash(t *testing.T, dir string, said map[string]map[string]bool) {
	s, err := Open(t.Context(), Options{Dir: dir})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	items := make(map[string]bool)
	bodies := make(map[string]string)
	for cursor := queue.Cursor(""); ; {
		var page []queue.Lease
		page, cursor, err = s.Find(t.Context(), queue.Filter{}, cursor, 500)
		require.NoError(t, err)
		for _, l := range page {
			require.False(t, items[l.Item.ID])
			items[l.Item.ID] = true
			bodies[l.Message.ID] = l.Message.Body
		}
		if cursor == "" {
			break
		}
	}
	for id, body := range bodies {
		b, err := s.OpenBody(t.Context(), body)
		require.NoError(t, err)
		text, err := io.ReadAll(io.NewSectionReader(b, 0, b.Size()))
		require.NoError(t, err)
		require.NoError(t, b.Close())
		require.True(t, bytes.Equal(crashBody(strings.TrimPrefix(id, "report-")), text), "message %s is not as it was", id)
	}
	for id, verbs := range said {
		first, second, report := items[id+".0"], items[id+".1"], items["report-"+id+".0"]
		switch {
		case verbs["checked"]:
			require.False(t, first || second || report, "%s has come back", id)
			continue
		case verbs["added"]:
			require.True(t, second, "%s was acknowledged and is lost", id)
		}
		require.Equal(t, second, first != report, "%s and its report: in the same step", id)
		for verb := range verbs {
			body, ok := strings.CutPrefix(verb, named)
			if !ok || bodies[id] == body { // which has been read
				continue
			}
			require.False(t, second, "%s is of another body than was said", id)
			if b, err := s.OpenBody(t.Context(), body); err != nil {
				require.ErrorIs(t, err, queue.ErrNotFound)
			} else {
				require.EqualValues(t, len(crashBody(id)), b.Size())
				require.NoError(t, b.Close())
			}
		}
		if verbs["settled"] {
			require.True(t, report, "the report on %s is lost", id)
			require.False(t, first, "%s was settled and has come back", id)
		}
		if !verbs["settle"] {
			require.False(t, report, "%s was not settled", id)
		}
		again, err := s.PutBody(t.Context(), bytes.NewReader(crashBody(id)[:10]), -1)
		require.NoError(t, err)
		if err := s.Add(t.Context(), crashEntry(again, id)); second {
			require.ErrorIs(t, err, queue.ErrExists)
		} else {
			require.NoError(t, err)
		}
		verbs["checked"] = true
	}
	_, err = s.Update(t.Context(), queue.Filter{}, queue.Change{Hold: true})
	require.NoError(t, err)
	for again := true; again; { // those that a child has leased have a nanosecond's lease
		leases, err := s.Claim(t.Context(), queue.ClaimRequest{Max: 500, Lease: time.Hour})
		require.NoError(t, err)
		for _, l := range leases {
			require.NoError(t, s.Settle(t.Context(), queue.Settlement{Lease: &l})[0])
		}
		again = len(leases) > 0
	}
	_, err = s.Update(t.Context(), queue.Filter{}, queue.Change{Remove: true})
	require.NoError(t, err)
	left, _, err := s.Find(t.Context(), queue.Filter{}, "", 1)
	require.NoError(t, err)
	require.Empty(t, left)
	for _, f := range files(t, s) {
		var named bool
		require.NoError(t, s.read(t.Context(), func(c *conn) (err error) {
			named, err = c.Has("SELECT 1 FROM body WHERE file = ?", f)
			return err
		}))
		require.True(t, named, "a file without a row: %s", f)
	}
	var integrity string
	require.NoError(t, s.read(t.Context(), func(c *conn) error { return c.Row("PRAGMA quick_check").Scan(&integrity) }))
	require.Equal(t, "ok", integrity)
}
