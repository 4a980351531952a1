package engine_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/engine"
)

// steps are what a mechanism says, one for each response; the last is done.
type steps struct {
	say   []string
	heard []string
	err   error // in the place of the last
}

func (s *steps) Next(response []byte) (challenge []byte, done bool, err error) {
	s.heard = append(s.heard, string(response))
	at := len(s.heard) - 1
	if done = at == len(s.say)-1; done && s.err != nil {
		return nil, false, s.err
	}
	return []byte(s.say[at]), done, nil
}

func TestExchange(t *testing.T) {
	failed := errors.New("wrong")
	for name, c := range map[string]struct {
		say     string // parted by commas
		err     error  // of the mechanism
		answers string // to the challenges, parted by commas
		asked   string
		want    error
	}{
		"at once":          {say: ""},
		"one challenge":    {say: "a,", answers: "A", asked: "a"},
		"last word":        {say: "a,b", answers: "A,", asked: "a,b"},
		"word at once":     {say: "a", asked: "a"},
		"more than wanted": {say: "a,b", answers: "A,B", asked: "a,b", want: engine.ErrMalformed},
		"refused":          {say: "a,", answers: "A", asked: "a", err: failed, want: failed},
		"gives up":         {say: "a,b,c", answers: "A,*", asked: "a,b", want: engine.ErrCancelled},
	} {
		m := &steps{say: strings.Split(c.say, ","), err: c.err}
		answers := strings.Split(c.answers, ",")
		var asked []string
		err := engine.Exchange(m, []byte("initial"), func(challenge []byte) ([]byte, error) {
			asked = append(asked, string(challenge))
			answer := answers[len(asked)-1]
			if answer == "*" {
				return nil, engine.ErrCancelled
			}
			return []byte(answer), nil
		})
		require.Equal(t, c.want, err, name)
		require.Equal(t, c.asked, strings.Join(asked, ","), name)
		require.Equal(t, "initial", m.heard[0], name)
	}
}

func TestResponse(t *testing.T) {
	for line, want := range map[string]string{"": "", "YWI=": "ab", "Kg==": "*"} {
		got, err := engine.Response([]byte(line), nil)
		require.NoError(t, err)
		require.NotNil(t, got)
		require.Equal(t, want, string(got))
	}
	for line, want := range map[string]error{
		"*": engine.ErrCancelled, "YWI": engine.ErrMalformed, "YWJ=": engine.ErrMalformed, "=": engine.ErrMalformed,
		"Y W I=": engine.ErrMalformed, "**": engine.ErrMalformed,
	} {
		_, err := engine.Response([]byte(line), nil)
		require.Equal(t, want, err, line)
	}
	_, err := engine.Response([]byte("*"), io.ErrUnexpectedEOF)
	require.ErrorIs(t, err, engine.ErrNoAnswer)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

// FuzzResponse checks that
//   - what it takes is the base64 of what it returns: one response has one form;
//   - an error is one of those that are documented.
func FuzzResponse(f *testing.F) {
	for _, seed := range []string{"", "*", "=", "YWI=", "YWI", "YW\r\nI=", "\x00"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		got, err := engine.Response(line, nil)
		if err != nil {
			require.True(t, err == engine.ErrCancelled || err == engine.ErrMalformed)
			return
		}
		require.Equal(t, clean(string(line)), encode(got))
	})
}
