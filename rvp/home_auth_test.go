package rvp_test

import (
	"bufio"
	"context"
	"crypto/des"
	"crypto/md5"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"regexp"
	"strings"
	"testing"

	"github.com/Azure/go-ntlmssp"
	"github.com/stretchr/testify/require"
	//lint:ignore SA1019 NTLMv1 is made of it (MS-NLMP, 3.3.1)
	"golang.org/x/crypto/md4"

	"github.com/wirepost/wirepost/auth"
	"github.com/wirepost/wirepost/auth/httpauth"
	"github.com/wirepost/wirepost/rvp"
)

// TestHomeChallenge: RVP-113, RVP-114, RVP-120, RVP-003.
func TestHomeChallenge(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		l := w.dial("192.0.2.1")
		l.user = url("anna")
		r := l.subscribe("anna", "pragma/notify", "http://192.0.2.1:5000")
		require.Equal(t, 401, r.status)
		lines := r.header["Www-Authenticate"]
		require.Len(t, lines, 2, "RVP-113")
		require.Equal(t, "NTLM", lines[0], "exactly that, for Miranda")
		require.True(t, strings.HasPrefix(lines[1], "Digest "))
		require.Contains(t, lines[1], `realm="im.example.test"`, "RVP-114")
		require.Contains(t, lines[1], `qop="auth"`)
		require.Contains(t, r.header.Get("Content-Type"), "text/html")
	})
}

// TestHomeNTLMConnection: RVP-115, RVP-116.
func TestHomeNTLMConnection(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		l := w.dial("192.0.2.1").login("anna")
		for range 3 {
			require.Equal(t, 207, l.set("online").status, "RVP-116: the connection is logged in")
		}
		other := w.dial("192.0.2.1")
		other.user = url("anna")
		require.Equal(t, 401, other.do("PROPPATCH", "anna", lease("busy", 60, "")).status, "RVP-116: a new one is not")
	})
}

// TestHomeForeignNTLM has another implementation log in, over net/http.
func TestHomeForeignNTLM(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		tr := &http.Transport{
			DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return w.at.Dial(ctx) },
		}
		defer tr.CloseIdleConnections()
		client := &http.Client{Transport: ntlmssp.Negotiator{RoundTripper: tr}}
		for _, password := range []string{passwordOf("anna"), "wrong"} {
			req, err := http.NewRequestWithContext(t.Context(), "PROPPATCH", url("anna"), strings.NewReader(lease("online", 60, "")))
			require.NoError(t, err)
			req.Header["RVP-From-Principal"] = []string{url("anna")}
			req.SetBasicAuth(`EXAMPLE\anna`, password)
			resp, err := client.Do(req)
			require.NoError(t, err)
			_, err = io.Copy(io.Discard, resp.Body)
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			require.Equal(t, password != "wrong", resp.StatusCode == 207)
			tr.CloseIdleConnections()
		}
	})
}

// TestHomeOwnTransport logs in with this library's client, by each scheme.
func TestHomeOwnTransport(t *testing.T) {
	for _, scheme := range []string{"NTLM", "Digest"} {
		inWorld(t, nil, func(t *testing.T, w *world) {
			tr := &httpauth.Transport{
				Host: "im.example.test", User: "anna", Password: passwordOf("anna"), Schemes: []string{scheme},
				Base: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return w.at.Dial(ctx) }},
			}
			defer tr.CloseIdleConnections()
			for range 2 {
				req, err := http.NewRequestWithContext(t.Context(), "PROPPATCH", url("anna"), strings.NewReader(lease("online", 60, "")))
				require.NoError(t, err)
				resp, err := tr.RoundTrip(req)
				require.NoError(t, err)
				_, err = io.Copy(io.Discard, resp.Body)
				require.NoError(t, err)
				require.NoError(t, resp.Body.Close())
				require.Equal(t, 207, resp.StatusCode, scheme)
			}
		})
	}
}

