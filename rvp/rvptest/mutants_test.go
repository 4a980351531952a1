package rvptest

import (
	"maps"
	"math"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"sync"

	"github.com/wirepost/wirepost/rvp"
)

// method picks requests of some methods.
func method(names string) func(*http.Request, string) bool {
	return func(r *http.Request, _ string) bool { return strings.Contains(" "+names+" ", " "+r.Method+" ") }
}

func whole(s string) string { return `^(` + s + `)$` }

// mutants breaks a rule each.
func mutants() map[string]mutant {
	all := make(map[string]mutant)
	for _, part := range []map[string]mutant{
		transportMutants(), loginMutants(), subscribeMutants(), propertyMutants(), notifyMutants(), bodyMutants(), aclMutants(), hostileMutants(),
	} {
		maps.Copy(all, part)
	}
	return all
}

func transportMutants() map[string]mutant {
	list := map[string]mutant{
		"hangs up after each answer": {cases: `^transport/connections are kept$|^NTLM/(login|later requests)$`, answer: gives("Connection", "close")},
		"does not know absolute-form": {cases: `^(transport/absolute-form|client/MSN Messenger.*)$`, serve: refuses(400, func(r *http.Request, _ string) bool {
			return strings.HasPrefix(r.RequestURI, "http:")
		})},
		"wants its port": {cases: whole(`transport/Host|client/Net::RVP`), serve: refuses(404, func(r *http.Request, _ string) bool {
			return r.Host == "im.example.test"
		})},
		"wants 0.2": {cases: `^transport/version `, serve: refuses(400, func(r *http.Request, _ string) bool {
			return r.Header.Get("RVP-Notifications-Version") != "0.2"
		})},
		"minds DAV":  {cases: `^transport/DAV headers$`, serve: refuses(412, func(r *http.Request, _ string) bool { return r.Header.Get("If") != "" })},
		"speaks DAV": {cases: `^(transport/DAV headers|form/no DAV in .*)$`, answer: gives("DAV", "1")},
		"does anything": {cases: `^transport/(GET|HEAD|POST|PUT|LOCK|UNLOCK|OPTIONS|DELETE|MKCOL|REPORT|FROB|COPY|MOVE)$`, answer: func(_ *http.Request, w *httptest.ResponseRecorder) {
			if w.Code == 501 || w.Code == 405 {
				w.Code = 200
			}
		}},
		"wants Content-Length": {cases: `^transport/.* without Content-Length$`, serve: refuses(411, func(r *http.Request, _ string) bool {
			return r.Header["Content-Length"] == nil && r.ContentLength == 0 && r.Header.Get("X-Length") == ""
		})},
		"has no version":        {cases: `^form/version of `, answer: drops("RVP-Notifications-Version")},
		"has version 1.0":       {cases: `^form/0\.2 in `, answer: gives("RVP-Notifications-Version", "1.0")},
		"sends chunks":          {cases: `^form/length of `, serve: chunked},
		"has no long addresses": {cases: `^(node/physical|node/href of PROPFIND|node/physical in capitals)$`, serve: refuses(404, func(r *http.Request, _ string) bool { return strings.Contains(strings.ToLower(r.URL.Path), "/local/") })},
		"has all domains":       {cases: `^node/(physical of )?another domain$|^node/unknown user$|^hostile/lines in an answer$`, answer: becomes(404, 207)},
		"minds capitals": {cases: `^node/.* in capitals$|^transport/Host$`, serve: refuses(404, func(r *http.Request, _ string) bool {
			return strings.ToLower(r.URL.Path) != r.URL.Path || strings.ToLower(r.Host) != r.Host
		})},
		"minds capitals of principals": {cases: `^client/Net::RVP in lower case$`, answer: on("NOTIFY", becomes(200, 403))},
		"minds the form of paths": {cases: `^node/(slash at the end|percent-enc.*)$`, serve: refuses(404, func(r *http.Request, _ string) bool {
			return strings.HasSuffix(r.URL.Path, "/") || strings.Contains(r.RequestURI, "%")
		})},
		"has names of letters": {cases: `^node/names with punctuation$`, serve: refuses(404, func(r *http.Request, _ string) bool {
			return strings.Contains(r.URL.Path, "ben.roe") && r.Method == "PROPFIND"
		})},
		"has no nodes":        {cases: `^node/logical$`, answer: on("PROPFIND", becomes(207, 404))},
		"tells physical URLs": {cases: `^node/href of`, answer: says("<d:href>http://im.example.test/", "<d:href>http://home1/instmsg/local/im.example.test/")},
		"pads":                {cases: `^(node/href of .*|node/principals .*|xml/no white space in .*)$`, answer: says("<d:href>", "<d:href>\n", "</d:displayname>", " </d:displayname>", "<a:rvp-principal>", "<a:rvp-principal> ", "<r:state>", "<r:state>\n", "<r:value>", "<r:value> ")},
		"other prefixes":      {cases: `^xml/prefixes of`, answer: says("<r:", "<rvp:", "</r:", "</rvp:", "xmlns:r", "xmlns:rvp", "<a:", "<acl:", "</a:", "</acl:", "xmlns:a", "xmlns:acl")},
		"declares late":       {cases: `^xml/prefixes of (SUBSCRIBE|PROPFIND|PROPPATCH)$`, answer: says(" xmlns:a='http://schemas.microsoft.com/rvp/acl/'", "")},
		"keeps white space":   {cases: `^xml/no white space that was read$`, answer: on("ACL", says(">http://im.stranger.test", "> http://im.stranger.test"))},
		"calls success OK":    {cases: `^propfind/inner status$`, answer: says("200 Successful", "200 OK")},
		"stops after bare LF": {cases: `^(transport/bare LF|client/Miranda)$`, serve: refuses(400, bareLF)},
	}
	return list
}

