package config_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/config"
)

func TestDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"0": 0, "0s": 0, "0d": 0, "15m": 15 * time.Minute, "1h30m": 90 * time.Minute, "3d": 72 * time.Hour, "1d12h": 36 * time.Hour,
		"1.5h": 90 * time.Minute, "250ms": 250 * time.Millisecond, "106751d": 106751 * 24 * time.Hour,
	} {
		var d config.Duration
		require.NoError(t, d.UnmarshalText([]byte(text)), text)
		require.Equal(t, want, time.Duration(d), text)
	}
	for _, text := range []string{"", "1", "-1s", "+1s", "1d-1h", "d", "1dd", "1 h", "106752d", "106751d24h", "9999999999h", "1.5d", "h", "0x1s"} {
		var d config.Duration
		require.Error(t, d.UnmarshalText([]byte(text)), text)
	}
	for d, want := range map[time.Duration]string{
		0: "0", time.Hour: "1h", 90 * time.Minute: "1h30m", 72 * time.Hour: "72h", 96 * time.Hour: "4d", time.Second: "1s",
		time.Hour + time.Second: "1h0m1s", 10 * time.Minute: "10m",
	} {
		require.Equal(t, want, config.Duration(d).String())
	}
}

func TestSize(t *testing.T) {
	for text, want := range map[string]config.Size{
		"0": 0, "17": 17, "17B": 17, "10 MB": 1e7, "10MiB": 10 << 20, "10mib": 10 << 20, "500 kB": 500000, "1 KIB": 1024, "2 GiB": 2 << 30,
		"1 GB": 1e9, "3 TB": 3e12, "8388607 TiB": 8388607 << 40, "9223372036854775807": math.MaxInt64,
	} {
		var s config.Size
		require.NoError(t, s.UnmarshalText([]byte(text)), text)
		require.Equal(t, want, s, text)
		var again config.Size
		require.NoError(t, again.UnmarshalText([]byte(s.String())))
		require.Equal(t, s, again)
	}
	for _, text := range []string{"", "MB", "-1", "+1", "1.5 MB", "1 M", "1 MBit", " 1", "1 ", "8388608 TiB", "9223372036854775808", "1 \u212aB"} {
		var s config.Size
		require.Error(t, s.UnmarshalText([]byte(text)), text)
	}
	require.Equal(t, "50 MiB", config.Size(50<<20).String())
	require.Equal(t, "1500 kB", config.Size(1500000).String())
}

func network(t testing.TB, text string) (n config.Network) {
	t.Helper()
	require.NoError(t, n.UnmarshalText([]byte(text)))
	return n
}

func TestNetwork(t *testing.T) {
	for text, want := range map[string]string{
		"192.0.2.1": "192.0.2.1", "192.0.2.0/24": "192.0.2.0/24", "192.0.2.0-192.0.2.255": "192.0.2.0/24", "192.0.2.7 - 192.0.2.7": "192.0.2.7",
		"10.0.0.1-10.0.0.99": "10.0.0.1-10.0.0.99", "2001:db8::/32": "2001:db8::/32", "::ffff:192.0.2.1": "192.0.2.1", "0.0.0.0/0": "0.0.0.0/0",
		"::ffff:10.0.0.0/104": "10.0.0.0/8", "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff": "::/0",
	} {
		n := network(t, text)
		require.Equal(t, want, n.String(), text)
		require.Equal(t, n, network(t, n.String()))
	}
	for _, text := range []string{"", "-", "192.0.2.1-", "192.0.2", "192.0.2.0/33", "192.0.2.1/24", "fe80::1%eth0", "10.0.0.2-10.0.0.1", "::1-10.0.0.1"} {
		require.Error(t, new(config.Network).UnmarshalText([]byte(text)), text)
	}
	n := network(t, "10.0.0.1-10.0.0.99")
	require.Equal(t, "[10.0.0.1/32 10.0.0.2/31 10.0.0.4/30 10.0.0.8/29 10.0.0.16/28 10.0.0.32/27 10.0.0.64/27 10.0.0.96/30]", fmt.Sprint(n.Prefixes()))
	for a, in := range map[string]bool{"10.0.0.0": false, "10.0.0.1": true, "10.0.0.99": true, "10.0.0.100": false, "::ffff:10.0.0.5": true, "::1": false} {
		require.Equal(t, in, n.Contains(netip.MustParseAddr(a)), a)
		require.Equal(t, in, config.Networks{network(t, "192.0.2.0/24"), n}.Contain(netip.MustParseAddr(a)), a)
	}
	require.False(t, config.Network{}.Contains(netip.MustParseAddr("::1")))
	require.False(t, config.Network{}.Contains(netip.Addr{}))
	require.Empty(t, config.Networks{{}}.Prefixes())
}

