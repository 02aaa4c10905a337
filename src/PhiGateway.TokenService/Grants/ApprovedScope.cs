using System.Runtime.CompilerServices;
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
/// A service is granted <c>system/</c> scopes only: nobody is in its loop; who comes for a person <c>user/</c> scopes only.
/// </remarks>
internal static class ApprovedScope
{
    /// <summary>
    /// Longest scope that is granted. With the rest of a token it fits into the 16 KB of an <c>Authorization</c> header and into what a node
    /// reads as a scope: a longer one would be a token that nobody takes.
    /// </summary>
    public const int Longest = 10 * 1024;

    private const int MaximumLength = 4096;
    private const int MaximumScopes = 64;
    private const string UriForm = "http://smarthealthit.org/fhir/scopes/";

    private static readonly ConditionalWeakTable<UseCase, KeyValuePair<ResourceType, ScopeRights>[]> Approved = [];

    private static readonly (ScopeRights Right, char Letter)[] Letters =
    [
        (ScopeRights.Create, 'c'),
        (ScopeRights.Read, 'r'),
        (ScopeRights.Update, 'u'),
        (ScopeRights.Delete, 'd'),
        (ScopeRights.Search, 's'),
    ];

    /// <summary>
    /// What is granted to a service, separated by blanks; empty: nothing. Null: the request's scope is not one. Of more than
    /// <see cref="Longest"/> only so much that it shows.
    /// </summary>
    /// <param name="asked">As the client asks.</param>
    /// <param name="registered">Those that it is registered for; empty: all that is approved.</param>
    /// <param name="useCase">Its approved use.</param>
    /// <param name="task">The task that the token is for, which cuts further; null: for none.</param>
    public static string? Cut(string? asked, IReadOnlyList<string> registered, UseCase useCase, OpenTask? task = null) =>
        Split(asked) is { } tokens
            ? string.Join(' ', Within(tokens, Ceiling(registered), ScopeLevel.System, RightsOf(useCase, task)))
            : null;

    /// <summary>The same for a person: <c>user/</c> scopes, and no more than the provider of that person says.</summary>
    /// <param name="asked">As the client asks.</param>
    /// <param name="asserted">As the provider says; null: it does not.</param>
    /// <param name="registered">Those that the client is registered for; empty: all that is approved.</param>
    /// <param name="useCase">Its approved use.</param>
    public static string? CutForPerson(string? asked, string? asserted, IReadOnlyList<string> registered, UseCase useCase)
    {
        if (Split(asked) is not { } tokens)
        {
            return null;
        }

        IReadOnlyList<string>? said = null;
        if (asserted is not null && (said = Split(asserted)) is null)
        {
            return null;
        }

        var rights = RightsOf(useCase, null);
        return string.Join(' ', Within(Within(tokens, said, ScopeLevel.User, rights), Ceiling(registered), ScopeLevel.User, rights));
    }

    /// <summary>
    /// The same for the scope of a token that was issued here, which was cut once and is as long as that came to: what bounds a request does not
    /// bound it.
    /// </summary>
    public static string CutHeld(string held, IReadOnlyList<string> registered, UseCase useCase, OpenTask task) =>
        string.Join(
            ' ',
            Within(held.Split(' ', StringSplitOptions.RemoveEmptyEntries), Ceiling(registered), ScopeLevel.System, RightsOf(useCase, task))
        );

    /// <summary>
    /// What a request asks out of the scope of a token that was issued here: each word as it stands there, and a word for every type as what of
    /// it stands there. Null: the request's scope is not one, or asks for something that does not stand there.
    /// </summary>
    public static string? Within(string asked, string held)
    {
        if (Split(asked) is not { } words)
        {
            return null;
        }

        var own = held.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var wanted = new List<string>();
        foreach (var word in words)
        {
            // Word by word, since a scope may carry a filter.
            if (Array.IndexOf(own, word) >= 0)
            {
                wanted.Add(word);
            }
            else if (!TryAddOfEveryType(word, own, wanted))
            {
                return null;
            }
        }

        return string.Join(' ', wanted);
    }

    private static bool TryAddOfEveryType(string word, string[] own, List<string> wanted)
    {
        if (!TextOf(word).StartsWith("system/*.", StringComparison.Ordinal) || SmartScopeReader.Read(word) is not { Scopes: [var every] })
        {
            return false;
        }

        var before = wanted.Count;
        foreach (var held in own)
        {
            if (SmartScopeReader.Read(held) is { Scopes: [var one] } && (one.Rights & every.Rights) is not ScopeRights.None and var rights)
            {
                var mark = held.IndexOf('?', StringComparison.Ordinal);
                var type = held[..held.IndexOf('.', StringComparison.Ordinal)];
                wanted.Add($"{type}.{LettersOf(rights)}{(mark < 0 ? string.Empty : held[mark..])}");
            }
        }

        return wanted.Count > before;
    }

