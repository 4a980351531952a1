//go:build interop

package main

import (
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/tracklog"
	"github.com/wirepost/wirepost/queue"
)

// underWay is how many deliveries at once a route has at most, queue.Limits has
// it.
const underWay = 20

// TestCrash kills the server at random moments, while clients send to its own
// users and to others, and starts it again on the same data folder. What was
// acknowledged arrives, at the far host, which now and then loses the connection
// after the final dot, and in the mailboxes; and twice only what was cut.
func TestCrash(t *testing.T) {
	const rounds, clients = 50, 4
	path, dir := buildProgram(t, "."), filepath.Join(t.TempDir(), "data")
	far, log := serveFar(t, 25), newCrashLog()
	kills, began := 0, time.Now()
	kill := func(p *post, longest int) {
		<-time.After(time.Duration(rand.IntN(longest)) * time.Millisecond)
		p.kill()
		kills++
	}
	for round := range rounds {
		far.generation.Add(1)
		p := launch(t, path, dir, far.addr)
		if round%5 == 4 { // while it starts, too
			kill(p, 150)
			far.generation.Add(1)
			p = launch(t, path, dir, far.addr)
		}
		p.await(t)
		var sending sync.WaitGroup
		for range clients {
			sending.Go(func() { log.send(t, p) })
		}
		log.await(6 + rand.IntN(20))
		kill(p, 20)
		sending.Wait()
	}
	far.generation.Add(1)
	p := launch(t, path, dir, far.addr)
	p.await(t)
	loaded := time.Now()
	p.awaitEmpty(t, dir, 2*time.Minute)
	t.Logf("%d rounds took %v, %d kills; the queue was empty %v later", rounds, loaded.Sub(began).Round(time.Millisecond), kills,
		time.Since(loaded).Round(time.Millisecond))
	require.Greater(t, len(log.acked), 5*rounds, "so little load proves nothing")
	far.check(t, log, kills)
	checkMailboxes(t, p, log, kills)
	p.stop(t) // which writes the last of the message tracking log
	checkTracking(t, dir)
}

// send sends until the server is gone.
func (l *crashLog) send(t *testing.T, p *post) {
	c, err := p.knock(t.Context())
	if err != nil {
		return
	}
	defer c.Close()
	for {
		m := l.next(p)
		refused, err := submit(t.Context(), c, m)
		if err != nil {
			return
		}
		if refused != nil {
			t.Errorf("message %s is refused: %v", m.id, refused)
			return
		}
		l.acknowledge(m)
	}
}

// check compares what has arrived with what was sent.
func (h *farHost) check(t *testing.T, l *crashLog, kills int) {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	require.Empty(t, h.alien, "nobody has sent that")
	for id := range l.acked {
		if l.sent[id].queued() {
			require.NotEmpty(t, h.takes[id], "message %s was acknowledged and is lost", id)
		}
	}
	drops, taken, cut := 0, 0, make(map[int32]int) // by the generation that was killed
	for id, takes := range h.takes {
		require.Contains(t, l.sent, id)
		for i, one := range takes {
			taken++
			require.ElementsMatch(t, l.sent[id].remote, one.to, "recipients of %s", id)
			last := i == len(takes)-1
			switch {
			case one.dropped:
				drops++
				require.False(t, last, "nobody has tried message %s again, whose fate was uncertain", id)
			case !last:
				require.Less(t, one.generation, takes[i+1].generation, "one process has sent message %s twice, though it had the answer: %+v", id, takes)
				cut[one.generation]++
			}
		}
	}
	duplicates := taken - len(h.takes)
	most := 0
	for generation, n := range cut {
		require.LessOrEqual(t, n, underWay, "duplicates of what process %d had sent", generation)
		most = max(most, n)
	}
	require.LessOrEqual(t, duplicates, kills*underWay+drops)
	t.Logf("%d messages sent, %d acknowledged; %d have arrived at the far host, with %d duplicates: %d after a drop behind the final dot, "+
		"%d after %d kills, %d after one at most", len(l.sent), len(l.acked), len(h.takes), duplicates, drops, duplicates-drops, kills, most)
}

// checkMailboxes compares the mailboxes with what was sent.
func checkMailboxes(t *testing.T, p *post, l *crashLog, kills int) {
	t.Helper()
	copies, duplicates := 0, 0
	for user := range 2 {
		found := p.mailbox(t, user)
		for id, n := range found {
			require.Contains(t, l.sent, id)
			require.Contains(t, l.sent[id].local, p.Users[user].Address)
			if !l.sent[id].queued() {
				require.Equal(t, 1, n, "message %s took no queue and is there more than once", id)
			}
			copies, duplicates = copies+n, duplicates+n-1
		}
		for id := range l.acked {
			for _, address := range l.sent[id].local {
				if address == p.Users[user].Address {
					require.NotZero(t, found[id], "message %s was acknowledged and is lost", id)
				}
			}
		}
	}
	require.LessOrEqual(t, duplicates, kills*underWay)
	t.Logf("%d messages are in the mailboxes, with %d duplicates", copies, duplicates)
}

// checkTracking checks that what was once settled was never tried again: no
// recipient of a message has two successes in the message tracking log.
func checkTracking(t *testing.T, dir string) {
	t.Helper()
	successes := make(map[string]int)
	for e, err := range tracklog.Search(t.Context(), filepath.Join(dir, "tracking"), tracklog.Query{}) {
		require.NoError(t, err)
		switch e.Kind {
		case queue.Transferred, queue.Delivered:
			successes[e.Message+" "+e.Recipient]++
		case queue.Failed, queue.Reported:
			require.Fail(t, "nothing should fail", "%+v", e)
		}
	}
	require.NotEmpty(t, successes)
	for what, n := range successes {
		require.Equal(t, 1, n, what)
	}
	t.Logf("%d recipients in the message tracking log", len(successes))
}
