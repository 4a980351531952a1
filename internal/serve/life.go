package serve

import (
	"errors"
	"net/netip"
	"sync"
)

// ErrClosed is returned by Serve and Enter after Shutdown or Close.
var ErrClosed = errors.New("server closed")

// A Life is the lifecycle of one server: its listeners and conversations, its
// pause, its end. The zero value is ready. It lives once: after Shutdown or
// Close it serves no more. All methods may be called at any time, from any
// goroutine. It must not be copied.
type Life struct {
	mu       sync.Mutex
	returned sync.Cond // on mu: a callback has returned
	members  map[*member]struct{}
	serving  map[*serving]struct{} // Serve calls that run or still have connections
	byAddr   map[netip.Addr]int    // connections that count for an address
	telling  int                   // refusals being told
	stats    Stats
	stop     chan struct{} // closed when draining begins
	drained  chan struct{} // closed when draining and no member is left
}

// ready makes what the zero value lacks. The caller holds l.mu.
func (l *Life) ready() {
	if l.stop != nil {
		return
	}
	l.returned.L = &l.mu
	l.members = make(map[*member]struct{})
	l.serving = make(map[*serving]struct{})
	l.byAddr = make(map[netip.Addr]int)
	l.stop = make(chan struct{})
	l.drained = make(chan struct{})
}

// Enter registers a conversation. When Shutdown begins, interrupt is called:
// it should wake the conversation if that is idle, so that it can say goodbye.
// When the conversation must end at once, because of Close or because
// Shutdown's context ended, abort is called: it should cut the connection.
//
// Each is called at most once, in any order, by the goroutine that called
// Shutdown or Close, with no lock held, and must not block: the callbacks of
// other conversations wait for it. Either may be nil.
//
// The conversation must call leave when it is over. Once leave has returned no
// callback runs or will run: it waits for one that does, so it must not be
// called from within one. To call it again does nothing.
//
// Once Shutdown or Close has begun the error is ErrClosed and leave is nil.
func (l *Life) Enter(interrupt, abort func()) (leave func(), err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ready()
	if l.stats.Draining {
		return nil, ErrClosed
	}
	m := &member{interrupt: interrupt, abort: abort}
	l.members[m] = struct{}{}
	l.stats.Active++
	return func() { l.leave(m) }, nil
}

func (l *Life) leave(m *member) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.remove(m) {
		l.stats.Active--
	}
}

// Draining says whether Shutdown or Close has begun.
func (l *Life) Draining() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.stats.Draining
}

// Pause makes Serve refuse new connections, with the Refusal Paused. Listeners
// stay open, so that a peer is told to come again later instead of finding no
// server or a silent one; conversations go on, and so does Enter.
func (l *Life) Pause() { l.setPaused(true) }

// Resume ends a Pause.
func (l *Life) Resume() { l.setPaused(false) }

func (l *Life) setPaused(paused bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stats.Paused = paused
}
