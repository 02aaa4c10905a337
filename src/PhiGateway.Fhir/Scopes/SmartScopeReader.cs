using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Grammar;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Scopes;

/// <summary>
/// Reads the <c>scope</c> of a token by the exact SMART grammar (App Launch 2.x): v1 words, v2 letters in order, query filters.
/// </summary>
/// <remarks>
/// Never throws. Scopes of other kinds (<c>openid</c>, <c>launch/patient</c>, <c>offline_access</c>) grant nothing here and are no mistake.
/// </remarks>
public static class SmartScopeReader
{
    private const string UriForm = "http://smarthealthit.org/fhir/scopes/";
    private const int MaxLength = 16384;
    private const int MaxFilters = 16;

    /// <summary>Reads a space-separated scope; what is not exactly right grants nothing.</summary>
    public static ScopeSet Read(string? scope)
    {
        if (string.IsNullOrEmpty(scope))
        {
            return ScopeSet.Empty;
        }

        if (scope.Length > MaxLength)
        {
            return new ScopeSet([], 1);
        }

        var read = new List<SmartScope>();
        var notUnderstood = 0;
        foreach (var range in scope.AsSpan().Split(' '))
        {
            var token = scope.AsSpan(range);
            if (token.StartsWith(UriForm, StringComparison.Ordinal))
            {
                token = token[UriForm.Length..];
            }

            if (!TryCutLevel(ref token, out var level))
            {
                continue;
            }

            if (ReadResourceScope(level, token) is { } understood)
            {
                read.Add(understood);
            }
            else
            {
                notUnderstood++;
            }
        }

        return new ScopeSet(read, notUnderstood);
    }

    private static bool TryCutLevel(ref ReadOnlySpan<char> token, out ScopeLevel level)
    {
        var slash = token.IndexOf('/');
        level = default;
        switch (slash < 0 ? default : token[..slash])
        {
            case "patient":
                level = ScopeLevel.Patient;
                break;
            case "user":
                level = ScopeLevel.User;
                break;
            case "system":
                level = ScopeLevel.System;
                break;
            default:
                return false;
        }

        token = token[(slash + 1)..];
        return true;
    }

    private static SmartScope? ReadResourceScope(ScopeLevel level, ReadOnlySpan<char> token)
    {
        var dot = token.IndexOf('.');
        if (dot < 0)
        {
            return null;
        }

        var name = token[..dot];
        var isEveryType = name is "*";
        var type = default(ResourceType);
        if (!isEveryType && !ResourceType.TryParse(name, out type))
        {
            return null;
        }

        var access = token[(dot + 1)..];
        var mark = access.IndexOf('?');
        var rights = ReadRights(mark < 0 ? access : access[..mark]);
        if (rights == ScopeRights.None)
        {
            return null;
        }

        var types = isEveryType ? ResourceTypeSet.All : default(ResourceTypeSet).With(type);
        if (mark < 0)
        {
            return new SmartScope(level, types, rights, []);
        }

        // No token parameter is defined on every type, so a filter behind the asterisk could not be judged.
        return !isEveryType && ReadFilters(type, access[(mark + 1)..]) is { } filters
            ? new SmartScope(level, types, rights, filters)
            : null;
    }

    private static ScopeRights ReadRights(ReadOnlySpan<char> access)
    {
        switch (access)
        {
            case "read":
                return ScopeRights.Read | ScopeRights.Search;
            case "write":
                return ScopeRights.Create | ScopeRights.Update | ScopeRights.Delete;
            case "*":
                return ScopeRights.Create | ScopeRights.Read | ScopeRights.Update | ScopeRights.Delete | ScopeRights.Search;
        }

        var rights = ScopeRights.None;
        foreach (var letter in access)
        {
            var right = letter switch
            {
                'c' => ScopeRights.Create,
                'r' => ScopeRights.Read,
                'u' => ScopeRights.Update,
                'd' => ScopeRights.Delete,
                's' => ScopeRights.Search,
                _ => ScopeRights.None,
            };

            // The flags ascend in the order of the letters: each must stand above all before it.
            if (right <= rights || right == ScopeRights.None)
            {
                return ScopeRights.None;
            }

            rights |= right;
        }

        return rights;
    }

    private static bool TryReadValue(string item, bool isDate, out TokenValue value)
    {
        if (!isDate)
        {
            return SearchValue.TryReadToken(item, out value);
        }

        // In a query a plus that is not encoded is a space: of an offset it can only have been a plus.
        var date = SearchValue.WithPlus(item);
        value = new TokenValue(null, date);
        return TokenConstraint.IsDateCondition(date);
    }

    private static TokenConstraint[]? ReadFilters(ResourceType type, ReadOnlySpan<char> query)
    {
        if (query.IsEmpty || CanonicalQuery.Read(query, MaxFilters, out var parameters) is not null)
        {
            return null;
        }

        var filters = new TokenConstraint[parameters.Length];
        for (var i = 0; i < parameters.Length; i++)
        {
            var (name, value) = parameters[i];
            var isKnown =
                SearchGrammar.TryFind(type, name, out var definition)
                && definition.Kind is SearchParameterKind.Token or SearchParameterKind.Date
                && definition.Paths.Count > 0
                && name[0] != '_';
            if (!isKnown || !SearchValue.TrySplit(value, out var items))
            {
                return null;
            }

            var isDate = definition!.Kind == SearchParameterKind.Date;
            var tokens = new TokenValue[items.Length];
            for (var item = 0; item < items.Length; item++)
            {
                if (!TryReadValue(items[item], isDate, out tokens[item]))
                {
                    return null;
                }
            }

            filters[i] = new TokenConstraint(name, tokens) { IsDate = isDate };
        }

        return filters;
    }
}
