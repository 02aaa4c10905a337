using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Admin.AuthZen;

/// <summary>
/// Finds the subjects, resources or actions for which a question would be permitted: each candidate is evaluated as if it had been asked
/// about, page by page, and the page is on record before it leaves. Called by the endpoints.
/// </summary>
internal sealed class AuthZenSearch(
    AccessEvaluator evaluator,
    AskedWords words,
    ISnapshotSource snapshots,
    IRegistryStore store,
    IAuditJournal journal,
    AdminJournal records,
    TimeProvider time
)
{
    // Candidates that one call looks at: what it costs does not follow from how few it finds.
    private const int MostCandidates = 1000;
    private const int MostFound = 500;
    private const int UsualFound = 100;

    /// <summary>Clients that may do it.</summary>
    public async Task<Outcome<FoundPage>> SubjectsAsync(AdminCall call, JsonObject body)
    {
        if (QuestionReader.Subject(body, null, needsId: false).Failed(out var problem, out var subject))
        {
            return problem;
        }

        if (QuestionReader.Action(body).Failed(out problem, out var action))
        {
            return problem;
        }

        if (QuestionReader.Resource(body, null, needsId: true).Failed(out problem, out var resource))
        {
            return problem;
        }

        if (QuestionReader.Context(body).Failed(out problem, out var context) || Page(body).Failed(out problem, out var page))
        {
            return problem;
        }

        if (await snapshots.FindFreshAsync(call.Cancelled) is not { } snapshot)
        {
            return AdminProblem.RegistryTooOld;
        }

        var candidates = words.IsClient(subject.Type)
            ? snapshot.ListClients().Select(static entry => entry.Client.Id).Where(id => string.CompareOrdinal(id, page.After) > 0)
            : [];
        return await FindAsync(
            new Search(call, "subject", snapshot, page, subject.Type),
            candidates.Take(MostCandidates + 1).ToList(),
            id => new AccessQuestion(subject with { Id = id }, action, resource, context)
        );
    }

    /// <summary>Records that are known by name, and patients of the subject's rosters, to which it may do it.</summary>
    public async Task<Outcome<FoundPage>> ResourcesAsync(AdminCall call, JsonObject body)
    {
        if (QuestionReader.Subject(body, null, needsId: true).Failed(out var problem, out var subject))
        {
            return problem;
        }

        if (QuestionReader.Action(body).Failed(out problem, out var action))
        {
            return problem;
        }

        if (QuestionReader.Resource(body, null, needsId: false).Failed(out problem, out var resource))
        {
            return problem;
        }

        if (QuestionReader.Context(body).Failed(out problem, out var context) || Page(body).Failed(out problem, out var page))
        {
            return problem;
        }

        if (await snapshots.FindFreshAsync(call.Cancelled) is not { } snapshot)
        {
            return AdminProblem.RegistryTooOld;
        }

        var type = words.ResourceOf(resource.Type);
        var candidates = type is { } known ? await NamesAsync(known, subject, snapshot, page.After, call.Cancelled) : [];
        return await FindAsync(
            new Search(call, "resource", snapshot, page, resource.Type),
            candidates,
            id => new AccessQuestion(subject, action, resource with { Id = id }, context)
        );
    }

    /// <summary>Names of actions that the subject may do to the resource.</summary>
    public async Task<Outcome<FoundPage>> ActionsAsync(AdminCall call, JsonObject body)
    {
        if (QuestionReader.Subject(body, null, needsId: true).Failed(out var problem, out var subject))
        {
            return problem;
        }

        if (QuestionReader.Resource(body, null, needsId: true).Failed(out problem, out var resource))
        {
            return problem;
        }

        if (QuestionReader.Context(body).Failed(out problem, out var context) || Page(body).Failed(out problem, out var page))
        {
            return problem;
        }

        if (await snapshots.FindFreshAsync(call.Cancelled) is not { } snapshot)
        {
            return AdminProblem.RegistryTooOld;
        }

        return await FindAsync(
            new Search(call, "action", snapshot, page, null),
            words.Actions().Where(name => string.CompareOrdinal(name, page.After) > 0).ToList(),
            name => new AccessQuestion(subject, new AskedAction(name, []), resource, context)
        );
    }

    private async Task<Outcome<FoundPage>> FindAsync(Search search, IReadOnlyList<string> candidates, Func<string, AccessQuestion> ask)
    {
        var now = time.GetUtcNow();
        var found = new List<string>();
        var patients = new HashSet<string>(StringComparer.Ordinal);
        var looked = 0;
        string? client = null;
        foreach (var name in candidates.Take(MostCandidates))
        {
            if (found.Count == search.Page.Limit)
            {
                break;
            }

            looked++;
            var answer = evaluator.Evaluate(ask(name), search.Snapshot, now);
            client = search.Looks == "subject" ? null : answer.Client;
            if (answer.Permit)
            {
                found.Add(name);
                patients.UnionWith(answer.Patients);
            }
        }

        var last = looked == 0 ? search.Page.After : candidates[looked - 1];
        var next = looked < candidates.Count ? search.Page.Token(last) : string.Empty;
        var look = records.Create(search.Call, "authzen.search", "audit", search.Call.RequestId, Guid.Empty, AuditKind.AuditUse);
        look.Client = client;
        look.Patients = [.. patients];
        look.Note = string.Create(CultureInfo.InvariantCulture, $"{search.Looks}: {found.Count} found");
        await journal.AppendAsync(look);
        return new FoundPage(found, search.Type, next);
    }

    // Only patients stand in the registry; whatever else there is stands in the servers behind, which are not asked.
    private async Task<IReadOnlyList<string>> NamesAsync(
        ResourceType type,
        AskedEntity subject,
        RegistrySnapshot snapshot,
        string? after,
        CancellationToken cancellationToken
    )
    {
        var names = new SortedSet<string>(words.RecordsAfter(type, after), StringComparer.Ordinal);
        if (type == ResourceType.Patient && words.IsClient(subject.Type) && snapshot.FindClientById(subject.Id!)?.UseCase is { } useCase)
        {
            foreach (
                var roster in useCase
                    .Grants.Select(static grant => grant.Patients?.Roster)
                    .OfType<string>()
                    .Distinct(StringComparer.Ordinal)
            )
            {
                var members = await store.ListMembersAsync(roster, after, MostCandidates + 1, cancellationToken);
                names.UnionWith(members.Select(static member => member.Patient.Value!));
            }
        }

        return [.. names.Take(MostCandidates + 1)];
    }

    private static Outcome<AskedPage> Page(JsonObject body)
    {
        var asked = Digest(body);
        if (!body.TryGetPropertyValue("page", out var node))
        {
            return new AskedPage(UsualFound, null, asked);
        }

        if (node is not JsonObject page)
        {
            return AdminProblem.Malformed("page must be an object.");
        }

        int? limit = null;
        if (page.TryGetPropertyValue("limit", out var told))
        {
            if (told?.GetValueKind() != JsonValueKind.Number || !told.AsValue().TryGetValue<int>(out var number) || number < 0)
            {
                return AdminProblem.Malformed("page.limit must be a whole number, not negative.");
            }

            limit = Math.Min(number, MostFound);
        }

        if (!page.TryGetPropertyValue("token", out var token))
        {
            return new AskedPage(limit ?? UsualFound, null, asked);
        }

        return
            token is JsonValue value
            && value.TryGetValue<string>(out var text)
            && AskedPage.Read(text) is { } before
            && before.Asked == asked
            && (limit is null || limit == before.Limit)
            ? before
            : AdminProblem.Malformed("page.token is not of a page of this very search.");
    }

    private static string Digest(JsonObject body)
    {
        var asked = new JsonObject();
        foreach (var name in (string[])["subject", "action", "resource", "context"])
        {
            asked[name] = body[name]?.DeepClone();
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(asked.ToJsonString())).AsSpan(0, 8));
    }

    private sealed record Search(AdminCall Call, string Looks, RegistrySnapshot Snapshot, AskedPage Page, string? Type);

    /// <summary>The place in a search, as its token tells it.</summary>
    /// <param name="Limit">Most results of a page.</param>
    /// <param name="After">The last candidate that was looked at; null: none was.</param>
    /// <param name="Asked">Digest of what the search asks, so that a token serves no other.</param>
    private sealed record AskedPage(int Limit, string? After, string Asked)
    {
        public static AskedPage? Read(string text)
        {
            try
            {
                return
                    text.Length <= 2048
                    && JsonSerializer.Deserialize<AskedPage>(Base64Url.DecodeFromChars(text))
                        is { Limit: >= 0 and <= MostFound, Asked: not null } read
                    ? read
                    : null;
            }
            catch (Exception exception) when (exception is JsonException or FormatException)
            {
                return null;
            }
        }

        public string Token(string? after) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(this with { After = after }));
    }
}
