package office

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/wirepost/wirepost/examples/postoffice/store"
	"github.com/wirepost/wirepost/queue"
	"github.com/wirepost/wirepost/smtp"
)

// mailboxes is the queue.Transport to the store, and to those who are on lists.
type mailboxes struct {
	expander
	queue *queue.Queue
	now   func() time.Time
}

// Deliver implements queue.Transport. Whoever is named himself gets the message in his own right, and not as a member of
// a list.
func (b *mailboxes) Deliver(ctx context.Context, m *queue.Delivery) ([]queue.Result, error) {
	results := make([]queue.Result, len(m.To))
	got := directly(m.Message.Tags)
	gets := func(key string) bool {
		again := got[hashed(key)]
		got[hashed(key)] = true
		return again
	}
	var folders []store.FolderID
	var found []int
	lists := make(map[int]store.List)
	for i, to := range m.To {
		list, isList, err := b.find(ctx, to.Path)
		if err != nil {
			return nil, err
		}
		if isList {
			lists[i] = list
			continue
		}
		account, err := findAccount(ctx, b.people, to.Path, m.Message.Size)
		if r, refused := asReply(err); refused {
			results[i] = queue.Result{Reply: r}
			continue
		}
		if err != nil {
			return nil, err
		}
		folders, found = append(folders, account.Inbox), append(found, i)
		gets(accountKey(account.ID))
	}
	err := b.deliver(ctx, m, folders, found, results)
	if err != nil {
		return results, err
	}
	for i := range m.To {
		list, isList := lists[i]
		if !isList {
			continue
		}
		if len(list.Members) == 0 && isPostmaster(list.Address.Local) {
			results[i] = queue.Result{Reply: noAdministrator}
			continue
		}
		if results[i], err = b.distribute(ctx, m, m.To[i], list, gets); err != nil {
			return results, err
		}
	}
	return results, nil
}

// deliver is for those who are named themselves. Who has no room is refused, and the others get it. What is done twice, after
// a failure of the queue's, has the same key, so that nobody gets it twice.
func (b *mailboxes) deliver(ctx context.Context, m *queue.Delivery, folders []store.FolderID, found []int, results []queue.Result) error {
	for len(folders) > 0 {
		body, err := m.Body.Open()
		if err != nil {
			return err
		}
		d := store.Delivery{To: folders, Received: b.now(), Key: fmt.Sprintf("%s-%d", m.Message.ID, m.To[found[0]].Index)}
		receipt, err := deliver(ctx, b.store, d, m.Message.From.Path, body)
		body.Close()
		full, r, isFull := noRoom(err)
		general, refused := asReply(err)
		switch {
		case isFull:
		case refused:
			for _, i := range found {
				results[i] = queue.Result{Reply: general}
			}
			return nil
		case err != nil:
			return err
		}
		var left []int
		var rest []store.FolderID
		for k, i := range found {
			switch f := folders[k]; {
			case isFull && f == full:
				results[i] = queue.Result{Reply: r}
			case !isFull && slices.ContainsFunc(receipt.Placed, func(p store.Placed) bool { return p.Folder == f }):
				results[i] = queue.Result{Reply: smtp.R(250, smtp.Enhanced{2, 0, 0}, "delivered"), Final: true}
			default: // the key was another's share
				left, rest = append(left, i), append(rest, f)
			}
		}
		if len(left) == len(found) {
			return fmt.Errorf("key %s names a delivery to others", d.Key)
		}
		found, folders = left, rest
	}
	return nil
}

// distribute sends a message on to those who are on a list. What is done twice after a failure halfway has the same keys
// and IDs, so that nobody gets it twice.
//
// A list that has an owner is where the message ends for its sender (RFC 3461, 5.2.7.1). What stands for one address leaves
// all reports to whoever serves that one (5.2.7.2), and what stands for several is expanded (5.2.7.3, c).
func (b *mailboxes) distribute(ctx context.Context, m *queue.Delivery, to queue.Recipient, l store.List, gets func(string) bool) (queue.Result, error) {
	shares, err := b.expand(ctx, l, m.Message.From.Path, m.Message.Size, gets)
	if r, refused := asReply(err); refused {
		return queue.Result{Reply: r}, nil
	}
	if err != nil {
		return queue.Result{}, err
	}
	n, ends, single := 0, true, false
	for _, s := range shares {
		n += len(s.here) + len(s.away)
		ends = ends && s.list
	}
	single = n == 1 && !ends
	toldBy := afterList(to.Notify)
	if single {
		toldBy = to.Notify
	}
	for i, s := range shares {
		id := fmt.Sprintf("%s-%d-%d", m.Message.ID, to.Index, i)
		if err := b.putAll(ctx, m, s, to, id); err != nil {
			return queue.Result{}, err
		}
		if err := b.forward(ctx, m, s, to, toldBy, id); err != nil {
			return queue.Result{}, err
		}
	}
	r := queue.Result{Reply: smtp.R(250, smtp.Enhanced{2, 1, 5}, fmt.Sprintf("sent on to %d", n))}
	switch {
	case single:
		r.Final = len(shares[0].away) == 0
	default:
		r.Final, r.Expanded = true, !ends
	}
	return r, nil
}

