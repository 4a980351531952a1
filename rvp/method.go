package rvp

import (
	"net/http"
	"strconv"
	"time"
)

// A method is one line of the table below.
type method struct {
	name  string
	serve func(*HomeServer, *request) answer // nil is not allowed
}

// methods are those of rvp-exchange2000, 5, the most frequent first. What is not
// here is not implemented (RVP-010).
var methods = []method{
	{"PROPPATCH", (*HomeServer).proppatch},
	{"SUBSCRIBE", (*HomeServer).subscribe},
	{"NOTIFY", (*HomeServer).notify},
	{"PROPFIND", (*HomeServer).propfind},
	{"UNSUBSCRIBE", (*HomeServer).unsubscribe},
	{"SUBSCRIPTIONS", (*HomeServer).subscriptions},
	{"ACL", (*HomeServer).acl},
	{"COPY", nil}, // RVP-011
	{"MOVE", nil},
}

// allowedMethods is the header Allow of a 405 (RFC 9110, 15.5.6).
const allowedMethods = "SUBSCRIBE, UNSUBSCRIBE, SUBSCRIPTIONS, PROPFIND, PROPPATCH, NOTIFY, ACL"

func findMethod(list []method, name string) *method {
	for i := range list {
		if list[i].name == name {
			return &list[i]
		}
	}
	return nil
}

// An answer is what a method makes of a request. The zero value is none yet.
type answer struct {
	status    int
	body      []byte // XML
	why       string // what is wrong, for people
	challenge bool   // 401, by httpauth

	// The headers of a subscription, if id is not 0.
	id       uint64
	lifetime time.Duration

	retryAfter string // the header of a 503, "" is not sent
}

func refuse(status int, why string) answer { return answer{status: status, why: why} }

// unavailable is the answer where this server cannot do it now.
func unavailable() answer { return answer{status: http.StatusServiceUnavailable, retryAfter: "30"} }

// refused reports whether there is an answer already.
func (a *answer) refused() bool { return a.status != 0 || a.challenge }

// version has a response say which version this is (RVP-003, RVP-004), in
// Exchange's spelling.
func version(w http.ResponseWriter) { w.Header()["RVP-Notifications-Version"] = []string{"0.2"} }

// write writes an answer, always with its length (RVP-008).
func (a *answer) write(w http.ResponseWriter) {
	header, body := w.Header(), a.body
	switch {
	case body != nil:
		header["Content-Type"] = []string{"text/xml"}
	case a.why != "":
		header["Content-Type"] = []string{"text/plain; charset=utf-8"}
		body = []byte(a.why + "\n")
	}
	if a.id != 0 {
		header["Subscription-Id"] = []string{strconv.FormatUint(a.id, 10)}
		header["Subscription-Lifetime"] = []string{strconv.FormatInt(int64(a.lifetime/time.Second), 10)}
	}
	switch a.status {
	case http.StatusMethodNotAllowed:
		header["Allow"] = []string{allowedMethods}
	case http.StatusRequestEntityTooLarge:
		header["Connection"] = []string{"close"} // the rest of the body is not waited for
	}
	if a.retryAfter != "" {
		header["Retry-After"] = []string{a.retryAfter}
	}
	header["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.WriteHeader(a.status)
	_, _ = w.Write(body) // if it fails there is nobody left to be told
}