// ntlm1 is message 1 of Authen::NTLM 1.09, whose flags are 0xb207 (facts, 7).
func ntlm1(domain, host string) string {
	b := append([]byte("NTLMSSP\x00\x01\x00\x00\x00"), 0x07, 0xb2, 0, 0)
	for _, s := range []struct{ n, at int }{{len(domain), 32 + len(host)}, {len(host), 32}} {
		b = binary.LittleEndian.AppendUint16(b, uint16(s.n))
		b = binary.LittleEndian.AppendUint16(b, uint16(s.n))
		b = binary.LittleEndian.AppendUint32(b, uint32(s.at))
	}
	return base64.StdEncoding.EncodeToString(append(append(b, host...), domain...))
}

func utf16(s string) (b []byte) {
	for _, c := range s {
		b = append(b, byte(c), 0)
	}
	return b
}

// response24 is a response of NTLMv1 (MS-NLMP, 3.3.1).
func response24(t *testing.T, key, challenge []byte) []byte {
	key = append(append([]byte(nil), key...), 0, 0, 0, 0, 0)
	var out []byte
	for i := 0; i < 21; i += 7 {
		k := make([]byte, 8)
		bits := uint64(0)
		for _, c := range key[i : i+7] {
			bits = bits<<8 | uint64(c)
		}
		for j := range k {
			k[j] = byte(bits>>(49-7*j)) << 1
		}
		c, err := des.NewCipher(k)
		require.NoError(t, err)
		block := make([]byte, 8)
		c.Encrypt(block, challenge)
		out = append(out, block...)
	}
	return out
}

// ntlm3 is message 3 by NTLMv1: the domain is that of message 2, and the
// workstation is the user's name.
func ntlm3(t *testing.T, message2 []byte, user, password string) string {
	n, at := binary.LittleEndian.Uint16(message2[12:]), binary.LittleEndian.Uint32(message2[16:])
	domain := message2[at : at+uint32(n)]
	h := md4.New()
	h.Write(utf16(password))
	nt := response24(t, h.Sum(nil), message2[24:32])
	b, payload := []byte("NTLMSSP\x00\x03\x00\x00\x00"), []byte(nil)
	for _, part := range [][]byte{make([]byte, 24), nt, domain, utf16(user), utf16(user), nil} {
		b = binary.LittleEndian.AppendUint16(b, uint16(len(part)))
		b = binary.LittleEndian.AppendUint16(b, uint16(len(part)))
		b = binary.LittleEndian.AppendUint32(b, uint32(64+len(payload)))
		payload = append(payload, part...)
	}
	b = append(b, 0x05, 0x82, 0, 0)
	return base64.StdEncoding.EncodeToString(append(b, payload...))
}

