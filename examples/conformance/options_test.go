package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Flags may stand anywhere.
func TestParse(t *testing.T) {
	var stderr strings.Builder
	for _, args := range [][]string{
		{"-tls", "-from", "f@x", "-timeout", "3s", "-json", "smtp", "host:25"},
		{"smtp", "-tls", "-from", "f@x", "-timeout", "3s", "host:25", "-json"},
		{"smtp", "host:25", "-tls", "-from", "f@x", "-timeout", "3s", "-json"},
	} {
		o, err := parse(args, &stderr)
		require.NoError(t, err)
		require.Equal(t, "smtp", o.protocol.name)
		require.Equal(t, "host:25", o.addr)
		require.True(t, o.tls)
		require.True(t, o.json)
		require.Equal(t, "f@x", o.from)
		require.Equal(t, 3*time.Second, o.timeout)
	}
	require.Empty(t, stderr.String())
}

func TestMistakes(t *testing.T) {
	for _, tt := range []struct {
		args []string
		want string // on standard error
	}{
		{nil, "usage: conformance PROTOCOL [flags] HOST:PORT"},
		{[]string{"smtp"}, "usage: conformance PROTOCOL [flags] HOST:PORT"},
		{[]string{"smtp", "host:25", "more"}, "usage: conformance PROTOCOL [flags] HOST:PORT"},
		{[]string{"gopher", "host:70"}, "conformance: protocol \"gopher\" is not known; choose one of " + protocolNames() + "\n"},
		{[]string{"smtp", "host"}, "conformance: server: address host: missing port in address; write it as HOST:PORT\n"},
		{[]string{"smtp", "::1:25"}, "conformance: server: address ::1:25: too many colons in address; write it as HOST:PORT\n"},
		{[]string{"-nonsense", "smtp", "host:25"}, "flag provided but not defined: -nonsense"},
		{[]string{"-run", "(", "smtp", "host:25"}, `invalid value "(" for flag -run: error parsing regexp`},
		{[]string{"-timeout", "soon", "smtp", "host:25"}, `invalid value "soon" for flag -timeout`},
		{[]string{"-timeout", "0", "smtp", "host:25"}, "conformance: -timeout 0s is no time at all\n"},
		{[]string{"-timeout", "-1s", "smtp", "host:25"}, "conformance: -timeout -1s is no time at all\n"},
		{[]string{"-json", "-junit", "smtp", "host:25"}, "conformance: choose one of -json and -junit\n"},
	} {
		status, stdout, stderr := command(t.Context(), tt.args...)
		require.Equal(t, 2, status, "%q", tt.args)
		require.Empty(t, stdout, "%q", tt.args)
		require.Contains(t, stderr, tt.want, "%q", tt.args)
	}
}

// The password of the environment is used, and not shown as a default.
func TestHelp(t *testing.T) {
	t.Setenv(passwordVar, "correct horse")
	for _, arg := range []string{"-help", "-h", "--help"} {
		status, stdout, stderr := command(t.Context(), "smtp", arg)
		require.Equal(t, 0, status)
		require.Empty(t, stdout)
		require.Contains(t, stderr, "usage: conformance PROTOCOL [flags] HOST:PORT")
		require.Contains(t, stderr, passwordVar)
		require.NotContains(t, stderr, "horse")
		for _, p := range protocols {
			require.Contains(t, stderr, p.name)
		}
	}
	var unused strings.Builder
	o, err := parse([]string{"smtp", "host:25"}, &unused)
	require.NoError(t, err)
	require.Equal(t, "correct horse", o.password)
	o, err = parse([]string{"smtp", "host:25", "-password", "other"}, &unused)
	require.NoError(t, err)
	require.Equal(t, "other", o.password)
}
