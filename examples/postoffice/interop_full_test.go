//go:build interop

package main

import (
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/smtp"
)

// smallDisk mounts a file system of so many octets, as mount has them, until the
// test is over. resize changes its size.
func smallDisk(t *testing.T, size string) (dir string, resize func(size string)) {
	t.Helper()
	dir = t.TempDir()
	out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size="+size, "none", dir).CombinedOutput()
	if err != nil { // a container may not, even if it is root's
		t.Skipf("no small file system can be mounted here: %v: %s", err, out)
	}
	t.Cleanup(func() {
		out, err := exec.Command("umount", dir).CombinedOutput()
		require.NoError(t, err, "%s", out)
	})
	return dir, func(size string) {
		out, err := exec.Command("mount", "-o", "remount,size="+size, dir).CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
}

// TestFullDisk fills the disk of the data folder with mail that nobody takes, and
// kills the server then. What finds no room is refused with 452 4.3.1, and all
// that was acknowledged arrives once there is room, without another start.
func TestFullDisk(t *testing.T) {
	path := buildProgram(t, ".")
	disk, resize := smallDisk(t, "8m")
	dir := filepath.Join(disk, "data")
	far, log := serveFar(t, 0), newCrashLog()
	far.closed.Store(true)
	far.generation.Add(1)
	p := launch(t, path, dir, far.addr)
	p.await(t)

	const enough = 25 // refusals without a message between them that is taken: of all kinds and sizes
	taken, refused := log.fill(t, p, enough)
	require.NotZero(t, taken, "there was no room at first")
	t.Logf("%d messages were taken, %d were refused", taken, refused)

	p.kill()
	far.generation.Add(1)
	p = launch(t, path, dir, far.addr)
	p.await(t)
	taken, refused = log.fill(t, p, enough)
	t.Logf("started on a full disk: %d more were taken, %d were refused", taken, refused)

	far.closed.Store(false)
	resize("64m")
	began := time.Now()
	taken, refused = log.fill(t, p, enough, 100)
	require.Equal(t, []int{100, 0}, []int{taken, refused}, "there is room again")
	p.awaitEmpty(t, dir, 2*time.Minute)
	t.Logf("the queue was empty %v after there was room", time.Since(began).Round(time.Millisecond))
	far.check(t, log, 1)
	checkMailboxes(t, p, log, 1)
}

// fill sends until that many messages were refused one after the other, or so
// many were sent.
func (l *crashLog) fill(t *testing.T, p *post, enough int, most ...int) (taken, refused int) {
	t.Helper()
	c, err := p.knock(t.Context())
	require.NoError(t, err)
	defer c.Close()
	for row := 0; row < enough && (len(most) == 0 || taken+refused < most[0]); {
		m := l.next(p)
		no, err := submit(t.Context(), c, m)
		require.NoError(t, err, "message %s\n%s", m.id, p.logged())
		if no == nil {
			l.acknowledge(m)
			taken, row = taken+1, 0
			continue
		}
		var reply smtp.Reply
		require.ErrorAs(t, no, &reply)
		require.Equal(t, 452, reply.Code, "%v", no)
		require.Equal(t, smtp.Enhanced{4, 3, 1}, reply.Enhanced, "%v", no)
		refused, row = refused+1, row+1
		l.forget(m)
	}
	return taken, refused
}

// forget has a message be one that was never sent: it was refused.
func (l *crashLog) forget(m *crashMail) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sent[m.id].remote, l.sent[m.id].local = nil, nil
}