// TestHomeNetRVP is the login of Net::RVP as LWP sends it (facts, 7, 8 and 9): no
// Content-Length, TE and Keep-Alive, names in lower case, NTLMv1 only (RVP-007, RVP-117).
func TestHomeNetRVP(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		p := w.listen("192.0.2.1:34567")
		l := w.dial("192.0.2.1")
		send := func(method, name, authorization, fields, body string) reply {
			t.Helper()
			if authorization != "" {
				authorization = "Authorization: NTLM " + authorization + "\r\n"
			}
			if body != "" {
				fields = fmt.Sprintf("Content-Length: %d\r\nContent-Type: text/xml\r\n", len(body)) + fields
			}
			return l.raw(method + " /instmsg/aliases/" + name + " HTTP/1.1\r\nTE: deflate,gzip;q=0.3\r\nKeep-Alive: 300\r\n" +
				"Connection: Keep-Alive, TE\r\n" + authorization + "Host: im.example.test\r\nUser-Agent: msmsgs/4.6.0.84\r\n" + fields +
				"RVP-From-Principal: http://im.example.test/instmsg/aliases/anna\r\nRVP-Notifications-Version: 0.2\r\n\r\n" + body)
		}
		login := "Call-Back: http://192.0.2.1:34567\r\nNotification-Type: pragma/notify\r\nSubscription-Lifetime: 14400\r\n"
		r := send("SUBSCRIBE", "anna", "", login, "")
		require.Equal(t, 401, r.status)
		r = send("SUBSCRIBE", "anna", ntlm1("WHATEVER", "ANNA"), login, "")
		require.Equal(t, 401, r.status)
		two, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(r.header.Get("WWW-Authenticate"), "NTLM "))
		require.NoError(t, err)
		r = send("SUBSCRIBE", "anna", ntlm3(t, two, "anna", passwordOf("anna")), login, "")
		require.Equal(t, 200, r.status, "RVP-117")
		id := r.header.Get("Subscription-Id")

		own := "Call-Back: http://im.example.test/instmsg/aliases/anna\r\nNotification-Type: update/propchange\r\nSubscription-Lifetime: 14400\r\n"
		require.Equal(t, 207, send("SUBSCRIBE", "anna", "", own, "").status, "RVP-050")
		r = send("SUBSCRIPTIONS", "anna", "", "Notification-Type: pragma/notify\r\n", "")
		require.Contains(t, r.body, "<r:subscription-id>"+id+"</r:subscription-id>", "RVP-061")
		body := "<?xml version=\"1.0\"?>\n<d:propertyupdate xmlns:d='DAV:' xmlns:r='http://schemas.microsoft.com/rvp/'>\n<d:set><d:prop>" +
			"<r:state><r:leased-value><r:value><r:online/></r:value><r:default-value><r:offline/></r:default-value><r:timeout>14400</r:timeout>" +
			"</r:leased-value></r:state></d:prop></d:set></d:propertyupdate>\n"
		require.Equal(t, 207, send("PROPPATCH", "anna", "", "", body).status)
		require.Equal(t, []string{"anna online"}, p.states(t))
		require.Equal(t, 200, send("SUBSCRIBE", "anna", "", "Subscription-Id: "+id+"\r\nSubscription-Lifetime: 14400\r\n", "").status)
		require.Equal(t, 200, send("ACL", "anna", "", "", "").status)
		require.Equal(t, 207, send("PROPFIND", "ben", "", "Depth: 0\r\n", "<?xml version=\"1.0\"?><d:propfind xmlns:d='DAV:'><d:allprop/></d:propfind>").status)
		require.Equal(t, 200, send("UNSUBSCRIBE", "anna", "", "Subscription-Id: "+id+"\r\n", "").status)
	})
}

// digest answers a challenge as RFC 2617 has it. quoted is Miranda's way, which
// always counts to 1.
func digest(t *testing.T, challenge, method, path, name, user, password string, quoted bool) string {
	t.Helper()
	nonce := regexp.MustCompile(`nonce="([^"]*)"`).FindStringSubmatch(challenge)
	require.Len(t, nonce, 2)
	sum := func(parts ...string) string { return fmt.Sprintf("%x", md5.Sum([]byte(strings.Join(parts, ":")))) }
	response := sum(sum(name, "im.example.test", password), nonce[1], "00000001", "0123abcd", "auth", sum(method, path))
	q := ""
	if quoted {
		q = `"`
	}
	return `Authorization: Digest username="` + name + `", realm="im.example.test", nonce="` + nonce[1] + `", uri="` + path +
		`", qop=` + q + "auth" + q + ", nc=" + q + "00000001" + q + `, cnonce="0123abcd", response="` + response +
		`", algorithm=` + q + "MD5" + q
}

