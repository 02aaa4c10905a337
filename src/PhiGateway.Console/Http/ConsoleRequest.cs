using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Primitives;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Http;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Shipping;
using PhiGateway.Console.Parts;
using PhiGateway.Console.Sessions;

namespace PhiGateway.Console.Http;

/// <summary>One click of a signed-in person: the call of the control plane that it makes, and what was filled in.</summary>
/// <remarks>
/// What is made behind a page asks it when the request is over: everything is read when it is made, and nothing leads from it to the request.
/// </remarks>
internal sealed class ConsoleRequest
{
    // What is longer was not typed.
    private const int MostCharacters = 4096;
    private const int MostText = 16_384;

    private readonly AskedSeal _seal;
    private readonly Dictionary<string, string> _route = new(StringComparer.OrdinalIgnoreCase);
    private readonly CancellationToken _aborted;

    // A page may read several things at once, and says the same whichever of them failed first.
    private readonly SortedSet<string> _lacking = new(StringComparer.Ordinal);

    private ConsoleRequest(HttpContext context, ConsoleSession session, IFormCollection? form)
    {
        foreach (var (name, value) in context.Request.RouteValues)
        {
            _route[name] = value as string ?? string.Empty;
        }

        _aborted = context.RequestAborted;
        PathAndQuery = context.Request.Path + context.Request.QueryString.ToString();
        IsAgain = NotAClick.Is(context);
        _seal = context.RequestServices.GetRequiredService<AskedSeal>();
        Session = session;
        Form = form;
        Query = context.Request.Query;
        Words = _seal.Open(Query[SealedWords.Parameter]) ?? _seal.Open(null)!;
        IsUnreadable = Query.ContainsKey(SealedWords.Parameter) && Words.Typed.Count == 0;
        if (Query.ContainsKey(SealedWords.Parameter))
        {
            Query = MergedOf(Query, Words);
        }

        // A browser that is clicked twice no longer waits for the first: what is taken once is done to its end.
        Once = OnceOf(context, form);
        Call = new AdminCall(session.Caller, RequestId.GuidOf(context), Once is null ? context.RequestAborted : CancellationToken.None)
        {
            Method = context.Request.Method,
            Peer = context.Connection.RemoteIpAddress?.ToString(),
        };
    }

    /// <summary>The session.</summary>
    public ConsoleSession Session { get; }

    /// <summary>The call, as the person.</summary>
    public AdminCall Call { get; }

    /// <summary>Which showing of a form was sent, and what was filled in: it is taken once; null: nothing hangs on that.</summary>
    public string? Once { get; }

    /// <summary>The parameters of the query, with the words that stand sealed in it.</summary>
    public IQueryCollection Query { get; }

    /// <summary>The words that stand sealed in the query; links of the page are made by them.</summary>
    public SealedWords Words { get; }

    /// <summary>Whether words stand sealed in the query that cannot be opened: the page without them would show what was not asked for.</summary>
    public bool IsUnreadable { get; }

    /// <summary>What was filled in, by the names of its fields; what is empty, stands twice or is too long is passed over.</summary>
    public IEnumerable<(string Name, string Text)> Filled =>
        (Form ?? Enumerable.Empty<KeyValuePair<string, StringValues>>())
            .Select(static one => (one.Key, Text: One(one.Value)))
            .Where(static one => one.Text is not null)
            .Select(static one => (one.Key, one.Text!));

    /// <summary>Path and query as they are.</summary>
    public string PathAndQuery { get; }

    /// <summary>What the page lacks because a store does not answer; null: nothing.</summary>
    public string? Missing
    {
        get
        {
            lock (_lacking)
            {
                return _lacking.Count == 0 ? null : $"Not everything can be reached. Missing here: {string.Join("; ", _lacking)}.";
            }
        }
    }

    /// <summary>Whether the page asks for itself again, and nobody clicked.</summary>
    public bool IsAgain { get; }

    /// <summary>How many entries the page passes over; 0 where nothing, or no number, is asked.</summary>
    public int Skipped => ListPart.SkippedOf(Asked("skip"));

