//go:build interop

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
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

// TestDeleteOnFullDisk: where there is not one octet left, mail is refused and what is there can be deleted.
func TestDeleteOnFullDisk(t *testing.T) {
	path := buildProgram(t, ".")
	disk, _ := smallDisk(t, "16m")
	p := startProgram(t, path, filepath.Join(disk, "data"))
	s := loginAs(t, p, 0)
	body := "Subject: old\r\n\r\n" + strings.Repeat("x", 1000) + "\r\n"
	const messages = 200
	for range messages {
		s.do("APPEND INBOX {%d+}\r\n%s", len(body), body)
	}
	s.do("SELECT INBOX")

	filler, err := os.Create(filepath.Join(disk, "filler"))
	require.NoError(t, err)
	defer filler.Close()
	for size := 1 << 20; size > 0; size /= 2 {
		for err = nil; err == nil; {
			_, err = filler.Write(make([]byte, size))
		}
		require.ErrorIs(t, err, syscall.ENOSPC)
	}
	refused := func() string {
		for range 1000 { // until no page is left that was there before
			if _, tagged := s.try("APPEND INBOX {%d+}\r\n%s", len(body), body); !strings.HasPrefix(tagged, "OK") {
				return tagged
			}
		}
		return "never"
	}
	require.Contains(t, refused(), "NO [UNAVAILABLE] no space left on the server")
	require.FileExists(t, filepath.Join(disk, "data", "store", "reserve"))
	for i := range messages / 50 {
		s.do(`UID STORE %d:%d +FLAGS.SILENT (\Deleted)`, i*50+1, i*50+50)
		s.do("EXPUNGE")
	}
	require.NoError(t, filler.Truncate(0))
	require.Eventually(t, func() bool { // room is looked for once a second
		_, tagged := s.try("APPEND INBOX {%d+}\r\n%s", len(body), body)
		return strings.HasPrefix(tagged, "OK")
	}, time.Minute, 50*time.Millisecond)
	p.kill()
	require.Eventually(t, func() bool { // or the file system is in use
		_, err := s.r.ReadByte()
		return err != nil
	}, time.Minute, time.Millisecond)
}
