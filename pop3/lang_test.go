package pop3

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// fixedTexts are the texts of the engine's replies, as the source has them.
func fixedTexts(t *testing.T) (texts []string) {
	t.Helper()
	for _, name := range []string{"reply.go", "command.go", "fetch.go", "lang.go", "update.go", "drop.go"} {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		require.NoError(t, err)
		add := func(e ast.Expr) {
			if lit, ok := e.(*ast.BasicLit); ok {
				text, err := strconv.Unquote(lit.Value)
				require.NoError(t, err)
				if strings.Trim(text, " ") != "" {
					texts = append(texts, text)
				}
			}
		}
		for n := range ast.Preorder(file) {
			switch n := n.(type) {
			case *ast.KeyValueExpr:
				if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Text" {
					add(n.Value)
				}
			case *ast.CallExpr:
				switch f := n.Fun.(type) {
				case *ast.Ident:
					if f.Name == "OK" || f.Name == "Err" {
						add(n.Args[len(n.Args)-1])
					}
				case *ast.SelectorExpr:
					if f.Sel.Name == "text" {
						add(n.Args[0])
					}
				}
			}
		}
	}
	return texts
}

// Each language has each text, and no other; and none is too long for a line.
func TestTextsAreTranslated(t *testing.T) {
	texts := fixedTexts(t)
	require.Greater(t, len(texts), 40)
	for _, l := range languages[1:] {
		left := make(map[string]bool)
		for english := range l.texts {
			left[english] = true
		}
		for _, english := range append(texts, "message", "messages", "top of message follows") {
			got := l.text(english)
			require.NotEqual(t, english, got, "%s lacks it", l.tag)
			require.True(t, utf8.ValidString(got))
			require.Less(t, len(got), 400, english)
			require.NotContains(t, got, "[")
			delete(left, english)
		}
		require.Empty(t, left, "%s has what nobody says", l.tag)
	}
}

func TestFindLanguage(t *testing.T) {
	for wanted, tag := range map[string]string{
		"de": "de", "DE": "de", "de-AT": "de", "de-Latn-AT-1996": "de", "en": "en", "En-us": "en",
		"d": "", "deu": "", "": "", "mul": "", "x-de": "", "sv": "",
	} {
		l := findLanguage(wanted)
		if tag == "" {
			require.Nil(t, l, wanted)
			continue
		}
		require.NotNil(t, l, wanted)
		require.Equal(t, tag, l.tag, wanted)
	}
}

// Text in UTF-8 is for who has asked for a language; it stays one line, and no
// character is cut in two.
func TestReplyInUTF8(t *testing.T) {
	r := Err(SysTemp, "gr\u00fc\u00dfe\r\n\u0085\u202e\xff\x00")
	require.Equal(t, "-ERR [SYS/TEMP] gr????e  ?????? \r\n", string(r.AppendTo(nil)))
	require.Equal(t, "-ERR [SYS/TEMP] gr\u00fc\u00dfe   ?? \r\n", string(r.appendTo(nil, true)))
	for i := range 4 {
		b := OK(strings.Repeat("x", i)+strings.Repeat("\u00fc", 400)).appendTo(nil, true)
		require.LessOrEqual(t, len(b), 512)
		require.Greater(t, len(b), 505)
		require.True(t, utf8.Valid(b), i)
	}
}

// A program's Replies can be in the client's language.
func TestConnLanguage(t *testing.T) {
	c, _ := inState(t, Authorization)
	require.Empty(t, c.Language())
	require.Equal(t, OK("de Sprache gewechselt"), c.language(t.Context(), "de"))
	require.Equal(t, "de", c.Language())
	require.Equal(t, OK("en language changed"), c.language(t.Context(), "*"))
}
