package conform_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/conform"
)

func TestBlock(t *testing.T) {
	for says, c := range map[string]struct {
		lines []string
		why   string
	}{
		"a\r\n\r\n..\r\n...b\r\n.\r\nnext\r\n": {lines: []string{"a", "", ".", "..b"}},
		".\r\nnext\r\n":                        {},
		"a\r\n":                                {why: "the server hung up in the midst of an answer"},
		"a\r\n.b\r\n.\r\n":                     {why: `a line begins with one dot: "b"`},
	} {
		var got []string
		r := do(t, func(ctx context.Context, r *conform.Run) {
			p := r.Dial(ctx, (&server{says: says}).dial)
			got = p.Block()
			if next, _ := p.Line(); next != "next" {
				r.Failf("then came %q", next)
			}
		})
		require.Equal(t, c.lines, got, says)
		require.Equal(t, c.why, r.Detail, says)
	}
}
