using System.Text.Json;
using System.Text.Json.Nodes;
using PhiGateway.Admin.Calls;
using PhiGateway.Policy.Approvals;
using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Editing;

/// <summary>
/// Reads and writes the note in a document's stored form that says who changed it, and since when (a member whose name begins with an
/// underscore means nothing for access). The editor writes it with every change; four eyes read it.
/// </summary>
/// <remarks>
/// Security: it only grows, so that no later write, whoever makes it and by whichever door, takes an author away. An entry says on which
/// revision the change was planned; an approval says on which it was given (<see cref="Seen"/>): what was planned on that one or a later one
/// is not covered by it. What of a note cannot be read may name anybody (<see cref="PersonName.Unreadable"/>).
/// </remarks>
internal static class AuthorNote
{
    private const string Authors = "_authors";
    private const string SeenAt = "_seen";
    private const string Closers = "_closedBy";
    private const string Content = "_approved";
    private const string Knowers = "_knownTo";
    private const string Standing = "_behind";
    private const string Former = "_stood";
    private const string Asked = "_askedToLift";
    private const string Opened = "_opened";
    private const string Acted = "_actedAt";

    // A member that stands twice would be a fault only where it is looked for.
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    // Longer than any emergency use waits to be looked at for the first time.
    private static readonly TimeSpan FormerKept = TimeSpan.FromDays(35);

    private static readonly string[] Notes =
    [
        Authors,
        SeenAt,
        Closers,
        Content,
        Knowers,
        Standing,
        Former,
        Asked,
        Opened,
        AlertNote.Rules,
        AlertNote.Places,
        TaskNote.Name,
        Acted,
    ];

    /// <summary>Whoever changed a document; of one that was written before there were notes, whoever did so last.</summary>
    public static IReadOnlyList<Author> Read(RegistryItem item)
    {
        var json = Parse(item.Json);
        if (json[Authors] is { } noted)
        {
            return noted is JsonArray list ? [.. list.Select(AuthorOf)] : [AuthorOf(noted)];
        }

        if (item.Kind is RegistryKind.Approval or RegistryKind.AdminKey)
        {
            return [];
        }

        var last = item.Kind is RegistryKind.Client or RegistryKind.UseCase ? TextOf(json["changedBy"]) : null;
        return [new Author(last ?? item.UpdatedBy, item.Revision - 1)];
    }

    /// <summary>The stored form with its authors and those of one change more: the latest change of a person is the one that counts.</summary>
    public static string With(string json, IReadOnlyList<Author> known, IReadOnlyList<string> persons, long revision)
    {
        var form = Parse(json);
        Write(form, [.. known.Where(author => !persons.Any(author.Is)), .. persons.Select(person => new Author(person, revision))]);
        return form.ToJsonString();
    }

    /// <summary>The stored form with the notes of the one before it.</summary>
    public static string Carried(string json, RegistryItem? before)
    {
        if (before is null)
        {
            return json;
        }

        var (form, old) = (Parse(json), Parse(before.Json));
        var missing = Notes.Where(note => !form.ContainsKey(note) && old.ContainsKey(note)).ToList();
        foreach (var note in missing)
        {
            form[note] = old[note]!.DeepClone();
        }

        return missing.Count == 0 ? json : form.ToJsonString();
    }

    /// <summary>An approval that says on which revision it was given, and to what, so that the next approver is told the difference.</summary>
    public static string Given(string json, long revision, ApprovedInput? content)
    {
        var form = Parse(json);
        form[SeenAt] = revision;
        if (content is not null)
        {
            form[Content] = JsonSerializer.SerializeToNode(content with { Credentials = [.. content.Credentials] }, RegistryJson.Options);
        }

        return form.ToJsonString();
    }

