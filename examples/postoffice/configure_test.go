package main

import (
	"encoding/json"
	"io"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/config"
	"github.com/wirepost/wirepost/examples/postoffice/manage"
	"github.com/wirepost/wirepost/examples/postoffice/office"
)

// configFile writes a configuration file.
func configFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "postoffice.toml")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// The example says what holds without a file.
func TestConfig(t *testing.T) {
	status, stdout, stderr := command(t, "", "config")
	require.Equal(t, 0, status, stderr)
	require.Equal(t, config.Example(), stdout)
	f, err := config.Parse("stdout", []byte(stdout))
	require.NoError(t, err)
	require.Equal(t, config.Default(), f)
}

// A configuration that can't be is a failure that starts nothing, and names the line and what to write.
func TestBadConfigurations(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	const smtp = "[[virtual]]\nname = \"in\"\nprotocol = \"smtp\"\naddresses = [\"127.0.0.1:0\"]\n"
	for _, tt := range []struct {
		text string
		args []string // besides those for the file and a temporary data folder
		want string
	}{
		{"[server\n", nil, ":1: "},
		{"[server]\nhostnam = \"x\"\n", nil, `:2: server.hostnam: `},
		{"[server]\nlog-level = \"loud\"\n", nil, ":2: server.log-level: "},
		{smtp + smtp, nil, `:6: virtual[1].name: "in" is taken; give each one a name of its own`},
		{smtp + "local-domains = [\"a.test\"]\nrelay-domains = [\"*\"]\n", nil, "anybody could send to everybody"},
		{smtp + "alias-domains = { \"b.test\" = \"c.test\" }\n", nil, `"c.test" is not local`},
		{smtp + "authentication = [\"PLANE\"]\n", nil, `"PLANE" is no mechanism of smtp`},
		{smtp + "[virtual.limits]\nidle = \"1s\"\n", nil, "is less than RFC 5321, 4.5.3.2.7 asks for"},
		{smtp + "certificate = \"nowhere.pem\"\nkey = \"nowhere.pem\"\n", nil, "nowhere.pem"},
		{"[server]\ncertificate = \"nowhere.pem\"\nkey = \"nowhere.pem\"\n", nil, "nowhere.pem"},
		{"[server]\nclient-ca = \"nowhere.pem\"\n", nil, "client CA: "},
		{"[[news.feed]]\nname = \"peer\"\nhost = \"news.example.org:119\"\ntls = \"starttls\"\n[news.feed.login]\nuser = \"x\"\npassword-file = \"nowhere\"\n", nil, "news.feed: peer: config: password-file: "},
		{strings.Replace(smtp, "127.0.0.1:0", taken.Addr().String(), 1), []string{"-ephemeral=false"}, `or choose another of the addresses of virtual server "in"`},
		{smtp, []string{"-smtp", "127.0.0.1:0"}, `there is no service "smtp" to listen on 127.0.0.1:0`},
	} {
		dir := filepath.Join(t.TempDir(), "data")
		args := append([]string{"-ephemeral", "-config", configFile(t, tt.text), "-data", dir}, tt.args...)
		status, stdout, stderr := command(t, "", args...)
		require.Equal(t, 1, status, "%s\n%s", tt.text, stderr)
		require.Empty(t, stdout)
		require.Contains(t, stderr, tt.want, tt.text)
	}
	status, _, stderr := command(t, "", "-config", filepath.Join(t.TempDir(), "none.toml"))
	require.Equal(t, 1, status)
	require.Contains(t, stderr, "no such file")
}

// A check says what is wrong with a file, and around it, and what to do.
func TestCheck(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	const (
		quiet = "[web]\nadmin-address = \"\"\n[[virtual]]\nname = \"in\"\nprotocol = \"smtp\"\n"
		free  = "addresses = [\"127.0.0.1:0\"]\n"
	)
	for _, tt := range []struct {
		text           string
		status         int
		stdout, stderr string
	}{
		{quiet + free, 0, "The configuration is in order.\n", ""},
		{quiet + "addresses = [\"" + taken.Addr().String() + "\"]\n", 1, "fault: virtual[0].addresses[0]: ", "postoffice: 1 to change\n"},
		{quiet + free + "certificate = \"no.pem\"\nkey = \"no.pem\"\n", 1, "virtual[0].certificate", "to change\n"},
		{quiet + "addresses = [1]\n", 1, "", ":6: virtual[0].addresses[0]: "},
	} {
		status, stdout, stderr := command(t, "", "check", "-config", configFile(t, tt.text), "-data", t.TempDir())
		require.Equal(t, tt.status, status, "%s\n%s%s", tt.text, stdout, stderr)
		require.Contains(t, stdout, tt.stdout)
		require.Contains(t, stderr, tt.stderr)
	}
}

