package config_test

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pelletier/go-toml/v2"
	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/config"
)

func parse(t testing.TB, text string) *config.File {
	t.Helper()
	f, err := config.Parse("postoffice.toml", []byte(text))
	require.NoError(t, err)
	return f
}

func TestExampleIsDefault(t *testing.T) {
	require.Equal(t, config.Default(), parse(t, config.Example()))
}

func TestNothingIsDefault(t *testing.T) {
	require.Equal(t, config.Default(), parse(t, ""))
}

// commented are the lines of the example that stand for what there is none of.
var commented = regexp.MustCompile(`(?m)^#(\S)`)

// wholeExample is the example with all that it shows.
func wholeExample() string {
	text := commented.ReplaceAllString(config.Example(), "$1")
	return strings.Replace(text, `own-site = ""`, `own-site = "Berlin"`, 1) // which sites need
}

func TestExamplesInExample(t *testing.T) {
	f := parse(t, wholeExample())
	require.Len(t, f.Connector.Routes, 1)
	require.Len(t, f.Connector.Routes[0].Domains, 1)
	require.Len(t, f.News.Feeds, 2)
	require.Equal(t, map[string]string{"queue": "debug", "auth": "warn"}, f.Log.Levels)
}

// TestExampleHasAllKeys checks that each key of each kind of table is in the example at least once.
func TestExampleHasAllKeys(t *testing.T) {
	var all map[string]any
	require.NoError(t, toml.Unmarshal([]byte(wholeExample()), &all))
	shown := map[reflect.Type]map[string]bool{}
	lookFor(shown, reflect.TypeFor[config.File](), all)
	require.Greater(t, len(shown), 20)
	for typ, keys := range shown {
		for key, is := range keys {
			require.True(t, is, "%s of %s", key, typ)
		}
	}
}

// lookFor notes which keys a value has, and which it could have, for the types of all tables in it.
func lookFor(shown map[reflect.Type]map[string]bool, typ reflect.Type, v any) {
	if list, ok := v.([]any); ok {
		for _, one := range list {
			lookFor(shown, typ.Elem(), one)
		}
	}
	table, ok := v.(map[string]any)
	if !ok || typ.Kind() != reflect.Struct {
		return
	}
	for _, f := range reflect.VisibleFields(typ) {
		key, ok := f.Tag.Lookup("toml")
		if !ok {
			continue
		}
		owner := typ
		if len(f.Index) > 1 {
			owner = typ.Field(f.Index[0]).Type // embedded in several
		}
		if shown[owner] == nil {
			shown[owner] = map[string]bool{}
		}
		one, is := table[key]
		shown[owner][key] = shown[owner][key] || is
		lookFor(shown, f.Type, one)
	}
}

func TestPrinted(t *testing.T) {
	for name, text := range map[string]string{
		"nothing": "", "example": config.Example(), "whole example": wholeExample(),
		"networks": "[im]\ninside = ['10.0.0.1-10.0.0.99', '192.0.2.0/24', '::1']\n",
		"quotes":   "[im]\ndomains = ['example.org']\nhomes = { \"tim \u00e9 'x'\" = 'im.example.org:80' }\n[accounts.ldap]\nurl = 'ldap://127.0.0.1/dc=a'\nfilter = '(cn=\\5c\u00e9)'\n",
	} {
		t.Run(name, func(t *testing.T) {
			f := parse(t, text)
			require.Equal(t, f, parse(t, f.String()))
		})
	}
}

func TestNoVirtualServers(t *testing.T) {
	require.Empty(t, parse(t, "virtual = []").Virtual)
}

func TestVirtualDefaults(t *testing.T) {
	f := parse(t, "[[virtual]]\nname = 'a'\nprotocol = 'pop3'\naddresses = [':110']\n")
	require.Len(t, f.Virtual, 1)
	require.Equal(t, "auto", f.Virtual[0].Start)
	require.Nil(t, f.Virtual[0].Mechanisms())
	f.Virtual[0].Authentication = nil
	require.NotNil(t, f.Virtual[0].Mechanisms())
	require.Empty(t, f.Virtual[0].Mechanisms())
}

