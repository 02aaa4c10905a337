using System.Text;
using System.Text.RegularExpressions;

namespace PhiGateway.Tests.Architecture;

/// <summary>Looks at C# as text: what is a comment or a string is blanked out first, lines stay where they were.</summary>
internal static partial class CodeText
{
    /// <summary>The code with every comment, string and character replaced, as long as before.</summary>
    public static string Bare(string source)
    {
        var bare = new StringBuilder(source.Length);
        var at = 0;
        while (at < source.Length)
        {
            var end = EndOfText(source, at);
            if (end == at)
            {
                bare.Append(source[at++]);
                continue;
            }

            for (; at < end; at++)
            {
                bare.Append(source[at] == '\n' ? '\n' : '_');
            }
        }

        return bare.ToString();
    }

    /// <summary>
    /// Lines on which a conditional operator stands inside a branch of another one. The formatter writes blanks around the operator and
    /// none before the mark of a nullable type, which is how they are told apart.
    /// </summary>
    public static IEnumerable<int> NestedConditionals(string source)
    {
        var bare = Bare(source);
        var open = new Stack<int>();
        var (line, depth) = (1, 0);
        for (var at = 0; at < bare.Length; at++)
        {
            switch (bare[at])
            {
                case '\n':
                    line++;
                    break;
                case '(' or '[' or '{':
                    depth++;
                    break;
                case ')' or ']' or '}':
                    Close(open, --depth + 1);
                    break;
                case ',' or ';':
                    Close(open, depth);
                    break;
                case '?' when char.IsWhiteSpace(bare[at - 1]) && char.IsWhiteSpace(bare[at + 1]):
                    if (open.Count > 0)
                    {
                        yield return line;
                    }

                    open.Push(depth);
                    break;
            }
        }
    }

    /// <summary>
    /// The C# that a page's markup holds between parentheses, each piece with its line: <c>@(...)</c>, the arguments of <c>@call(...)</c>,
    /// and the conditions of the blocks. Plain markup is no C#, and an apostrophe in it opens nothing.
    /// </summary>
    public static IEnumerable<(int Line, string Code)> Expressions(string page)
    {
        foreach (Match start in OpenExpression().Matches(page))
        {
            var (at, depth) = (start.Index + start.Length, 1);
            while (at < page.Length && depth > 0)
            {
                var end = EndOfText(page, at);
                depth += end > at ? 0 : Deeper(page[at]);
                at = Math.Max(end, at + 1);
            }

            yield return (page.AsSpan(0, start.Index).Count('\n') + 1, page[(start.Index + start.Length)..(at - 1)]);
        }
    }

    private static int Deeper(char letter) =>
        letter switch
        {
            '(' or '[' or '{' => 1,
            ')' or ']' or '}' => -1,
            _ => 0,
        };

    private static void Close(Stack<int> open, int depth)
    {
        while (open.Count > 0 && open.Peek() >= depth)
        {
            open.Pop();
        }
    }

    private static int EndOfText(string source, int at)
    {
        if (source[at] is not ('/' or '"' or '$' or '@' or '\''))
        {
            return at;
        }

        if (Simple().Match(source, at) is { Success: true } simple && simple.Index == at)
        {
            return at + simple.Length;
        }

        if (Raw().Match(source, at) is { Success: true } raw && raw.Index == at)
        {
            var end = source.IndexOf(raw.Groups["quotes"].Value, at + raw.Length, StringComparison.Ordinal) + raw.Groups["quotes"].Length;
            while (end < source.Length && source[end] == '"')
            {
                end++;
            }

            return end;
        }

        return Interpolated().Match(source, at) is { Success: true } text && text.Index == at
            ? EndOfInterpolated(source, at + text.Length, isVerbatim: text.Value.Contains('@', StringComparison.Ordinal))
            : at;
    }

    private static int EndOfInterpolated(string source, int at, bool isVerbatim)
    {
        var holes = 0;
        for (; ; at++)
        {
            switch (source[at])
            {
                case '\\' when holes == 0 && !isVerbatim:
                case '{' when holes == 0 && source[at + 1] == '{':
                case '"' when holes == 0 && isVerbatim && source[at + 1] == '"':
                    at++;
                    break;
                case '{':
                    holes++;
                    break;
                case '}' when holes > 0:
                    holes--;
                    break;
                case '"' when holes == 0:
                    return at + 1;
                case '"':
                    at = EndOfText(source, at) - 1;
                    break;
            }
        }
    }

    [GeneratedRegex(@"//[^\n]*|/\*[\s\S]*?\*/|'(?:\\.[^']*|[^'\\])'|@""(?:[^""]|"""")*""|""(?!"")(?:\\.|[^""\\\n])*""|""""(?!"")")]
    private static partial Regex Simple();

    [GeneratedRegex(
        @"@(?:[\w.?]*|(?:if|foreach|for|switch|while) )\(|^\s*(?:else )?(?:if|foreach|for|switch|while) \(",
        RegexOptions.Multiline
    )]
    private static partial Regex OpenExpression();

    [GeneratedRegex(@"\$*(?<quotes>""{3,})")]
    private static partial Regex Raw();

    [GeneratedRegex(@"(?:\$@|@\$|\$)""")]
    private static partial Regex Interpolated();
}
