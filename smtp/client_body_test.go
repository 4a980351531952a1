package smtp_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/smtp"
)

func TestBodies(t *testing.T) {
	name := filepath.Join(t.TempDir(), "message")
	require.NoError(t, os.WriteFile(name, []byte(letter), 0o600))
	file, err := smtp.BodyFromFile(name, smtp.Body7Bit)
	require.NoError(t, err)
	for _, b := range []smtp.Body{
		file,
		smtp.BodyFromBytes([]byte(letter)),
		smtp.BodyFromReaderAt(strings.NewReader(letter+"more"), int64(len(letter)), smtp.Body7Bit),
	} {
		for range 2 {
			r, err := b.Open()
			require.NoError(t, err)
			got, err := io.ReadAll(r)
			require.NoError(t, err)
			require.NoError(t, r.Close())
			require.Equal(t, letter, string(got))
		}
		require.EqualValues(t, len(letter), b.Size())
		require.Equal(t, smtp.Body7Bit, b.Kind())
	}
	require.Equal(t, smtp.Body8Bit, smtp.BodyFromBytes([]byte("\x80")).Kind())
	_, err = smtp.BodyFromFile(filepath.Dir(name), smtp.Body7Bit)
	require.ErrorContains(t, err, "not a regular file")
	_, err = smtp.BodyFromFile(name+"x", smtp.Body7Bit)
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestBodyTypeOf(t *testing.T) {
	for text, want := range map[string]smtp.BodyType{
		"":                                  smtp.Body7Bit,
		letter:                              smtp.Body7Bit,
		"\x7f\x00\r\n":                      smtp.Body7Bit,
		strings.Repeat("x", 1<<20):          smtp.Body7Bit,
		strings.Repeat("x", 1<<20) + "\x80": smtp.Body8Bit,
		"é":                                 smtp.Body8Bit,
	} {
		got, err := smtp.BodyTypeOf(iotest.HalfReader(strings.NewReader(text)))
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	_, err := smtp.BodyTypeOf(iotest.ErrReader(io.ErrUnexpectedEOF))
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

// TestSendFlawed checks that what could smuggle a message is never sent, where
// ever it stands in a message, and that the server has accepted nothing.
func TestSendFlawed(t *testing.T) {
	for _, flaw := range []string{"\n", "\r", "\x00", "\n.\n", "\r.\r", "\r\n.\r", "\n.\r\n", "\r\n\x00.\r\n"} {
		for _, before := range []int{0, 10, 32 << 10, 64<<10 - 1, 64 << 10, 256<<10 - 1, 256 << 10, 300 << 10} {
			text := append(bytes.Repeat([]byte("x"), before), flaw...)
			text = append(text, "MAIL FROM:<evil@x.example>\r\nmore"...)
			for _, way := range ways {
				f := &fake{offers: way.offers, lmtp: way.lmtp}
				c := f.client(t, nil)
				out, err := c.Send(t.Context(), envelope(t, "a@x.example"), smtp.BodyFromBytes(text))
				b, is := errors.AsType[*smtp.BodyError](err)
				require.True(t, is, "%s: %q behind %d: %v", way.name, flaw, before, err)
				require.True(t, b.Flawed)
				require.ErrorContains(t, err, "CRLF")
				require.False(t, out.Ambiguous)
				require.Equal(t, err, out.Rcpt[0].Err)
				c.Close()
				require.Empty(t, f.delivered())
				require.NotContains(t, f.askedLines(), "MAIL FROM:<evil@x.example>")
			}
		}
	}
	// A CR at the very end is as bad.
	for _, way := range ways {
		f := &fake{offers: way.offers, lmtp: way.lmtp}
		_, err := f.client(t, nil).Send(t.Context(), envelope(t, "a@x.example"), smtp.BodyFromBytes([]byte("x\r")))
		require.ErrorContains(t, err, "CR", way.name)
		require.Empty(t, f.delivered())
	}
}

// A badBody is one that breaks its promises.
type badBody struct {
	open func() (io.ReadCloser, error)
	size int64
}

func (b badBody) Open() (io.ReadCloser, error) { return b.open() }
func (b badBody) Size() int64                  { return b.size }
func (b badBody) Kind() smtp.BodyType          { return smtp.Body7Bit }

// TestSendUnreadable checks that a message which cannot be read to its end is
// never taken for whole.
func TestSendUnreadable(t *testing.T) {
	broken := errors.New("disk on fire")
	open := func(r io.Reader) func() (io.ReadCloser, error) {
		return func() (io.ReadCloser, error) { return io.NopCloser(r), nil }
	}
	for _, size := range []int{10, 30_000, 200_000} {
		text := strings.Repeat("x\r\n", size)
		for _, way := range ways {
			for name, b := range map[string]badBody{
				"does not open":  {func() (io.ReadCloser, error) { return nil, broken }, -1},
				"breaks":         {open(io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken))), -1},
				"is cut":         {open(io.MultiReader(strings.NewReader(text), iotest.ErrReader(io.ErrUnexpectedEOF))), -1},
				"is too short":   {open(strings.NewReader(text)), int64(len(text)) + 1},
				"is too long":    {open(strings.NewReader(text)), int64(len(text)) - 1},
				"ends on a half": {open(iotest.HalfReader(strings.NewReader(text))), int64(len(text)) - 1},
			} {
				f := &fake{offers: way.offers, lmtp: way.lmtp}
				c := f.client(t, nil)
				out, err := c.Send(t.Context(), envelope(t, "a@x.example"), b)
				bad, is := errors.AsType[*smtp.BodyError](err)
				require.True(t, is, "%s %s: %v", way.name, name, err)
				require.False(t, bad.Flawed)
				require.False(t, out.Ambiguous)
				c.Close()
				require.Empty(t, f.delivered(), "%s %s", way.name, name)
			}
		}
	}
}

// TestSendReopens checks that each transaction reads the message from its
// beginning, and closes it.
func TestSendReopens(t *testing.T) {
	opened, closed := 0, 0
	b := badBody{size: -1, open: func() (io.ReadCloser, error) {
		opened++
		return closer{strings.NewReader(letter), &closed}, nil
	}}
	f := &fake{offers: append(everything[:len(everything):len(everything)], "LIMITS RCPTMAX=1")}
	out, err := f.client(t, nil).Send(t.Context(), envelope(t, "a@x.example", "b@x.example"), b)
	require.NoError(t, err)
	require.NoError(t, out.Failure(nil))
	require.Equal(t, 2, opened)
	require.Equal(t, 2, closed)
	for _, m := range f.delivered() {
		require.Equal(t, letter, m.data)
	}
	require.NotContains(t, f.askedLines()[1], "SIZE")
}

type closer struct {
	io.Reader
	n *int
}

func (c closer) Close() error { *c.n++; return nil }

// TestConvert checks that a message which the server cannot take as it is is
// changed by whom it is for, or refused, and never sent.
func TestConvert(t *testing.T) {
	eight := smtp.BodyFromBytes([]byte("Subject: x\r\n\r\n\xe9\r\n"))
	seven := smtp.BodyFromBytes([]byte("Subject: x\r\n\r\n=E9\r\n"))
	for _, tt := range []struct {
		name    string
		convert smtp.ConvertFunc
		want    string
	}{
		{"none", nil, "local 554 5.6.3 message needs 8BITMIME or BINARYMIME, which the next server does not offer"},
		{"done", func(_ context.Context, b smtp.Body, to smtp.BodyType) (smtp.Body, error) {
			require.Equal(t, eight, b)
			require.Equal(t, smtp.Body7Bit, to)
			return seven, nil
		}, ". 250 2.0.0 accepted"},
		{"not done", func(_ context.Context, b smtp.Body, _ smtp.BodyType) (smtp.Body, error) {
			return b, nil
		}, "local 554 5.6.3 message needs 8BITMIME or BINARYMIME, which the next server does not offer"},
		{"refused", func(context.Context, smtp.Body, smtp.BodyType) (smtp.Body, error) {
			return nil, smtp.R(554, smtp.Enhanced{5, 6, 1}, "signed")
		}, "local 554 5.6.1 signed"},
		{"failed", func(context.Context, smtp.Body, smtp.BodyType) (smtp.Body, error) {
			return nil, errors.New("no memory")
		}, "error"},
	} {
		f := &fake{offers: without("8BITMIME", "BINARYMIME")}
		c := f.client(t, &smtp.Options{Convert: tt.convert})
		out, err := c.Send(t.Context(), envelope(t, "a@x.example"), eight)
		require.Equal(t, []string{tt.want}, verdicts(out), tt.name)
		require.Equal(t, tt.want == "error", err != nil)
		require.True(t, c.Reusable())
		if tt.name == "done" {
			require.Equal(t, "Subject: x\r\n\r\n=E9\r\n", f.delivered()[0].data)
		} else {
			require.Equal(t, []string{"EHLO"}, f.asked(), "nothing was sent")
		}
	}
}

// TestSendLocally checks the other verdicts that the server is not asked for.
func TestSendLocally(t *testing.T) {
	utf8 := envelope(t, "one@here.example")
	utf8.From.UTF8 = true
	mixed := envelope(t, "é@here.example", "one@here.example")
	sender := envelope(t, "one@here.example")
	sender.From.Path = smtp.Path{Local: "é", Domain: "x.example"}
	for _, tt := range []struct {
		offers []string
		env    *smtp.Envelope
		want   []string
	}{
		{without("SMTPUTF8"), utf8, []string{"local " + smtp.No8Header.Error()}},
		{without("SMTPUTF8"), mixed, []string{"local " + smtp.No8Address.Error(), ". 250 2.0.0 accepted"}},
		{without("SMTPUTF8"), sender, []string{"local " + smtp.No8Address.Error()}},
		{[]string{"SIZE 10"}, envelope(t, "a@x.example"), []string{"local " + smtp.BeyondSize.Error()}},
		{[]string{"SIZE 0"}, envelope(t, "a@x.example"), []string{". 250 2.0.0 accepted"}},
		{[]string{"SIZE much"}, envelope(t, "a@x.example"), []string{". 250 2.0.0 accepted"}},
	} {
		f := &fake{offers: tt.offers}
		c := f.client(t, nil)
		out, err := c.Send(t.Context(), tt.env, smtp.BodyFromBytes([]byte(letter)))
		require.NoError(t, err)
		require.Equal(t, tt.want, verdicts(out))
		if strings.HasPrefix(tt.want[len(tt.want)-1], "local") {
			require.Equal(t, []string{"EHLO"}, f.asked())
		}
	}
}
