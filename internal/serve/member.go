package serve

// A member is something that Shutdown waits for: a conversation that was
// entered, or a connection that Serve accepted. Its fields are guarded by
// Life.mu.
type member struct {
	interrupt, abort func() // set to nil once called, or when there is no more use for it
	calls            int    // callbacks that run now
}

// A callback picks one of a member's functions.
type callback func(*member) *func()

func interrupt(m *member) *func() { return &m.interrupt }
func abort(m *member) *func()     { return &m.abort }

// callEach calls back every member that has not been yet.
func (l *Life) callEach(which callback) {
	l.mu.Lock()
	all := make([]*member, 0, len(l.members))
	for m := range l.members {
		all = append(all, m)
	}
	l.mu.Unlock()
	for _, m := range all {
		l.call(m, which)
	}
}

func (l *Life) call(m *member, which callback) {
	l.mu.Lock()
	f := *which(m)
	*which(m) = nil
	if f == nil {
		l.mu.Unlock()
		return
	}
	m.calls++
	l.mu.Unlock()
	defer func() {
		l.mu.Lock()
		m.calls--
		l.returned.Broadcast()
		l.mu.Unlock()
	}()
	f()
}

// remove ends the membership of m, after a callback that runs. It says whether
// m was a member. The caller holds l.mu.
func (l *Life) remove(m *member) bool {
	m.interrupt, m.abort = nil, nil
	for m.calls > 0 {
		l.returned.Wait()
	}
	if _, in := l.members[m]; !in {
		return false
	}
	delete(l.members, m)
	l.checkDrained()
	return true
}

// checkDrained tells those who wait in Shutdown once nobody is left, which
// happens once: when draining begins, or when the last member is removed
// after that. The caller holds l.mu.
func (l *Life) checkDrained() {
	if l.stats.Draining && len(l.members) == 0 {
		close(l.drained)
	}
}
