package rvp

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// Limits of conversations. Who is beyond them is not kept, the oldest first.
const (
	maxTalks   = 1024
	maxMembers = 64
	talkLife   = 7 * 24 * time.Hour // since the last message
)

// typingPause is how long after one notice of typing the next may come (RVP-139).
const typingPause = 4 * time.Second

// A Conversation is what two or more say to each other, by one Session. Each
// message is sent to each of them. Its methods may be called concurrently.
type Conversation struct {
	client  *Client
	session Session

	// Client.mu guards what follows.
	members []Node // the others
	left    bool
	typed   time.Time
}

// Converse begins a conversation. Those who are meant find out by the first message.
func (c *Client) Converse(members ...Node) *Conversation {
	c.start()
	v := &Conversation{client: c, session: NewSession()}
	c.mu.Lock()
	defer c.mu.Unlock()
	v.add(members...)
	c.keepTalk(v)
	return v
}

// Session returns the name of the conversation.
func (v *Conversation) Session() Session { return v.session }

// Members returns who takes part, besides the user: those who were named, who
// have written, or whom they have named. Who has left is not among them.
func (v *Conversation) Members() []Node {
	v.client.mu.Lock()
	defer v.client.mu.Unlock()
	return slices.Clone(v.members)
}

// Send says something to all members. The error says who was not reached: it wraps
// a *RequestError for each, with ErrNotReachable, ErrLeft or another reason. Those who have
// left are members no more. A message that failed may be sent again to all only if
// nobody has got it; see Members.
func (v *Conversation) Send(ctx context.Context, text string) error {
	return v.SendMessage(ctx, &Message{Body: []byte(text)})
}

// SendMessage is Send for a message of any kind, with a Format for instance. Its
// Session does not matter.
func (v *Conversation) SendMessage(ctx context.Context, m *Message) error {
	to, err := v.recipients()
	if err != nil {
		return err
	}
	return v.send(ctx, m, to)
}

// Typing tells all members that the user is typing. It may be called at each key: it does
// nothing if they were told in the last 4 seconds.
func (v *Conversation) Typing(ctx context.Context) error {
	to, err := v.recipients()
	if err != nil {
		return err
	}
	c := v.client
	c.mu.Lock()
	now := time.Now()
	soon := !v.typed.IsZero() && now.Sub(v.typed) < typingPause
	if !soon {
		v.typed = now
	}
	c.mu.Unlock()
	if soon {
		return nil
	}
	return v.send(ctx, &Message{Type: typeControl, Typing: c.signInName()}, to)
}

// Invite adds members to the conversation, and tells all of them who takes part.
func (v *Conversation) Invite(ctx context.Context, members ...Node) error {
	v.client.mu.Lock()
	v.add(members...)
	v.client.mu.Unlock()
	to, err := v.recipients()
	if err != nil {
		return err
	}
	return v.send(ctx, &Message{Type: typeControl}, to)
}

// Leave tells the members that the user leaves. What they say in this conversation is
// refused from then on, so that they know (RVP-144), unless they invite again.
func (v *Conversation) Leave(ctx context.Context) error {
	to, err := v.recipients()
	v.client.mu.Lock()
	v.left = true
	v.client.mu.Unlock()
	if err != nil {
		return nil
	}
	return v.send(ctx, &Message{Type: typeLeave}, to)
}

// recipients are those to send to.
func (v *Conversation) recipients() ([]Node, error) {
	if _, err := v.client.online(); err != nil {
		return nil, err
	}
	v.client.mu.Lock()
	defer v.client.mu.Unlock()
	if v.left || len(v.members) == 0 {
		return nil, ErrLeft
	}
	v.client.keepTalk(v)
	return slices.Clone(v.members), nil
}

// send sends a message to some.
func (v *Conversation) send(ctx context.Context, m *Message, to []Node) error {
	own := *m
	own.Session = v.session
	mime := own.Append(nil)
	errs := make([]error, len(to))
	var wg sync.WaitGroup
	slots := make(chan struct{}, 8)
	for i := range to {
		slots <- struct{}{}
		wg.Go(func() {
			errs[i] = v.sendTo(ctx, mime, to, i)
			<-slots
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// sendTo sends a message to one of those it is for, who stands first.
func (v *Conversation) sendTo(ctx context.Context, mime []byte, all []Node, i int) error {
	c := v.client
	self := c.Node()
	n := Notification{From: Contact{self, cmp.Or(c.DisplayName, c.signInName())}, MIME: mime}
	n.To = append(n.To, Contact{all[i], c.nameOf(all[i])})
	for j, other := range all {
		if j != i {
			n.To = append(n.To, Contact{other, c.nameOf(other)})
		}
	}
	_, _, err := c.do(ctx, query{method: "NOTIFY", node: all[i], body: n.Append(nil), once: true, header: map[string][]string{
		"RVP-Ack-Type":  {string(DeepOr)},
		"RVP-Hop-Count": {"1"},
	}})
	if errors.Is(err, ErrLeft) {
		c.mu.Lock()
		v.remove(all[i])
		c.mu.Unlock()
	}
	if link, off := c.online(); off == nil && err != nil && statusOf(err) == 0 && all[i].Host == self.Host && ctx.Err() == nil {
		link.plan.within(&link.keep, 0) // is the own server there?
	}
	return err
}

// signInName is how the user writes his name.
func (c *Client) signInName() string {
	self := c.Node()
	if n, err := ParseNode(c.User); err == nil {
		return n.Name + "@" + mailDomain(self.Host)
	}
	return c.User
}

// add adds members. The lock is held.
func (v *Conversation) add(members ...Node) {
	for _, n := range members {
		if n != (Node{}) && n != v.client.self && len(v.members) < maxMembers && !slices.Contains(v.members, n) {
			v.members = append(v.members, n)
		}
	}
}

// remove takes somebody off. The lock is held.
func (v *Conversation) remove(n Node) {
	v.members = slices.DeleteFunc(v.members, func(m Node) bool { return m == n })
}
