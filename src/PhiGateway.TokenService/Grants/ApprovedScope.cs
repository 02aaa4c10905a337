using System.Text;
using PhiGateway.Fhir.Scopes;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.TokenService.Grants;

/// <summary>
/// Cuts the scopes that a client asks for to those that it is registered for and to what its approved use covers, type by type and letter by
/// letter; called for each token.
/// </summary>
/// <remarks>
/// What a token's scope leaves out its bearer cannot do, whatever the use case says; what it holds is decided on each call all the same.
/// Only <c>system/</c> scopes are granted: nobody is in the loop of a backend service.
/// </remarks>
internal static class ApprovedScope
{
    private const int MaximumLength = 4096;
    private const int MaximumScopes = 64;
    private const string UriForm = "http://smarthealthit.org/fhir/scopes/";

    private static readonly (ScopeRights Right, char Letter)[] Letters =
    [
        (ScopeRights.Create, 'c'),
        (ScopeRights.Read, 'r'),
        (ScopeRights.Update, 'u'),
        (ScopeRights.Delete, 'd'),
        (ScopeRights.Search, 's'),
    ];

    /// <summary>What is granted, separated by blanks; empty: nothing. Null: the request's scope is not one.</summary>
    /// <param name="asked">As the client asks.</param>
    /// <param name="registered">Those that it is registered for; empty: all that is approved.</param>
    /// <param name="useCase">Its approved use.</param>
    /// <param name="task">The task that the token is for, which cuts further; null: for none.</param>
    public static string? Cut(string? asked, IReadOnlyList<string> registered, UseCase useCase, OpenTask? task = null)
    {
        if (asked is not { Length: > 0 and <= MaximumLength })
        {
            return null;
        }

        var tokens = asked.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (tokens.Length is 0 or > MaximumScopes)
        {
            return null;
        }

        var approved = RightsOf(useCase, task);
        var ceilings = Read(registered);
        var granted = new List<string>();
        foreach (var wanted in Read(tokens))
        {
            if (registered.Count == 0)
            {
                Add(wanted, wanted.Filter, approved, granted);
                continue;
            }

            foreach (var ceiling in ceilings)
            {
                // Of two filters neither is the narrower: what both cover cannot be said in one scope.
                if (wanted.Filter.Length == 0 || ceiling.Filter.Length == 0 || wanted.Filter == ceiling.Filter)
                {
                    var both = wanted with { Rights = wanted.Rights & ceiling.Rights, And = ceiling.Types };
                    Add(both, wanted.Filter.Length > 0 ? wanted.Filter : ceiling.Filter, approved, granted);
                }
            }
        }

        return string.Join(' ', granted.Distinct(StringComparer.Ordinal));
    }

    // One by one: what is not understood grants nothing and spoils nothing.
    private static List<ReadScope> Read(IEnumerable<string> tokens)
    {
        var scopes = new List<ReadScope>();
        foreach (var token in tokens)
        {
            if (SmartScopeReader.Read(token) is { Scopes: [{ Level: ScopeLevel.System } scope] })
            {
                var text = token.StartsWith(UriForm, StringComparison.Ordinal) ? token[UriForm.Length..] : token;
                var mark = text.IndexOf('?', StringComparison.Ordinal);
                scopes.Add(new ReadScope(scope.Types, scope.Rights, mark < 0 ? string.Empty : text[mark..], null));
            }
        }

        return scopes;
    }

    private static void Add(ReadScope scope, string filter, SortedDictionary<ResourceType, ScopeRights> approved, List<string> granted)
    {
        foreach (var (type, rights) in approved)
        {
            if (scope.Covers(type) && (rights & scope.Rights) != ScopeRights.None)
            {
                granted.Add($"system/{type.Name}.{LettersOf(rights & scope.Rights)}{filter}");
            }
        }
    }

    /// <summary>Whether a granted scope lets its bearer create, update or delete.</summary>
    public static bool Changes(string granted) =>
        SmartScopeReader
            .Read(granted)
            .Scopes.Any(static scope =>
                (scope.Rights & (ScopeRights.Create | ScopeRights.Update | ScopeRights.Delete)) != ScopeRights.None
            );

    private static SortedDictionary<ResourceType, ScopeRights> RightsOf(UseCase useCase, OpenTask? task)
    {
        var approved = new SortedDictionary<ResourceType, ScopeRights>(
            Comparer<ResourceType>.Create(static (left, right) => string.CompareOrdinal(left.Name, right.Name))
        );
        foreach (var grant in useCase.Grants)
        {
            // A task that says what it is for says so in interactions, and no operation is one.
            var isOpen = task is null || task.Interactions.IsEmpty;
            var rights = isOpen && grant.Operations.Count > 0 ? ScopeRights.Read | ScopeRights.Search : ScopeRights.None;
            foreach (var word in grant.Interactions)
            {
                rights |= isOpen || IsPartOf(task!, word) ? RightsOf(word) : ScopeRights.None;
            }

            foreach (var name in grant.Types)
            {
                if (ResourceType.TryParse(name, out var type) && (task is null || task.Types.IsEmpty || task.Types.Contains(type)))
                {
                    approved[type] = approved.GetValueOrDefault(type) | rights;
                }
            }
        }

        return approved;
    }

    private static bool IsPartOf(OpenTask task, string word) =>
        InteractionWords.TryParse(word, out var interactions) && task.Interactions.Covers(interactions);

    private static ScopeRights RightsOf(string word) =>
        word switch
        {
            "read" or "vread" => ScopeRights.Read,
            "search" => ScopeRights.Search,
            "history" or "export" => ScopeRights.Read | ScopeRights.Search,
            "create" => ScopeRights.Create,
            "update" or "patch" => ScopeRights.Update,
            "delete" => ScopeRights.Delete,
            _ => ScopeRights.None,
        };

    private static string LettersOf(ScopeRights rights)
    {
        var text = new StringBuilder(Letters.Length);
        foreach (var (right, letter) in Letters)
        {
            if ((rights & right) != ScopeRights.None)
            {
                text.Append(letter);
            }
        }

        return text.ToString();
    }

    private sealed record ReadScope(ResourceTypeSet Types, ScopeRights Rights, string Filter, ResourceTypeSet? And)
    {
        public bool Covers(ResourceType type) => Types.Contains(type) && (And is not { } both || both.Contains(type));
    }
}