// TestHomeMiranda are the requests of Miranda's plugin: LF at the ends of lines, each on a
// connection of its own, Digest with all parameters quoted and DOMAIN/user
// (facts, 7 and 9; RVP-006, RVP-118, RVP-119).
func TestHomeMiranda(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		p := w.listen("192.0.2.1:34567")
		challenge := ""
		send := func(method, name, fields, body string) reply {
			t.Helper()
			path := "/instmsg/aliases/" + name
			for {
				if challenge != "" {
					fields += digest(t, challenge, method, path, "EXAMPLE/anna", "anna", passwordOf("anna"), true) + "\n"
				}
				nc, err := w.at.DialFrom(t.Context(), netip.MustParseAddrPort("192.0.2.1:0"))
				require.NoError(t, err)
				l := &line{w: w, nc: nc, r: bufio.NewReader(nc)}
				r := l.raw(method + " " + path + " HTTP/1.1\n" + fields + "RVP-Notifications-Version: 0.2\n" +
					"RVP-From-Principal: http://im.example.test/instmsg/aliases/anna\nHost: im.example.test\n" +
					fmt.Sprintf("Content-Type: text/xml\nContent-Length: %d\n\n", len(body)) + body)
				require.NoError(t, nc.Close())
				if r.status != 401 || challenge != "" {
					return r
				}
				challenge = r.header["Www-Authenticate"][1]
			}
		}
		login := "Subscription-Lifetime: 14400\nNotification-Type: pragma/notify\nCall-Back: http://192.0.2.1:34567\nUser-Agent: msmsgs/5.1.0.639\n"
		r := send("SUBSCRIBE", "anna", login, "")
		require.Equal(t, 200, r.status)
		own := "Subscription-Lifetime: 14400\nNotification-Type: update/propchange\nCall-Back: http://im.example.test/instmsg/aliases/anna\n"
		require.Equal(t, 207, send("SUBSCRIBE", "anna", own, "").status)
		require.Equal(t, 200, send("ACL", "anna", "", "").status)
		require.Equal(t, 207, send("PROPPATCH", "anna", "", lease("online", 1200, "")).status)
		require.Equal(t, 207, send("PROPPATCH", "anna", "", lease("invisible", 1200, "")).status)
		require.Equal(t, []string{"anna online", "anna invisible"}, p.states(t))
		require.Equal(t, 200, send("SUBSCRIBE", "anna", "Subscription-Lifetime: 14400\nSubscription-Id: "+r.header.Get("Subscription-Id")+"\n", "").status)
		require.Equal(t, 412, send("NOTIFY", "ben", "RVP-Ack-Type: DeepOr\nRVP-Hop-Count: 1\n", message(url("anna"), url("ben"), "hi")).status)
		p.close() // it closes the listener first (facts, 9.16)
		require.Equal(t, 207, send("PROPPATCH", "anna", "", update("<r:state><offline/></r:state>")).status)
		require.Equal(t, "offline", w.dial("192.0.2.2").login("ben").state("anna"), "RVP-079: other connections, no view-id")
	})
}

// TestHomeDigestNames: RVP-114, RVP-118, RVP-119.
func TestHomeDigestNames(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		l := w.dial("192.0.2.1")
		l.user = url("anna")
		challenge := l.do("PROPPATCH", "anna", lease("online", 60, "")).header["Www-Authenticate"][1]
		for _, quoted := range []bool{true, false} {
			for name, want := range map[string]int{
				"anna": 207, `EXAMPLE\anna`: 207, "EXAMPLE/anna": 207, "anna@example.test": 207, "anna@im.example.test": 207,
				"ANNA@example.test": 401, "anna@other.test": 401, "ben": 401,
			} {
				field := digest(t, challenge, "PROPPATCH", "/instmsg/aliases/anna", name, "anna", passwordOf("anna"), quoted)
				require.Equal(t, want, l.do("PROPPATCH", "anna", lease("online", 60, ""), field).status, "%s %v", name, quoted)
			}
		}
	})
}

