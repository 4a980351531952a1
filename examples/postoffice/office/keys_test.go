package office

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/config"
	"github.com/wirepost/wirepost/examples/postoffice/ldapserver"
	"github.com/wirepost/wirepost/imap4"
	"github.com/wirepost/wirepost/nntp"
	"github.com/wirepost/wirepost/pop3"
	"github.com/wirepost/wirepost/smtp"
)

// otherValues are those of keys that alter can't guess.
var otherValues = map[string]any{
	"connector.resolver": "192.0.2.53:53",
	"connector.mode":     "out",
}

// Each key of a configuration file makes another Config: none is read and then forgotten. Those of [accounts.ldap] and
// log.format the program itself heeds. What comes of a Config, the tests of what it is about show.
func TestEveryKeyIsHeeded(t *testing.T) {
	dir := t.TempDir()
	secret := filepath.Join(dir, "secret")
	require.NoError(t, os.WriteFile(secret, []byte("from the file\n"), 0o600))
	full := func(attachments string) *config.File {
		f := config.Default()
		f.Content.Attachments = attachments
		login := config.Credentials{User: "user", Password: secretOf(t, "x")}
		f.Connector.Login = login
		f.Connector.SmartHosts = []string{"relay.example.org"}
		f.Connector.OwnSite = "a"
		f.Connector.Sites = []config.Site{{Name: "a", Domains: []string{"a.example"}, Links: []config.SiteLink{{To: "b", Cost: 2, Next: []string{"b.example"}}}}}
		options := config.RouteOptions{Park: true, ParkUser: "u", TLS: "default", Login: login, Content: f.Content, Schedules: f.Connector.Schedules}
		f.Connector.Routes = []config.Route{{
			Name: "r", Spaces: []config.Space{{Pattern: "r.example", Cost: 3}}, Next: []string{"r.example"}, RouteOptions: options,
			Domains: []config.RouteDomain{{Pattern: "d.example", RouteOptions: options}},
		}}
		f.News.Access = []config.NewsAccess{{Groups: "*", Read: "everyone", Post: "users"}}
		f.News.Moderators = []config.Moderator{{Groups: "*", Address: "m@example.org"}}
		f.News.Expire = []config.Expiry{{Groups: "*"}}
		f.News.Peers = []config.NewsPeer{{Name: "p", Groups: "*"}}
		f.News.Feeds = []config.Feed{{Name: "f", Direction: "push", Host: "f.example:119", TLS: "none", Groups: "*", Login: login}}
		f.News.Control = []config.Control{{Action: "file", Groups: "*"}}
		f.Log.Levels = map[string]string{"queue": "debug"}
		return f
	}
	configured := func(attachments, changed string) Config {
		f := full(attachments)
		for at, v := range leaves("", reflect.ValueOf(f).Elem()) {
			if at == changed {
				alter(t, changed, v, secret)
			}
		}
		c, err := Configured(f)
		require.NoError(t, err, changed)
		c.lasting, c.IM, c.Web = nil, nil, nil
		return c
	}
	keys := 0
	for path := range leaves("", reflect.ValueOf(full("as-is")).Elem()) {
		switch section, _, _ := strings.Cut(path, "."); {
		case section == "im", section == "web": // are in the Config as they are, and so is each [[virtual]]
		case strings.HasPrefix(section, "virtual["), strings.HasPrefix(path, "accounts.ldap."), path == "log.format":
		default:
			keys++
			heeded := false
			for _, attachments := range []string{"as-is", "uuencode"} {
				heeded = heeded || !reflect.DeepEqual(configured(attachments, ""), configured(attachments, path))
			}
			require.True(t, heeded, "%s is read and not heeded", path)
		}
	}
	require.Greater(t, keys, 150)
}

func secretOf(t *testing.T, text string) (s config.Secret) {
	require.NoError(t, s.UnmarshalText([]byte(text)))
	return s
}

// leaves are the keys of a configuration that have no keys themselves, with where they are.
func leaves(path string, v reflect.Value) func(yield func(string, reflect.Value) bool) {
	return func(yield func(string, reflect.Value) bool) { walk(path, v, yield) }
}

func walk(path string, v reflect.Value, yield func(string, reflect.Value) bool) bool {
	for _, f := range reflect.VisibleFields(v.Type()) {
		key, ok := f.Tag.Lookup("toml")
		if !ok {
			continue
		}
		e, at := v.FieldByIndex(f.Index), strings.TrimPrefix(path+"."+key, ".")
		switch {
		case e.Type() == reflect.TypeFor[config.Secret]():
			if !yield(at, e) {
				return false
			}
		case e.Kind() == reflect.Struct:
			if !walk(at, e, yield) {
				return false
			}
		case e.Kind() == reflect.Slice && e.Type().Elem().Kind() == reflect.Struct && e.Type() != reflect.TypeFor[config.Networks]():
			for i := range e.Len() {
				if !walk(fmt.Sprintf("%s[%d]", at, i), e.Index(i), yield) {
					return false
				}
			}
		default:
			if !yield(at, e) {
				return false
			}
		}
	}
	return true
}

