package nntp

import (
	"context"
	"errors"
	"strings"
)

// newGroup is the change that a newgroup message asks for (RFC 5537, 5.2.1).
func (c *Control) newGroup() GroupChange {
	status := Posting
	if c.Moderated {
		status = Moderated
	}
	change := GroupChange{Name: c.Group, Status: &status}
	creator := overviewField(c.Article.fields.value[fieldFrom])
	change.Creator = &creator
	for _, g := range parseGroupList(c.Article.Body) {
		if g.name == c.Group {
			change.Description = &g.description
		}
	}
	return change
}

// errGroupName is why a control message makes no group.
var errGroupName = errors.New("nntp: no newsgroup may have that name (RFC 5536, 3.1.4): make it here if you want it nevertheless")

// makeGroup makes or changes a group for a control message. One that is not there
// must have a name that groups may have (RFC 5537, 5.2).
func (s *Server) makeGroup(ctx context.Context, c GroupChange) error {
	if !mayBeMade(c.Name) {
		_, err := s.standing(ctx, c.Name)
		if errors.Is(err, ErrNoGroup) {
			return errGroupName
		}
		if err != nil {
			return err
		}
	}
	return s.Store.ChangeGroup(ctx, c)
}

// checkGroups makes and changes groups after the list in a message (RFC 5537,
// 5.2.3). Groups that are not in the list are named in the log and left: people
// should decide about those.
func (s *Server) checkGroups(ctx context.Context, c *Control) error {
	listed, hierarchies := make(map[string]bool), make(map[string]bool)
	for _, g := range parseGroupList(c.Article.Body) {
		listed[g.name], hierarchies[hierarchy(g.name)] = true, true
		status := Posting
		if g.moderated {
			status = Moderated
		}
		err := s.makeGroup(ctx, GroupChange{Name: g.name, Status: &status, Description: &g.description})
		if errors.Is(err, errGroupName) {
			s.logger().WarnContext(ctx, "nntp: group of checkgroups is not made", "group", g.name, "id", c.Article.MessageID)
			continue
		}
		if err != nil {
			return err
		}
	}
	if len(listed) == 0 {
		return nil
	}
	for g, err := range s.Store.Groups(ctx) {
		if err != nil {
			return err
		}
		if !listed[g.Name] && c.inScope(g.Name, hierarchies) {
			s.logger().WarnContext(ctx, "nntp: group is not in checkgroups", "group", g.Name, "id", c.Article.MessageID)
		}
	}
	return nil
}

// inScope reports whether a checkgroups message is about a group: below the
// names that it gives, less those with "!" before them, or in the hierarchies of
// its groups if it gives none.
func (c *Control) inScope(group string, hierarchies map[string]bool) bool {
	in, scoped := false, false
	for _, arg := range c.Args {
		if strings.HasPrefix(arg, "#") {
			continue // the serial number
		}
		scoped = true
		name, out := strings.CutPrefix(arg, "!")
		if group == name || strings.HasPrefix(group, name+".") {
			in = !out
		}
	}
	if scoped {
		return in
	}
	return hierarchies[hierarchy(group)]
}

// hierarchy is the first component of a group's name.
func hierarchy(group string) string {
	first, _, _ := strings.Cut(group, ".")
	return first
}

// A listedGroup is a line of a newsgroups file.
type listedGroup struct {
	name, description string
	moderated         bool
}

// maxListedGroups bounds the lines of a list that are looked at.
const maxListedGroups = 100_000

// parseGroupList reads the lines of the forms that application/news-groupinfo
// and application/news-checkgroups have (RFC 5537, 4.2 and 4.3): a name, white
// space with a TAB, and a description. Other lines are passed over, so that
// MIME parts need not be told apart.
func parseGroupList(body []byte) []listedGroup {
	var groups []listedGroup
	for line := range strings.Lines(string(body)) {
		name, description, ok := strings.Cut(strings.TrimRight(line, "\r\n"), "\t")
		if !ok || !ValidGroupName(name) || len(groups) == maxListedGroups {
			continue
		}
		g := listedGroup{name: name, description: overviewField(description)}
		g.description, g.moderated = strings.CutSuffix(g.description, " (Moderated)")
		groups = append(groups, g)
	}
	return groups
}
