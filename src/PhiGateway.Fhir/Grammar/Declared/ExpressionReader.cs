using System.Buffers;

namespace PhiGateway.Fhir.Grammar.Declared;

/// <summary>
/// Reads the FHIRPath of a search parameter as far as it says plainly which elements it looks at; whatever else it says is refused.
/// </summary>
/// <remarks>
/// Known are unions of paths with parentheses, <c>as</c>, <c>ofType</c>, <c>extension('url')</c>, <c>first</c>, <c>last</c>, <c>exists</c>,
/// an index, <c>where</c> over comparisons with texts,
/// and <c>where(resolve() is Type)</c>. Not known, on purpose, is anything that leaves the resource: <c>resolve()</c> itself,
/// <c>%resource</c>, <c>contained</c>.
/// </remarks>
internal sealed class ExpressionReader
{
    private const int MostNesting = 8;

    // Each step behind a bracket goes on with all ways within it.
    private const int MostWays = 64;

    private static readonly SearchValues<char> Criteria = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz.=!~ ");

    private readonly string _text;
    private int _at;

    private ExpressionReader(string text) => _text = text;

    /// <summary>The ways, in order; null when the expression says anything that is not known here.</summary>
    internal static IReadOnlyList<ExpressionPath>? TryRead(string expression)
    {
        var reader = new ExpressionReader(expression);
        var paths = new List<ExpressionPath>();
        return reader.Union(paths, 0) && reader._at == expression.Length ? paths : null;
    }

    private bool Union(List<ExpressionPath> paths, int depth)
    {
        do
        {
            if (!Branch(paths, depth))
            {
                return false;
            }
        } while (Take('|'));

        return true;
    }

    private bool Branch(List<ExpressionPath> paths, int depth)
    {
        var ways = new List<ExpressionPath>();
        if (Take('('))
        {
            if (depth == MostNesting || !Union(ways, depth + 1) || ways.Count > MostWays || !Take(')'))
            {
                return false;
            }
        }
        else if (Name() is { } type && char.IsAsciiLetterUpper(type[0]))
        {
            ways.Add(new ExpressionPath(type, string.Empty, string.Empty, true, null));
        }
        else
        {
            return false;
        }

        while (_at < _text.Length && _text[_at] is '.' or '[')
        {
            if (!(_text[_at++] == '.' ? Step(ways) : Index(ways)))
            {
                return false;
            }
        }

        if (TakeWord("as") && !(Name() is { } choice && Choose(ways, choice)))
        {
            return false;
        }

        paths.AddRange(ways);
        return ways.TrueForAll(static way => way.Element.Length > 0);
    }

    private bool Step(List<ExpressionPath> ways)
    {
        if (Name() is not { } name)
        {
            return false;
        }

        if (_at == _text.Length || _text[_at] != '(')
        {
            Append(ways, name);
            return true;
        }

        _at++;
        if (Arguments() is not { } arguments)
        {
            return false;
        }

        switch (name)
        {
            case "extension" when IsText(arguments):
                Append(ways, name);
                return Blur(ways);
            case "first" or "last" or "exists" when arguments.Length == 0:
                return Blur(ways);
            case "ofType" or "as" when arguments.Length > 0 && arguments.All(char.IsAsciiLetterOrDigit):
                return Choose(ways, arguments);
            case "where":
                return Where(ways, arguments);
            default:
                return false;
        }
    }

    // The whole of what stands up to the bracket that closes this one; texts may hold brackets.
    private string? Arguments()
    {
        var start = _at;
        var (open, inText) = (1, false);
        for (; _at < _text.Length; _at++)
        {
            var c = _text[_at];
            if (c == '\\')
            {
                return null;
            }

            inText ^= c == '\'';
            open += c switch
            {
                '(' when !inText => 1,
                ')' when !inText => -1,
                _ => 0,
            };
            if (open == 0)
            {
                return _text[start.._at++].Trim();
            }
        }

        return null;
    }

    private static bool Where(List<ExpressionPath> ways, string criteria)
    {
        const string Resolved = "resolve() is ";
        if (criteria.StartsWith(Resolved, StringComparison.Ordinal))
        {
            var target = criteria[Resolved.Length..];
            return target.Length > 0
                && target.All(char.IsAsciiLetter)
                && Change(ways, way => way is { Target: null, Element.Length: > 0 } ? way with { Target = target } : null);
        }

        // Comparisons with texts look at what is below the element, and nowhere else.
        var pieces = criteria.Split('\'');
        if (pieces.Length % 2 == 0)
        {
            return false;
        }

        for (var i = 0; i < pieces.Length; i += 2)
        {
            if (pieces[i].AsSpan().ContainsAnyExcept(Criteria))
            {
                return false;
            }
        }

        return criteria.Length > 0 && Blur(ways);
    }

    private bool Index(List<ExpressionPath> ways)
    {
        var start = _at;
        while (_at < _text.Length && char.IsAsciiDigit(_text[_at]))
        {
            _at++;
        }

        return _at > start && _at < _text.Length && _text[_at++] == ']' && Blur(ways);
    }

    private static void Append(List<ExpressionPath> ways, string name) =>
        Change(
            ways,
            way =>
                way.Element.Length == 0
                    ? way with
                    {
                        Element = name,
                        Path = name,
                    }
                    : way with
                    {
                        Path = $"{way.Path}.{name}",
                        IsPlain = way.IsPlain && way.Target is null,
                    }
        );

    private static bool Blur(List<ExpressionPath> ways) =>
        Change(ways, static way => way.Element.Length == 0 ? null : way with { IsPlain = false });

    // value as Quantity stands in JSON as valueQuantity.
    private static bool Choose(List<ExpressionPath> ways, string type) =>
        Change(
            ways,
            way =>
            {
                if (way.Element.Length == 0)
                {
                    return null;
                }

                var suffix = char.ToUpperInvariant(type[0]) + type[1..];
                return way with
                {
                    Element = way.Path == way.Element && way.IsPlain ? way.Element + suffix : way.Element,
                    Path = way.Path + suffix,
                };
            }
        );

    private static bool Change(List<ExpressionPath> ways, Func<ExpressionPath, ExpressionPath?> change)
    {
        for (var i = 0; i < ways.Count; i++)
        {
            if (change(ways[i]) is not { } changed)
            {
                return false;
            }

            ways[i] = changed;
        }

        return true;
    }

    private static bool IsText(string argument) =>
        argument.Length > 2 && argument[0] == '\'' && argument.IndexOf('\'', 1) == argument.Length - 1;

    private string? Name()
    {
        Space();
        var start = _at;
        while (_at < _text.Length && char.IsAsciiLetterOrDigit(_text[_at]))
        {
            _at++;
        }

        return _at > start && char.IsAsciiLetter(_text[start]) ? _text[start.._at] : null;
    }

    private bool Take(char c)
    {
        Space();
        if (_at == _text.Length || _text[_at] != c)
        {
            return false;
        }

        _at++;
        Space();
        return true;
    }

    private bool TakeWord(string word)
    {
        Space();
        var isThere =
            _text.AsSpan(_at).StartsWith(word, StringComparison.Ordinal)
            && _at + word.Length < _text.Length
            && _text[_at + word.Length] == ' ';
        _at += isThere ? word.Length : 0;
        return isThere;
    }

    private void Space()
    {
        while (_at < _text.Length && _text[_at] is ' ' or '\t' or '\r' or '\n')
        {
            _at++;
        }
    }
}
