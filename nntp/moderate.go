package nntp

import "context"

// A Moderator takes what is posted to moderated newsgroups, and mails it.
type Moderator interface {
	// Submit takes an article for a moderator, with all the responsibility
	// that POST takes: what it has accepted must not be lost. The address is
	// that of Info.Moderators; without one there the article is refused and
	// Submit not called. The article has its CRLFs and no Path; it is valid
	// until Submit returns.
	Submit(ctx context.Context, group, address string, article []byte) error
}

// moderate mails an article to the moderator of a group.
func (s *Server) moderate(ctx context.Context, group string, text []byte) error {
	info, err := s.info(ctx)
	if err != nil {
		return err
	}
	address := info.moderator(group)
	if s.Moderator == nil || address == "" {
		return reject("%s is moderated, and its moderator is not known here", group)
	}
	return s.Moderator.Submit(ctx, group, address, text)
}