// bareLF picks what the cases send with bare line ends. net/http does not tell.
func bareLF(r *http.Request, _ string) bool {
	return r.Header.Get("Depth") == "0" && r.Header.Get("Authorization") == "" || strings.Contains(r.Header.Get("Authorization"), `nc="`)
}

func chunked(good http.Handler, w http.ResponseWriter, r *http.Request) {
	rec := httptest.NewRecorder()
	good.ServeHTTP(rec, r)
	maps.Copy(w.Header(), rec.Header())
	w.Header().Del("Content-Length")
	w.WriteHeader(rec.Code)
	_ = http.NewResponseController(w).Flush()
	_, _ = w.Write(rec.Body.Bytes())
}

func loginMutants() map[string]mutant {
	return map[string]mutant{
		"lets anybody be the owner": {cases: `^login/.* without( a name)?$`, answer: becomes(401, 200)},
		"asks again and again":      {cases: `^login/.* of another user$`, answer: becomes(403, 401)},
		"believes names":            {cases: `^login/.* in the name of another$`, answer: becomes(403, 207)},
		"challenges in one line":    {cases: `^login/one line for each scheme$`, answer: gives("Www-Authenticate", "NTLM, Digest realm=\"x\"")},
		"has NTLM only":             {cases: `^login/Digest is offered$`, answer: challengeOnly("NTLM")},
		"has Digest only":           {cases: `^login/NTLM is offered$`, answer: challengeOnly("Digest")},
		"has another realm":         {cases: `^login/Digest is offered$`, answer: realm("im.example.test", "realm")},
		"has no qop":                {cases: `^login/Digest is offered$`, answer: realm(`qop="auth"`, `qop="auth-int"`)},
		"has SHA-256":               {cases: `^login/Digest is offered$`, answer: realm(`algorithm=MD5`, `algorithm=SHA-256`)},
		"logs nobody in":            {cases: `^NTLM/(login|later requests|version 1|user name .*|new connection|connections are told apart)$|^Digest/(login|all in quotes.*|user name .*)$|^client/(Net::RVP logs in .*|Miranda)$`, serve: refuses(401, func(r *http.Request, _ string) bool { return r.Header.Get("Authorization") != "" })},
		"takes any password":        {cases: `^(NTLM|Digest)/wrong password$`, answer: becomes(401, 200)},
		"forgets logins":            {cases: `^NTLM/later requests$|^NTLM/connections are told apart$`, serve: forgetful()},
		"remembers everybody":       {cases: `^NTLM/(new connection|connections are told apart)$`, serve: elephant()},
		"wants counts to rise": {cases: `^Digest/all in quotes, counting to one$|^client/Miranda$`, serve: refuses(401, func(r *http.Request, _ string) bool {
			return strings.Contains(r.Header.Get("Authorization"), `nc="`)
		})},
	}
}