// TestHomeFromPrincipal: RVP-121, RVP-123, RVP-120; a missing one (facts, 9.6).
func TestHomeFromPrincipal(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		l := w.dial("192.0.2.1").login("anna")
		require.Equal(t, 403, l.do("PROPPATCH", "ben", lease("online", 60, "")).status, "RVP-123")
		for _, who := range []string{url("ben"), url("nobody"), url("gone"), "http://im.other.test/instmsg/aliases/anna", "im.example.test"} {
			l.user = who
			require.Equal(t, 403, l.do("PROPPATCH", "anna", lease("online", 60, "")).status, "RVP-121: %s", who)
			require.Equal(t, 403, l.find("ben", "<d:allprop/>").status, "RVP-121: %s", who)
		}
		l.user = ""
		require.Equal(t, 207, l.do("PROPPATCH", "anna", lease("online", 60, "")).status)
		require.Equal(t, 403, l.do("PROPPATCH", "ben", lease("online", 60, "")).status)
		require.Equal(t, 207, l.subscribe("ben", "update/propchange", url("anna")).status, "he is known by his login")
		l.user = "http://IM.Example.test:80/instmsg/Aliases/ANNA/"
		require.Equal(t, 207, l.do("PROPPATCH", "anna", lease("online", 60, "")).status)

		dora := w.dial("192.0.2.1").login("dora")
		require.Equal(t, 207, dora.set("online").status, "the account is not the name")
		l = w.dial("192.0.2.4").login("first.last")
		require.Equal(t, 403, l.do("PROPPATCH", "dora", lease("online", 60, "")).status)
	})
}

// TestHomeOwner is a rule of the program's own.
func TestHomeOwner(t *testing.T) {
	inWorld(t, func(w *world) {
		w.home.Owner = func(id auth.Identity, n rvp.Node, _ rvp.User) bool { return id.User == "cleo" && n.Name == "anna" }
	}, func(t *testing.T, w *world) {
		l := w.dial("192.0.2.1").login("cleo")
		l.user = url("anna")
		require.Equal(t, 207, l.do("PROPPATCH", "anna", lease("online", 60, "")).status)
		require.Equal(t, 403, l.do("PROPPATCH", "ben", lease("online", 60, "")).status)
	})
}

// TestHomeBehindRouter: the word of a known router is taken (Topology.Proxies), also for
// NTLM, as long as it keeps a connection for each client.
func TestHomeBehindRouter(t *testing.T) {
	inWorld(t, func(w *world) {
		w.home.Topology.Proxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
		w.home.Topology.Refused = []netip.Prefix{netip.MustParsePrefix("203.0.113.0/24")}
	}, func(t *testing.T, w *world) {
		l := w.dial("10.0.0.1")
		l.user = url("anna")
		via := func(addr string) string { return "X-Forwarded-For: 203.0.113.5, " + addr }
		shake := func(field string) int {
			client := auth.NTLMClient(nil, "EXAMPLE", "anna", passwordOf("anna"))
			_, token, err := client.Start()
			require.NoError(t, err)
			r := l.do("ACL", "anna", "", "Authorization: NTLM "+base64.StdEncoding.EncodeToString(token), field)
			challenge, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(r.header.Get("WWW-Authenticate"), "NTLM "))
			if err != nil || len(challenge) == 0 {
				return r.status
			}
			token, err = client.Next(challenge)
			require.NoError(t, err)
			return l.do("ACL", "anna", "", "Authorization: NTLM "+base64.StdEncoding.EncodeToString(token), field).status
		}
		require.Equal(t, 200, shake(via("192.0.2.1")))
		login := func(field string) int {
			return l.do("SUBSCRIBE", "anna", "", "Notification-Type: pragma/notify", "Call-Back: http://192.0.2.1:5000", "Subscription-Lifetime: 60", field).status
		}
		require.Equal(t, 200, login(via("192.0.2.1")), "the address is the client's, not the router's")
		require.Equal(t, 401, login(via("192.0.2.2")), "another client on the same connection is nobody")
		require.Equal(t, 401, login(via("192.0.2.1")), "and so is everybody from then on")
		require.Equal(t, 403, login("X-Forwarded-For: 203.0.113.5"), "Refused")
		l = w.dial("192.0.2.9")
		l.user = url("anna")
		require.Equal(t, 401, login("X-Forwarded-For: 203.0.113.5"), "a stranger's word is not taken")
		require.Equal(t, 401, shake(via("192.0.2.1")), "nor are strange proxies' connections logged in")
	})
}
