package auth

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// capture is a slog.Handler that keeps all there is to see in a record, by
// every verb that shows the inside of a value.
type capture struct {
	all    *strings.Builder
	levels *[]slog.Level
}

func newCapture() capture { return capture{new(strings.Builder), new([]slog.Level)} }

func (c capture) Enabled(context.Context, slog.Level) bool { return true }

func (c capture) Handle(_ context.Context, r slog.Record) error {
	*c.levels = append(*c.levels, r.Level)
	fmt.Fprintf(c.all, "%s\n", r.Message)
	r.Attrs(func(a slog.Attr) bool { c.attr(a); return true })
	return nil
}

func (c capture) attr(a slog.Attr) {
	v := a.Value.Any()
	fmt.Fprintf(c.all, "%s=%v|%+v|%#v\n", a.Key, v, v, v)
}

func (c capture) WithAttrs(attrs []slog.Attr) slog.Handler {
	for _, a := range attrs {
		c.attr(a)
	}
	return c
}

func (c capture) WithGroup(name string) slog.Handler {
	c.all.WriteString(name)
	return c
}

const canary = "c4n4ry"

// loginAttempts are failures of every kind, each with the canary where the
// secret is, or would be if the message were well formed.
var loginAttempts = []struct {
	name      string
	mechanism string // "" for Password
	messages  []string
	user      string // that the record must name, "" if none
}{
	{"PASS", "", []string{"tim", canary}, "tim"},
	{"PASS, bad name", "", []string{"\x00", canary}, ""},
	{"PASS, bad password", "", []string{"tim", canary + "\xff"}, "tim"},
	{"PASS, disallowed password", "", []string{"tim", canary + "\n"}, "tim"},
	{"PLAIN", "PLAIN", []string{"\x00tim\x00" + canary}, "tim"},
	{"PLAIN, other", "PLAIN", []string{"sales\x00tim\x00" + canary}, "tim"},
	{"PLAIN, one NUL", "PLAIN", []string{"tim\x00" + canary}, ""},
	{"PLAIN, no NUL", "PLAIN", []string{"tim" + canary}, ""},
	{"PLAIN, three NULs", "PLAIN", []string{"\x00\x00tim\x00" + canary}, ""},
	{"PLAIN, not UTF-8", "PLAIN", []string{"\x00tim\x00" + canary + "\xff"}, "tim"},
	{"PLAIN, password as name, malformed", "PLAIN", []string{"\x00" + canary + "\xff\x00x"}, ""},
	{"PLAIN, password as other name, disallowed", "PLAIN", []string{canary + "\t\x00tim\x00x"}, "tim"},
	{"PLAIN, long", "PLAIN", []string{"\x00tim\x00" + strings.Repeat(canary, 1000)}, "tim"},
	{"LOGIN", "LOGIN", []string{"tim", canary}, "tim"},
	{"LOGIN, not UTF-8", "LOGIN", []string{"tim", canary + "\xff"}, "tim"},
	{"LOGIN, NUL in name", "LOGIN", []string{"tim\x00" + canary}, ""},
	{"LOGIN, empty password", "LOGIN", []string{"tim", ""}, "tim"},
}

// TestLogHasNoSecret fails a login in each way that there is, by credentials and
// by a broken store, and looks for the canary in all that was logged.
func TestLogHasNoSecret(t *testing.T) {
	users := &Users{Hasher: cheap()}
	require.NoError(t, users.Set("tim", "other"))
	broken := verifierFunc(func(context.Context, *Conn, string, string) (string, error) { return "", errDown })
	for _, accounts := range []any{users, broken} {
		for _, attempt := range loginAttempts {
			t.Run(attempt.name, func(t *testing.T) {
				log := newCapture()
				a := &Authenticator{Accounts: accounts, Logger: slog.New(log).With("server", "one")}
				var err error
				if attempt.mechanism == "" {
					_, err = a.Password(t.Context(), secure, attempt.messages[0], attempt.messages[1])
				} else {
					var e *Exchange
					e, err = a.Start(t.Context(), secure, attempt.mechanism)
					require.NoError(t, err)
					for _, m := range attempt.messages {
						_, _, err = e.Next([]byte(m))
					}
					_, _, _ = e.Next([]byte(canary)) // what has failed is logged once
				}
				require.Error(t, err)
				require.NotContains(t, err.Error(), canary)
				got := log.all.String()
				require.NotContains(t, got, canary)
				require.Len(t, *log.levels, 1)
				require.Contains(t, got, "protocol=smtp|")
				require.Contains(t, got, "addr=192.0.2.7:49152|")
				if attempt.mechanism != "" {
					require.Contains(t, got, "mechanism="+attempt.mechanism+"|")
				}
				if attempt.user != "" {
					require.Contains(t, got, "user="+attempt.user+"|")
				} else {
					require.NotContains(t, got, "user=")
				}
			})
		}
	}
}