// FuzzNetwork checks: what is read has prefixes that cover each of its ends and nothing beside them, do not overlap, and
// are read again from its String as the same Network.
func FuzzNetwork(f *testing.F) {
	for _, s := range []string{"10.0.0.1-10.0.0.99", "192.0.2.0/24", "::1", "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "255.255.255.254-255.255.255.255", "::ffff:1.2.3.4-::ffff:1.2.3.9"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var n config.Network
		if n.UnmarshalText([]byte(s)) != nil {
			return
		}
		require.Equal(t, n, network(t, n.String()))
		list := n.Prefixes()
		covers := func(a netip.Addr) (count int) {
			for _, p := range list {
				if p.Contains(a) {
					count++
				}
			}
			return count
		}
		require.Equal(t, 1, covers(n.From))
		require.Equal(t, 1, covers(n.To))
		require.Zero(t, covers(n.From.Prev()))
		require.Zero(t, covers(n.To.Next()))
		for i, p := range list[1:] {
			require.False(t, list[i].Overlaps(p))
		}
	})
}

func TestSecret(t *testing.T) {
	var s config.Secret
	require.NoError(t, s.UnmarshalText([]byte("hunter2")))
	require.Equal(t, "hunter2", s.Reveal())
	c := config.Credentials{User: "u", Password: s}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%10s", "%T %[1]v"} {
		for _, v := range []any{s, &s, c, &c, []config.Secret{s}} {
			shown := fmt.Sprintf(verb, v)
			require.NotContains(t, shown, "hunter", verb)
			require.NotContains(t, shown, "68756e746572", verb)
		}
	}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "s", s, "c", c)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "s", s, "c", c)
	text, err := json.Marshal(c)
	require.NoError(t, err)
	for _, shown := range []string{log.String(), string(text)} {
		require.NotContains(t, shown, "hunter")
		require.Contains(t, shown, "(hidden)")
	}
	require.Empty(t, config.Secret{}.String())
	f := parse(t, "[connector]\nsmart-hosts = ['a.example.org']\nlogin = { user = 'u', password = 'hunter2' }\n")
	require.Equal(t, "hunter2", f.Connector.Login.Password.Reveal())
	require.NotContains(t, f.String(), "hunter2")
	require.NotContains(t, fmt.Sprintf("%v %+v %#v", f, f, f), "hunter2")
}

func TestPasswordFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "p")
	c := config.Credentials{PasswordFile: config.Path(path)}
	_, err := c.Read()
	require.ErrorIs(t, err, os.ErrNotExist)
	for text, want := range map[string]string{"hunter2": "hunter2", "hunter2\n": "hunter2", " a b \r\nmore": " a b "} {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		s, err := c.Read()
		require.NoError(t, err)
		require.Equal(t, want, s.Reveal())
	}
	require.NoError(t, os.WriteFile(path, []byte("\nhunter2"), 0o600))
	_, err = c.Read()
	require.ErrorContains(t, err, "write the password there")
}

func TestTemplate(t *testing.T) {
	tim := config.Person{Alias: "Tim", Given: "Timothy", Surname: "O'Fee", Initials: "T.", Domain: "example.org"}
	for template, want := range map[config.Template]string{
		"%m@%d": "tim@example.org", "%g.%s@%d": "timothy.ofee@example.org", "%1g%s@%d": "tofee@example.org", "%3s%2g@%d": "ofeti@example.org",
		"%i%s@mail.example.org": "t.ofee@mail.example.org", "x%%%m@%d": "x%tim@example.org", "%9m@%d": "tim@example.org",
	} {
		require.NoError(t, new(config.Template).UnmarshalText([]byte(template)), template)
		require.Equal(t, want, template.Expand(tim), template)
	}
	require.Equal(t, "fee@example.org", config.Template("%g.%s@%d").Expand(config.Person{Surname: "Fee", Domain: "example.org"}))
	for surname, want := range map[string]string{"O'Neil M\u00fcller": "z.oneilmuller", "\u00d8rsted": "z.orsted", "Stra\u00df": "z.strass", "\u0141uk": "z.luk"} {
		require.Equal(t, want+"@example.org", config.Template("%1g.%s@%d").Expand(config.Person{Given: "Zo\u00eb", Surname: surname, Domain: "example.org"}))
	}
	require.Empty(t, config.Template("%g.%s@%d").Expand(config.Person{Given: "\u5f20", Domain: "example.org"}))
	for _, bad := range []string{"", "%", "%1", "%m", "%m@", "%d@%d", "%m@%s", "%m@x%d", "@%d", "%m %s@%d", "%0m@%d", "%1%@%d", "\"%m@%d", "%m@%d@%d", "%\u00e9@%d"} {
		require.Error(t, new(config.Template).UnmarshalText([]byte(bad)), bad)
	}
}
