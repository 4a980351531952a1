package webdav

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/imap4"
)

func TestPropfind(t *testing.T) {
	r := newRig(t)
	quota, _ := as[imap4.QuotaStore](r.store.Account("alice"))
	roots, err := quota.QuotaRoots(t.Context(), 0)
	require.NoError(t, err)
	_, err = quota.SetQuota(t.Context(), roots[0].Name, []imap4.QuotaLimit{{Name: "STORAGE", Limit: 100}})
	require.NoError(t, err)
	at := r.do(201, "PUT", boxed+"x.eml", strings.Replace(letter("=?utf-8?q?Caf=C3=A9_<&>?="), "\r\n\r\n",
		"\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\n", 1)).Header().Get("Location")
	ask := func(url string, names ...string) []string {
		return read(t, r.do(207, "PROPFIND", url, propfindOf(names...), "Depth: 0"))[url]
	}
	require.Equal(t, []string{
		"displayname=Café &lt;&amp;&gt; 200", "resourcetype= 200", "getcontenttype=message/rfc822 200", `getetag=&#34;1.1&#34; 200`,
		"subject=Café &lt;&amp;&gt; 200", "from=Alice &lt;alice@example.org&gt; 200", "to=bob@example.org 200", "date=2026-03-02T09:00:00Z 200",
		"read=0 200", "hasattachment=1 200", "contentclass=urn:content-classes:message 200", "ishidden=0 200", "iscollection=0 200",
		"quota-used-bytes= 404", "nonsense= 404",
	}, ask(at, "D:displayname", "D:resourcetype", "D:getcontenttype", "D:getetag", "M:subject", "M:from", "M:to", "M:date", "M:read",
		"M:hasattachment", "D:contentclass", "D:ishidden", "D:iscollection", "D:quota-used-bytes", "D:nonsense"))
	require.Equal(t, []string{
		"displayname=INBOX 200", "resourcetype=<D:collection/> 200", "unreadcount=1 200", "hassubs=0 200", "lockdiscovery= 200",
		"quota-used-bytes=1024 200", "quota-available-bytes=101376 200", "getetag= 404", "subject= 404", "inbox= 404",
	}, ask(boxed, "D:displayname", "D:resourcetype", "M:unreadcount", "D:hassubs", "D:lockdiscovery", "D:quota-used-bytes",
		"D:quota-available-bytes", "D:getetag", "M:subject", "M:inbox"))
	require.Equal(t, []string{"inbox=/exchange/alice/INBOX/ 200", "hassubs=1 200", "sentitems= 404"},
		ask(home, "M:inbox", "D:hassubs", "M:sentitems"))

	// The names of others come back in their namespaces, and none.
	w := r.do(207, "PROPFIND", at, `<propfind xmlns="DAV:"><prop><a xmlns="urn:x&quot;&lt;"/><b xmlns=""/><displayname/></prop></propfind>`)
	require.Contains(t, w.Body.String(), `<a xmlns="urn:x&#34;&lt;"></a><b xmlns=""></b>`)
	require.Len(t, read(t, w)[at], 3)
	w = r.do(207, "PROPFIND", at, propfindOf("D:nonsense", "D:ishidden"), "Brief: t")
	require.Equal(t, []string{"ishidden=0 200"}, read(t, w)[at])
	r.do(207, "PROPFIND", at, propfindOf("D:nonsense"), "Brief: t")
}

func TestPropfindAll(t *testing.T) {
	r := newRig(t)
	r.put(boxed+"x.eml", "x")
	for _, body := range []string{"", "<propfind xmlns='DAV:'><allprop/></propfind>"} {
		all := read(t, r.do(207, "PROPFIND", boxed, body, "Depth: 1"))
		require.Len(t, all, 2)
		for _, told := range all {
			require.NotContains(t, strings.Join(told, " "), " 404")
			require.NotContains(t, strings.Join(told, " "), "quota")
		}
		require.Contains(t, strings.Join(all[boxed+"1.1.eml"], " "), "displayname=x 200")
	}
	all := read(t, r.do(207, "PROPFIND", boxed+"1.1.eml", "<propfind xmlns='DAV:' xmlns:M='urn:schemas:httpmail:'><allprop/><include><M:hasattachment/></include></propfind>"))
	require.Contains(t, all[boxed+"1.1.eml"], "hasattachment=0 200")
	names := read(t, r.do(207, "PROPFIND", boxed+"1.1.eml", "<propfind xmlns='DAV:'><propname/></propfind>"))[boxed+"1.1.eml"]
	require.Contains(t, names, "displayname= 200")
	require.Contains(t, names, "lockdiscovery= 200")
	require.NotContains(t, strings.Join(names, " "), "unreadcount")
}

func TestPropfindRefused(t *testing.T) {
	r := newRig(t)
	r.h.MaxXML = 4000
	for _, depth := range []string{"infinity", ""} {
		require.Contains(t, r.do(403, "PROPFIND", boxed, "", "Depth: "+depth).Body.String(), "<D:propfind-finite-depth/>")
	}
	r.do(400, "PROPFIND", boxed, "", "Depth: 2")
	r.do(413, "PROPFIND", boxed, strings.Repeat(" ", 4001), "Depth: 0")
	r.h.MaxXML = 0
	nested := func(n int) string { return strings.Repeat("<a>", n) + strings.Repeat("</a>", n) }
	for _, body := range []string{
		"<propfind", "<propfind xmlns='DAV:'/>", "<propfind xmlns='DAV:'><prop/><allprop/></propfind>", "<prop xmlns='DAV:'/>",
		"<propfind xmlns='DAV:'><allprop/></propfind><x/>", "<propfind xmlns='DAV:'><allprop/></propfind>x",
		`<!DOCTYPE propfind [<!ENTITY a "b">]><propfind xmlns="DAV:"><allprop/></propfind>`,
		`<propfind xmlns="DAV:"><prop><x:a/></prop></propfind>`, `<propfind xmlns="DAV:"><prop><x:a xmlns:x=""/></prop></propfind>`,
		`<propfind xmlns="DAV:"><prop><:a/></prop></propfind>`, `<?xml version="1.0" encoding="utf-16"?><propfind xmlns="DAV:"><allprop/></propfind>`,
		"<propfind xmlns='DAV:'>&bomb;<allprop/></propfind>", nested(maxNesting + 1),
		"<propfind xmlns='DAV:'><prop>" + strings.Repeat("<a/>", maxProps+1) + "</prop></propfind>",
		"<propfind xmlns='DAV:'" + strings.Repeat(" xmlns:a='b'", maxAttributes) + "><allprop/></propfind>",
	} {
		r.do(400, "PROPFIND", boxed, body, "Depth: 0")
	}
}