func TestLogLevels(t *testing.T) {
	for _, c := range []struct {
		err       error
		cancelled bool
		level     slog.Level
	}{
		{ErrCredentials, false, slog.LevelWarn},
		{ErrDisabled, false, slog.LevelWarn},
		{ErrHash, false, slog.LevelError},
		{errDown, false, slog.LevelError},
		{context.Canceled, true, slog.LevelInfo},
	} {
		log := newCapture()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		a := &Authenticator{Logger: slog.New(log), Accounts: verifierFunc(
			func(context.Context, *Conn, string, string) (string, error) {
				if c.cancelled {
					cancel()
				}
				return "", c.err
			})}
		_, err := a.Password(ctx, secure, "tim", "x")
		require.ErrorIs(t, err, c.err)
		require.Equal(t, []slog.Level{c.level}, *log.levels)
		require.Contains(t, log.all.String(), c.err.Error(), "the cause is for the log")
	}
}

// TestLogEscapes: a name with what some log formats take for a line's end cannot
// forge a record, because no such name is prepared, and slog quotes the rest.
func TestLogEscapes(t *testing.T) {
	var out strings.Builder
	a := &Authenticator{Accounts: tim, Logger: slog.New(slog.NewTextHandler(&out, nil))}
	for _, name := range []string{"tim\nlevel=ERROR", "tim\r\nx", "tim level=ERROR user=root", "tim\u2028x", "tim\x1b[2J", `tim" level=ERROR`} {
		_, err := a.Password(t.Context(), secure, name, "x")
		require.Error(t, err)
	}
	require.Len(t, strings.Split(strings.TrimSpace(out.String()), "\n"), 6)
	require.NotContains(t, out.String(), " level=ERROR user=root ")
	require.NotContains(t, out.String(), "\x1b")
	require.NotContains(t, out.String(), "\r")
}

// TestPrintedWithoutSecrets: neither what fmt prints nor what a handler makes of a
// value shows a secret, whether it looks at fields or not.
func TestPrintedWithoutSecrets(t *testing.T) {
	for _, v := range []any{
		Credentials{Name: "tim", Password: canary, Token: canary},
		&Credentials{Name: "tim", Password: canary, Token: canary},
		SCRAMKey{Iterations: 4096, StoredKey: []byte(canary), ServerKey: []byte(canary)},
		&Authenticator{Accounts: tim, SaltKey: []byte(canary)},
	} {
		var log strings.Builder
		slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "value", v)
		slog.New(slog.NewTextHandler(&log, nil)).Info("x", "value", v)
		fmt.Fprintf(&log, "%v %+v %#v %s", v, v, v, v)
		for _, secret := range []string{canary, base64.StdEncoding.EncodeToString([]byte(canary)), fmt.Sprint([]byte(canary)), fmt.Sprintf("%#v", []byte(canary))} {
			require.NotContains(t, log.String(), secret, "%T", v)
		}
	}
	require.Equal(t, "auth.Authenticator(nil)", (*Authenticator)(nil).String())
}

// TestSuccessIsNotLogged: the engine has its own record of what goes well.
func TestSuccessIsNotLogged(t *testing.T) {
	log := newCapture()
	a := &Authenticator{Accounts: tim, Logger: slog.New(log)}
	_, err := a.Password(t.Context(), secure, "tim", "tanstaaftanstaaf")
	require.NoError(t, err)
	require.Empty(t, log.all.String())
}

// TestLogOfAnother: who asks to act as another is named with the other.
func TestLogOfAnother(t *testing.T) {
	log := newCapture()
	a := &Authenticator{
		Accounts: tim, Logger: slog.New(log),
		Authorize: func(context.Context, string, string) error { return errors.New("no directory") },
	}
	e, err := a.Start(t.Context(), secure, "PLAIN")
	require.NoError(t, err)
	_, _, err = e.Next([]byte("sales\x00tim\x00tanstaaftanstaaf"))
	requireTemporary(t, err)
	require.Contains(t, log.all.String(), "as=sales|")
	require.Contains(t, log.all.String(), "no directory")
}