    /// <summary>What an approval was given to; null: it does not say, or not in words that this version knows.</summary>
    public static ApprovedInput? Approved(RegistryItem approval)
    {
        try
        {
            return Parse(approval.Json)[Content]?.Deserialize<ApprovedInput>(RegistryJson.Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>On which revision an approval was given.</summary>
    public static long Seen(RegistryItem approval) =>
        Parse(approval.Json)[SeenAt] is JsonValue value && value.TryGetValue<long>(out var revision) ? revision : approval.Revision;

    /// <summary>Who shut a client since it was last resumed.</summary>
    public static IReadOnlyList<string> ClosedBy(RegistryItem client) => Names(Parse(client.Json), Closers) ?? [];

    /// <summary>The stored form of a client that somebody has shut, or, with null, that is open again.</summary>
    public static string Closed(string json, RegistryItem before, IReadOnlyList<string>? persons)
    {
        var form = Parse(json);
        string[] closers = persons is null ? [] : [.. ClosedBy(before).Concat(persons).Distinct(StringComparer.OrdinalIgnoreCase)];
        form[Closers] = new JsonArray([.. closers.Select(static closer => (JsonNode)closer)]);
        return form.ToJsonString();
    }

    /// <summary>Who has asked that what the gateway did to a client by itself be lifted, since it did; one text for each call.</summary>
    public static IReadOnlyList<string> AskedToLift(RegistryItem client) => Names(Parse(client.Json), Asked) ?? [];

    /// <summary>The stored form of a client for which these have asked; nobody: it was lifted, or closed anew.</summary>
    public static string WithAsked(string json, IEnumerable<string> persons) => WithNames(json, Asked, persons);

    /// <summary>When the gateway last closed a client by itself; null: it does not say.</summary>
    public static DateTimeOffset? ActedAt(RegistryItem client) =>
        Parse(client.Json)[Acted] is JsonValue value && value.TryGetValue<DateTimeOffset>(out var at) ? at : null;

    /// <summary>The stored form of a client that the gateway closes.</summary>
    public static string WithActed(string json, DateTimeOffset at)
    {
        var form = Parse(json);
        form[Acted] = JsonValue.Create(at);
        return form.ToJsonString();
    }

    /// <summary>When a client was last opened again; null: it never was, or does not say.</summary>
    public static DateTimeOffset? OpenedAt(RegistryItem client) =>
        Parse(client.Json)[Opened] is JsonValue value && value.TryGetValue<DateTimeOffset>(out var at) ? at : null;

    /// <summary>The stored form of a client that is open again.</summary>
    public static string WithOpened(string json, DateTimeOffset at)
    {
        var form = Parse(json);
        form[Opened] = JsonValue.Create(at);
        return form.ToJsonString();
    }

    /// <summary>
    /// Who has been shown the whole secret of an admin key, or was its person; of a key that was shown and does not say to whom, everybody
    /// who changed it.
    /// </summary>
    public static IReadOnlyList<string> KnownTo(RegistryItem key)
    {
        if (Names(Parse(key.Json), Knowers) is { } named)
        {
            return named;
        }

        var isShown = StoredBody.Read(key, out _) is not AdminKey { Handover: not KeyHandover.Shown };
        return isShown ? [.. Read(key).Select(static author => author.Person)] : [];
    }

    /// <summary>The stored form of an admin key that says who has been shown its secret.</summary>
    public static string Known(string json, IEnumerable<string> persons) => WithNames(json, Knowers, persons);

    /// <summary>Who answered for what an alert is about at any time since; none: it does not say.</summary>
    public static IReadOnlyList<string> Behind(RegistryItem alert) => Names(Parse(alert.Json), Standing) ?? [];

    /// <summary>The stored form of an alert that says who has answered for what it is about.</summary>
    public static string WithBehind(string json, IEnumerable<string> persons) => WithNames(json, Standing, persons);

    /// <summary>
    /// The stored form of an alert about what somebody did: who did it, with those of the alert before it that nobody has closed, for whoever
    /// closed it has looked.
    /// </summary>
    public static string WithActors(string json, RegistryItem? before, AdminCall call)
    {
        var isOpen = before is not null && StoredBody.Read(before, out _) is Alert { State: not AlertState.Closed };
        return WithBehind(json, isOpen ? Behind(before!).Concat(call.Persons) : call.Persons);
    }

    /// <summary>Who answered for a client at a moment or since, and does no longer.</summary>
    public static IReadOnlyList<string> StoodSince(RegistryItem client, DateTimeOffset moment) =>
        Parse(client.Json)[Former] is JsonArray list
            ?
            [
                .. list.Where(entry => !(UntilOf(entry) < moment))
                    .Select(static entry => TextOf((entry as JsonObject)?["by"]) ?? PersonName.Unreadable),
            ]
            : [];

    /// <summary>How many were, lately, and are no longer: so many names the note keeps.</summary>
    public static int CountFormer(RegistryItem client, DateTimeOffset now) => StoodSince(client, now - FormerKept).Count;

    /// <summary>The stored form of a client that says who no longer answers for it, from when on.</summary>
    /// <remarks>Security: no name goes before its time; how many there may be is asked before (<see cref="OwnerChangeGuard"/>).</remarks>
    public static string WithFormer(string json, IEnumerable<string> persons, DateTimeOffset until)
    {
        var form = Parse(json);
        var added = persons.Select(person => (JsonNode)new JsonObject { ["by"] = person, ["until"] = JsonValue.Create(until) });
        var list = form[Former] is JsonArray known
            ? known.Where(entry => !(UntilOf(entry) < until - FormerKept)).Select(static entry => entry?.DeepClone())
            : [];
        form[Former] = new JsonArray([.. list.Concat(added)]);
        return form.ToJsonString();
    }

    private static IReadOnlyList<string>? Names(JsonObject form, string note) =>
        form[note] is JsonArray list ? [.. list.Select(static entry => TextOf(entry) ?? PersonName.Unreadable)] : null;

    private static string WithNames(string json, string note, IEnumerable<string> persons)
    {
        var form = Parse(json);
        var names = persons
            .Where(static person => !string.IsNullOrWhiteSpace(person))
            .Select(static person => person.Trim())
            .Distinct(StringComparer.OrdinalIgnoreCase);
        form[note] = new JsonArray([.. names.Select(static person => (JsonNode)person)]);
        return form.ToJsonString();
    }

    private static void Write(JsonObject form, IReadOnlyList<Author> authors) =>
        form[Authors] = new JsonArray([
            .. authors.Select(static author => new JsonObject { ["by"] = author.Person, ["after"] = author.After }),
        ]);

    // What cannot be read of a note keeps nobody from reading the rest, nor from closing: it may be anybody's, and of any time.
    private static Author AuthorOf(JsonNode? entry) =>
        entry is JsonObject noted
        && TextOf(noted["by"]) is { } person
        && noted["after"] is JsonValue after
        && after.TryGetValue<long>(out var revision)
            ? new Author(person, revision)
            : new Author(PersonName.Unreadable, long.MaxValue);

    private static DateTimeOffset? UntilOf(JsonNode? entry) =>
        entry is JsonObject noted && noted["until"] is JsonValue value && value.TryGetValue<DateTimeOffset>(out var until) ? until : null;

    private static string? TextOf(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static JsonObject Parse(string json)
    {
        try
        {
            return JsonNode.Parse(json, documentOptions: Strict) as JsonObject ?? [];
        }
        catch (JsonException)
        {
            return [];
        }
    }
}

/// <summary>A person who changed a document, and the revision on which that was planned.</summary>
/// <param name="Person">Who.</param>
/// <param name="After">The registry revision on which their latest change was planned.</param>
internal sealed record Author(string Person, long After)
{
    public bool Is(string person) => PersonName.AreSame(Person, person);
}
