//go:build interop

package ldapserver

import (
	"crypto/tls"
	"encoding/pem"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/internal/testcert"
)

// TestOpenLDAP uses the programs of OpenLDAP, of the Debian package ldap-utils.
func TestOpenLDAP(t *testing.T) {
	cert, err := testcert.New("127.0.0.1")
	require.NoError(t, err)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	require.NoError(t, os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Certificate[0]}), 0o600))
	i := start(t, func(s *Server) {
		s.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}}
		s.Auth.AllowInsecure = false
		s.People = append(crowd(30), office...)
	})
	listen := func(serve func(net.Listener) error) string {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		done := make(chan error, 1)
		go func() { done <- serve(l) }()
		t.Cleanup(func() { require.NoError(t, i.Close()); require.ErrorIs(t, <-done, ErrServerClosed) })
		return l.Addr().String()
	}
	plain := []string{"-H", "ldap://" + listen(i.Serve)}
	secure := []string{"-H", "ldaps://" + listen(i.ServeTLS)}
	run := func(want int, name string, where []string, args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), name, append(append([]string{"-x"}, where...), args...)...)
		cmd.Env = append(os.Environ(), "LDAPTLS_CACERT="+ca, "LDAPTLS_REQCERT=demand")
		out, err := cmd.CombinedOutput()
		require.Equal(t, want, cmd.ProcessState.ExitCode(), "%s %v: %v %s", name, args, err, out)
		return string(out)
	}
	login := []string{"-D", timDN, "-w", secret}
	startTLS := append(append([]string{}, plain...), append(login, "-ZZ")...)
	secure = append(secure, login...)

	run(confidentialityRequired, "ldapwhoami", append(append([]string{}, plain...), login...))
	require.Equal(t, "anonymous\n", run(success, "ldapwhoami", plain))
	for _, where := range [][]string{startTLS, secure} {
		require.Equal(t, "dn:"+timDN+"\n", run(success, "ldapwhoami", where))
		out := run(success, "ldapsearch", where, "-LLL", "-o", "ldif-wrap=no", "-b", base, "(mail=sales@example.org)", "cn", "mail")
		require.Equal(t, "dn: "+timDN+"\ncn: Tim Tester\nmail: tim@example.org\nmail: sales@example.org\n\n", out)
		require.Contains(t, run(compareTrue, "ldapcompare", where, timDN, "mail:TIM@example.org"), "TRUE")
		require.Contains(t, run(compareFalse, "ldapcompare", where, timDN, "mail:x"), "FALSE")
		require.Contains(t, run(undefinedAttributeType, "ldapcompare", where, timDN, "userPassword:x"), "userPassword")
	}
	run(invalidCredentials, "ldapwhoami", append(append([]string{}, plain...), "-ZZ", "-D", "tim", "-w", "wrong"))
	run(insufficientAccessRights, "ldapsearch", plain, "-b", base)
	require.Contains(t, run(success, "ldapsearch", plain, "-LLL", "-s", "base", "-b", "", "+"), "namingContexts: "+base)
	require.Contains(t, run(success, "ldapsearch", plain, "-LLL", "-s", "base", "-b", schemaDN, "attributeTypes"), "telephoneNumber")

	out := run(success, "ldapsearch", secure, "-LLL", "-b", base, "-E", "pr=7/noprompt", "-E", "sss=-uid", "(uid=user*)", "uid")
	require.Regexp(t, `(?s)^dn: uid=user00029,.*uid: user00000\n`, out)
	require.Contains(t, run(sizeLimitExceeded, "ldapsearch", secure, "-LLL", "-z", "3", "-b", base), "dn: ")
	run(unavailableCriticalExtension, "ldapsearch", secure, "-b", base, "-e", "!assert=(uid=x)")
	run(unwillingToPerform, "ldapdelete", secure, timDN)
}