func challengeOnly(scheme string) answers {
	return func(_ *http.Request, w *httptest.ResponseRecorder) {
		for _, v := range w.Header()["Www-Authenticate"] {
			if strings.HasPrefix(v, scheme) {
				w.Header()["Www-Authenticate"] = []string{v}
			}
		}
	}
}

func realm(old, by string) answers {
	return func(_ *http.Request, w *httptest.ResponseRecorder) {
		for i, v := range w.Header()["Www-Authenticate"] {
			w.Header()["Www-Authenticate"][i] = strings.ReplaceAll(v, old, by)
		}
	}
}

// forgetful lets each connection do one thing with its login.
func forgetful() func(http.Handler, http.ResponseWriter, *http.Request) {
	var mu sync.Mutex
	seen := make(map[string]int)
	return func(good http.Handler, w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		seen[r.RemoteAddr]++
		n := seen[r.RemoteAddr]
		mu.Unlock()
		if n > 4 {
			w.Header()["RVP-Notifications-Version"] = []string{"0.2"}
			w.Header().Set("Www-Authenticate", "NTLM")
			w.Header().Set("Content-Length", "0")
			w.WriteHeader(401)
			return
		}
		good.ServeHTTP(w, r)
	}
}

// elephant takes a host for logged in, not a connection.
func elephant() func(http.Handler, http.ResponseWriter, *http.Request) {
	var mu sync.Mutex
	in := false
	return func(good http.Handler, w http.ResponseWriter, r *http.Request) {
		rec := httptest.NewRecorder()
		good.ServeHTTP(rec, r)
		mu.Lock()
		if rec.Code == 200 {
			in = true
		}
		if in && rec.Code == 401 && r.Header.Get("Authorization") == "" && rec.Header().Get("Www-Authenticate") == "NTLM" {
			rec.Code = 200
		}
		mu.Unlock()
		maps.Copy(w.Header(), rec.Header())
		w.WriteHeader(rec.Code)
		_, _ = w.Write(rec.Body.Bytes())
	}
}

func fields(r *http.Request) (kind, id, life string) {
	h := r.Header
	return h.Get("Notification-Type"), h.Get("Subscription-Id"), h.Get("Subscription-Lifetime")
}

