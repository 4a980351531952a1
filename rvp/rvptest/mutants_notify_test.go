package rvptest

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
)

func propertyMutants() map[string]mutant {
	list := map[string]mutant{
		"takes any Depth":     {cases: `^propfind/Depth `, answer: on("PROPFIND", becomes(412, 207))},
		"finds nothing":       {cases: `^propfind/(named|allprop)$|^proppatch/(state .*|with.*|by view-id)$`, answer: on("PROPFIND", says("r:state", "r:no-state", "d:displayname", "d:x"))},
		"finds what is not":   {cases: `^propfind/missing$`, answer: on("PROPFIND", says("404 Not Found", "200 Successful"))},
		"passes over missing": {cases: `^propfind/missing$`, answer: on("PROPFIND", says("r:no-such-property", "r:x"))},
		"takes empty finds":   {cases: `^propfind/no (body|property)$`, answer: on("PROPFIND", becomes(400, 207))},
		"grants other values": {cases: `^proppatch/(what is granted|DAV: timeout|RVP timeout)$`, answer: on("PROPPATCH", says("<d:timeout>", "<d:timeout>9", "<r:busy/></r:value>", "<r:away/></r:value>"))},
		"grants no time":      {cases: `^proppatch/(what is granted|very long lease|DAV: timeout|RVP timeout)$`, answer: on("PROPPATCH", says("d:timeout", "d:time"))},
		"names no view":       {cases: `^proppatch/(view-id|by view-id)$`, answer: on("PROPPATCH", says("r:view-id", "r:view"))},
		"has no DAV: timeout": {cases: `^proppatch/DAV: timeout$`, ask: gets("PROPPATCH", func(_ http.Header, b string) string { return strings.ReplaceAll(b, "d:timeout", "d:t") })},
		"has no RVP timeout":  {cases: `^proppatch/RVP timeout$`, ask: gets("PROPPATCH", func(_ http.Header, b string) string { return strings.ReplaceAll(b, "r:timeout", "r:t") })},
		"wants whole leases": {cases: `^proppatch/with(out .*e.*u.*| a value only)$|^client/Net::RVP$`, serve: refuses(409, func(r *http.Request, b string) bool {
			return r.Method == "PROPPATCH" && strings.Contains(b, "leased-value") && (!strings.Contains(b, "default-value") || !strings.Contains(b, ":timeout"))
		})},
		"knows few states": {cases: `^proppatch/state `, serve: refuses(409, func(r *http.Request, b string) bool {
			return r.Method == "PROPPATCH" && !strings.Contains(b, "offline/></r:value")
		})},
		"shows who is invisible": {cases: `^proppatch/invisible$`, answer: on("PROPFIND", says("<r:offline/>", "<r:invisible/>"))},
		"never goes offline": {cases: `^proppatch/(without a login subscription|by view-id|offline at once)$|^client/(Net::RVP|Miranda|logs off .*)$|^views/offline of one$`, ask: gets("PROPPATCH", func(_ http.Header, b string) string {
			return strings.Replace(b, "<r:value><r:offline/>", "<r:value><r:online/>", 1)
		})},
		"has one view": {cases: `^views/(offline of one|told apart without ids)$`, home: func(s *Server) { s.Home.Limits.Views = 1 }},
		"tells too much": {cases: `^views/(idle|offline) is not told$`, ask: gets("PROPPATCH", func(_ http.Header, b string) string {
			return regexp.MustCompile(`<r:value><r:(idle|offline)/>`).ReplaceAllString(b, "<r:value><r:x-$1/>")
		}), notice: swap("<r:x-", "<r:")},
		"waits":             {cases: `^proppatch/does not wait$`, serve: waiting()},
		"spurious":          {cases: `^proppatch/refreshing$|^time/a lease is refreshed$`, serve: spurious},
		"lets leases end":   {cases: `^time/a lease is refreshed$`, ask: gets("PROPPATCH", func(_ http.Header, b string) string { return strings.Replace(b, "<d:timeout>60<", "<d:timeout>1<", 1) })},
		"lets no lease end": {cases: `^time/a lease ends$`, ask: gets("PROPPATCH", func(_ http.Header, b string) string { return strings.Replace(b, "<d:timeout>2<", "<d:timeout>600<", 1) }), answer: on("PROPPATCH", says("<d:timeout>600<", "<d:timeout>2<"))},
		"wants prefixes":    {cases: `^proppatch/state without a prefix$|^client/Miranda$`, serve: refuses(400, func(_ *http.Request, b string) bool { return strings.Contains(b, "<busy/>") })},
	}
	for _, cases := range []string{
		`^views/.* is told to all$`,
		`^proppatch/(offline at once|refreshing)$`,
		`^notify/(change|change of the state|many .*|one for each subscription)$|^subscribe/(oneself|identical ones)$`,
		`^unsubscribe/ends it$|^acl/losing presence$|^foreign/`,
		`^time/(watching ends|a lease ends|a change is tried again)$`,
	} {
		list["tells changes to nobody: "+cases] = mutant{cases: cases, notice: swap("r:propnotification", "r:nothing", "word-", "w-", "r:", "R:", "xmlns:r", "xmlns:R", "on-phone", "x", "at-lunch", "x", "busy", "x", "online", "x", "away", "x", "back-soon", "x")}
	}
	return list
}

