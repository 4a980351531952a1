package chat

import (
	"context"
	"strings"

	"github.com/wirepost/wirepost/rvp"
)

// nameOf is how a user is shown: by what is before the @ in his own domain.
func (s *session) nameOf(n rvp.Node) string {
	name := line(n.Name)
	if n.Host == s.client.Node().Host {
		return name
	}
	return name + "@" + line(strings.TrimPrefix(n.Host, "im."))
}

// find returns the node of a name that was typed; one without @ is of the
// own domain.
func (s *session) find(ctx context.Context, name string) (rvp.Node, error) {
	if !strings.Contains(name, "@") && !strings.Contains(name, "://") {
		n, err := rvp.ParseNode(rvp.Node{Host: s.client.Node().Host, Name: name}.URL())
		return n, err
	}
	return s.client.Find(ctx, name)
}

// findAll is find for several names.
func (s *session) findAll(ctx context.Context, names []string) ([]rvp.Node, error) {
	nodes := make([]rvp.Node, len(names))
	for i, name := range names {
		var err error
		if nodes[i], err = s.find(ctx, strings.TrimSuffix(name, ",")); err != nil {
			return nil, err
		}
	}
	return nodes, nil
}

// names are those of several users, in one text.
func (s *session) names(nodes []rvp.Node) string {
	names := make([]string, len(nodes))
	for i, n := range nodes {
		names[i] = s.nameOf(n)
	}
	return strings.Join(names, ", ")
}
