package nntp_test

import (
	"context"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/nntp"
)

// TestClientCloseAmid closes clients in the midst of what they do.
func TestClientCloseAmid(t *testing.T) {
	ctx := t.Context()
	c := converse(t, modern+"C: ARTICLE 7\nS: 220 7 <a@b>\nS: Path: a\n", nil)
	r, err := c.Article(ctx, nntp.Ref{Number: 7})
	require.NoError(t, err)
	require.NoError(t, c.Close())
	_, err = io.ReadAll(r)
	require.Error(t, err)
	require.NoError(t, r.Close())
	_, err = c.Date(ctx)
	require.Error(t, err)

	c = converse(t, modern+"C: LIST MOTD\nS: 215 list\nS: one\n", nil)
	for _, err := range c.List(ctx, "MOTD", "") {
		if err != nil {
			break
		}
		require.NoError(t, c.Close())
	}
	require.Error(t, c.Err())
}

// TestClientCutAmid lets the context of an article end while it comes in.
func TestClientCutAmid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := converse(t, modern+"C: ARTICLE 7\nS: 220 7 <a@b>\nS: Path: a\n", nil)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		r, err := c.Article(ctx, nntp.Ref{Number: 7})
		require.NoError(t, err)
		_, err = io.ReadAll(r)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Error(t, c.Err())
	})
	// One that has been read is not hit by the end of its context.
	c := converse(t, modern+"C: ARTICLE 7\nS: 220 7 <a@b>\nS: Path: a\nS: .\nC: DATE\nS: 111 20260102030405\n", nil)
	ctx, cancel := context.WithCancel(t.Context())
	r, err := c.Article(ctx, nntp.Ref{Number: 7})
	require.NoError(t, err)
	_, err = io.ReadAll(r)
	require.NoError(t, err)
	cancel()
	_, err = c.Date(t.Context())
	require.NoError(t, err)
}