// TestAddressesThatFit checks that what can listen side by side may.
func TestAddressesThatFit(t *testing.T) {
	for _, list := range []string{
		`"127.0.0.1:25", "127.0.0.2:25", "[::1]:25"`, `"0.0.0.0:25", "[::1]:25"`, `":25", ":26"`, `"127.0.0.1:0", "127.0.0.1:0"`,
	} {
		parse(t, "[[virtual]]\nname = 'a'\nprotocol = 'smtp'\naddresses = ["+list+"]\n")
	}
	for _, list := range []string{`"0.0.0.0:25", "127.0.0.1:25"`, `"[::]:25", "0.0.0.0:25"`, `"127.0.0.1:25", "[::ffff:127.0.0.1]:25"`, `"[::1]:25", ":25"`} {
		_, err := config.Parse("p.toml", []byte("[[virtual]]\nname = 'a'\nprotocol = 'smtp'\naddresses = ["+list+"]\n"))
		require.ErrorContains(t, err, "already", list)
	}
}

// TestRoutesStartWithTheConnector checks what routes and their domains have of what is around them.
func TestRoutesStartWithTheConnector(t *testing.T) {
	f := parse(t, `
[[connector.route]]
name = "r"
spaces = [{ pattern = "*" }]
content.word-wrap = 72
[[connector.route.domain]]
pattern = "example.org"
content.charset = "utf-8"
schedule.urgent.expire = "1h"
schedule.urgent.delay-notice = "0"

[connector]
max-size = "1 MB"
[connector.schedule.normal]
expire = "48h"
delay-notice = "4h"
[content]
display-names = false
`)
	r := f.Connector.Routes[0]
	require.Equal(t, 1, r.Spaces[0].Cost)
	require.Equal(t, config.Size(1e6), r.MaxSize)
	require.False(t, r.Content.DisplayNames)
	require.Equal(t, 72, r.Content.WordWrap)
	require.Equal(t, config.Duration(48*time.Hour), r.Schedules.Urgent.Expire)
	d := r.Domains[0]
	require.Equal(t, 72, d.Content.WordWrap)
	require.Equal(t, "utf-8", d.Content.Charset)
	require.Empty(t, r.Content.Charset)
	require.Equal(t, config.Duration(time.Hour), d.Schedules.Urgent.Expire)
	require.Equal(t, config.Duration(48*time.Hour), d.Schedules.Normal.Expire)
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "postoffice.toml")
	_, err := config.Load(path)
	require.ErrorIs(t, err, os.ErrNotExist)
	write := func(text string) { require.NoError(t, os.WriteFile(path, []byte(text), 0o600)) }

	write("[server]\ncertificate = 'c.pem'\nkey = '/k.pem'\n[[connector.route]]\nname = 'r'\nnext = ['a.example.org']\nspaces = [{ pattern = '*' }]\nlogin = { user = 'u', password-file = 'p' }\n")
	f, err := config.Load(path)
	require.NoError(t, err)
	require.Equal(t, config.Path(filepath.Join(dir, "c.pem")), f.Server.Certificate)
	require.Equal(t, config.Path("/k.pem"), f.Server.Key)
	require.Equal(t, config.Path(filepath.Join(dir, "p")), f.Connector.Routes[0].Login.PasswordFile)
	require.Empty(t, f.Server.ClientCA)

	write(strings.Repeat("#", 5<<20))
	_, err = config.Load(path)
	require.ErrorContains(t, err, "make it no larger than 4 MiB")

	write("[server]\nhostname = 1\n")
	_, err = config.Load(path)
	require.EqualError(t, err, "config: 1 to change\n"+path+`:2: server.hostname: this is a number; write a text in double quotes, "like this"`)
}

// TestDeepFile checks that a file which nests without end costs no more than its length.
func TestDeepFile(t *testing.T) {
	for _, text := range []string{
		"a = " + strings.Repeat("[", 5000) + strings.Repeat("]", 5000),
		strings.Repeat("a.", 5000) + "a = 1",
		"[" + strings.Repeat("a.", 5000) + "a]",
		"a = " + strings.Repeat("{a = ", 1000) + "1" + strings.Repeat("}", 1000),
	} {
		_, err := config.Parse("p.toml", []byte(text))
		require.ErrorContains(t, err, "there is no such key")
	}
}
