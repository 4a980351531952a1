package main

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// Without a terminal there is a line every ten seconds.
func TestProgressLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		p := newProgress(&out, "backup", octets)
		for i := range int64(25) {
			p.at(i, 50)
			time.Sleep(time.Second)
		}
		p.at(25, 0)
		time.Sleep(10 * time.Second)
		p.at(26, 0)
		p.end()
		require.Equal(t, "backup: 20%, 10 of 50 octets\nbackup: 40%, 20 of 50 octets\nbackup: 26 octets\n", out.String())
	})
}