// What the program itself takes from a file: the form of the log, and all keys of the directory.
func TestKeysOfProgram(t *testing.T) {
	f, err := parseServe([]string{"-config", configFile(t, "log.format = \"json\"\n")}, t.Output())
	require.NoError(t, err)
	require.True(t, f.logOptions(io.Discard).JSON)
	usual := config.LDAP{URL: "ldap://127.0.0.1/dc=test?uid,mail"}
	of := reflect.ValueOf(usual).Type()
	for i := range of.NumField() {
		changed := usual
		switch v := reflect.ValueOf(&changed).Elem().Field(i); v.Kind() {
		case reflect.Bool:
			v.SetBool(true)
		case reflect.String:
			v.SetString("ldap://192.0.2.1/dc=test?uid,mail")
		case reflect.Int64:
			v.SetInt(int64(time.Hour))
		default:
			require.NoError(t, v.Addr().Interface().(*config.Secret).UnmarshalText([]byte("secret")))
		}
		require.NotEqual(t, ldapOf(&usual), ldapOf(&changed), of.Field(i).Name)
	}
}

// A check knows its own server's addresses, however they are written.
func TestEverywhere(t *testing.T) {
	for _, same := range [][2]string{{":25", "[::]:25"}, {"0.0.0.0:25", ":25"}, {"localhost:25", "127.0.0.1:25"}, {"LocalHost:25", "127.0.0.1:25"}} {
		require.Equal(t, everywhere(same[0]), everywhere(same[1]), same)
	}
	for _, other := range [][2]string{{":25", "127.0.0.1:25"}, {":25", ":26"}, {"[::1]:25", "127.0.0.1:25"}, {"no address", ":25"}} {
		require.NotEqual(t, everywhere(other[0]), everywhere(other[1]), other)
	}
}

// Flags take the place of what the file says.
func TestFlagsBeforeFile(t *testing.T) {
	file := configFile(t, `
[server]
hostname = "file.test"
log-level = "warn"
[connector]
smart-hosts = ["a.test", "b.test"]
private = true
reject-from = ["example.org"]
[[connector.route]]
name = "partners"
spaces = [{ pattern = "partner.test" }]
next = ["relay.partner.test:587"]
login = { user = "us", password = "secret" }
[[connector.route.domain]]
pattern = "*.branch.test"
park = true
park-user = "branch"
[accounts]
legacy-passwords = true
[accounts.ldap]
url = "ldap://127.0.0.1/dc=test?uid,mail"
bind = "cn=file"
password = "secret"
cache = "0"
`)
	f, err := parseServe([]string{"-config", file}, t.Output())
	require.NoError(t, err)
	require.Equal(t, "file.test", f.config.Hostname)
	require.Equal(t, []string{"a.test", "b.test"}, f.config.Relaying.SmartHosts)
	require.Equal(t, []string{"example.org"}, f.config.Connector.RejectFrom)
	require.Equal(t, "partners", f.config.Connector.Routes[0].Name)
	require.NotNil(t, f.config.Connector.Logins["partners"])
	require.Equal(t, []office.Parked{{Domain: "*.branch.test", User: "branch"}}, f.config.Connector.Fetch)
	require.True(t, f.config.Relaying.Private)
	require.Equal(t, "warn", f.config.Levels)
	require.Equal(t, "cn=file", f.ldap.bind)
	require.EqualValues(t, -1, f.ldap.keep)

	f, err = parseServe([]string{
		"-config", file, "-hostname", "flag.test", "-smarthost", "c.test", "-smarthost", "d.test", "-private=false",
		"-verbose", "-ldap-bind", "cn=flag", "-pop3", "127.0.0.1:1110",
	}, t.Output())
	require.NoError(t, err)
	require.Equal(t, "flag.test", f.config.Hostname)
	require.Equal(t, []string{"c.test", "d.test"}, f.config.Relaying.SmartHosts)
	require.False(t, f.config.Relaying.Private)
	require.True(t, f.config.LegacyAuth, "no flag is about it")
	require.Equal(t, "warn,debug", f.config.Levels)
	require.Equal(t, "cn=flag", f.ldap.bind)
	require.Equal(t, "secret", f.ldap.password)
	require.Equal(t, map[string]string{"pop3": "127.0.0.1:1110"}, f.config.Addresses)
	again, err := f.config.Reload()
	require.NoError(t, err)
	require.Equal(t, f.config.Relaying, again.Relaying)
	require.Equal(t, "flag.test", again.Hostname)
}