    private static IReadOnlyList<string>? Ceiling(IReadOnlyList<string> registered) => registered.Count == 0 ? null : registered;

    private static string[]? Split(string? text) =>
        text is { Length: > 0 and <= MaximumLength }
        && text.Split(' ', StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 and <= MaximumScopes } tokens
            ? tokens
            : null;

    // Of each scope what is approved; where there is a ceiling, of each pair of a scope and one of the ceiling's.
    private static IReadOnlyList<string> Within(
        IReadOnlyList<string> tokens,
        IReadOnlyList<string>? ceiling,
        ScopeLevel level,
        KeyValuePair<ResourceType, ScopeRights>[] approved
    )
    {
        var granted = new GrantedWords();
        var ceilings = ceiling is null ? null : Read(ceiling, level);
        foreach (var wanted in Read(tokens, level))
        {
            if (granted.IsFull)
            {
                break;
            }

            if (ceilings is null)
            {
                Add(wanted, wanted.Filter, level, approved, granted);
                continue;
            }

            foreach (var most in ceilings)
            {
                // Of two filters neither is the narrower: what both cover cannot be said in one scope.
                if (wanted.Filter.Length == 0 || most.Filter.Length == 0 || wanted.Filter == most.Filter)
                {
                    var both = wanted with { Rights = wanted.Rights & most.Rights, Types = wanted.Types.Intersect(most.Types) };
                    Add(both, wanted.Filter.Length > 0 ? wanted.Filter : most.Filter, level, approved, granted);
                }
            }
        }

        return granted.Words;
    }

    private static string TextOf(string word) => word.StartsWith(UriForm, StringComparison.Ordinal) ? word[UriForm.Length..] : word;

    // One by one: what is not understood grants nothing and spoils nothing.
    private static List<ReadScope> Read(IReadOnlyList<string> tokens, ScopeLevel level)
    {
        var scopes = new List<ReadScope>();
        foreach (var token in tokens)
        {
            if (SmartScopeReader.Read(token) is { Scopes: [var scope] } && scope.Level == level)
            {
                var text = TextOf(token);
                var mark = text.IndexOf('?', StringComparison.Ordinal);
                scopes.Add(new ReadScope(scope.Types, scope.Rights, mark < 0 ? string.Empty : text[mark..]));
            }
        }

        return scopes;
    }

    private static void Add(
        ReadScope scope,
        string filter,
        ScopeLevel level,
        KeyValuePair<ResourceType, ScopeRights>[] approved,
        GrantedWords granted
    )
    {
        // Pairs are as many as the two lists multiplied: what an earlier one came to is known before any of its words is made again.
        var types = granted.TakeNew(scope.Types, scope.Rights, filter);
        if (types.IsEmpty || scope.Rights == ScopeRights.None)
        {
            return;
        }

        var word = level == ScopeLevel.User ? "user" : "system";
        foreach (var (type, rights) in approved)
        {
            // A few kilobytes that are asked for can come to a hundred times as much.
            if (!granted.IsFull && types.Contains(type) && (rights & scope.Rights) != ScopeRights.None)
            {
                granted.Add($"{word}/{type.Name}.{LettersOf(rights & scope.Rights)}{filter}");
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

    // A use case is what it was until the next change of the registry: it is read once, not for each token.
    private static KeyValuePair<ResourceType, ScopeRights>[] RightsOf(UseCase useCase, OpenTask? task) =>
        task is null ? Approved.GetValue(useCase, static one => ReadRights(one, null)) : ReadRights(useCase, task);

    private static KeyValuePair<ResourceType, ScopeRights>[] ReadRights(UseCase useCase, OpenTask? task)
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

        return [.. approved];
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

    /// <summary>Each word once, in order, until they show that they are too long together.</summary>
    private sealed class GrantedWords
    {
        private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
        private readonly Dictionary<(ScopeRights Rights, string Filter), ResourceTypeSet> _taken = [];
        private readonly List<string> _words = [];
        private int _length = -1;

        public IReadOnlyList<string> Words => _words;

        public bool IsFull => _length > Longest;

        /// <summary>The types that no scope of the same rights and filter had before.</summary>
        public ResourceTypeSet TakeNew(ResourceTypeSet types, ScopeRights rights, string filter)
        {
            var before = _taken.GetValueOrDefault((rights, filter));
            _taken[(rights, filter)] = before.Union(types);
            return types.Except(before);
        }

        public void Add(string word)
        {
            if (_seen.Add(word))
            {
                _words.Add(word);
                _length += word.Length + 1;
            }
        }
    }

    private sealed record ReadScope(ResourceTypeSet Types, ScopeRights Rights, string Filter);
}
