package rvp

import "sync"

// A ClientEvent is something that happens to a Client: a *PresenceEvent,
// *MessageEvent or *ConnectionEvent.
type ClientEvent interface{ clientEvent() }

// A PresenceEvent says that something has changed of what is known of a contact, or
// of the user, by another of his programs.
type PresenceEvent struct {
	Presence
	Before State // the one that was told last
}

// A MessageEvent says that a message has come.
type MessageEvent struct {
	Conversation *Conversation // to answer in
	From         Contact
	Message      *Message // see Message.Kind: it may be that somebody is typing
}

// A ConnectionEvent says that there is a new ConnectionStatus.
type ConnectionEvent struct {
	Status ConnectionStatus
	Err    error // why the connection is Lost
}

// A ConnectionStatus says how things stand with the home server.
type ConnectionStatus uint8

// They come in this order, Lost and Restored perhaps several times.
const (
	LoggedOff ConnectionStatus = iota
	Connected                  // logged on
	Lost                       // the server is not there, or does not know the user any more; the Client keeps trying
	Restored                   // logged on again; contacts are asked for anew
)

// String is a word for people.
func (s ConnectionStatus) String() string {
	return [...]string{"logged off", "connected", "lost", "restored"}[s&3]
}

func (*PresenceEvent) clientEvent()   {}
func (*MessageEvent) clientEvent()    {}
func (*ConnectionEvent) clientEvent() {}

// maxEvents is how many events may wait for a message to be taken still.
const maxEvents = 1024

// An eventQueue has events handled one after the other. Its goroutine is there
// only while there are events. Besides the messages, which maxEvents bounds,
// at most one event of each contact and one of the connection wait.
type eventQueue struct {
	handle func(ClientEvent)

	mu      sync.Mutex
	waiting []ClientEvent
	changes map[Node]*PresenceEvent // those of them that wait
	status  *ConnectionEvent        // the one that waits
	running bool
}

// message adds a message, unless too much waits.
func (q *eventQueue) message(e *MessageEvent) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) >= maxEvents {
		return false
	}
	q.add(e)
	return true
}

// presence adds a change, or updates the one that waits.
func (q *eventQueue) presence(e PresenceEvent) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if w := q.changes[e.Node]; w != nil {
		w.Presence = e.Presence
		return
	}
	if q.add(&e) {
		if q.changes == nil {
			q.changes = make(map[Node]*PresenceEvent)
		}
		q.changes[e.Node] = &e
	}
}

// connection adds a new status, in place of one that waits.
func (q *eventQueue) connection(e ConnectionEvent) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.status != nil {
		*q.status = e
		return
	}
	if q.add(&e) {
		q.status = &e
	}
}

// add adds an event, if anybody wants it. The lock is held.
func (q *eventQueue) add(e ClientEvent) bool {
	if q.handle == nil {
		return false
	}
	q.waiting = append(q.waiting, e)
	if !q.running {
		q.running = true
		go q.run()
	}
	return true
}

func (q *eventQueue) run() {
	for e := q.next(); e != nil; e = q.next() {
		q.handle(e)
	}
}

// next takes the first event; nil ends the goroutine.
func (q *eventQueue) next() ClientEvent {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) == 0 {
		q.waiting, q.running = nil, false
		return nil
	}
	e := q.waiting[0]
	q.waiting[0] = nil
	q.waiting = q.waiting[1:]
	switch e := e.(type) {
	case *PresenceEvent:
		delete(q.changes, e.Node)
	case *ConnectionEvent:
		q.status = nil
	}
	return e
}
