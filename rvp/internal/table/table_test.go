package table_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/rvp"
	"github.com/wirepost/wirepost/rvp/internal/table"
	"github.com/wirepost/wirepost/rvp/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(*testing.T) rvp.NodeStore { return table.New(nil) })
}

// TestDueModel moves appointments about and compares Due with a list.
func TestDueModel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, r := table.New(nil), rand.New(rand.NewPCG(1, 2))
		model := make(map[rvp.Node]time.Time)
		for range 2000 {
			n := rvp.Node{Host: "im.example.test", Name: fmt.Sprint(r.IntN(60))}
			next := time.Now().Add(time.Duration(r.IntN(90)) * time.Second)
			if r.IntN(4) == 0 {
				next = time.Time{}
			}
			require.NoError(t, s.Update(t.Context(), n, func(rec *rvp.Record, _ time.Time) error {
				rec.Next = next
				return nil
			}))
			model[n] = next
			time.Sleep(time.Duration(r.IntN(1000)) * time.Millisecond)

			limit := 1 + r.IntN(60)
			nodes, wait, err := s.Due(t.Context(), limit)
			require.NoError(t, err)
			want, first := 0, time.Minute
			for _, at := range model {
				switch left := time.Until(at); {
				case at.IsZero():
				case left <= 0:
					want++
				default:
					first = min(first, left)
				}
			}
			require.Len(t, nodes, min(want, limit))
			require.True(t, slices.IsSortedFunc(nodes, func(a, b rvp.Node) int { return model[a].Compare(model[b]) }))
			if want <= limit && len(nodes) < limit {
				require.Equal(t, first, wait)
			}
		}
	})
}

func user(i int) rvp.Node { return rvp.Node{Host: "im.example.test", Name: fmt.Sprintf("user%07d", i)} }

// fill has n users who are logged on, online and watched by ten others.
func fill(tb testing.TB, s *table.Table, n int) {
	ctx := context.Background()
	for i := range n {
		at := user(i)
		_, err := s.Subscribe(ctx, rvp.Subscription{
			Node: at, Type: rvp.PragmaNotify, Principal: at.Principal(),
			CallBack: fmt.Sprintf("http://10.%d.%d.%d:34567", i>>16&255, i>>8&255, i&255),
		}, 4*time.Hour, 16)
		require.NoError(tb, err)
		require.NoError(tb, s.Update(ctx, at, func(r *rvp.Record, now time.Time) error {
			r.LastView, r.Revision, r.Next = 1, 1, now.Add(20*time.Minute)
			r.Views = []rvp.View{{ID: 1, State: rvp.Online, Default: rvp.Offline, Until: r.Next, Set: now}}
			return nil
		}))
		for d := range 10 {
			w := user((i + 1 + d*7919) % n)
			_, err := s.Subscribe(ctx, rvp.Subscription{
				Node: at, Type: rvp.PropChange, Principal: w.Principal(), CallBack: w.URL(),
			}, 4*time.Hour, 10_000)
			require.NoError(tb, err)
		}
	}
}

// BenchmarkUser is what a user who is logged on, and watched by ten others, takes in
// memory.
func BenchmarkUser(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		b.Run(fmt.Sprintf("users=%d", n), func(b *testing.B) {
			for b.Loop() {
				before := heap()
				s := table.New(nil)
				fill(b, s, n)
				b.ReportMetric(float64(heap()-before)/float64(n), "B/user")
				runtime.KeepAlive(s)
			}
		})
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkRefresh renews the lease of a user among many.
func BenchmarkRefresh(b *testing.B) {
	for _, n := range []int{1_000, 100_000} {
		b.Run(fmt.Sprintf("users=%d", n), func(b *testing.B) {
			s := table.New(nil)
			fill(b, s, n)
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				i++
				_ = s.Update(b.Context(), user(i%n), func(r *rvp.Record, now time.Time) error {
					r.Views[0].Until = now.Add(20 * time.Minute)
					r.Next = r.Views[0].Until
					return nil
				})
			}
		})
	}
}
