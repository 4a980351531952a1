package rvp_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// rvpACL is the body of an ACL request.
func rvpACL(entries ...string) string {
	return head + "<a:rvpacl" + xmlns + "<a:acl><a:inheritance>none</a:inheritance>" + strings.Join(entries, "") + "</a:acl></a:rvpacl>"
}

// ace is an entry for a principal, "" being everybody, with any credentials but internal.
func ace(principal, grant, deny string) string {
	return aceBy(principal, "<a:assertion/><a:digest/><a:ntlm/>", grant, deny)
}

func aceBy(principal, credentials, grant, deny string) string {
	who := "<a:allprincipals/>"
	if principal != "" {
		who = "<a:rvp-principal>" + principal + "</a:rvp-principal>"
	}
	return "<a:ace><a:principal>" + who + "<a:credentials>" + credentials + "</a:credentials></a:principal><a:grant>" + grant + "</a:grant><a:deny>" + deny + "</a:deny></a:ace>"
}

// requests need one right each.
func requests(name string) map[string]func(l *line) reply {
	return map[string]func(l *line) reply{
		"list":     func(l *line) reply { return l.find(name, "<d:propname/>") },
		"read":     func(l *line) reply { return l.find(name, "<d:prop><r:email/></d:prop>") },
		"write":    func(l *line) reply { return l.do("PROPPATCH", name, lease("online", 60, "")) },
		"send-to":  func(l *line) reply { return l.say(name, "hello") },
		"readacl":  func(l *line) reply { return l.do("ACL", name, "") },
		"presence": func(l *line) reply { return l.subscribe(name, "update/propchange", l.user) },
		"subscriptions": func(l *line) reply {
			return l.do("SUBSCRIPTIONS", name, "", "Notification-Type: update/propchange")
		},
	}
}

// find sends a PROPFIND.
func (l *line) find(name, what string) reply {
	l.w.tb.Helper()
	return l.do("PROPFIND", name, head+"<d:propfind"+xmlns+what+"</d:propfind>", "Depth: 0")
}

// TestHomeRights: RVP-131, RVP-133: each right is needed, and enough, and refused to
// those who are logged in by 403 (RVP-123).
func TestHomeRights(t *testing.T) {
	for right, request := range requests("anna") {
		t.Run(right, func(t *testing.T) {
			inWorld(t, nil, func(t *testing.T, w *world) {
				_, anna := w.logOn("anna", "192.0.2.1:40000")
				ben := w.dial("192.0.2.2").login("ben")
				set := func(entries ...string) {
					t.Helper()
					require.Equal(t, 200, anna.do("ACL", "anna", rvpACL(entries...)).status)
				}
				set(ace(url("ben"), "", "<a:"+right+"/>"), ace("", "<a:all/>", ""))
				require.Equal(t, 403, request(ben).status)
				require.Equal(t, 2, request(anna).status/100, "the owner may do it unless he is named")
				set(ace(url("ben"), "<a:"+right+"/>", ""))
				require.Equal(t, 2, request(ben).status/100)
				cleo := w.dial("192.0.2.3").login("cleo")
				require.Equal(t, 403, request(cleo).status)
				set(ace(url("ben"), "<a:all/>", ""))
				require.Equal(t, 2, request(ben).status/100)
			})
		})
	}
}

// TestHomeReceiveFrom: RVP-131: logging on for somebody else needs a right to that
// and to a Call-Back of one's own.
func TestHomeReceiveFrom(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		anna := w.dial("192.0.2.1").login("anna")
		ben := w.dial("192.0.2.2").login("ben")
		login := func() int { return ben.subscribe("anna", "pragma/notify", "http://192.0.2.2:40000").status }
		require.Equal(t, 403, login())
		anna.do("ACL", "anna", rvpACL(ace(url("ben"), "<a:receive-from/>", "")))
		require.Equal(t, 403, login())
		anna.do("ACL", "anna", rvpACL(ace(url("ben"), "<a:receive-from/><a:subscribe-others/>", "")))
		require.Equal(t, 200, login())
	})
}