// waiting answers PROPPATCH when what follows from it has been given up.
func waiting() func(http.Handler, http.ResponseWriter, *http.Request) {
	return func(good http.Handler, w http.ResponseWriter, r *http.Request) {
		rec := httptest.NewRecorder()
		good.ServeHTTP(rec, r)
		if r.Method == "PROPPATCH" {
			r2 := r.Clone(r.Context())
			r2.Method, r2.Header = "NOTIFY", http.Header{"Rvp-Ack-Type": {"DeepAnd"}, "Rvp-From-Principal": r.Header["Rvp-From-Principal"]}
			r2.Body, r2.ContentLength = http.NoBody, 0
			body := message("http://im.example.test/instmsg/aliases/anna", "x", "x")
			gets("NOTIFY", func(http.Header, string) string { return body })(r2)
			good.ServeHTTP(httptest.NewRecorder(), r2)
		}
		maps.Copy(w.Header(), rec.Header())
		w.WriteHeader(rec.Code)
		_, _ = w.Write(rec.Body.Bytes())
	}
}

// spurious changes the state back and forth before it sets it.
func spurious(good http.Handler, w http.ResponseWriter, r *http.Request) {
	gets("PROPPATCH", func(_ http.Header, b string) string {
		if strings.Contains(b, "<r:on-phone/>") {
			r2 := r.Clone(r.Context())
			body := strings.Replace(b, "<r:on-phone/>", "<r:away/>", 1)
			gets("PROPPATCH", func(http.Header, string) string { return body })(r2)
			good.ServeHTTP(httptest.NewRecorder(), r2)
		}
		return b
	})(r)
	good.ServeHTTP(w, r)
}