// A running server is administered by commands.
func TestServerCommands(t *testing.T) {
	dir := t.TempDir()
	file := configFile(t, "[[virtual]]\nname = \"in\"\nprotocol = \"smtp\"\naddresses = [\"127.0.0.1:0\"]\n"+
		"[[virtual]]\nname = \"later\"\nprotocol = \"pop3\"\nstart = \"manual\"\ntls-addresses = [\"127.0.0.1:0\"]\n")
	s := serving(t, filepath.Join(t.TempDir(), "ready.json"), "-config", file, "-data", dir)
	require.Contains(t, s.ready, "in")
	require.NotContains(t, s.ready, "laters")
	state := func(name string) manage.ServerState {
		status, stdout, stderr := command(t, "", "server", "list", "-json", "-data", dir)
		require.Equal(t, 0, status, stderr)
		var list []manage.Server
		require.NoError(t, json.Unmarshal([]byte(stdout), &list))
		for _, one := range list {
			if one.Name == name {
				return one.State
			}
		}
		return ""
	}
	for _, tt := range []struct {
		args   []string
		status int
		want   string // on standard output, or on standard error
		server string
		state  manage.ServerState
	}{
		{[]string{"server", "list"}, 0, "later  pop3      stopped", "later", manage.Stopped},
		{[]string{"server", "start", "later"}, 0, "", "later", manage.Running},
		{[]string{"server", "list"}, 0, " TLS 127.0.0.1:", "later", manage.Running},
		{[]string{"server", "pause", "in"}, 0, "", "in", manage.Paused},
		{[]string{"server", "resume", "in"}, 0, "", "in", manage.Running},
		{[]string{"server", "stop", "later"}, 0, "", "later", manage.Stopped},
		{[]string{"server", "pause", "later"}, 1, "later is stopped, not running; start it", "later", manage.Stopped},
		{[]string{"server", "stop", "late"}, 1, `there is no virtual server "late", but in, later`, "later", manage.Stopped},
		{[]string{"log", "set", "smtp", "debug"}, 0, "", "in", manage.Running},
		{[]string{"log", "levels"}, 0, "smtp        debug\n", "in", manage.Running},
		{[]string{"log", "set", "warn"}, 0, "", "in", manage.Running},
		{[]string{"log", "levels"}, 0, "all others  warn\n", "in", manage.Running},
		{[]string{"log", "set", "loud"}, 1, `"loud" is no level; write debug, info, warn or error`, "in", manage.Running},
		{[]string{"reload"}, 0, "", "in", manage.Running},
		{[]string{"log", "levels"}, 0, "all others  info\n", "in", manage.Running},
	} {
		status, stdout, stderr := command(t, "", append(tt.args, "-data", dir)...)
		require.Equal(t, tt.status, status, "%q %s", tt.args, stderr)
		require.Contains(t, stdout+stderr, tt.want, "%q", tt.args)
		require.Equal(t, tt.state, state(tt.server), "%q", tt.args)
	}
	require.NoError(t, os.WriteFile(file, []byte("[[virtual]]\nname = \"other\"\nprotocol = \"imap4\"\naddresses = [\"127.0.0.1:0\"]\n"), 0o600))
	status, _, stderr := command(t, "", "reload", "-data", dir)
	require.Equal(t, 0, status, stderr)
	require.Equal(t, manage.Running, state("other"))
	require.Empty(t, state("in"))
	require.NoError(t, os.WriteFile(file, []byte("log.format = \"json\"\nconnector.timeouts.delivery = \"1h\"\n[[virtual]]\nname = \"other\"\nprotocol = \"imap4\"\naddresses = [\"127.0.0.1:0\"]\n"), 0o600))
	status, _, stderr = command(t, "", "reload", "-data", dir)
	require.Equal(t, 1, status)
	require.Contains(t, stderr, "restart the server for changes of connector.timeouts.delivery, log.format; all others are in force")
	require.NoError(t, os.WriteFile(file, []byte("[virtual]\n"), 0o600))
	status, _, stderr = command(t, "", "reload", "-data", dir)
	require.Equal(t, 1, status)
	require.Contains(t, stderr, "nothing was changed: config: ")
	require.Contains(t, stderr, "postoffice.toml:1: ")
	require.Equal(t, manage.Running, state("other"))
}

func TestServerCommandMistakes(t *testing.T) {
	for _, tt := range []struct {
		args   []string
		status int
		want   string
	}{
		{[]string{"server"}, 2, "usage: postoffice server COMMAND"},
		{[]string{"server", "eat"}, 2, "  pause NAME             let nobody else in"},
		{[]string{"server", "start"}, 2, "usage: postoffice server COMMAND"},
		{[]string{"server", "list", "x"}, 2, "usage: postoffice server COMMAND"},
		{[]string{"server", "-help"}, 0, "usage: postoffice server COMMAND"},
		{[]string{"server", "list", "-help"}, 0, "-json"},
		{[]string{"log"}, 2, "usage: postoffice log COMMAND"},
		{[]string{"log", "set"}, 2, "usage: postoffice log COMMAND"},
		{[]string{"log", "set", "a", "b", "c"}, 2, "  set CATEGORY LEVEL     have one log more or less"},
		{[]string{"reload", "x"}, 2, "usage: postoffice reload"},
		{[]string{"reload", "-help"}, 0, "-data"},
		{[]string{"config", "x"}, 2, "usage: postoffice config > FILE"},
		{[]string{"check", "x"}, 2, "usage: postoffice check"},
		{[]string{"reload", "-data", "nowhere"}, 1, "no server runs on the data folder nowhere: "},
		{[]string{"server", "list", "-data", "nowhere"}, 1, "start it, or name another folder with -data"},
	} {
		status, stdout, stderr := command(t, "", tt.args...)
		require.Equal(t, tt.status, status, "%q %s", tt.args, stderr)
		require.Empty(t, stdout, "%q", tt.args)
		require.Contains(t, stderr, tt.want, "%q", tt.args)
	}
}