// TestHomeWriteACL: RVP-120, RVP-124, RVP-125, RVP-126, RVP-127, RVP-132, RVP-134.
func TestHomeWriteACL(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		anna := w.dial("192.0.2.1").login("anna")
		r := anna.do("ACL", "anna", "", "Content-Length: 0")
		require.Equal(t, 200, r.status)
		require.Equal(t, "text/xml", r.header.Get("Content-Type"))
		require.Contains(t, r.body, "<a:allprincipals/>")
		require.Contains(t, r.body, "<a:grant><a:list/><a:read/><a:send-to/><a:presence/></a:grant>", "RVP-134")
		before := r.body

		bad := anna.do("ACL", "anna", rvpACL(ace(url("ben"), "<a:all/>", ""), aceBy(url("cleo"), "", "<a:read/>", "")))
		require.Equal(t, 400, bad.status, "RVP-126")
		require.Equal(t, "Credentials Not Specified\n", bad.body)
		require.Equal(t, 400, anna.do("ACL", "anna", rvpACL(aceBy(" ", "<a:any/>", "<a:read/>", ""))).status, "RVP-127")
		require.Equal(t, 400, anna.do("ACL", "anna", "nonsense").status)
		require.Equal(t, before, anna.do("ACL", "anna", "").body, "nothing has changed")

		entry := ace(url("ben"), "<a:read/>", "<a:presence/>")
		r = anna.do("ACL", "anna", strings.ReplaceAll(rvpACL(entry, ace("im.other.test", "<a:read/>", "")), "a:grant>", "a:allow>"))
		require.Equal(t, 200, r.status, "RVP-132")
		require.Equal(t, rvpACL(entry, strings.ReplaceAll(ace("im.other.test", "<a:read/>", ""), "<a:deny></a:deny>", "<a:deny/>")), anna.do("ACL", "anna", "").body, "RVP-125")

		require.Equal(t, 403, w.dial("192.0.2.2").login("ben").do("ACL", "anna", rvpACL()).status, "RVP-120")
		require.Equal(t, 401, w.foreign(url("anna")).do("ACL", "anna", rvpACL()).status)
		require.Equal(t, 200, anna.do("ACL", "anna", rvpACL(ace(url("anna"), "", "<a:all/>"))).status)
		require.Equal(t, 403, anna.do("PROPPATCH", "anna", lease("online", 60, "")).status, "he has said so")
		require.Equal(t, 200, anna.do("ACL", "anna", rvpACL()).status, "but can say otherwise")
	})
}

// TestHomeAssertion: RVP-122, RVP-128, RVP-129, RVP-130: what those may do who only say who they are.
func TestHomeAssertion(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		_, anna := w.logOn("anna", "192.0.2.1:40000")
		eve := w.foreign("http://im.other.test/instmsg/aliases/eve")
		server := w.foreign("im.other.test")
		ben := w.dial("192.0.2.2")
		ben.user = url("ben")
		set := func(entries ...string) { anna.do("ACL", "anna", rvpACL(entries...)) }
		status := func(l *line) int { return l.say("anna", "hello").status }

		require.Equal(t, []int{200, 200, 200}, []int{status(eve), status(server), status(ben)}, "RVP-122, RVP-134")
		set(ace("im.other.test", "<a:send-to/>", ""))
		require.Equal(t, []int{403, 200, 403}, []int{status(eve), status(server), status(ben)}, "RVP-129")
		set(ace("http://IM.other.test:80/instmsg/aliases/Eve/", "", "<a:send-to/>"), ace("", "<a:all/>", ""))
		require.Equal(t, []int{403, 200, 200}, []int{status(eve), status(server), status(ben)}, "RVP-018, RVP-019, RVP-128")
		set(aceBy("", "<a:any/>", "<a:all/>", ""))
		require.Equal(t, []int{403, 403, 401}, []int{status(eve), status(server), status(ben)}, "RVP-130: who could log in is asked to")
		ben.login("ben")
		require.Equal(t, 200, status(ben))
		set(aceBy("", "<a:digest/>", "<a:all/>", ""))
		require.Equal(t, 403, status(ben), "RVP-130: logged in by NTLM")
		set(aceBy(url("anna"), "<a:assertion/>", "<a:all/>", ""))
		thief := w.foreign(url("anna"))
		require.Equal(t, 401, thief.do("PROPPATCH", "anna", lease("online", 60, "")).status, "RVP-120, whatever the ACL says")
		require.Equal(t, 401, thief.do("ACL", "anna", rvpACL()).status)
		require.Equal(t, 401, thief.do("SUBSCRIPTIONS", "anna", "", "Notification-Type: pragma/notify").status)
		require.Equal(t, 401, thief.subscribe("anna", "pragma/notify", "http://198.51.100.7:4000").status)
	})
}