func notifyMutants() map[string]mutant {
	accepts := on("NOTIFY", all(200))
	return map[string]mutant{
		"says yes to all messages": {cases: `^notify/(nobody is logged on|too many hops)$|^ack/(500|unreachable|hangs up|DeepAnd with one who refuses|DeepOr waits for one)$|^callback/(500 with .*|no HTTP)$|^client/Net::RVP writes .*$`, answer: accepts},
		"refuses messages":         {cases: `^notify/(without .*|byte .*|type .*|other prefixes|two CDATA .*|escaped .*)$|^ack/(SingleHop.*|DeepOr with one.*|DeepOr does .*|DeepAnd)$|^callback/(no length.*|status line .*|empty reason|no reason|bare LF|a page|length and less.*|HTTP/1.0)$|^(time/(a logon ends|renewal in time))$|^client/(logs on again .*|Net::RVP in .*|Net::RVP)$`, answer: on("NOTIFY", becomes(200, 403))},
		"knows no hops":            {cases: `^notify/too many hops$`, home: func(s *Server) { s.Home.Limits.Hops = 1 << 30 }, ask: gets("NOTIFY", func(h http.Header, b string) string { h.Del("RVP-Hop-Count"); return b })},
		"does not count hops":      {cases: `^notify/hops$|^foreign/first hop$`, notice: swap("RVP-Hop-Count: ", "RVP-Hop-Count: 7\r\nX-Hop-Count: ")},
		"says who sends":           {cases: `^notify/from the server$`, notice: swap("RVP-From-Principal: im.example.test", "RVP-From-Principal: http://im.example.test/instmsg/aliases/ben.roe-2_x")},
		"says who forwards":        {cases: `^notify/(without a subscription|byte for byte|escaped text|type .*)$`, notice: fromServer},
		"has notices of 1.0":       {cases: `^notify/version$`, notice: swap("RVP-Notifications-Version: 0.2", "RVP-Notifications-Version: 1.0")},
		"has notices in chunks": {cases: `^notify/(length|version|Host|to no path)$`, notice: func(s string) string {
			return strings.Replace(s, "Content-Length: ", "Transfer-Encoding: chunked\r\nX-Length: ", 1)
		}},
		"has notices of text": {cases: `^notify/length$`, notice: swap("Content-Type: text/xml", "Content-Type: text/plain")},
		"keeps connections":   {cases: `^notify/Connection$`, notice: swap("Connection: close\r\n", "")},
		"has a path":          {cases: `^notify/to no path$|^foreign/watcher$`, notice: swap("NOTIFY /", "NOTIFY /x/")},
		"drops paths":         {cases: `^notify/to a path$|^foreign/(watcher|redirected)$`, notice: func(s string) string { return regexp.MustCompile(`^NOTIFY \S+`).ReplaceAllString(s, "NOTIFY /") }},
		"has another Host": {cases: `^notify/Host$`, notice: func(s string) string {
			return regexp.MustCompile(`Host: \S+`).ReplaceAllString(s, "Host: im.example.test")
		}},
		"has two roots":      {cases: `^notify/root$`, notice: swap("<r:notification ", "<r:notification x='1' ")},
		"tells twice in one": {cases: `^notify/root$`, notice: swap("</r:notification>", "<r:propnotification/></r:notification>")},
		"pads notices":       {cases: `^notify/(no white space)$`, notice: swap("<d:href>", "<d:href> ")},
		"has no descriptions": {cases: `^notify/description of who has changed$`, notice: func(s string) string {
			return regexp.MustCompile(`<r:description>[^<]*<`).ReplaceAllString(swap()(s), "<r:description>"+"<")
		}},
		"turns changes round":    {cases: `^notify/change$`, notice: swap("notification-from", "notification-to", "notification-to", "notification-from")},
		"tells leases":           {cases: `^notify/change of the state$`, notice: swap("<r:state>", "<r:state><r:leased-value>", "</r:state>", "</r:leased-value></r:state>")},
		"reads and writes again": {cases: `^notify/(byte for byte|two CDATA sections)$`, notice: swap("\r\n\r\n\u00fc", "\u00fc", "<![CDATA[", "", "]]>", "", "\r\n\n", "\n", "\u00fc", "&#252;")},
		"understands messages":   {cases: `^notify/(type .*|without descriptions|escaped text|other prefixes)$`, notice: swap("application/", "x/", "text/", "X/", "&lt;", "<", "</r:contact>", "<r:description/></r:contact>", "mime-data", "mime")},
		"keeps no order":         {cases: `^notify/many changes in order$`, notice: shuffled()},
		"loses one of two":       {cases: `^notify/(message|change from .*) to all logons$|^subscribe/two logons$|^notify/one for each .*$`, notice: lossy()},
		"does not let strangers": {cases: `^notify/(without a subscription|change from another server .*)$|^acl/(by default|everybody|allow is read|without assertion|a server is not its users)$|^foreign/`, serve: refuses(403, func(r *http.Request, _ string) bool {
			return !strings.Contains(r.Header.Get("RVP-From-Principal"), "im.example.test") && r.Header.Get("RVP-From-Principal") != ""
		})},
		"waits for all":           {cases: `^ack/(DeepOr does not wait for all|DeepOr with one who (refuses|is gone))$`, ask: acks("DeepAnd")},
		"waits for one":           {cases: `^ack/(DeepAnd with one who refuses)$`, ask: acks("DeepOr")},
		"waits with SingleHop":    {cases: `^ack/SingleHop.*$`, ask: acks("DeepOr")},
		"waits for nobody":        {cases: `^ack/(DeepOr waits for one|500|unreachable|hangs up|DeepAnd with one who refuses)$`, ask: acks("SingleHop")},
		"makes 500 into 412":      {cases: `^ack/500$|^callback/500 with .*$`, answer: on("NOTIFY", becomes(500, 412))},
		"makes 412 into 500":      {cases: `^ack/(unreachable|hangs up)$|^callback/no HTTP$`, answer: on("NOTIFY", becomes(412, 500))},
		"drops nobody":            {cases: `^callback/one that is gone is dropped$`, home: func(s *Server) { s.Home.Limits.Failures = 1000 }},
		"drops at once":           {cases: `^callback/500 to a change ends nothing$`, serve: once()},
		"tries once":              {cases: `^time/a change is tried again$`, notice: firstOnly()},
		"tries again":             {cases: `^time/a message is not tried again$`, serve: again},
		"follows nothing":         {cases: `^foreign/redirected$`, home: func(s *Server) { s.Home.Locator.Redirects = -1 }, notice: followNothing},
		"tells where clients are": {cases: `^foreign/is not told where a client is$`, serve: gossip()},
	}
}

