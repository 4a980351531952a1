package summary

import (
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCache(t *testing.T) {
	s := sum(t, letter)
	c := NewCache(3 * cost("1", s))
	require.Nil(t, c.Get("1"))
	for _, key := range []string{"1", "2", "3"} {
		c.Put(key, s)
	}
	require.Same(t, s, c.Get("1")) // 2 was used longest ago
	c.Put("4", s)
	require.Nil(t, c.Get("2"))
	other := sum(t, "\r\n")
	c.Put("3", other)
	require.Same(t, other, c.Get("3"))
	require.NotNil(t, c.Get("1"))
	require.NotNil(t, c.Get("4"))
	require.LessOrEqual(t, c.used, c.most)
	small := NewCache(10)
	small.Put("1", s)
	require.Nil(t, small.Get("1"))
	require.Zero(t, small.used)
	c.Put("4", s)
	require.Equal(t, 3, c.order.Len())
}

func TestCacheTogether(t *testing.T) {
	s := sum(t, letter)
	c := NewCache(50 * cost("10", s))
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range 1000 {
				key := strconv.Itoa(i % 70)
				if got := c.Get(key); got == nil {
					c.Put(key, s)
				}
			}
		})
	}
	wg.Wait()
	require.Equal(t, len(c.entries), c.order.Len())
	want := int64(0)
	for key := range c.entries {
		want += cost(key, s)
	}
	require.Equal(t, want, c.used)
	require.LessOrEqual(t, c.used, c.most)
}

func BenchmarkCache(b *testing.B) {
	s := sum(b, letter)
	c := NewCache(1000 * cost("1000", s))
	keys := make([]string, 1100)
	for i := range keys {
		keys[i] = strconv.Itoa(i)
	}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			if key := keys[i%len(keys)]; c.Get(key) == nil {
				c.Put(key, s)
			}
		}
	})
}