// putAll puts a message into the mailboxes of those who are here.
func (b *mailboxes) putAll(ctx context.Context, m *queue.Delivery, s *share, to queue.Recipient, id string) error {
	n := 0
	for some := range slices.Chunk(slices.Clone(s.here), store.MaxRecipients) {
		n++
		for len(some) > 0 {
			err := b.put(ctx, m, s.from, some, fmt.Sprintf("%s-%d", id, n))
			full, isFolder := errors.AsType[*store.FolderError](err)
			if err == nil {
				break
			}
			if !isFolder || !errors.Is(err, store.ErrQuota) && !errors.Is(err, store.ErrNotFound) {
				return err
			}
			// His mailbox has become full, or was removed. The others get it.
			some = slices.DeleteFunc(some, func(r recipient) bool {
				if r.inbox == full.Folder {
					s.away = append(s.away, r.path)
				}
				return r.inbox == full.Folder
			})
		}
		b.track(ctx, m, s.from, "", to, paths(some))
	}
	return nil
}

func paths(some []recipient) []smtp.Path {
	list := make([]smtp.Path, len(some))
	for i, r := range some {
		list[i] = r.path
	}
	return list
}

func (b *mailboxes) put(ctx context.Context, m *queue.Delivery, from smtp.Path, some []recipient, key string) error {
	body, err := m.Body.Open()
	if err != nil {
		return err
	}
	defer body.Close()
	d := store.Delivery{Key: key, Sender: from.String(), Received: b.now()}
	for _, r := range some {
		d.To = append(d.To, r.inbox)
	}
	_, err = b.store.Deliver(ctx, d, withReturnPath(from, body))
	return err
}

// maxForward is how many recipients one message to others has.
const maxForward = 1000

// forward gives the queue what is for others, as messages of their own. Those here that cannot get it are among them: so
// it is reported who did not. What the sender wrote to is told with it (RFC 3461, 5.2.1).
func (b *mailboxes) forward(ctx context.Context, m *queue.Delivery, s *share, to queue.Recipient, notify smtp.Notify, id string) error {
	env := smtp.Envelope{From: m.Envelope().From}
	member := smtp.RcptParams{Notify: notify, Original: to.Original}
	if member.Original.Address == "" {
		member.Original = smtp.OriginalAddress{Type: "rfc822", Address: to.Path.String()}
		if !to.Path.IsASCII() {
			member.Original.Type = "utf-8" // RFC 6533, 3
		}
	}
	if s.list { // what the sender wants to hear is not for the members of a list (RFC 3461, 5.2.7.1)
		env.From.Path, env.From.EnvelopeID, env.From.Return = s.from, "", 0
		env.From.DeliverBy, member = smtp.DeliverBy{}, smtp.RcptParams{}
	}
	n := 0
	for some := range slices.Chunk(s.away, maxForward) {
		n++
		env.To = nil
		for _, p := range some {
			member.Path = p
			env.To = append(env.To, member)
		}
		if err := b.add(ctx, m, &env, fmt.Sprintf("%s-%d", id, n)); err != nil {
			return err
		}
		b.track(ctx, m, s.from, fmt.Sprintf("%s-%d", id, n), to, some)
	}
	return nil
}

// afterList is NOTIFY for those behind an alias: it was itself the success that was asked for (RFC 3461, 5.2.7.3).
func afterList(n smtp.Notify) smtp.Notify {
	if rest := n &^ smtp.NotifySuccess; n == 0 || rest != 0 {
		return rest
	}
	return smtp.NotifyNever
}

func (b *mailboxes) add(ctx context.Context, m *queue.Delivery, env *smtp.Envelope, id string) error {
	body, err := m.Body.Open()
	if err != nil {
		return err
	}
	defer body.Close()
	_, err = b.queue.Add(ctx, queue.Submission{Envelope: env, Body: body, Size: m.Message.Size, ID: id, Own: true, Source: m.Message.Source})
	if errors.Is(err, queue.ErrExists) {
		return nil // by the try before
	}
	return err
}

// trackedAtOnce is how many members one event has.
const trackedAtOnce = 100

// track tells that a list has become members, in a message of its own if id is set.
func (b *mailboxes) track(ctx context.Context, m *queue.Delivery, from smtp.Path, id string, list queue.Recipient, members []smtp.Path) {
	if b.queue.Tracker == nil {
		return
	}
	for some := range slices.Chunk(members, trackedAtOnce) {
		e := &queue.Event{
			Time: b.now(), Kind: queue.Expanded, Message: m.Message.ID, MessageID: m.Message.MessageID, Sender: from, Source: m.Message.Source,
			Size: m.Message.Size, Route: m.Route.Name, Latency: max(0, b.now().Sub(m.Message.Arrived)),
			Reply: smtp.R(250, smtp.Enhanced{2, 1, 5}, "of "+list.Path.String()),
		}
		if id != "" {
			e.Message, e.About = id, m.Message.ID
		}
		for _, p := range some {
			e.To = append(e.To, queue.Recipient{Index: list.Index, RcptParams: smtp.RcptParams{Path: p}})
		}
		b.queue.Tracker.Track(ctx, e)
	}
}

// directTags say who gets a message in his own right, as far as there is room: who is forgotten and is on a list too may
// get it twice.
func directTags(keys []string) map[string]string {
	const most, each = 12, 20 // of the 16 tags of 256 octets that a message may have
	tags := make(map[string]string)
	for n, key := range keys[:min(len(keys), most*each)] {
		tags[fmt.Sprintf("%s%d", directTag, n/each)] += hashed(key)
	}
	return tags
}

const (
	directTag  = "direct"
	hashLength = 11
)

// hashed is short, and nobody can find a second key to it.
func hashed(key string) string {
	sum := sha256.Sum256([]byte(key))
	return base64.RawURLEncoding.EncodeToString(sum[:8])
}

// directly reads what directTags wrote.
func directly(tags map[string]string) map[string]bool {
	got := make(map[string]bool)
	for name, value := range tags {
		for len(name) > len(directTag) && name[:len(directTag)] == directTag && len(value) >= hashLength {
			got[value[:hashLength]] = true
			value = value[hashLength:]
		}
	}
	return got
}