func acks(kind string) asks {
	return gets("NOTIFY", func(h http.Header, b string) string { h.Set("RVP-Ack-Type", kind); return b })
}

func fromServer(s string) string {
	return regexp.MustCompile(`RVP-From-Principal: \S+`).ReplaceAllString(s, "RVP-From-Principal: im.example.test")
}

// shuffled tells the fifth change behind the sixth.
func shuffled() func(string) string {
	var mu sync.Mutex
	words := regexp.MustCompile(`word-(\d+)-end`)
	kept := ""
	n := 0
	return func(s string) string {
		mu.Lock()
		defer mu.Unlock()
		m := words.FindString(s)
		if m == "" {
			return s
		}
		switch n++; n {
		case 5:
			kept = m
			return swap(m, "nothing")(s)
		case 7:
			return swap(m, kept)(s)
		}
		return s
	}
}

// lossy loses every second notice.
func lossy() func(string) string {
	var mu sync.Mutex
	n := 0
	return func(s string) string {
		mu.Lock()
		defer mu.Unlock()
		if n++; n%2 == 0 {
			return swap("word-", "w-")(s)
		}
		return s
	}
}

// once ends subscriptions at the first change.
func once() func(http.Handler, http.ResponseWriter, *http.Request) {
	var mu sync.Mutex
	var ids []string
	return func(good http.Handler, w http.ResponseWriter, r *http.Request) {
		rec := httptest.NewRecorder()
		good.ServeHTTP(rec, r)
		mu.Lock()
		defer mu.Unlock()
		if id := rec.Header().Get("Subscription-Id"); id != "" && rec.Code == 207 {
			ids = append(ids, id)
		}
		maps.Copy(w.Header(), rec.Header())
		w.WriteHeader(rec.Code)
		_, _ = w.Write(rec.Body.Bytes())
		for _, id := range ids {
			if r.Method == "PROPPATCH" {
				r2 := r.Clone(r.Context())
				r2.Method = "UNSUBSCRIBE"
				r2.Header.Set("Subscription-Id", id)
				good.ServeHTTP(httptest.NewRecorder(), r2)
			}
		}
	}
}

// firstOnly has each word told once.
func firstOnly() func(string) string {
	var mu sync.Mutex
	seen := make(map[string]bool)
	words := regexp.MustCompile(`word-\d+-end`)
	return func(s string) string {
		mu.Lock()
		defer mu.Unlock()
		m := words.FindString(s)
		if m != "" && seen[m] {
			return swap(m, "nothing")(s)
		}
		seen[m] = true
		return s
	}
}

// again sends messages twice.
func again(good http.Handler, w http.ResponseWriter, r *http.Request) {
	body := ""
	gets("NOTIFY", func(_ http.Header, b string) string { body = b; return b })(r)
	good.ServeHTTP(w, r)
	if r.Method == "NOTIFY" {
		r2 := r.Clone(r.Context())
		gets("NOTIFY", func(http.Header, string) string { return body })(r2)
		good.ServeHTTP(httptest.NewRecorder(), r2)
	}
}

func followNothing(s string) string { return swap("/instmsg/local/x/", "/")(s) }

// gossip puts the address of a client into what is told.
func gossip() func(http.Handler, http.ResponseWriter, *http.Request) {
	var mu sync.Mutex
	last := ""
	return func(good http.Handler, w http.ResponseWriter, r *http.Request) {
		if k, _, _ := fields(r); k == "pragma/notify" && r.Method == "SUBSCRIBE" {
			mu.Lock()
			last = r.Header.Get("Call-Back")
			mu.Unlock()
		}
		gets("PROPPATCH", func(_ http.Header, b string) string {
			mu.Lock()
			defer mu.Unlock()
			return strings.Replace(b, "</r:mobile-description>", " "+last+"</r:mobile-description>", 1)
		})(r)
		good.ServeHTTP(w, r)
	}
}

