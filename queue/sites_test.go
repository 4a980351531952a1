package queue_test

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/queue"
)

func TestSites(t *testing.T) {
	links := []queue.Link{
		{From: "berlin", To: "paris", Next: []string{"paris.corp.example"}},
		{From: "berlin", To: "london", Cost: 5},
		{From: "paris", To: "rome"},
		{From: "london", To: "rome"},
		{From: "paris", To: "berlin"},
	}
	s, err := queue.NewSites("berlin", links, map[string]string{
		"berlin.corp.example": "berlin", "paris.corp.example": "paris", "*.rome.corp.example": "rome",
	}, new(queue.Connectors))
	require.NoError(t, err)
	for _, tt := range []struct {
		domain string
		down   []string
		want   string
	}{
		{"x.rome.corp.example", nil, "site:paris"},
		{"x.rome.corp.example", []string{"site:paris"}, "site:london"},
		{"x.rome.corp.example", []string{"site:paris", "site:london"}, "site:paris"},
		{"PARIS.corp.example", nil, "site:paris"},
		{"berlin.corp.example", nil, "berlin.corp.example"},
		{"b.example", nil, "b.example"},
	} {
		r, err := s.Route(t.Context(), path(tt.domain), in(tt.down...))
		require.NoError(t, err)
		require.Equal(t, tt.want, r.Name)
		again, ok := s.Named(t.Context(), r.Name, path(tt.domain))
		require.True(t, ok)
		require.Equal(t, r, again)
	}
	_, ok := s.Named(t.Context(), "site:paris", path("b.example"))
	require.False(t, ok)
	for _, bad := range []queue.Link{{From: "berlin"}, {To: "paris"}, {From: "x", To: "x"}, {From: "x", To: "y", Cost: 101}} {
		_, err := queue.NewSites("berlin", []queue.Link{bad}, nil, nil)
		require.ErrorContains(t, err, "it needs two sites")
	}
	_, err = queue.NewSites("berlin", links, map[string]string{"x.example": "oslo"}, nil)
	require.ErrorContains(t, err, "no links lead there")
	alone, err := queue.NewSites("berlin", nil, nil, nil)
	require.NoError(t, err)
	_, err = alone.Route(t.Context(), path("b.example"), nil)
	require.ErrorIs(t, err, queue.ErrNoRoute)
}

// Whatever is down, and whoever knows of it, mail that is passed on from site to site does not come to one twice.
func TestSitesHaveNoLoops(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		const n = 8
		var links []queue.Link
		where := make(map[string]string)
		for i := range n {
			where["d"+strconv.Itoa(i)+".example"] = strconv.Itoa(i)
			links = append(links, queue.Link{From: strconv.Itoa(i), To: strconv.Itoa((i + 1) % n), Cost: 1 + r.IntN(9)})
			if to := r.IntN(n); to != i {
				links = append(links, queue.Link{From: strconv.Itoa(i), To: strconv.Itoa(to), Cost: 1 + r.IntN(9)})
			}
		}
		sites := make([]*queue.Sites, n)
		for i := range n {
			var err error
			sites[i], err = queue.NewSites(strconv.Itoa(i), links, where, nil)
			require.NoError(t, err)
		}
		for dest := range n {
			for at := range n {
				seen := map[int]bool{}
				for i := at; i != dest; {
					require.False(t, seen[i], "a loop")
					seen[i] = true
					route, err := sites[i].Route(t.Context(), path("d"+strconv.Itoa(dest)+".example"), func(string) bool { return r.IntN(2) == 0 })
					require.NoError(t, err)
					i, err = strconv.Atoi(route.Name[len("site:"):])
					require.NoError(t, err)
				}
			}
		}
	}
}