func subscribeMutants() map[string]mutant {
	subscribing := func(kind string) func(*http.Request, string) bool {
		return func(r *http.Request, _ string) bool {
			k, id, _ := fields(r)
			return r.Method == "SUBSCRIBE" && id == "" && k == kind
		}
	}
	renewing := func(r *http.Request, _ string) bool {
		_, id, _ := fields(r)
		return r.Method == "SUBSCRIBE" && id != ""
	}
	return map[string]mutant{
		"logs on with 207":        {cases: `^subscribe/(login|renewal of (pragma|update).*)$`, answer: on("SUBSCRIBE", becomes(200, 207))},
		"watches with 200":        {cases: `^subscribe/(watching|for very long|one propstat)$`, answer: on("SUBSCRIBE", becomes(207, 200))},
		"gives no id":             {cases: `^subscribe/(login|watching|for very long|ids)$`, answer: drops("Subscription-Id")},
		"gives no lifetime":       {cases: `^subscribe/(login|watching|for very long|renewal of (pragma|update).*)$`, answer: drops("Subscription-Lifetime")},
		"gives ids in hex":        {cases: `^subscribe/ids$`, answer: gives("Subscription-Id", "9A504")},
		"gives one id":            {cases: `^subscribe/(ids|identical ones)$`, answer: gives("Subscription-Id", "4711")},
		"tells nothing":           {cases: `^subscribe/(what is told at once|one propstat)$|^(xml/prefixes of|node/href of) SUBSCRIBE$`, answer: on("SUBSCRIBE", func(_ *http.Request, w *httptest.ResponseRecorder) { w.Body.Reset() })},
		"tells less":              {cases: `^subscribe/what is told at once$`, answer: on("SUBSCRIBE", says("mobile-description", "mobile-text"))},
		"tells an old state":      {cases: `^subscribe/what is told at once$`, answer: on("SUBSCRIBE", says("<r:on-phone/>", "<r:offline/>"))},
		"tells leased values":     {cases: `^(subscribe/one propstat|propfind/(plain state|named))$`, answer: says("<r:state>", "<r:state><r:leased-value>", "</r:state>", "</r:leased-value></r:state>")},
		"tells two propstats":     {cases: `^(subscribe/one propstat|propfind/(named|allprop))$`, answer: says("</d:propstat>", "</d:propstat><d:propstat><d:prop/><d:status>HTTP/1.1 200 Successful</d:status></d:propstat>")},
		"renews with a body":      {cases: `^subscribe/renewal of (pragma|update).*$`, answer: on("SUBSCRIBE", func(r *http.Request, w *httptest.ResponseRecorder) { w.Body.WriteString("<x/>") })},
		"takes all":               {cases: `^subscribe/(without Call-Back|Call-Back of .*|unknown type|lifetime .*|renewal of an unknown id|renewal of an ended one|renewal at another user)$|^forgery/|^time/renewal of one that has ended$`, answer: on("SUBSCRIBE", all(200))},
		"takes static ones":       {cases: `^subscribe/lifetime missing$`, ask: gets("SUBSCRIBE", func(h http.Header, b string) string { setIfMissing(h, "Subscription-Lifetime", "60"); return b })},
		"merges subscriptions":    {cases: `^subscribe/identical ones$|^notify/one for each subscription$`, serve: merging()},
		"sends changes to logons": {cases: `^subscribe/messages are not changes$`, serve: confusing},
		"has no self-watching": {cases: `^subscribe/oneself$|^proppatch/does not wait$`, serve: refuses(403, func(r *http.Request, _ string) bool {
			k, _, _ := fields(r)
			return k == "update/propchange" && strings.HasSuffix(r.Header.Get("RVP-From-Principal"), r.URL.Path) && r.Method == "SUBSCRIBE"
		})},
		"has one logon":       {cases: `^subscribe/two logons$|^notify/(message|change from .*) to all logons$`, home: func(s *Server) { s.Home.Limits.Logons = 1 }},
		"keeps what is ended": {cases: `^unsubscribe/(ends it|ends a logon|an earlier logon)$|^subscriptions/ended ones$`, serve: refuses(200, method("UNSUBSCRIBE"))},
		"ends what is not":    {cases: `^unsubscribe/(unknown id|twice)$`, answer: on("UNSUBSCRIBE", becomes(412, 200))},
		"ends anybody's":      {cases: `^unsubscribe/somebody else's$`, answer: on("UNSUBSCRIBE", all(200))},
		"is as Exchange was":  {cases: `^unsubscribe/(an earlier logon|ends a logon)$`, serve: refuses(501, method("UNSUBSCRIBE"))},
		"lists all types":     {cases: `^subscriptions/by type$`, serve: listsAll},
		"lists nothing":       {cases: `^subscriptions/(entries|own logon|by type)$|^node/principals .*$`, answer: on("SUBSCRIPTIONS", says("<r:subscription>", "<r:other>", "</r:subscription>", "</r:other>"))},
		"lists wrong times":   {cases: `^subscriptions/entries$`, answer: on("SUBSCRIPTIONS", says("<d:timeout>", "<d:timeout>99"))},
		"lists any type":      {cases: `^subscriptions/unknown type$`, answer: on("SUBSCRIPTIONS", becomes(412, 200))},
		"tells where":         {cases: `^subscriptions/where a logon is$`, serve: telltale()},
		"forgets soon": {cases: `^time/(renewal in time)$`, ask: gets("SUBSCRIBE", func(h http.Header, b string) string {
			if h.Get("Subscription-Id") != "" {
				h.Set("Subscription-Lifetime", "1")
			}
			return b
		})},
		"never forgets": {cases: `^time/(watching ends|a logon ends|ended ones .*)$`, ask: gets("SUBSCRIBE", func(h http.Header, b string) string {
			if h.Get("Subscription-Lifetime") == "2" {
				h.Set("Subscription-Lifetime", "600")
			}
			return b
		}), answer: on("SUBSCRIBE", gives("Subscription-Lifetime", "2"))},
		"does not renew":      {cases: `^subscribe/renewal of (pragma|update).*$`, serve: refuses(412, renewing)},
		"does not let log on": {cases: `^subscribe/(login|two logons)$|^client/(Net::RVP|logs on again .*|logs off .*|MSN .*)$`, serve: refuses(503, subscribing("pragma/notify"))},
		"has no watchers":     {cases: `^subscribe/(watching|for very long)$|^foreign/`, serve: refuses(503, subscribing("update/propchange"))},
	}
}

