using System.Text;
using PhiGateway.Fhir.Scopes;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.TokenService.Grants;

/// <summary>
/// Cuts the scopes that a client asks for to what its approved use covers, type by type and letter by letter; called for each token.
/// </summary>
/// <remarks>
/// What a token's scope leaves out its bearer cannot do, whatever the use case says; what it holds is decided on each call all the same.
/// Only <c>system/</c> scopes are granted: nobody is in the loop of a backend service.
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

    private static readonly (ScopeRights Right, char Letter)[] Letters =
    [
        (ScopeRights.Create, 'c'),
        (ScopeRights.Read, 'r'),
        (ScopeRights.Update, 'u'),
        (ScopeRights.Delete, 'd'),
        (ScopeRights.Search, 's'),
    ];

    /// <summary>
    /// What is granted, separated by blanks; empty: nothing. Null: the request's scope is not one. Of more than <see cref="Longest"/>
    /// only so much that it shows.
    /// </summary>
    /// <param name="asked">As the client asks.</param>
    /// <param name="useCase">Its approved use.</param>
    /// <param name="task">The task that the token is for, which cuts further; null: for none.</param>
    public static string? Cut(string? asked, UseCase useCase, OpenTask? task = null) =>
        WordsOf(asked) is { } words ? CutWords(words, useCase, task) : null;

    /// <summary>
    /// The same for the scope of a token that was issued here, which was cut once and is as long as that came to: what bounds a request does not
    /// bound it.
    /// </summary>
    public static string CutHeld(string held, UseCase useCase, OpenTask task) =>
        CutWords(held.Split(' ', StringSplitOptions.RemoveEmptyEntries), useCase, task);

    /// <summary>
    /// What a request asks out of the scope of a token that was issued here: each word as it stands there, and a word for every type as what of
    /// it stands there. Null: the request's scope is not one, or asks for something that does not stand there.
    /// </summary>
    public static string? Within(string asked, string held)
    {
        if (WordsOf(asked) is not { } words)
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

    private static string[]? WordsOf(string? asked)
    {
        if (asked is not { Length: > 0 and <= MaximumLength })
        {
            return null;
        }

        var words = asked.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words.Length is 0 or > MaximumScopes ? null : words;
    }

    private static string TextOf(string word) => word.StartsWith(UriForm, StringComparison.Ordinal) ? word[UriForm.Length..] : word;

    private static string CutWords(string[] tokens, UseCase useCase, OpenTask? task)
    {
        var approved = RightsOf(useCase, task);
        var granted = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var length = -1;
        foreach (var token in tokens)
        {
            // One by one: what is not understood grants nothing and spoils nothing.
            if (SmartScopeReader.Read(token) is not { Scopes: [{ Level: ScopeLevel.System } scope] })
            {
                continue;
            }

            var text = TextOf(token);
            var mark = text.IndexOf('?', StringComparison.Ordinal);
            var filter = mark < 0 ? string.Empty : text[mark..];
            foreach (var (type, rights) in approved)
            {
                if (scope.Types.Contains(type) && (rights & scope.Rights) != ScopeRights.None)
                {
                    var one = $"system/{type.Name}.{LettersOf(rights & scope.Rights)}{filter}";
                    if (!seen.Add(one))
                    {
                        continue;
                    }

                    granted.Add(one);
                    length += one.Length + 1;
                    // A few kilobytes that are asked for can come to a hundred times as much.
                    if (length > Longest)
                    {
                        return string.Join(' ', granted);
                    }
                }
            }
        }

        return string.Join(' ', granted);
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
}
