package config_test

import (
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/examples/postoffice/config"
	"github.com/wirepost/wirepost/queue"
)

var comments = regexp.MustCompile(`(?m)^#.*\n`)

// FuzzParse checks: nothing panics; there is a File or there are Problems, each within the file and with a reason and a
// remedy in one line; a File that is printed parses to an equal one, but for passwords; and the queue takes its routes.
func FuzzParse(f *testing.F) {
	for table := range strings.SplitSeq(wholeExample(), "\n\n") { // small ones, which are varied faster
		f.Add(comments.ReplaceAllString(table, ""))
	}
	for _, s := range []string{
		"", "virtual = []", "a.b.c = {d = [[1], {e = 2}]}", "[[virtual]]\nname = 'x'\nprotocol = 'nntp'\naddresses = ['[::]:0']\n",
		"[log.levels]\n\"a\\\"b\" = 'x'\n", "[[connector.route]]\nname='r'\nspaces=[{pattern='*'}]\ndomain=[{pattern='a.b',park=true}]\n",
		"[web]\nadmin-address = '0.0.0.0:1'\nadmin-tls = true\n", "[accounts]\naddress-rules = ['%g%%%3s@%d']\nquota.warn = 5\n",
		"[[news.feed]]\nname='a'\nhost='a.b:1'\ntls='implicit'\nlogin={user=\"\\\"\\\\\",password='p'}\n", "\ufeff[server]\r\n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		file, err := config.Parse("f.toml", []byte(text))
		if err != nil {
			require.Nil(t, file)
			lines := strings.Count(text, "\n") + 1
			for _, p := range err.(config.Problems) {
				require.True(t, p.Line >= 1 && p.Line <= lines, "%v", p)
				require.NotEmpty(t, p.Reason)
				require.NotEmpty(t, p.Remedy)
				require.NotContains(t, p.Error(), "\n")
			}
			return
		}
		hide(t, reflect.ValueOf(file).Elem())
		again, err := config.Parse("f.toml", []byte(file.String()))
		require.NoError(t, err, "%s", file)
		require.Equal(t, file, again)
		var connectors []queue.Connector
		for i := range file.Connector.Routes {
			connectors = append(connectors, file.Connector.Routes[i].Connector())
		}
		_, err = queue.NewConnectors(connectors...)
		require.NoError(t, err)
	})
}

// hide makes each password the text that is printed in place of it.
func hide(t *testing.T, v reflect.Value) {
	if s, ok := v.Addr().Interface().(*config.Secret); ok {
		if s.Reveal() != "" {
			require.NoError(t, s.UnmarshalText([]byte(s.String())))
		}
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for _, f := range reflect.VisibleFields(v.Type()) {
			if f.IsExported() && !f.Anonymous {
				hide(t, v.FieldByIndex(f.Index))
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			hide(t, v.Index(i))
		}
	}
}

// BenchmarkParse reads the example with all that it shows.
func BenchmarkParse(b *testing.B) {
	text := []byte(wholeExample())
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := config.Parse("b.toml", text); err != nil {
			b.Fatal(err)
		}
	}
}
