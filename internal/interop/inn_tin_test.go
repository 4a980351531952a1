//go:build interop

package interop

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/nntp"
	"github.com/wirepost/wirepost/nntp/nntptest"
)

// TestTinPosts has tin post to our server, and to INN, which takes the same.
func TestTinPosts(t *testing.T) {
	for _, peer := range []string{"ours", "INN"} {
		t.Run(peer, func(t *testing.T) {
			addr := ""
			if peer == "INN" {
				addr = newINN(t).addr
			} else {
				s := nntptest.NewServer(t, "example.test")
				s.Start()
				addr = s.Addr
			}
			tinPosts(t, addr)
			c, err := nntp.Dial(within(t), addr, nil)
			require.NoError(t, err)
			defer c.Close()
			var g nntp.Group
			await(t, "the article is there", func() bool {
				g, err = c.Group(within(t), "example.test")
				require.NoError(t, err)
				return g.Count > 0
			})
			r, err := c.Article(within(t), nntp.Ref{Number: g.High})
			require.NoError(t, err)
			text, err := io.ReadAll(r)
			require.NoError(t, err)
			h, body, err := nntp.ParseHeader(text)
			require.NoError(t, err)
			require.Equal(t, "by tin", h.Get("Subject"))
			require.Equal(t, "Ann Example <ann@example.org>", h.Get("From"))
			require.NotEmpty(t, h.Get("Injection-Info"))
			require.Equal(t, "Hello from tin.\r\n.a dot\r\n", string(body))
		})
	}
}

// tinPosts posts an article to example.test. tin wants a terminal, which script has.
func tinPosts(t *testing.T, addr string) {
	t.Helper()
	dir := openDir(t)
	require.NoError(t, os.Mkdir(filepath.Join(dir, ".tin"), 0o700))
	write(t, filepath.Join(dir, ".tin/tinrc"), "mail_address=Ann Example <ann@example.org>\n")
	// What tin has prepared is a header, and perhaps a signature.
	editor := write(t, filepath.Join(dir, "editor"), "#!/bin/sh\nfor file; do :; done\nsed -i '/^$/,$d' \"$file\"\nprintf '\\nHello from tin.\\n.a dot\\n' >> \"$file\"\n")
	require.NoError(t, os.Chmod(editor, 0o755))
	host, port, err := net.SplitHostPort(addr)
	require.NoError(t, err)
	ctx := within(t)
	cmd := exec.CommandContext(ctx, find(t, "script", "bsdutils"), "-qec",
		fmt.Sprintf("%s -r -g %s -p %s -d -q -w example.test", find(t, "tin", "tin"), host, port), "/dev/null")
	cmd.Env = append(os.Environ(), "HOME="+dir, "TERM=vt100", "EDITOR="+editor, "VISUAL="+editor, "LC_ALL=C")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
	keys, err := cmd.StdinPipe()
	require.NoError(t, err)
	screen, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	shown := ""
	for _, step := range []struct{ prompt, press string }{
		{"Post subject []> ", "by tin\r"}, {"p=post", "p"}, {"Article posted", ""},
	} {
		shown = awaitText(t, ctx, screen, shown, step.prompt)
		_, err := io.WriteString(keys, step.press)
		require.NoError(t, err)
	}
	_, err = io.Copy(io.Discard, screen)
	require.NoError(t, err)
	require.NoError(t, cmd.Wait())
}

// awaitText reads until a text is there, and returns what is behind it.
func awaitText(t *testing.T, ctx context.Context, r io.Reader, have, text string) (rest string) {
	t.Helper()
	piece := make([]byte, 4096)
	for {
		if _, rest, found := strings.Cut(have, text); found {
			return rest
		}
		n, err := r.Read(piece)
		have += string(piece[:n])
		require.NoError(t, err, "waiting for %q: %v: %q", text, ctx.Err(), have)
	}
}