    /// <summary>Version that the form was filled in over; 0 where it names none.</summary>
    public long SeenVersion => long.TryParse(Typed("version"), NumberStyles.None, CultureInfo.InvariantCulture, out var seen) ? seen : 0;

    private IFormCollection? Form { get; }

    /// <summary>
    /// Reads what a page can be shown without: when its store does not answer, the page says so and shows the rest.
    /// </summary>
    /// <param name="what">What is missing then, in words.</param>
    /// <param name="read">Reads it.</param>
    /// <returns>What was read; null: its store does not answer.</returns>
    public async Task<T?> TryAsync<T>(string what, Func<Task<T>> read)
        where T : class
    {
        try
        {
            return await read();
        }
        catch (Exception fault) when (IsAway(fault))
        {
            Lack(what);
            return null;
        }
    }

    /// <summary>The same of what a command answers.</summary>
    public async Task<Outcome<T>?> TryCommandAsync<T>(string what, Func<Task<Outcome<T>>> read)
        where T : class
    {
        try
        {
            return await read();
        }
        catch (Exception fault) when (IsAway(fault))
        {
            Lack(what);
            return null;
        }
    }

    // What cannot be put on record, or cannot be read, is not shown either.
    private bool IsAway(Exception fault) =>
        (
            AdminBoundary.IsDatabase(fault)
            || fault is JournalUnavailableException or InvalidDataException or ContentDestroyedException or JsonException
        ) && !_aborted.IsCancellationRequested;

    private void Lack(string what)
    {
        lock (_lacking)
        {
            _lacking.Add(what);
        }
    }

    /// <summary>Made by the gate, which has looked at everything.</summary>
    public static ConsoleRequest Of(HttpContext context, ConsoleSession session, IFormCollection? form) => new(context, session, form);

    /// <summary>The call on exactly the version that was seen.</summary>
    public AdminCall CallOn(string version) => Call with { IfMatch = [version] };

    /// <summary>A part of the path.</summary>
    public string Route(string name) => _route.GetValueOrDefault(name, string.Empty);

    /// <summary>One value of the query, trimmed; null: absent, empty, twice, or too long.</summary>
    public string? Asked(string name) => One(Query[name]);

    /// <summary>One value of the form, trimmed; null: absent, empty, twice, or too long.</summary>
    public string? Typed(string name) => Form is null ? null : One(Form[name]);

    /// <summary>One text of the form as it was typed, of up to 16,384 characters; null: absent, empty, twice, or too long.</summary>
    public string? TypedText(string name) =>
        Form is not null && Form[name] is [{ Length: <= MostText } text] && !string.IsNullOrWhiteSpace(text) ? text : null;

    /// <summary>A query that a form brings along, with the words that stand sealed in it.</summary>
    public (Func<string, string?> Asked, SealedWords Words) Read(string query)
    {
        var parsed = new QueryCollection(QueryHelpers.ParseQuery(query));
        var words = _seal.Open(parsed[SealedWords.Parameter]) ?? _seal.Open(null)!;
        var merged = MergedOf(parsed, words);
        return (name => One(merged[name]), words);
    }

    // The same showing with other words is no second click.
    private static string? OnceOf(HttpContext context, IFormCollection? form)
    {
        if (form is null || form[OnceField.Name] is not [{ } token] || !SessionToken.IsOne(token))
        {
            return null;
        }

        using var filled = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, values) in form.OrderBy(static field => field.Key, StringComparer.Ordinal))
        {
            filled.AppendData(JsonSerializer.SerializeToUtf8Bytes<string?[]>([name, .. values]));
        }

        return $"{context.Request.Path} {token} {Convert.ToHexStringLower(filled.GetHashAndReset())}";
    }

    // What stands there as it is goes before what is sealed.
    private static QueryCollection MergedOf(IQueryCollection query, SealedWords words)
    {
        var merged = query.Where(static pair => pair.Key != SealedWords.Parameter).ToDictionary(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, text) in words.Typed)
        {
            merged.TryAdd(name, text);
        }

        return new QueryCollection(merged);
    }

    private static string? One(StringValues values) =>
        values is [{ } value] && value.Trim() is { Length: > 0 and <= MostCharacters } text ? text : null;
}