// alter gives a key another value of its kind.
func alter(t *testing.T, path string, v reflect.Value, file string) {
	t.Helper()
	switch x := v.Addr().Interface().(type) {
	case *config.Secret:
		*x = secretOf(t, "another")
		return
	case *config.Path:
		*x = config.Path(file)
		return
	case *config.Networks:
		*x = networks("192.0.2.0/24")
		return
	}
	if other, ok := otherValues[path]; ok {
		v.Set(reflect.ValueOf(other).Convert(v.Type()))
		return
	}
	word := "other.example"
	switch path[strings.LastIndexByte(path, '.')+1:] {
	case "attachments":
		word = "uuencode"
	case "rich-text":
		word = "always"
	case "charset", "non-mime-charset":
		word = "utf-8"
	case "direction":
		word = "pull"
	case "tls":
		word = map[bool]string{true: "implicit", false: "none"}[strings.HasPrefix(path, "news")]
	case "read", "post":
		word = "nobody"
	case "action":
		word = "obey"
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Int, reflect.Int64:
		v.SetInt(v.Int() + 7)
	case reflect.String:
		v.SetString(word)
	case reflect.Slice:
		e := reflect.New(v.Type().Elem()).Elem()
		switch e.Kind() {
		case reflect.String:
			e.SetString(word)
		default:
			e.SetInt(int64(7 * time.Minute))
		}
		v.Set(reflect.Append(v, e))
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
	default:
		require.Fail(t, "a key of a kind that this test does not know", "%s: %s", path, v.Type())
	}
}

// The keys of virtual servers reach the engines, for each protocol that has them.
func TestVirtualKeys(t *testing.T) {
	o := open(t, Config{Dir: t.TempDir()})
	defer o.Close()
	made := func(protocol, text string) server {
		t.Helper()
		f, err := config.Parse("v.toml", []byte("[[virtual]]\nname = 'v'\nprotocol = '"+protocol+"'\naddresses = ['127.0.0.1:0']\nhostname = 'v.example'\n"+
			"allow = ['192.0.2.0/24']\ndeny = ['192.0.2.7']\nproxy-from = ['192.0.2.8']\n"+
			"limits.connections = 11\nlimits.connections-per-address = 12\nlimits.idle = '31m'\nlimits.handshake = '14s'\n"+text))
		require.NoError(t, err)
		c, err := Configured(f)
		require.NoError(t, err)
		c.Web = &config.Web{}
		settings, err := o.settings(&c, c.virtuals([]string{"postoffice.test"}))
		require.NoError(t, err)
		e, err := o.engine(settings[0])
		require.NoError(t, err)
		return e.server
	}
	const idle, handshake = 31 * time.Minute, 14 * time.Second
	type access struct{ allow, deny, proxy string }
	common := func(allow, deny, proxy any) {
		t.Helper()
		require.Equal(t, access{"[192.0.2.0/24]", "[192.0.2.7/32]", "[192.0.2.8/32]"}, access{fmt.Sprint(allow), fmt.Sprint(deny), fmt.Sprint(proxy)})
	}
	const mail = "limits.message-size = '1 MiB'\nlimits.recipients = 15\nlimits.messages-per-connection = 16\nlimits.errors = 17\nlimits.failed-logins = 18\n"
	for _, protocol := range []string{"smtp", "submission", "lmtp"} {
		s := made(protocol, mail).(*smtp.Server)
		require.Equal(t, smtp.Limits{
			Message: 1 << 20, Recipients: 15, Mails: 16, Errors: 17, Logins: 18, Conns: 11, ConnsPerAddr: 12, Command: idle, Handshake: handshake,
		}, s.Limits, protocol)
		require.Equal(t, "v.example", s.Hostname)
		common(s.Allow, s.Deny, s.ProxyFrom)
	}
	p := made("pop3", "limits.errors = 17\nlimits.failed-logins = 18\n").(*pop3.Server)
	require.Equal(t, pop3.Limits{Errors: 17, Logins: 18, Conns: 11, ConnsPerAddr: 12, Command: idle, Handshake: handshake}, p.Limits)
	common(p.Allow, p.Deny, p.ProxyFrom)
	i := made("imap4", "limits.message-size = '1 MiB'\nlimits.errors = 17\nlimits.failed-logins = 18\nlimits.connections-per-user = 19\n").(*imap4.Server)
	require.Equal(t, imap4.Limits{
		AppendSize: 1 << 20, Bad: 17, Logins: 18, Conns: 11, ConnsPerAddr: 12, ConnsPerUser: 19, Idle: idle, Handshake: handshake,
	}, i.Limits)
	common(i.Allow, i.Deny, i.ProxyFrom)
	n := made("nntp", "limits.message-size = '1 MiB'\nlimits.errors = 17\nlimits.failed-logins = 18\nlimits.posts = 20\nlimits.posts-time = '21m'\n").(*nntp.Server)
	require.Equal(t, nntp.Limits{
		Article: 1 << 20, Errors: 17, Logins: 18, Posts: 20, PostsTime: 21 * time.Minute, Conns: 11, ConnsPerAddr: 12, Command: idle, Handshake: handshake,
	}, n.Limits)
	common(n.Allow, n.Deny, n.ProxyFrom)
	l := made("ldap", "limits.failed-logins = 18\n").(*ldapserver.Server)
	require.Equal(t, ldapserver.Limits{Conns: 11, ConnsPerAddr: 12, Logins: 18, IdleTime: idle, Handshake: handshake}, l.Limits)
	common(l.Allow, l.Deny, l.ProxyFrom)
	h := made("http", "limits.message-size = '1 MiB'\n").(*httpServer)
	require.Equal(t, 11, h.options.MaxConns)
	require.Equal(t, 12, h.options.MaxConnsPerAddr)
	require.Equal(t, idle, h.web.IdleTimeout)
	common(h.options.Allow, h.options.Deny, h.options.ProxyFrom)
}
