package queue_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/queue"
)

var noon = time.Date(2003, 4, 1, 12, 0, 0, 0, time.UTC)

// tries lists when the tries of an item come that always fails at once, in hours after its arrival.
func tries(s queue.Schedule, most int) (hours []float64) {
	h := queue.History{First: noon}
	for range most {
		due, more := s.Next("item", h)
		if !more || due.After(s.Expires(noon)) {
			break
		}
		hours = append(hours, math.Round(due.Sub(noon).Hours()*100)/100)
		h.Last = due
		h.Tries++
	}
	return hours
}

// What Exchange's Internet Mail Service does by default.
func ExampleSchedule() {
	var s queue.Schedule
	h := queue.History{First: noon, Last: noon, Tries: 1}
	for {
		due, more := s.Next("item", h)
		if !more {
			break
		}
		fmt.Printf("try after %.1f h\n", due.Sub(noon).Hours())
		h.Last, h.Tries = due, h.Tries+1
	}
	fmt.Printf("returned after %.0f h\n", s.Expires(noon).Sub(noon).Hours())
	// Output:
	// try after 1.0 h
	// try after 2.5 h
	// try after 4.8 h
	// try after 8.1 h
	// try after 13.2 h
	// try after 20.8 h
	// try after 32.2 h
	// try after 49.3 h
	// returned after 72 h
}

func TestSchedule(t *testing.T) {
	for _, c := range []struct {
		name string
		s    queue.Schedule
		want []float64
	}{
		{"Exchange's", queue.Schedule{}, []float64{0, 1, 2.5, 4.75, 8.13, 13.19, 20.78, 32.17, 49.26}},
		{"a list, whose last interval repeats", queue.Schedule{Intervals: []time.Duration{15 * time.Minute, 30 * time.Minute, time.Hour}, Expire: 4 * time.Hour}, []float64{0, .25, .75, 1.75, 2.75, 3.75}},
		{"a cap", queue.Schedule{First: time.Hour, Factor: 2, Longest: 3 * time.Hour, Retries: 5}, []float64{0, 1, 3, 6, 9, 12}},
		{"the same interval", queue.Schedule{First: 24 * time.Hour, Factor: .5}, []float64{0, 24, 48, 72}},
		{"once", queue.Schedule{Retries: -1}, []float64{0}},
		{"no negative interval", queue.Schedule{Intervals: []time.Duration{-time.Hour}}, []float64{0, 0, 0, 0, 0}},
	} {
		t.Run(c.name, func(t *testing.T) {
			most := 20
			if c.name == "no negative interval" {
				most = 5
			}
			require.Equal(t, c.want, tries(c.s, most))
		})
	}
}

// Intervals that no clock can hold end in a long one, not in the past.
func TestScheduleOverflow(t *testing.T) {
	for _, s := range []queue.Schedule{
		{Factor: 1e300, Retries: 1 << 30},
		{Factor: math.Inf(1)},
		{Factor: math.NaN()},
		{First: math.MaxInt64, Jitter: 1},
	} {
		due, more := s.Next("item", queue.History{First: noon, Last: noon, Tries: 8})
		require.True(t, more)
		require.True(t, due.After(noon), "%+v: %v", s, due)
	}
}

func TestJitter(t *testing.T) {
	s := queue.Schedule{Jitter: .1}
	h := queue.History{First: noon, Last: noon, Tries: 1}
	seen := make(map[time.Duration]bool)
	for i := range 100 {
		key := fmt.Sprint(i)
		due, _ := s.Next(key, h)
		again, _ := s.Next(key, h)
		require.Equal(t, due, again, "a pure function")
		after := due.Sub(noon)
		require.GreaterOrEqual(t, after, time.Hour)
		require.LessOrEqual(t, after, 66*time.Minute)
		seen[after] = true
	}
	require.Greater(t, len(seen), 90)
}

func TestNotice(t *testing.T) {
	require.True(t, queue.Schedule{}.NoticeDue(noon).IsZero())
	require.Equal(t, noon.Add(4*time.Hour), queue.Schedule{Notice: 4 * time.Hour}.NoticeDue(noon))
}

func TestSchedulesForPriorities(t *testing.T) {
	urgent, normal := queue.Schedule{First: time.Minute}, queue.Schedule{First: 2 * time.Minute}
	s := queue.Schedules{Urgent: &urgent, Normal: &normal}
	require.Equal(t, urgent, s.For(queue.Urgent))
	require.Equal(t, normal, s.For(queue.Normal))
	require.Equal(t, normal, s.For(queue.NonUrgent))
	require.Equal(t, normal, s.For(queue.Priority(77)))
	require.Equal(t, queue.Schedule{}, queue.Schedules{}.For(queue.Urgent))
}

func TestPriorityOf(t *testing.T) {
	require.Equal(t, []queue.Priority{queue.NonUrgent, queue.NonUrgent, queue.Normal, queue.Urgent, queue.Urgent},
		[]queue.Priority{queue.PriorityOf(-9), queue.PriorityOf(-1), queue.PriorityOf(0), queue.PriorityOf(1), queue.PriorityOf(9)})
	require.Equal(t, "non-urgent", queue.NonUrgent.String())
}
