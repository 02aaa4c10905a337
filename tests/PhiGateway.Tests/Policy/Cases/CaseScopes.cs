using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Tests.Policy.Cases;

/// <summary>Scopes as the cases write them; the gateway's own reader of the grammar has tests of its own.</summary>
internal static class CaseScopes
{
    internal static ScopeSet Read(string? text) =>
        new([.. (text ?? string.Empty).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(ReadOne)], 0);

    private static SmartScope ReadOne(string text)
    {
        var (scope, query) = Cut(text, '?');
        var (level, rest) = Cut(scope, '/');
        var (type, letters) = Cut(rest!, '.');
        var rights = letters switch
        {
            "read" => "rs",
            "write" => "cud",
            "*" => "cruds",
            _ => letters!,
        };
        return new SmartScope(
            Enum.Parse<ScopeLevel>(level, ignoreCase: true),
            type == "*" ? ResourceTypeSet.All : ResourceTypeSet.Of([ResourceType.Parse(type)]),
            rights.Aggregate(
                ScopeRights.None,
                static (all, letter) => all | (ScopeRights)(1 << "cruds".IndexOf(letter, StringComparison.Ordinal))
            ),
            query is null ? [] : [.. query.Split('&').Select(ReadConstraint)]
        );
    }

    internal static TokenConstraint ReadConstraint(string text)
    {
        var (name, values) = Cut(text, '=');
        return new TokenConstraint(
            name,
            [
                .. values!
                    .Split(',')
                    .Select(static value => TokenValue.TryParse(value, out var token) ? token : throw new InvalidDataException(value)),
            ]
        );
    }

    private static (string Before, string? After) Cut(string text, char separator)
    {
        var at = text.IndexOf(separator, StringComparison.Ordinal);
        return at < 0 ? (text, null) : (text[..at], text[(at + 1)..]);
    }
}