func all(status int) answers {
	return func(_ *http.Request, w *httptest.ResponseRecorder) { w.Code = status }
}

func setIfMissing(h http.Header, name, value string) {
	if h.Get(name) == "" {
		h.Set(name, value)
	}
}

// merging has one subscription for each who watches.
func merging() func(http.Handler, http.ResponseWriter, *http.Request) {
	var mu sync.Mutex
	first := make(map[string]*httptest.ResponseRecorder)
	return func(good http.Handler, w http.ResponseWriter, r *http.Request) {
		key := r.URL.Path + r.Header.Get("RVP-From-Principal")
		k, id, _ := fields(r)
		mu.Lock()
		rec := first[key]
		mu.Unlock()
		if r.Method != "SUBSCRIBE" || id != "" || k != "update/propchange" || rec == nil {
			rec = httptest.NewRecorder()
			good.ServeHTTP(rec, r)
			if r.Method == "SUBSCRIBE" && k == "update/propchange" && rec.Code == 207 {
				mu.Lock()
				first[key] = rec
				mu.Unlock()
			}
		}
		maps.Copy(w.Header(), rec.Header())
		w.WriteHeader(rec.Code)
		_, _ = w.Write(rec.Body.Bytes())
	}
}

// confusing has messages go to those who watch, too.
func confusing(good http.Handler, w http.ResponseWriter, r *http.Request) {
	if k, _, _ := fields(r); r.Method == "SUBSCRIBE" && k == "pragma/notify" && strings.Contains(r.URL.Path, "ben") {
		r2 := r.Clone(r.Context())
		r2.Header.Set("Notification-Type", "update/propchange")
		good.ServeHTTP(httptest.NewRecorder(), r2)
		r2.Header.Set("Call-Back", "http://im.example.test"+r.URL.Path)
		good.ServeHTTP(httptest.NewRecorder(), r2)
	}
	good.ServeHTTP(w, r)
}

// listsAll lists what it is not asked for.
func listsAll(good http.Handler, w http.ResponseWriter, r *http.Request) {
	if r.Method == "SUBSCRIPTIONS" {
		r.Header.Set("Notification-Type", "update/propchange")
	}
	good.ServeHTTP(w, r)
}

// telltale tells everybody what the owner has been told.
func telltale() func(http.Handler, http.ResponseWriter, *http.Request) {
	var mu sync.Mutex
	last := ""
	return func(good http.Handler, w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if cb := r.Header.Get("Call-Back"); cb != "" {
			last = cb
		}
		if r.Method == "SUBSCRIPTIONS" && !strings.HasSuffix(r.Header.Get("RVP-From-Principal"), "anna") {
			w.Header().Set("Content-Length", strconv.Itoa(len(last)))
			_, _ = w.Write([]byte(last))
			return
		}
		good.ServeHTTP(w, r)
	}
}

func hostileMutants() map[string]mutant {
	return map[string]mutant{
		"has no patience": {cases: `^hostile/`, serve: func(_ http.Handler, w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Evil", "1")
			w.WriteHeader(200)
		}},
		"connects anywhere": {cases: `^forgery/(port 25|port 25 of loopback|no port|another host|metadata of clouds at a port)$`, home: func(s *Server) {
			s.Home.CallBacks = rvp.CallBackPolicy{MinPort: 1, Clients: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")}}
		}},
		"has bodies without end": {cases: `^time/who does not answer$`, home: func(s *Server) { s.Home.Limits.Body = math.MaxInt32 }, answer: on("NOTIFY", all(200))},
	}
}
