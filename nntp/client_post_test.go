package nntp_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/nntp"
)

// sent is article as the server gets it.
const sent = "C: Path: a\nC: Message-ID: <a@b>\nC: \nC: ..dot\nC: last\nC: .\n"

func TestClientPost(t *testing.T) {
	ctx := t.Context()
	c := converse(t, modern+
		"C: POST\nS: 340 go\n"+sent+"S: 240 ok\n"+
		"C: POST\nS: 440 no\n"+
		"C: POST\nS: 340 go\n"+sent+"S: 441 no\n"+
		"C: IHAVE <a@b>\nS: 335 go\n"+sent+"S: 235 ok\n"+
		"C: IHAVE <a@b>\nS: 435 had it\n"+
		"C: IHAVE <a@b>\nS: 335 go\n"+sent+"S: 436 later\n", nil)
	require.NoError(t, c.Post(ctx, strings.NewReader(article)))
	require.Equal(t, 440, code(t, c.Post(ctx, strings.NewReader(article))))
	require.Equal(t, 441, code(t, c.Post(ctx, iotest.OneByteReader(strings.NewReader(article)))))
	require.NoError(t, c.IHave(ctx, "<a@b>", strings.NewReader(article)))
	require.Equal(t, 435, code(t, c.IHave(ctx, "<a@b>", strings.NewReader(article))))
	require.Equal(t, 436, code(t, c.IHave(ctx, "<a@b>", strings.NewReader(article))))
	require.NoError(t, c.Err())
}

// TestClientPostLost tells what may have been taken from what was not.
func TestClientPostLost(t *testing.T) {
	ctx := t.Context()
	c := converse(t, modern+"C: POST\nS: 340 go\n"+sent+"hangup\n", nil)
	err := c.Post(ctx, strings.NewReader(article))
	require.ErrorIs(t, err, nntp.ErrUncertain)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)

	c = converse(t, modern+"C: POST\nhangup\n", nil)
	err = c.Post(ctx, strings.NewReader(article))
	require.Error(t, err)
	require.NotErrorIs(t, err, nntp.ErrUncertain)

	c = converse(t, modern+"C: POST\nS: 340 go\n"+sent+"S: 400 down\n", nil)
	require.Equal(t, 400, code(t, c.Post(ctx, strings.NewReader(article))))
	require.Error(t, c.Err())
}

// TestClientPostUnclean checks that the server never sees the end of an article
// that cannot be sent whole.
func TestClientPostUnclean(t *testing.T) {
	broken := errors.New("disk on fire")
	for name, from := range map[string]io.Reader{
		"fails":   io.MultiReader(strings.NewReader("Path: a\r\n"), iotest.ErrReader(broken)),
		"bare LF": strings.NewReader("Path: a\n.\nDATE\n"),
		"bare CR": strings.NewReader("Path: a\r.\rDATE\r\n"),
		"NUL":     strings.NewReader("Path: \x00\r\n"),
	} {
		t.Run(name, func(t *testing.T) {
			c := converse(t, modern+"C: POST\nS: 340 go\nhangup\n", nil)
			require.Error(t, c.Post(t.Context(), from))
			require.Error(t, c.Err(), "the article cannot be taken back")
		})
	}
}

func TestClientStream(t *testing.T) {
	ctx := t.Context()
	c := converse(t, modern+"C: MODE STREAM\nS: 203 ok\n"+
		"C: CHECK <a@b>\nC: CHECK <c@d>\nC: CHECK <e@f>\nS: 238 <a@b>\nS: 438 <c@d> had it\nS: 431 <e@f>\n"+
		"C: TAKETHIS <a@b>\n"+sent+"C: CHECK <g@h>\nS: 239 <a@b>\nS: 480 no more\n"+
		"C: DATE\nS: 111 20260102030405\n", nil)
	require.NoError(t, c.ModeStream(ctx))
	s := c.Stream(3)
	for _, id := range []string{"<a@b>", "<c@d>", "<e@f>"} {
		require.NoError(t, s.Check(ctx, id))
	}
	require.Equal(t, 3, s.Pending())
	require.ErrorIs(t, s.Check(ctx, "<more@x>"), nntp.ErrWindow)
	_, err := c.Date(ctx)
	require.Error(t, err, "answers are to come")
	var codes []int
	next := func() {
		r, err := s.Result(ctx)
		require.NoError(t, err)
		codes = append(codes, r.Reply.Code)
	}
	next()
	next()
	next()
	require.NoError(t, s.TakeThis(ctx, "<a@b>", strings.NewReader(article)))
	require.NoError(t, s.Check(ctx, "<g@h>"))
	next()
	next()
	require.Equal(t, []int{238, 438, 431, 239, 480}, codes)
	_, err = s.Result(ctx)
	require.ErrorIs(t, err, nntp.ErrWindow)
	_, err = c.Date(ctx)
	require.NoError(t, err)
}

// TestClientStreamEnds checks what is known when a stream ends early.
func TestClientStreamEnds(t *testing.T) {
	ctx := t.Context()
	for name, answer := range map[string]string{
		"the wrong one":         "S: 238 <x@y>\n",
		"not that of a CHECK":   "S: 239 <a@b>\n",
		"not one at all":        "S: 200 hello\n",
		"the server shuts down": "S: 400 bye\n",
		"hung up":               "hangup\n",
	} {
		t.Run(name, func(t *testing.T) {
			c := converse(t, modern+"C: CHECK <a@b>\nC: TAKETHIS <c@d>\n"+sent+answer, nil)
			s := c.Stream(0)
			require.NoError(t, s.Check(ctx, "<a@b>"))
			require.NoError(t, s.TakeThis(ctx, "<c@d>", strings.NewReader(article)))
			_, err := s.Result(ctx)
			require.Error(t, err)
			require.Error(t, c.Err())
			require.Equal(t, []nntp.StreamResult{{MessageID: "<a@b>"}, {MessageID: "<c@d>", TakeThis: true}}, s.Lost())
		})
	}
}