func bodyMutants() map[string]mutant {
	return map[string]mutant{
		"takes bad XML":      {cases: `^xml/refuses `, answer: becomes(400, 200)},
		"takes some bad XML": {cases: `^client/Net::RVP writes .*$`, answer: on("NOTIFY", becomes(400, 412))},
		"reads by letters": {cases: `^xml/reads (other prefixes|default namespaces)$|^notify/other prefixes$`, serve: refuses(400, func(r *http.Request, b string) bool {
			return b != "" && (!strings.Contains(b, "<d:prop") && !strings.Contains(b, "<r:notification") && !strings.Contains(b, "<a:rvpacl"))
		})},
		"reads no space":      {cases: `^xml/reads white space and comments$`, serve: refuses(400, func(_ *http.Request, b string) bool { return strings.Contains(b, "<!--") })},
		"wants a declaration": {cases: `^xml/reads (no declaration|UTF-8 with a mark)$`, serve: refuses(400, func(_ *http.Request, b string) bool { return b != "" && !strings.HasPrefix(b, xmlHead) })},
		"knows all elements":  {cases: `^xml/reads elements that nobody knows$`, serve: refuses(400, func(_ *http.Request, b string) bool { return strings.Contains(b, "urn:z") })},
		"wants who asks":      {cases: `^client/nothing of who asks$`, serve: refuses(400, func(r *http.Request, _ string) bool { return r.Header.Get("RVP-From-Principal") == "" })},
	}
}

func aclMutants() map[string]mutant {
	return map[string]mutant{
		"grants less by default": {cases: `^acl/by default$`, answer: on("ACL", says("<a:send-to/>", ""))},
		"grants more by default": {cases: `^acl/by default$`, answer: on("ACL", says("<a:presence/></a:grant>", "<a:presence/><a:write/></a:grant>"))},
		"has no entries":         {cases: `^acl/read$|^acl/(write|name of a server|grant and deny .*)$`, answer: on("ACL", says("a:ace>", "a:x>"))},
		"writes allow":           {cases: `^acl/(grant and deny are written|write)$`, answer: on("ACL", says("a:grant", "a:allow"))},
		"keeps its ACL":          {cases: `^acl/(write|name of a server|everybody|losing presence|a server is not its users)$|^right/(list|read|send-to|presence.*) denied$|^right/(write|readacl|subscriptions|receive-from) granted$|^right/all$|^xml/no white space that was read$`, serve: refuses(200, func(r *http.Request, b string) bool { return r.Method == "ACL" && b != "" })},
		"reads grant only":       {cases: `^acl/allow is read$`, ask: gets("ACL", func(_ http.Header, b string) string { return strings.ReplaceAll(b, "a:allow", "a:deny") })},
		"takes bad entries":      {cases: `^acl/with(out credentials| .*)$`, answer: on("ACL", becomes(400, 200))},
		"takes servers for users": {cases: `^acl/a server is not its users$`, ask: gets("ACL", func(_ http.Header, b string) string {
			return strings.ReplaceAll(b, principal("im.stranger.test"), everybody)
		})},
		"minds no credentials": {cases: `^acl/(without assertion|other credentials)$`, ask: gets("ACL", func(_ http.Header, b string) string {
			return regexp.MustCompile(`<a:credentials>.*?</a:credentials>`).ReplaceAllString(b, anyCredentials)
		})},
		"minds presence at first": {cases: `^acl/losing presence$`, ask: gets("ACL", func(_ http.Header, b string) string {
			return strings.ReplaceAll(b, "<a:deny><a:presence/></a:deny>", "<a:deny/>")
		})},
		"grants everything": {cases: `^right/.* denied$`, ask: gets("ACL", func(_ http.Header, b string) string { return grantAll(b) })},
		"grants nothing": {cases: `^right/.* granted$|^right/all$`, answer: func(r *http.Request, w *httptest.ResponseRecorder) {
			if strings.Contains(r.Header.Get("RVP-From-Principal"), "ben") && w.Code/100 == 2 && strings.HasSuffix(r.URL.Path, "anna") {
				w.Code = 403
			}
		}},
	}
}

func grantAll(body string) string {
	if body == "" {
		return ""
	}
	return regexp.MustCompile(`<a:deny>(<a:[a-z-]+/>)</a:deny>`).ReplaceAllString(regexp.MustCompile(`<a:grant>`).ReplaceAllString(body, "<a:grant><a:all/>"), "<a:deny/>")
}
