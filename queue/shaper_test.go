package queue

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/smtp"
)

var began = time.Date(2003, 4, 1, 12, 0, 0, 0, time.UTC)

// try is a delivery from its claim to its end.
func (s *shaper) try(f feedback, now time.Time) turn {
	s.begin("r")
	had := s.pass("r", RouteOptions{}, now)
	if had.passed {
		s.learn("r", f, had, unreachable, now)
	}
	s.end("r")
	return had
}

// The window grows by one each time that a window's worth of deliveries went well, and no further than its bound.
func TestWindow(t *testing.T) {
	s := newShaper(Limits{Initial: 2, PerRoute: 4})
	window := func() int {
		limits, _ := s.allowed(began)
		if n, ok := limits["r"]; ok {
			return n
		}
		return 2
	}
	var seen []int
	for range 10 {
		s.try(healthy, began)
		seen = append(seen, window())
	}
	require.Equal(t, []int{2, 2, 3, 3, 3, 4, 4, 4, 4, 4}, seen)
	seen = nil
	for range 3 {
		s.try(busy, began)
		seen = append(seen, window())
	}
	require.Equal(t, []int{2, 1, 1}, seen)
	for range 20 {
		s.try(healthy, began)
	}
	s.try(unknown, began)
	require.Equal(t, 2, window())
	s.try(dead, began)
	require.Equal(t, 1, window())
}

// One that is down is probed by one delivery at a time, less and less often; when it is back its mail comes one by one.
func TestProbes(t *testing.T) {
	s := newShaper(Limits{})
	now := began
	require.True(t, s.try(dead, now).passed)
	wait := time.Minute
	for range 8 {
		now = now.Add(wait - 1)
		require.Equal(t, turn{down: unreachable}, s.try(healthy, now))
		require.True(t, s.down("r"))
		now = now.Add(1)
		s.allowed(now)
		require.False(t, s.down("r"))
		s.begin("r")
		probe := s.pass("r", RouteOptions{}, now)
		require.Equal(t, turn{passed: true, probe: true}, probe)
		for range 3 { // meanwhile
			require.Equal(t, turn{down: unreachable}, s.try(healthy, now.Add(time.Hour)))
			now = now.Add(time.Hour)
		}
		s.learn("r", dead, probe, unreachable, now)
		s.end("r")
		wait = min(2*wait, 30*time.Minute)
	}
	now = now.Add(time.Hour)
	require.Equal(t, turn{passed: true, probe: true}, s.try(healthy, now))
	require.Equal(t, turn{passed: true}, s.try(healthy, now))
	limits, _ := s.allowed(now)
	require.Equal(t, 2, limits["r"], "two went well")
}

// What was under way when the destination failed changes neither the pause nor the probe.
func TestLateFailures(t *testing.T) {
	s := newShaper(Limits{})
	var turns []turn
	for range 5 {
		s.begin("r")
		turns = append(turns, s.pass("r", RouteOptions{}, began))
	}
	for i, had := range turns {
		s.learn("r", dead, had, unreachable, began.Add(time.Duration(i)*time.Second))
		s.end("r")
	}
	require.Equal(t, 1, s.routes["r"].failed)
	require.Equal(t, began.Add(time.Minute), s.routes["r"].probe)

	s.begin("r")
	probe := s.pass("r", RouteOptions{}, began.Add(time.Hour))
	require.True(t, probe.probe)
	s.try(untried, began.Add(time.Hour))
	require.False(t, s.try(untried, began.Add(time.Hour)).passed, "the probe is still under way")
	s.learn("r", untried, probe, smtp.Reply{}, began.Add(time.Hour))
	s.end("r")
	require.True(t, s.try(unknown, began.Add(time.Hour)).probe, "the other one has found out nothing")
	require.Equal(t, 2, s.routes["r"].failed)
}

func TestRate(t *testing.T) {
	s := newShaper(Limits{})
	o := RouteOptions{PerMinute: 6}
	s.begin("r")
	require.True(t, s.pass("r", o, began).passed)
	s.begin("r")
	require.Equal(t, turn{wait: began.Add(10 * time.Second)}, s.pass("r", o, began.Add(time.Second)))
	limits, again := s.allowed(began.Add(time.Second))
	require.Equal(t, map[string]int{"r": -1}, limits)
	require.Equal(t, began.Add(10*time.Second), again)
	limits, again = s.allowed(began.Add(10 * time.Second))
	require.Equal(t, map[string]int{"r": 3}, limits)
	require.Zero(t, again)
	require.True(t, s.pass("r", o, began.Add(10*time.Second)).passed)
	for range 2 {
		s.end("r")
	}
	limits, _ = s.allowed(began.Add(15 * time.Second))
	require.Equal(t, map[string]int{"r": -1}, limits)
	limits, _ = s.allowed(began.Add(30 * time.Second))
	require.Empty(t, limits)
}

func TestConcurrency(t *testing.T) {
	s := newShaper(Limits{})
	o := RouteOptions{Concurrency: 2}
	for range 2 {
		s.begin("r")
		require.True(t, s.pass("r", o, began).passed)
	}
	s.begin("r")
	require.Equal(t, turn{wait: began.Add(crowded)}, s.pass("r", o, began))
	limits, _ := s.allowed(began)
	require.Equal(t, 2, limits["r"])
}

// What is remembered is bounded, whatever it is.
func TestSitesAreForgotten(t *testing.T) {
	for _, f := range []feedback{healthy, dead} {
		s := newShaper(Limits{})
		now := began
		for i := range maxSites * 3 / 2 {
			route := fmt.Sprint(i)
			s.allowed(now)
			s.begin(route)
			s.learn(route, f, s.pass(route, RouteOptions{Concurrency: 3}, now), unreachable, now)
			s.end(route)
			now = now.Add(time.Second / 10)
		}
		require.LessOrEqual(t, len(s.routes), maxSites)
		require.LessOrEqual(t, len(s.odd), len(s.routes))
	}
	s := newShaper(Limits{})
	s.try(healthy, began)
	s.allowed(began.Add(time.Hour))
	require.Empty(t, s.routes, "it has nothing to do and nothing to remember")
}

func TestLimitsBelowZero(t *testing.T) {
	var zero Limits
	below := Limits{-1, -1, -1, -1, -1, -1, -1, -1, -1, -1}
	for _, f := range []func(Limits) any{
		func(l Limits) any { return l.deliveries() },
		func(l Limits) any { return l.perRoute() },
		func(l Limits) any { return l.initial() },
		func(l Limits) any { return l.recipients() },
		func(l Limits) any { return l.hops() },
		func(l Limits) any { return l.timeout() },
		func(l Limits) any { return l.lease() },
		func(l Limits) any { return l.probe() },
		func(l Limits) any { return l.probeMax() },
		func(l Limits) any { return l.idle() },
	} {
		require.Equal(t, f(zero), f(below))
	}
}
