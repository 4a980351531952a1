package rvp

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// Jobs run at their time, a few at once, and none twice at once.
func TestSchedule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSchedule()
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		began := time.Now()
		var all []string
		j := &job{}
		j.run = func(context.Context) time.Duration {
			all = append(all, time.Since(began).String())
			if len(all) == 3 {
				return never
			}
			return time.Hour
		}
		s.within(j, time.Minute)
		s.within(j, time.Second)
		s.within(j, time.Hour)
		go func() {
			defer close(ended)
			s.loop(ctx)
		}()
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		require.Equal(t, []string{"1s", "1h0m1s", "2h0m1s"}, all)
		s.within(j, time.Second)
		s.end(j)
		s.within(j, time.Second)
		time.Sleep(time.Hour)
		require.Len(t, all, 3, "it has ended")

		var mu sync.Mutex
		busy, most, again := 0, 0, 0
		for range 20 {
			j := &job{}
			j.run = func(context.Context) time.Duration {
				mu.Lock()
				busy++
				most = max(most, busy)
				if again++; again == 1 {
					s.within(j, 0) // it is wanted while it runs
				}
				mu.Unlock()
				time.Sleep(time.Minute)
				mu.Lock()
				defer mu.Unlock()
				busy--
				return never
			}
			s.within(j, 0)
		}
		time.Sleep(time.Hour)
		mu.Lock()
		defer mu.Unlock()
		require.Equal(t, 21, again)
		require.Equal(t, maxJobs, most)
		cancel()
		<-ended
	})
}

// The heap of a schedule against a plain list.
func TestScheduleModel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSchedule()
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		var mu sync.Mutex
		want, got := map[int]time.Time{}, map[int]time.Time{}
		r := rand.New(rand.NewPCG(1, 2))
		jobs := make([]*job, 200)
		for i := range jobs {
			jobs[i] = &job{run: func(context.Context) time.Duration {
				mu.Lock()
				defer mu.Unlock()
				got[i] = time.Now()
				return never
			}}
		}
		for range 2000 {
			i, wait := r.IntN(len(jobs)), time.Duration(r.IntN(3600))*time.Second
			s.within(jobs[i], wait)
			if due := time.Now().Add(wait); want[i].IsZero() || due.Before(want[i]) {
				want[i] = due
			}
			if r.IntN(50) == 0 {
				s.end(jobs[i])
				jobs[i] = &job{run: jobs[i].run}
				delete(want, i)
			}
		}
		go func() {
			defer close(ended)
			s.loop(ctx)
		}()
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		mu.Lock()
		defer mu.Unlock()
		require.Equal(t, want, got)
		cancel()
		<-ended
	})
}

// What waits is told in order, the last of what is about the same.
func TestEventQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []string
		wait := make(chan struct{})
		q := &eventQueue{handle: func(e ClientEvent) {
			<-wait
			switch e := e.(type) {
			case *PresenceEvent:
				told = append(told, fmt.Sprintf("%s %s %s", e.Node.Name, e.Before, e.State))
			case *ConnectionEvent:
				told = append(told, e.Status.String())
			case *MessageEvent:
				told = append(told, "message")
			}
		}}
		state := func(name string, before, s State) {
			q.presence(PresenceEvent{Presence: Presence{Node: Node{"h", name}, State: s}, Before: before})
		}
		q.connection(ConnectionEvent{Status: Connected})
		synctest.Wait() // it is being told
		state("ben", Offline, Online)
		q.connection(ConnectionEvent{Status: Lost})
		state("cleo", Offline, Busy)
		state("ben", Online, Away)
		q.connection(ConnectionEvent{Status: Restored})
		for range maxEvents - 3 {
			require.True(t, q.message(&MessageEvent{}))
		}
		require.False(t, q.message(&MessageEvent{}), "it is full")
		state("dora", "", Online)
		close(wait)
		synctest.Wait()
		require.Equal(t, []string{"connected", "ben offline away", "restored", "cleo offline busy", "message"}, told[:5])
		require.Equal(t, "dora  online", told[len(told)-1])
		require.Len(t, told, maxEvents+2)
		told = nil
		state("ben", Away, Online)
		synctest.Wait()
		require.Equal(t, []string{"ben away online"}, told)
	})
}

// When to renew (RVP-149).
func TestHoldDue(t *testing.T) {
	for granted, want := range map[time.Duration]time.Duration{
		4 * time.Hour: 235 * time.Minute, 20 * time.Minute: 15 * time.Minute, time.Minute: 45 * time.Second, time.Second: time.Second,
	} {
		h := hold{began: time.Unix(0, 0), granted: granted}
		require.Equal(t, want, h.due().Sub(h.began))
	}
}

// How long to wait until the next try.
func TestBackOffOf(t *testing.T) {
	before := time.Duration(0)
	for fails := range 100 {
		d := backOffOf(errDeaf, fails+1)
		require.Greater(t, d, before*5/8)
		require.LessOrEqual(t, d, maxBackOff)
		before = d
	}
	require.Equal(t, loginPause, backOffOf(failure("SUBSCRIBE", Node{}, 401), 1))
}

// The entries of an ACL after Block and Allow.
func TestReplaceACE(t *testing.T) {
	a := DefaultACL(Node{"h", "anna"})
	eve := Node{"h", "eve"}.Principal()
	deny := func(p Principal) ACE {
		return ACE{Principal: p, Credentials: anyProof, Deny: RightSendTo | RightPresence}
	}
	a.replace(deny(eve))
	a.replace(deny(eve))
	a.replace(deny(""))
	require.Len(t, a.Entries, 3)
	require.Equal(t, []Principal{eve, "http://h/instmsg/aliases/anna", ""}, []Principal{
		a.Entries[0].Principal, a.Entries[1].Principal, a.Entries[2].Principal,
	})
	require.False(t, a.Allows(eve, ByNTLM, RightSendTo))
	require.False(t, a.Allows("other", ByAssertion, RightPresence))
	require.True(t, a.Allows("http://h/instmsg/aliases/anna", ByNTLM, RightsAll))
}
