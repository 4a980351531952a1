package sqlite

import (
	"fmt"

	"github.com/wirepost/wirepost/queue"
)

// rowColumns are those of a row, from item i and message m.
const rowColumns = `i.n, i.id, i.message, i.lane, i.state, i.at, i.due, i.expires, i.token, i.data, m.id, m.body, m.data`

// A row is an item with its message, as the database has them.
type row struct {
	n, message, lane       int64
	id                     string
	state                  queue.State
	at, due, expires       int64
	token                  int64
	data                   []byte
	messageID, messageBody string
	messageData            []byte
}

func (r *row) scan(s scanner) error {
	var body int64
	err := s.Scan(&r.n, &r.id, &r.message, &r.lane, &r.state, &r.at, &r.due, &r.expires, &r.token, &r.data,
		&r.messageID, &body, &r.messageData)
	r.messageBody = bodyName(body)
	return err
}

// lease makes of a row what the contract calls so. The route's name is its lane's.
func (r *row) lease(route string) (queue.Lease, error) {
	l := queue.Lease{Token: uint64(r.token)}
	if err := decodeMessage(r.messageData, &l.Message); err != nil {
		return l, fmt.Errorf("message %s: %w", r.messageID, err)
	}
	if err := decodeItem(r.data, &l.Item); err != nil {
		return l, fmt.Errorf("item %s: %w", r.id, err)
	}
	l.Message.ID, l.Message.Body = r.messageID, r.messageBody
	i := &l.Item
	i.ID, i.Message, i.Route, i.State = r.id, r.messageID, route, r.state
	i.Due, i.Expires = unstamp(r.due), unstamp(r.expires)
	if r.state == queue.Leased {
		l.Until = unstamp(r.at)
	}
	return l, nil
}

// claimable is when a claim may take an item of that state.
func claimable(s queue.State, due int64) int64 {
	if s == queue.Waiting {
		return due
	}
	return never
}
