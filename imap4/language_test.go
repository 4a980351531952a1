package imap4

import (
	"go/ast"
	goparser "go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/wirepost/wirepost/imap4/internal/name"
)

// textCalls are the functions whose last argument is a text for people.
var textCalls = map[string]bool{
	"OK": true, "No": true, "bad": true, "bye": true, "fail": true, "text": true,
}

// fixedTexts are the texts of the engine's replies, as the source has them.
func fixedTexts(t *testing.T) map[string]bool {
	t.Helper()
	texts := map[string]bool{}
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") || strings.HasPrefix(file, "client") {
			continue
		}
		parsed, err := goparser.ParseFile(token.NewFileSet(), file, nil, 0)
		require.NoError(t, err)
		var add func(ast.Expr)
		add = func(e ast.Expr) {
			if sum, ok := e.(*ast.BinaryExpr); ok {
				add(sum.X)
				add(sum.Y)
			}
			if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				text, err := strconv.Unquote(lit.Value)
				require.NoError(t, err)
				if text != "" {
					texts[text] = true
				}
			}
		}
		for n := range ast.Preorder(parsed) {
			switch n := n.(type) {
			case *ast.KeyValueExpr:
				if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Text" {
					add(n.Value)
				}
			case *ast.CallExpr:
				called := ""
				switch f := n.Fun.(type) {
				case *ast.Ident:
					called = f.Name
				case *ast.SelectorExpr:
					called = f.Sel.Name
				}
				if textCalls[called] && len(n.Args) > 0 {
					add(n.Args[len(n.Args)-1])
				}
			}
		}
	}
	return texts
}

// Each language has each text, and no other; and none is too long for a reply.
func TestTextsAreTranslated(t *testing.T) {
	texts := fixedTexts(t)
	require.Greater(t, len(texts), 100)
	for _, why := range []error{name.ErrEmpty, name.ErrUTF8, name.ErrForm, name.ErrCharacter, name.ErrDots, name.ErrLong, name.ErrDeep} {
		texts[strings.TrimPrefix(why.Error(), "name: ")] = true
	}
	for _, l := range languages {
		if l.texts == nil {
			continue
		}
		var missing, needless []string
		for english := range texts {
			if l.text(english) == english {
				missing = append(missing, english)
			}
		}
		for english, text := range l.texts {
			if !texts[english] {
				needless = append(needless, english)
			}
			require.True(t, utf8.ValidString(text))
			require.NotEmpty(t, text)
			require.Less(t, len(text), maxReplyText)
		}
		require.Empty(t, missing, "to be translated in german.go: %s", l.tag)
		require.Empty(t, needless, "in no reply: %s", l.tag)
	}
}

// A language is found by its tag, by a kind of it, and by what it is a kind of.
func TestFindLanguage(t *testing.T) {
	for wanted, tag := range map[string]string{
		"de": "de", "DE": "de", "de-AT": "de", "de-Latn-CH": "de", "en-GB": "en", "i-default": "i-default", "EN": "en",
	} {
		l := findLanguage(wanted)
		require.NotNil(t, l, wanted)
		require.Equal(t, tag, l.tag, wanted)
	}
	for _, wanted := range []string{"", "fr", "d", "mul", "deu", "-", "*"} {
		require.Nil(t, findLanguage(wanted), wanted)
	}
}

// What is said in a language is UTF-8 and one line, whatever a program says.
func TestTextsInUTF8(t *testing.T) {
	c := inState(t, Authenticated)
	c.lang = findLanguage("de")
	require.Equal(t, "NO [NOPERM] nicht erlaubt\r\n", string(c.appendReply(nil, noPermission)))
	require.Equal(t, "BAD Fehler in den Argumenten: ) fehlt\r\n", string(c.appendReply(nil, bad("syntax error: ) is missing"))))
	for text, want := range map[string]string{
		"a\r\nb\x00": "a  b ", "\xff\u202e": "??", "Grüße": "Grüße", "[x": "(x", "": "done",
		strings.Repeat("ü", 300): strings.Repeat("ü", 200),
	} {
		require.Equal(t, "OK "+want+"\r\n", string(c.appendReply(nil, OK("", text))))
	}
	c.lang = findLanguage("en")
	require.Equal(t, "OK Gr??e\r\n", string(c.appendReply(nil, OK("", "Grüe"))))
}

// FuzzTextsInUTF8 checks that whatever a text holds, what is sent is UTF-8, one
// line, and bounded.
func FuzzTextsInUTF8(f *testing.F) {
	f.Add("Grüße\r\n[")
	f.Add(strings.Repeat("\u00fc", 200) + "\xff")
	f.Fuzz(func(t *testing.T, text string) {
		b := string(appendUTF8(nil, text))
		require.True(t, utf8.ValidString(b))
		require.NotContains(t, b, "\n")
		require.NotContains(t, b, "\r")
		require.NotContains(t, b, "\x00")
		require.LessOrEqual(t, len(b), maxReplyText+2)
	})
}
