package httpauth

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/auth"
)

// TestWrapped logs in by NTLM in SPNEGO's wrapping: as the only mechanism, and
// after Kerberos was preferred.
func TestWrapped(t *testing.T) {
	for _, kerberos := range []bool{false, true} {
		h := &Handler{Auth: testAuth(), Schemes: []string{"Negotiate"}}
		h.Next = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			id, _ := Identity(r.Context())
			require.Equal(t, auth.Identity{User: "tim", Mechanism: "Negotiate"}, id)
			w.WriteHeader(http.StatusNoContent)
		})
		r, err := http.NewRequestWithContext(ConnContext(t.Context(), nil), "GET", "/", nil)
		require.NoError(t, err)
		send := func(token []byte, status int) []byte {
			r.Header = http.Header{"Authorization": {"Negotiate " + base64.StdEncoding.EncodeToString(token)}}
			w := &statusWriter{header: make(http.Header)}
			h.ServeHTTP(w, r)
			require.Equal(t, status, w.status)
			b, err := base64.StdEncoding.DecodeString(w.header.Get("WWW-Authenticate")[len("Negotiate "):])
			require.NoError(t, err)
			return b
		}
		c := auth.NTLMClient(nil, "", "tim", "tanstaaftanstaaf")
		_, one, err := c.Start()
		require.NoError(t, err)
		var answer []byte
		if kerberos {
			answer = send(initOf(t, one, true), 401)
			require.Equal(t, der(t, "a1153013a0030a0101a10c060a2b06010401823702020a"), answer, "go on by NTLM")
			answer = send(wrapSPNEGO(one, false), 401)
		} else {
			answer = send(initOf(t, one, false), 401)
		}
		i := bytes.Index(answer, []byte("NTLMSSP\x00\x02"))
		require.Positive(t, i)
		three, err := c.Next(answer[i:])
		require.NoError(t, err)
		require.Equal(t, der(t, "a1073005a0030a0100"), send(wrapSPNEGO(three, false), 204), "completed")
	}
}