// TestHomePropFind: RVP-062 to RVP-067.
func TestHomePropFind(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		anna := w.dial("192.0.2.1").login("anna")
		body := head + "<d:propfind" + xmlns + "<d:prop><d:displayname/></d:prop></d:propfind>"
		for _, depth := range []string{"X: y", "Depth: 1", "Depth: infinity", "Depth:", "Depth: 0\r\nDepth: 1"} {
			require.Equal(t, 412, anna.do("PROPFIND", "anna", body, depth).status, depth)
		}
		require.Equal(t, 400, anna.do("PROPFIND", "anna", "", "Depth: 0").status, "RVP-066")
		require.Equal(t, 400, anna.find("anna", "").status, "RVP-066")
		require.Equal(t, 400, anna.find("anna", "<d:prop/>").status, "RVP-066")
		require.Equal(t, 400, anna.find("anna", "<d:prop>"+strings.Repeat("<d:displayname/>", 300)+"</d:prop>").status)

		anna.set("away")
		r := anna.find("anna", "<d:prop><x:y xmlns:x='urn:z'/><r:state/><d:displayname/></d:prop>")
		require.Equal(t, 207, r.status)
		there, missing, _ := strings.Cut(r.body, "</d:propstat>")
		require.True(t, strings.HasSuffix(there, "<d:prop><r:state><r:away/></r:state><d:displayname>Anna Poe</d:displayname></d:prop><d:status>HTTP/1.1 200 Successful</d:status>"), r.body)
		require.Contains(t, missing, "HTTP/1.1 404 Not Found", "RVP-064")

		anna.do("PROPPATCH", "anna", update("<r:mobile-state>1</r:mobile-state><x:y xmlns:x='urn:z'>1</x:y>"))
		r = anna.find("anna", "<d:allprop/>")
		require.Equal(t, 1, strings.Count(r.body, "<d:propstat>"), "RVP-065")
		for _, part := range []string{"<r:state><r:away/></r:state>", "<r:email>anna@example.test</r:email>", "<r:mobile-state>1</r:mobile-state>", "urn:z"} {
			require.Contains(t, r.body, part)
		}
		r = anna.find("anna", "<d:propname/>")
		require.Contains(t, r.body, "<r:email></r:email>")
		require.NotContains(t, r.body, "Poe")
		require.Equal(t, 404, anna.find("nobody", "<d:allprop/>").status)

		// Without the right to see presence, everything is everything else.
		anna.do("ACL", "anna", rvpACL(ace("", "<a:list/><a:read/>", "")))
		ben := w.dial("192.0.2.2").login("ben")
		require.NotContains(t, ben.find("anna", "<d:allprop/>").body, "r:state>")
		require.Equal(t, 403, ben.find("anna", "<d:prop><r:state/></d:prop>").status, "RVP-133")
	})
}
