package rvp

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// A hold is something that the server has granted for a time.
type hold struct {
	id      string        // Subscription-Id as it came, or r:view-id
	granted time.Duration // from began
	began   time.Time
}

// renewal is how long before the end the Client renews (RVP-149), or a quarter
// of what there is, if that is less.
const renewal = 5 * time.Minute

// due returns when to renew. It is counted from when the request was sent, and
// so never too late.
func (h *hold) due() time.Time {
	return h.began.Add(max(h.granted-min(renewal, h.granted/4), time.Second))
}

// over reports whether it has ended.
func (h *hold) over() bool { return time.Since(h.began) >= h.granted }

// subscribe makes a subscription (rvp-exchange2000, 5.1) and returns what the answer
// tells of the node: nothing, if it is 200 and not 207.
func (c *Client) subscribe(ctx context.Context, n Node, t NotificationType, callBack string) (hold, []response, error) {
	h := hold{began: time.Now()}
	ask := cmp.Or(c.Lifetime, DefaultLifetime)
	header, body, err := c.do(ctx, query{method: "SUBSCRIBE", node: n, header: http.Header{
		"Notification-Type":     {string(t)},
		"Call-Back":             {callBack},
		"Subscription-Lifetime": {seconds(ask)},
	}})
	if err != nil {
		return hold{}, nil, err
	}
	h.take(header, ask)
	if t == PragmaNotify || len(body) == 0 {
		return h, nil, nil
	}
	// A body that cannot be read leaves the subscription as it is: the node is
	// asked by PROPFIND then.
	known, err := parseMultistatus(body)
	if err != nil {
		c.logger().DebugContext(ctx, "rvp: the answer to SUBSCRIBE is malformed", "node", n.URL(), "err", err)
	}
	return h, known, nil
}

// renew has a subscription live on.
func (c *Client) renew(ctx context.Context, n Node, h hold) (hold, error) {
	ask := cmp.Or(c.Lifetime, DefaultLifetime)
	began := time.Now()
	header, _, err := c.do(ctx, query{method: "SUBSCRIBE", node: n, header: http.Header{
		"Subscription-Id":       {h.id},
		"Subscription-Lifetime": {seconds(ask)},
	}})
	if err != nil {
		return h, err
	}
	h.began = began
	h.take(header, ask)
	return h, nil
}

// take reads what was granted. Where it is not said, or makes no sense, what was
// asked for is: a subscription without end is renewed as well, to see whether it is
// there.
func (h *hold) take(header http.Header, asked time.Duration) {
	if id := header.Get("Subscription-Id"); id != "" && len(id) <= 64 && printable(id) {
		h.id = id
	}
	h.granted = asked
	if n, err := strconv.ParseInt(header.Get("Subscription-Lifetime"), 10, 32); err == nil && n > 0 {
		h.granted = time.Duration(n) * time.Second
	}
}

func seconds(d time.Duration) string {
	return strconv.FormatInt(int64(max(d, time.Second)/time.Second), 10)
}

// unsubscribe ends a subscription. Servers that know none of it, or not how to do
// that (RVP-058), have nothing more to do either.
func (c *Client) unsubscribe(ctx context.Context, n Node, id string) error {
	if id == "" {
		return nil
	}
	_, _, err := c.do(ctx, query{method: "UNSUBSCRIBE", node: n, header: http.Header{"Subscription-Id": {id}}})
	switch statusOf(err) {
	case http.StatusPreconditionFailed, http.StatusNotImplemented, http.StatusNotFound:
		return nil
	}
	return err
}

// Subscriptions returns who watches the user (PropChange), or where he is logged
// on (PragmaNotify).
func (c *Client) Subscriptions(ctx context.Context, t NotificationType) ([]Subscription, error) {
	if _, err := c.online(); err != nil {
		return nil, err
	}
	now := time.Now()
	_, body, err := c.do(ctx, query{method: "SUBSCRIPTIONS", node: c.Node(), limit: maxDocument, header: http.Header{
		"Notification-Type": {string(t)},
	}})
	if err != nil {
		return nil, err
	}
	entries, err := parseSubscriptions(body)
	if err != nil {
		return nil, err
	}
	list := make([]Subscription, len(entries))
	for i, e := range entries {
		list[i] = Subscription{
			ID: e.ID, Node: c.Node(), Type: t, CallBack: e.CallBack, Principal: e.Principal, Until: now.Add(e.Left),
		}
	}
	return list, nil
}

// ask asks for what others see of a node (rvp-exchange2000, 5.4).
func (c *Client) ask(ctx context.Context, n Node) ([]response, error) {
	f := propFind{Props: usualOf}
	_, body, err := c.do(ctx, query{method: "PROPFIND", node: n, body: f.append(nil), header: http.Header{"Depth": {"0"}}})
	if err != nil {
		return nil, err
	}
	known, err := parseMultistatus(body)
	if err == nil && len(known) == 0 {
		err = errors.New("rvp: the answer to PROPFIND tells nothing")
	}
	if err != nil {
		return nil, fmt.Errorf("%w (of %s)", err, n)
	}
	return known, nil
}
